import { PeykError } from "@peyk/client/protocol";

export const MAX_SETTLED_DELIVERIES = 10_000;
export const MAX_NACK_DELAY_MS = 24 * 60 * 60 * 1000;
export const MAX_EXTEND_MS = 600_000;
export const MAX_REASON_BYTES = 1_024;
export const MAX_NOTE_BYTES = 4_096;

/** What a consumer says about deliveries `firstDelivery` to `firstDelivery + count - 1`. */
export type SettleRange = { readonly firstDelivery: number; readonly count: number } & Verb;

export type Verb =
  /** Done: never comes back. */
  | { readonly verb: "ack" }
  /** Failed: comes back after `delayMs` (0 to 24 h; absent: the backoff), or is dead-lettered at the last attempt. */
  | { readonly verb: "nack"; readonly delayMs?: number | undefined; readonly reason?: string }
  /** Dead-lettered now. */
  | { readonly verb: "reject"; readonly reason: string }
  /** Given back, not counted. */
  | { readonly verb: "release" }
  /** The ack deadline begins again with `ms` (1 to 600 s; absent: the subscription's); `note` is for the next attempt. */
  | {
      readonly verb: "extend";
      readonly ms?: number | undefined;
      readonly note?: string | undefined;
    };

export type SettleOutcome =
  | "ok"
  /** By this consumer, before. After an ack, reject or last attempt it will not come back. */
  | "already_settled"
  /** The lease ended; somebody else has the message, or will. */
  | "lease_lost"
  /** Never delivered to this consumer. */
  | "unknown"
  /** The engine cannot tell whether it was stored; the message may come back. */
  | "unconfirmed";

/** The answer for some of the deliveries that were named; together they cover the ranges in their order. */
export interface SettledRange {
  readonly firstDelivery: number;
  readonly count: number;
  readonly outcome: SettleOutcome;
  /** extend: what was granted; 0 for a buffered delivery, whose deadline has not begun. */
  readonly extendedMs?: number | undefined;
  /** nack: when it comes back, from now; absent where it was dead-lettered. */
  readonly retryInMs?: number | undefined;
}

/**
 * Throws `invalid_argument` before anything takes effect, if a number is out of its bounds, a note is longer than 4 KiB,
 * or all ranges together name more than 10,000 deliveries.
 */
export function checkSettleRanges(ranges: readonly SettleRange[]): void {
  let total = 0;
  for (const range of ranges) {
    checkInteger("firstDelivery", range.firstDelivery, 1, Number.MAX_SAFE_INTEGER);
    checkInteger("count", range.count, 1, MAX_SETTLED_DELIVERIES);
    total += range.count;
    if (range.verb === "nack" && range.delayMs !== undefined) {
      checkInteger("delayMs", range.delayMs, 0, MAX_NACK_DELAY_MS);
    }
    if (range.verb === "extend") {
      if (range.ms !== undefined) checkInteger("ms", range.ms, 1, MAX_EXTEND_MS);
      if (range.note !== undefined) checkNote(range.note);
    }
  }
  if (total > MAX_SETTLED_DELIVERIES) {
    throw new PeykError(
      "invalid_argument",
      `one settle names ${total} deliveries, at most ${MAX_SETTLED_DELIVERIES} are allowed`,
      { field: "count", limit: MAX_SETTLED_DELIVERIES },
    );
  }
}

/** Throws `invalid_argument` unless `value` is a whole number from `min` to `max`. */
export function checkInteger(field: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new PeykError(
    "invalid_argument",
    `${field} is ${value}, it must be a whole number from ${min} to ${max}`,
    { field, limit: value < min ? min : max },
  );
}

const encoder = new TextEncoder();
const reasonBytes = new Uint8Array(MAX_REASON_BYTES);

/** The longest beginning of `reason` that takes at most 1 KiB as UTF-8; no character is cut in two. */
export function cutReason(reason: string): string {
  if (reason.length * 3 <= MAX_REASON_BYTES) return reason;
  return reason.slice(0, encoder.encodeInto(reason, reasonBytes).read);
}

function checkNote(note: string): void {
  if (note.length * 3 <= MAX_NOTE_BYTES) return;
  const bytes = encoder.encode(note).byteLength;
  if (bytes <= MAX_NOTE_BYTES) return;
  throw new PeykError(
    "invalid_argument",
    `note takes ${bytes} bytes, at most ${MAX_NOTE_BYTES} are allowed`,
    { field: "note", limit: MAX_NOTE_BYTES },
  );
}
