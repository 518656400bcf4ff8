import { PeykError } from "./errors.js";
import { CLIENT_FRAMES } from "./frame-kinds.js";
import { beginFrame, endFrame } from "./frame-writer.js";
import * as limits from "./limits.js";
import type { PacketWriter } from "./packet-writer.js";
import { cutUtf8 } from "./utf8.js";
import { WireReader } from "./wire-reader.js";

// Settle
const CONSUMER = 1 << 3;
const RANGES = (2 << 3) | 2;
// SettleRange
const FIRST_DELIVERY = 1 << 3;
const COUNT = 2 << 3;
const VERB = 3 << 3;
const DELAY_MS = 4 << 3;
const REASON = (5 << 3) | 2;
const EXTEND_MS = 6 << 3;
const NOTE = (7 << 3) | 2;

/** In the order of their numbers on the wire. */
const VERBS = ["ack", "nack", "reject", "release", "extend"] as const;
export type SettleVerb = (typeof VERBS)[number];

export interface Settle {
  readonly consumer: number;
  readonly ranges: readonly SettleRange[];
}

/**
 * What a consumer says of `count` deliveries that follow one another:
 *
 *   ack      done: never comes back
 *   nack     failed: comes back later, or is dead-lettered at the last attempt
 *   reject   dead-lettered now
 *   release  given back, not counted
 *   extend   the ack deadline begins again
 */
export interface SettleRange {
  /** At least 1. */
  readonly firstDelivery: number;
  /** At least 1. */
  readonly count: number;
  readonly verb: SettleVerb;
  /** nack: when it comes back; undefined: after the subscription's backoff. */
  readonly delayMs: number | undefined;
  /** nack, reject: at most 1 KiB, what is longer is cut. */
  readonly reason: string;
  /** extend: the ack deadline from now; undefined: the subscription's. */
  readonly extendMs: number | undefined;
  /** extend: at most 4 KiB. */
  readonly note: string | undefined;
}

/** The fields of a SettleRange that an ack does not have. */
export const PLAIN_SETTLE = {
  delayMs: undefined,
  reason: "",
  extendMs: undefined,
  note: undefined,
} as const;

export function writeSettle(writer: PacketWriter, requestId: number, settle: Settle): void {
  beginFrame(writer, requestId, CLIENT_FRAMES.settle, settle.ranges.length * 8);
  writer.numberField(CONSUMER, settle.consumer);
  for (const range of settle.ranges) {
    writer.begin(RANGES);
    writer.numberField(FIRST_DELIVERY, range.firstDelivery);
    writer.numberField(COUNT, range.count);
    writer.numberField(VERB, VERBS.indexOf(range.verb));
    if (range.delayMs !== undefined) writer.number(DELAY_MS, range.delayMs);
    if (range.reason !== "") writer.text(REASON, cutUtf8(range.reason, limits.MAX_REASON_BYTES));
    if (range.extendMs !== undefined) writer.number(EXTEND_MS, range.extendMs);
    if (range.note !== undefined) writer.text(NOTE, range.note);
    writer.end();
  }
  endFrame(writer);
}

/** Reads the Settle at `packet[start, end)`, and refuses it as a whole if one of its ranges breaks a limit. */
export function readSettle(packet: Uint8Array, start: number, end: number): Settle {
  const reader = new WireReader().reset(packet, start, end);
  const ranges: SettleRange[] = [];
  let consumer = 0;
  let deliveries = 0;
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === CONSUMER) consumer = reader.uint32();
    else if (tag === RANGES) {
      if (ranges.length === limits.MAX_SETTLE_RANGES) throw tooManyRanges();
      const range = readRange(reader);
      checkRange(range);
      ranges.push(range);
      deliveries += range.count;
    } else reader.skip(tag);
  }
  if (deliveries > limits.MAX_SETTLED_DELIVERIES) throw tooManyDeliveries(deliveries);
  return { consumer, ranges };
}

function readRange(reader: WireReader): SettleRange {
  const outer = reader.enter();
  const range = {
    firstDelivery: 0,
    count: 0,
    verb: "ack" as SettleVerb,
    delayMs: undefined as number | undefined,
    reason: "",
    extendMs: undefined as number | undefined,
    note: undefined as string | undefined,
  };
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === FIRST_DELIVERY) range.firstDelivery = reader.varint();
    else if (tag === COUNT) range.count = reader.uint32();
    else if (tag === VERB) range.verb = reader.name(VERBS, "verb");
    else if (tag === DELAY_MS) range.delayMs = reader.varint();
    else if (tag === REASON) range.reason = cutUtf8(reader.text(), limits.MAX_REASON_BYTES);
    else if (tag === EXTEND_MS) range.extendMs = reader.varint();
    else if (tag === NOTE) range.note = readNote(reader);
    else reader.skip(tag);
  }
  range.count = Math.max(1, range.count);
  reader.leave(outer);
  return range;
}

function checkRange(range: SettleRange): void {
  const { firstDelivery, delayMs = 0, extendMs = limits.MIN_ACK_DEADLINE_MS } = range;
  if (firstDelivery < 1) {
    const text = `a range of the Settle begins at delivery ${firstDelivery}; the first one has number 1`;
    throw new PeykError("invalid_argument", text, { field: "firstDelivery", limit: 1 });
  }
  if (delayMs > limits.MAX_NACK_DELAY_MS) {
    const limit = limits.MAX_NACK_DELAY_MS;
    const text = `the delay of a nack is ${delayMs} ms; at most ${limit} are allowed`;
    throw new PeykError("invalid_argument", text, { field: "delayMs", limit });
  }
  if (extendMs < limits.MIN_ACK_DEADLINE_MS || extendMs > limits.MAX_ACK_DEADLINE_MS) {
    const limit = limits.MAX_ACK_DEADLINE_MS;
    const text =
      `an extension of ${extendMs} ms was asked for; ` +
      `${limits.MIN_ACK_DEADLINE_MS} to ${limit} are allowed`;
    throw new PeykError("invalid_argument", text, { field: "ms", limit });
  }
}

function readNote(reader: WireReader): string {
  const limit = limits.MAX_NOTE_BYTES;
  const stop = reader.delimited();
  const size = stop - reader.at;
  if (size <= limit) return reader.textTo(stop);
  const text = `the note of an extension has ${size} bytes; at most ${limit} are allowed`;
  throw new PeykError("invalid_argument", text, { field: "note", limit });
}

function tooManyDeliveries(count: number): PeykError {
  const limit = limits.MAX_SETTLED_DELIVERIES;
  const text = `the Settle names ${count} deliveries; at most ${limit} are allowed`;
  return new PeykError("invalid_argument", text, { field: "count", limit });
}

function tooManyRanges(): PeykError {
  const limit = limits.MAX_SETTLE_RANGES;
  const text = `the Settle has more than ${limit} ranges`;
  return new PeykError("invalid_argument", text, { field: "ranges", limit });
}
