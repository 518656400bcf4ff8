import type { Clock, Timer } from "./clock.js";
import { leaseLost, type ReceivedDelivery, type SettleDetails } from "./delivery.js";
import type { Link, Pending } from "./link.js";
import {
  limits,
  PeykError,
  readErrorFrame,
  readSettled,
  writeSettle,
  type ServerFrameKind,
  type SettledRange,
  type SettleRange,
  type SettleVerb,
} from "./protocol/index.js";

/** How often it is looked whether answers are overdue, in ms, while somebody waits for one. */
const SWEEP_MS = 1_000;

/**
 * A frame that may have grown to this size, in bytes, is sent before the turn ends: every broker takes packets of 64 KiB.
 */
const FULL_FRAME_BYTES = 48 * 1024;

/** The broker keeps the first bytes of a reason. This is more, for it to see that there was more. */
const MAX_REASON_CHARS = limits.MAX_REASON_BYTES + 1;

/** The most that a range takes besides its texts, and a character of these (UTF-8), in bytes. */
const RANGE_BYTES = 40;
const CHAR_BYTES = 3;

/** For those who want to know what became of what they said. */
export interface Waiter {
  settled(range: SettledRange): void;
  failed(error: PeykError): void;
}

/** What was said of one delivery, in the order of the frame's ranges. */
interface Said {
  readonly number: number;
  readonly delivery: ReceivedDelivery;
  readonly waiter: Waiter;
}

type Entry = ReceivedDelivery | Said;

type GrowingRange = Omit<SettleRange, "count"> & { count: number };

export interface SettlerOptions {
  readonly link: Link;
  readonly clock: Clock;
  /** Number of the consumer whose deliveries are settled. */
  readonly consumer: number;
  readonly timeoutMs: number;
  /** The lease on a delivery that was settled, or a range of which nothing else is known here. */
  readonly onLost: (delivery: ReceivedDelivery) => void;
  readonly onRangeLost: (first: number, count: number) => void;
}

/**
 * Gathers what becomes of a consumer's deliveries: neighbours that were acked are one range, and all that is due in a
 * turn is one frame, kept until it is answered. Only those who ask are told of each.
 */
export class Settler {
  readonly #options: SettlerOptions;
  #ranges: GrowingRange[] = [];
  #entries: Entry[] = [];
  #waiterCount = 0;
  #textChars = 0;
  /** How many deliveries the ranges name. */
  #deliveryCount = 0;
  /** The last range, while acks next to it may come: each costs an addition. */
  #growing: GrowingRange | undefined;
  /** Frames that are not answered. */
  readonly #unanswered = new Set<SettleFrame>();
  #isScheduled = false;
  #sweep: Timer | undefined;
  readonly #onIdle: (() => void)[] = [];
  readonly #flush = (): void => this.flush();

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  /** Acks a delivery; nobody waits for the answer. */
  ack(delivery: ReceivedDelivery): void {
    this.#entries.push(delivery);
    this.#ackNumber(delivery.number);
  }

  add(delivery: ReceivedDelivery, verb: SettleVerb, details: SettleDetails, waiter: Waiter): void {
    const { number } = delivery;
    this.#entries.push({ number, delivery, waiter });
    this.#waiterCount += 1;
    if (verb === "ack") this.#ackNumber(number);
    else this.#addRange(number, 1, verb, details);
  }

  /** Says the same of deliveries that nobody has looked at. */
  addRange(first: number, count: number, verb: SettleVerb): void {
    this.#addRange(first, count, verb, {});
  }

  flush(): void {
    this.#isScheduled = false;
    if (this.#ranges.length === 0) return;
    const { clock, timeoutMs, link } = this.#options;
    const deadline = this.#waiterCount > 0 ? clock.monotonic() + timeoutMs : Infinity;
    const frame = new SettleFrame(this, {
      ranges: this.#ranges,
      entries: this.#entries,
      waiterCount: this.#waiterCount,
      deadline,
    });
    this.#reset();
    this.#unanswered.add(frame);
    if (link.isOpen) this.#send(frame);
    if (frame.waiterCount > 0) this.#watch();
  }

  /** The session goes on at a new connection: what was not answered is said again; said twice is no harm. */
  resend(): void {
    for (const frame of this.#unanswered) this.#send(frame);
    this.flush();
  }

  /**
   * Nothing that was said and not answered will be: the leases are gone (their deliveries are lost), or `error` says why.
   */
  abandon(error?: PeykError): void {
    const entries = [...this.#unanswered].flatMap((frame) => frame.entries);
    entries.push(...this.#entries);
    this.#unanswered.clear();
    this.#reset();
    this.#sweep?.cancel();
    this.#sweep = undefined;
    for (const entry of entries) {
      const delivery = deliveryOf(entry);
      if (!error) this.#options.onLost(delivery);
      waiterOf(entry)?.failed(error ?? leaseLost(delivery));
    }
    this.#checkIdle();
  }

  /** Resolves when everything said so far is answered. */
  idle(): Promise<void> {
    this.flush();
    if (this.#unanswered.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  answered(frame: SettleFrame, answer: readonly SettledRange[] | PeykError): void {
    if (!this.#unanswered.delete(frame)) return;
    if (answer instanceof PeykError) {
      for (const entry of frame.entries) waiterOf(entry)?.failed(answer);
    } else this.#settled(frame, answer);
    this.#checkIdle();
  }

  /** Answers cover the ranges, and so the entries, in their order. */
  #settled({ entries, waiterCount }: SettleFrame, answers: readonly SettledRange[]): void {
    // The rule: all went well, and nobody asked.
    if (waiterCount === 0 && !answers.some(isRefused)) return;
    let at = 0;
    for (const range of answers) {
      const { firstDelivery: first, count } = range;
      const isLost = isRefused(range);
      if (isLost) this.#options.onRangeLost(first, count);
      for (let entry = entries[at]; entry && isIn(entry, first, count); entry = entries[++at]) {
        if (isLost) this.#options.onLost(deliveryOf(entry));
        const waiter = waiterOf(entry);
        if (waiter) tell(waiter, deliveryOf(entry), range);
      }
    }
    const error = new PeykError("protocol_violation", "the broker did not answer for this settle");
    for (; at < entries.length; at += 1) waiterOf(entries[at] as Entry)?.failed(error);
  }

  #ackNumber(number: number): void {
    const growing = this.#growing;
    if (growing && growing.firstDelivery + growing.count === number) growing.count += 1;
    else {
      this.#growing = rangeOf(number, 1, "ack", {});
      this.#ranges.push(this.#growing);
    }
    this.#deliveryCount += 1;
    if (this.#deliveryCount >= limits.MAX_SETTLED_DELIVERIES || this.#isFull) this.flush();
    else this.#schedule();
  }

  #addRange(first: number, count: number, verb: SettleVerb, details: SettleDetails): void {
    this.#growing = undefined;
    if (this.#deliveryCount + count > limits.MAX_SETTLED_DELIVERIES) this.flush();
    this.#deliveryCount += count;
    const range = rangeOf(first, count, verb, details);
    const { reason, note } = range;
    const last = this.#ranges.at(-1);
    if (last && continues(last, range)) last.count += count;
    else {
      this.#ranges.push(range);
      this.#textChars += reason.length + (note?.length ?? 0);
    }
    if (this.#isFull) this.flush();
    else this.#schedule();
  }

  get #isFull(): boolean {
    return this.#ranges.length * RANGE_BYTES + this.#textChars * CHAR_BYTES > FULL_FRAME_BYTES;
  }

  #reset(): void {
    this.#growing = undefined;
    this.#ranges = [];
    this.#entries = [];
    this.#waiterCount = 0;
    this.#textChars = 0;
    this.#deliveryCount = 0;
  }

  #send(frame: SettleFrame): void {
    const { link, consumer } = this.#options;
    const id = link.expect(frame);
    writeSettle(link.writer, id, { consumer, ranges: frame.ranges });
    link.written();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.clock.defer(this.#flush);
  }

  #watch(): void {
    const { clock } = this.#options;
    this.#sweep ??= clock.setTimer(SWEEP_MS, () => {
      this.#sweep = undefined;
      const now = clock.monotonic();
      for (const frame of this.#unanswered) if (frame.deadline <= now) frame.giveUp();
      if ([...this.#unanswered].some((frame) => frame.waiterCount > 0)) this.#watch();
    });
  }

  #checkIdle(): void {
    if (this.#unanswered.size > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

/** What was sent, or will be at the next connection. */
class SettleFrame implements Pending {
  readonly ranges: readonly SettleRange[];
  entries: readonly Entry[];
  waiterCount: number;
  readonly deadline: number;
  readonly #settler: Settler;

  constructor(
    settler: Settler,
    parts: {
      readonly ranges: readonly SettleRange[];
      readonly entries: readonly Entry[];
      readonly waiterCount: number;
      readonly deadline: number;
    },
  ) {
    this.#settler = settler;
    this.ranges = parts.ranges;
    this.entries = parts.entries;
    this.waiterCount = parts.waiterCount;
    this.deadline = parts.deadline;
  }

  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void {
    const answer =
      kind === "settled" ? readSettled(packet, start, end) : readErrorFrame(packet, start, end);
    this.#settler.answered(this, answer);
  }

  lost(): void {
    // said again when the session is resumed
  }

  /** Those who wait are told that nothing is known; the frame itself is still said again. */
  giveUp(): void {
    const detail = "no answer came in time: the delivery may have been settled or not";
    const error = new PeykError("outcome_unknown", detail);
    const { entries } = this;
    this.entries = entries.map(deliveryOf);
    this.waiterCount = 0;
    for (const entry of entries) waiterOf(entry)?.failed(error);
  }
}

const deliveryOf = (entry: Entry): ReceivedDelivery =>
  "delivery" in entry ? entry.delivery : entry;

const waiterOf = (entry: Entry): Waiter | undefined =>
  "delivery" in entry ? entry.waiter : undefined;

const isIn = ({ number }: Entry, first: number, count: number): boolean =>
  number >= first && number < first + count;

const isRefused = ({ outcome }: SettledRange): boolean =>
  outcome === "lease_lost" || outcome === "unknown";

function tell(waiter: Waiter, delivery: ReceivedDelivery, range: SettledRange): void {
  if (isRefused(range)) waiter.failed(leaseLost(delivery));
  else if (range.outcome === "unconfirmed") {
    const detail = "it cannot be told whether this was stored: the message may come back";
    waiter.failed(new PeykError("outcome_unknown", detail));
  } else waiter.settled(range);
}

function rangeOf(
  firstDelivery: number,
  count: number,
  verb: SettleVerb,
  { delayMs, reason = "", ms: extendMs, note }: SettleDetails,
): GrowingRange {
  const text = reason.slice(0, MAX_REASON_CHARS);
  return { firstDelivery, count, verb, delayMs, reason: text, extendMs, note };
}

/** Whether `next` says the same of the deliveries after `last`. */
const continues = (last: SettleRange, next: SettleRange): boolean =>
  last.firstDelivery + last.count === next.firstDelivery &&
  last.verb === next.verb &&
  last.delayMs === next.delayMs &&
  last.reason === next.reason &&
  last.extendMs === next.extendMs &&
  last.note === next.note;
