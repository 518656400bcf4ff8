import { MESSAGES_TAG } from "./message-batch.js";
import * as tags from "./message-tags.js";
import type { PacketWriter } from "./packet-writer.js";

/** What a message is made of; absent, zero and empty are the same. Units and limits: message.proto. */
export interface MessageFields {
  readonly payload: Uint8Array;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly key?: string | undefined;
  readonly priority?: number | undefined;
  readonly deliverAtMs?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly ttlMs?: number | undefined;
  readonly dedupId?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly contentType?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  readonly baggage?: string | undefined;
}

/** Most of what stands beside a payload is shorter than this; a wrong guess costs one move of the message. */
const EXPECTED_FIELDS_BYTES = 48;

/**
 * Writes a message as one of `Publish.messages`, or nothing if it throws. Limits are not checked: MessageChecker does
 * that to the written bytes, with the same answers at both ends.
 */
export function writeMessage(writer: PacketWriter, message: MessageFields): void {
  const length = writer.length;
  try {
    writeFields(writer, message);
  } catch (error) {
    writer.truncate(length);
    throw error;
  }
}

function writeFields(writer: PacketWriter, message: MessageFields): void {
  const { payload, attributes } = message;
  writer.begin(MESSAGES_TAG, payload.length + EXPECTED_FIELDS_BYTES);
  writer.bytesField(tags.PAYLOAD, payload);
  if (attributes !== undefined) writeAttributes(writer, attributes);
  if (message.key !== undefined) writer.textField(tags.KEY, message.key);
  if (message.priority !== undefined) writer.numberField(tags.PRIORITY, message.priority);
  if (message.deliverAtMs !== undefined) {
    writer.numberField(tags.DELIVER_AT_MS, message.deliverAtMs);
  }
  if (message.delayMs !== undefined) writer.numberField(tags.DELAY_MS, message.delayMs);
  if (message.ttlMs !== undefined) writer.numberField(tags.TTL_MS, message.ttlMs);
  if (message.dedupId !== undefined) writer.textField(tags.DEDUP_ID, message.dedupId);
  if (message.replyTo !== undefined) writer.textField(tags.REPLY_TO, message.replyTo);
  if (message.correlationId !== undefined) {
    writer.textField(tags.CORRELATION_ID, message.correlationId);
  }
  if (message.contentType !== undefined) writer.textField(tags.CONTENT_TYPE, message.contentType);
  if (message.traceparent !== undefined) writer.textField(tags.TRACEPARENT, message.traceparent);
  if (message.tracestate !== undefined) writer.textField(tags.TRACESTATE, message.tracestate);
  if (message.baggage !== undefined) writer.textField(tags.BAGGAGE, message.baggage);
  writer.end();
}

function writeAttributes(writer: PacketWriter, attributes: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(attributes)) {
    const value = attributes[name] as string;
    writer.begin(tags.ATTRIBUTES, name.length + value.length + 4);
    writer.text(tags.ATTRIBUTE_NAME, name);
    writer.text(tags.ATTRIBUTE_VALUE, value);
    writer.end();
  }
}
