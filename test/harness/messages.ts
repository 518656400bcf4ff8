import { MESSAGES_TAG, MessageBatch } from "@peyk/client/protocol";
import type { Run } from "../../src/broker/engine.js";

const PAYLOAD_TAG = (1 << 3) | 2;
const KEY_TAG = (3 << 3) | 2;

/** The shortest payload: it says which message this is. */
export const MIN_PAYLOAD_BYTES = 8;

/** What a message is made of; the same number and sizes always give the same bytes. */
export interface TestMessage {
  /** A whole number below 2^32 that tells messages apart. */
  readonly id: number;
  readonly payloadBytes?: number;
  readonly key?: string;
}

/** Encoded as a publisher sends them. */
export function encodeMessages(messages: readonly TestMessage[]): MessageBatch {
  const encoded = messages.map(encodeMessage);
  return new MessageBatch(Uint8Array.from(Buffer.concat(encoded)), messages.length);
}

/** Messages that are nothing but numbers. */
export const numbered = (first: number, count: number, payloadBytes?: number): MessageBatch =>
  encodeMessages(
    Array.from({ length: count }, (_, index) => ({
      id: first + index,
      ...(payloadBytes === undefined ? {} : { payloadBytes }),
    })),
  );

/** The numbers of the messages of a run. Throws if any byte of them is not what was published. */
export function idsOf(run: Pick<Run, "batch" | "from" | "count">): number[] {
  return Array.from({ length: run.count }, (_, index) => idOf(run.batch, run.from + index));
}

/** The number of one message. Throws if any byte of it is not what was published. */
export function idOf(batch: MessageBatch, index: number): number {
  const stored = Buffer.from(batch.slice(index, 1));
  const bytes = Buffer.from(batch.message(index));
  const payloadAt = 1 + varintBytes(bytes, 1);
  const id = bytes.readUInt32LE(payloadAt);
  const payloadBytes = bytes.readUInt32LE(payloadAt + 4);
  const keyAt = payloadAt + payloadBytes + 2;
  const key = keyAt < bytes.byteLength ? bytes.subarray(keyAt).toString() : undefined;
  const expected = encodeMessage({ id, payloadBytes, ...(key === undefined ? {} : { key }) });
  if (!stored.equals(expected))
    throw new Error(`message ${id} has other bytes than were published`);
  return id;
}

function encodeMessage({ id, payloadBytes = MIN_PAYLOAD_BYTES, key }: TestMessage): Buffer {
  const payload = Buffer.alloc(payloadBytes);
  payload.fill(Buffer.from([id & 0xff, (id >> 8) & 0xff, 0x5a, id % 251]));
  payload.writeUInt32LE(id, 0);
  payload.writeUInt32LE(payloadBytes, 4);
  const fields = [Buffer.from([PAYLOAD_TAG]), varint(payloadBytes), payload];
  if (key !== undefined) {
    fields.push(Buffer.from([KEY_TAG, Buffer.byteLength(key)]), Buffer.from(key));
  }
  const body = Buffer.concat(fields);
  return Buffer.concat([Buffer.from([MESSAGES_TAG]), varint(body.byteLength), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}

function varintBytes(bytes: Buffer, at: number): number {
  let count = 1;
  while ((bytes[at + count - 1] ?? 0) >= 0x80) count += 1;
  return count;
}
