import { SERVER_FRAMES } from "./frame-kinds.js";
import { beginFrame, endFrame } from "./frame-writer.js";
import type { PacketWriter } from "./packet-writer.js";
import { WireReader } from "./wire-reader.js";

// Settled
const RANGES = (1 << 3) | 2;
// SettledRange
const FIRST_DELIVERY = 1 << 3;
const COUNT = 2 << 3;
const OUTCOME = 3 << 3;
const EXTENDED_MS = 4 << 3;
const RETRY_IN_MS = 5 << 3;

/**
 * What became of a settle, in the order of the numbers on the wire:
 *
 *   ok               done
 *   already_settled  by this consumer, before; after an ack, reject or last attempt it will not come back
 *   lease_lost       the lease ended: somebody else has the message, or will
 *   unknown          never delivered to this consumer
 *   unconfirmed      it cannot be told whether it was stored: the message may come back
 */
const OUTCOMES = ["ok", "already_settled", "lease_lost", "unknown", "unconfirmed"] as const;
export type SettleOutcome = (typeof OUTCOMES)[number];

/** The answer for `count` deliveries that follow one another; all ranges together cover those of the settle in order. */
export interface SettledRange {
  readonly firstDelivery: number;
  readonly count: number;
  readonly outcome: SettleOutcome;
  /** extend: what was granted; 0 for a buffered delivery, whose deadline has not begun. */
  readonly extendedMs?: number | undefined;
  /** nack: when it comes back, from now; undefined where it was dead-lettered. */
  readonly retryInMs?: number | undefined;
}

export function writeSettled(
  writer: PacketWriter,
  requestId: number,
  ranges: readonly SettledRange[],
): void {
  beginFrame(writer, requestId, SERVER_FRAMES.settled, ranges.length * 8);
  for (const range of ranges) {
    writer.begin(RANGES);
    writer.numberField(FIRST_DELIVERY, range.firstDelivery);
    writer.numberField(COUNT, range.count);
    writer.numberField(OUTCOME, OUTCOMES.indexOf(range.outcome));
    writer.numberField(EXTENDED_MS, range.extendedMs ?? 0);
    if (range.retryInMs !== undefined) writer.number(RETRY_IN_MS, range.retryInMs);
    writer.end();
  }
  endFrame(writer);
}

/** Reads the ranges of the Settled at `packet[start, end)`. */
export function readSettled(packet: Uint8Array, start: number, end: number): SettledRange[] {
  const reader = new WireReader().reset(packet, start, end);
  const ranges: SettledRange[] = [];
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === RANGES) ranges.push(readSettledRange(reader));
    else reader.skip(tag);
  }
  return ranges;
}

function readSettledRange(reader: WireReader): SettledRange {
  const outer = reader.enter();
  const range = {
    firstDelivery: 0,
    count: 0,
    outcome: "ok" as SettleOutcome,
    extendedMs: 0,
    retryInMs: undefined as number | undefined,
  };
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === FIRST_DELIVERY) range.firstDelivery = reader.varint();
    else if (tag === COUNT) range.count = reader.uint32();
    else if (tag === OUTCOME) range.outcome = reader.name(OUTCOMES, "outcome");
    else if (tag === EXTENDED_MS) range.extendedMs = reader.varint();
    else if (tag === RETRY_IN_MS) range.retryInMs = reader.varint();
    else reader.skip(tag);
  }
  range.count = Math.max(1, range.count);
  reader.leave(outer);
  return range;
}
