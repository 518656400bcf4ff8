import * as tags from "./message-tags.js";
import { WireReader } from "./wire-reader.js";

/** Bits for what only some messages have and what decides how the broker treats them. */
export const SPECIAL = {
  key: 1,
  priority: 2,
  deliverAt: 4,
  delay: 8,
  ttl: 16,
  dedupId: 32,
} as const;

/** The fields behind SPECIAL; absent ones are empty or zero. */
export interface MessageSpecials {
  readonly key: string;
  readonly priority: number;
  readonly deliverAtMs: number;
  readonly delayMs: number;
  readonly ttlMs: number;
  readonly dedupId: string;
}

const reader = new WireReader();

/** Of the Message at `bytes[start, end)`; what it does not need it skips without decoding. */
export function readSpecials(bytes: Uint8Array, start: number, end: number): MessageSpecials {
  const found = { key: "", priority: 0, deliverAtMs: 0, delayMs: 0, ttlMs: 0, dedupId: "" };
  reader.reset(bytes, start, end);
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === tags.KEY) found.key = reader.text();
    else if (tag === tags.PRIORITY) found.priority = reader.uint32();
    else if (tag === tags.DELIVER_AT_MS) found.deliverAtMs = reader.varint();
    else if (tag === tags.DELAY_MS) found.delayMs = reader.varint();
    else if (tag === tags.TTL_MS) found.ttlMs = reader.varint();
    else if (tag === tags.DEDUP_ID) found.dedupId = reader.text();
    else reader.skip(tag);
  }
  return found;
}

/** The key of the Message at `bytes[start, end)`; empty if it has none. */
export function readKey(bytes: Uint8Array, start: number, end: number): string {
  let key = "";
  reader.reset(bytes, start, end);
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === tags.KEY) key = reader.text();
    else reader.skip(tag);
  }
  return key;
}
