import { LastText } from "./last-text.js";
import * as tags from "./message-tags.js";
import { viewOf } from "./view.js";
import { WireReader } from "./wire-reader.js";

const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze(emptyRecord());

const reader = new WireReader();
/** All messages of an application mostly have the same one. */
const contentTypes = new LastText();

/**
 * A message as it was received: `bytes[start, end)` is a Message without tag and length (MessageBatch.bodyStart). What
 * most messages do not have is decoded when it is asked for; the bytes must not change until then.
 *
 * Throws `invalid_argument` if the message cannot be read. The broker stores none such, so only damage can be the cause.
 */
export class DecodedMessage {
  key = "";
  priority = 0;
  deliverAtMs = 0;
  delayMs = 0;
  ttlMs = 0;
  dedupId = "";
  replyTo = "";
  correlationId = "";
  contentType = "";
  traceparent = "";
  tracestate = "";
  baggage = "";

  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  readonly #payloadStart: number;
  readonly #payloadEnd: number;
  #attributes: Readonly<Record<string, string>> | undefined = NO_ATTRIBUTES;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    let payloadStart = start;
    let payloadEnd = start;
    reader.reset(bytes, start, end);
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === tags.PAYLOAD) {
        payloadEnd = reader.delimited();
        payloadStart = reader.at;
        reader.at = payloadEnd;
      } else if (tag === tags.ATTRIBUTES) {
        this.#attributes = undefined;
        reader.at = reader.delimited();
      } else {
        this.#readOther(tag);
      }
    }
    this.#payloadStart = payloadStart;
    this.#payloadEnd = payloadEnd;
  }

  /** The content: a view, made anew each time. */
  get payload(): Uint8Array {
    return viewOf(this.#bytes, this.#payloadStart, this.#payloadEnd);
  }

  /** An object without prototype, so that every name is an ordinary one. */
  get attributes(): Readonly<Record<string, string>> {
    return (this.#attributes ??= readAttributes(this.#bytes, this.#start, this.#end));
  }

  #readOther(tag: number): void {
    switch (tag) {
      case tags.KEY:
        this.key = reader.text();
        break;
      case tags.PRIORITY:
        this.priority = reader.uint32();
        break;
      case tags.DELIVER_AT_MS:
        this.deliverAtMs = reader.varint();
        break;
      case tags.DELAY_MS:
        this.delayMs = reader.varint();
        break;
      case tags.TTL_MS:
        this.ttlMs = reader.varint();
        break;
      case tags.DEDUP_ID:
        this.dedupId = reader.text();
        break;
      case tags.REPLY_TO:
        this.replyTo = reader.text();
        break;
      case tags.CORRELATION_ID:
        this.correlationId = reader.text();
        break;
      case tags.CONTENT_TYPE:
        this.contentType = readContentType();
        break;
      case tags.TRACEPARENT:
        this.traceparent = reader.text();
        break;
      case tags.TRACESTATE:
        this.tracestate = reader.text();
        break;
      case tags.BAGGAGE:
        this.baggage = reader.text();
        break;
      default:
        reader.skip(tag);
    }
  }
}

/** The attributes of the Message at `bytes[start, end)`, in an object without prototype. The last of equal names wins. */
export function readAttributes(
  bytes: Uint8Array,
  start: number,
  end: number,
): Readonly<Record<string, string>> {
  const attributes = emptyRecord();
  reader.reset(bytes, start, end);
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === tags.ATTRIBUTES) readAttribute(attributes);
    else reader.skip(tag);
  }
  return attributes;
}

function readAttribute(attributes: Record<string, string>): void {
  const outer = reader.enter();
  let name = "";
  let value = "";
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === tags.ATTRIBUTE_NAME) name = reader.text();
    else if (tag === tags.ATTRIBUTE_VALUE) value = reader.text();
    else reader.skip(tag);
  }
  reader.leave(outer);
  attributes[name] = value;
}

function readContentType(): string {
  const stop = reader.delimited();
  const contentType = contentTypes.decode(reader.bytes, reader.at, stop);
  reader.at = stop;
  return contentType;
}

function emptyRecord(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}
