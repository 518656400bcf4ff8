import type { Link, Pending } from "./link.js";
import {
  PeykError,
  PLAIN_SETTLE,
  readErrorFrame,
  readSettled,
  writeSettle,
  type ServerFrameKind,
  type SettledRange,
  type SettleRange,
  type SettleVerb,
} from "./protocol/index.js";
import { leaseLost, type ReceivedDelivery, type SettleDetails } from "./delivery.js";

/** What became of one delivery, for those who want to know. */
export interface Waiter {
  readonly delivery: ReceivedDelivery;
  settled(retryInMs: number | undefined): void;
  failed(error: PeykError): void;
}

/** A range that was written, and may be written again after a reconnect. */
type Range = SettleRange;

/**
 * Gathers what becomes of a consumer's deliveries: neighbours that were acked are one range, and all that is due in a
 * turn is one frame. Only those who ask are told of each.
 */
export class Settler {
  readonly #link: Link;
  readonly #consumer: number;
  readonly #onLost: (first: number, count: number) => void;
  #ranges: Range[] = [];
  /** The last range, while it can grow: an ack next to it costs an addition. */
  #growing: { firstDelivery: number; count: number } | undefined;
  readonly #waiters = new Map<number, Waiter>();
  /** Frames that are not answered. */
  readonly #unanswered = new Set<SettleFrame>();
  #isScheduled = false;
  readonly #defer: (callback: () => void) => void;
  readonly #onIdle: (() => void)[] = [];
  readonly #flush = (): void => this.flush();

  constructor(
    link: Link,
    consumer: number,
    defer: (callback: () => void) => void,
    onLost: (first: number, count: number) => void,
  ) {
    this.#link = link;
    this.#consumer = consumer;
    this.#defer = defer;
    this.#onLost = onLost;
  }

  /** Acks a delivery; nobody waits for the answer. */
  ack(number: number): void {
    const growing = this.#growing;
    if (growing && growing.firstDelivery + growing.count === number) growing.count += 1;
    else {
      this.#endGrowing();
      this.#growing = { firstDelivery: number, count: 1 };
    }
    this.#schedule();
  }

  add(number: number, verb: SettleVerb, details: SettleDetails, waiter?: Waiter): void {
    if (waiter) this.#waiters.set(number, waiter);
    if (verb === "ack") return this.ack(number);
    this.#endGrowing();
    const { delayMs, reason = "", ms: extendMs, note } = details;
    const range = { firstDelivery: number, count: 1, verb, delayMs, reason, extendMs, note };
    const last = this.#ranges.at(-1);
    if (last && continues(last, range)) {
      this.#ranges[this.#ranges.length - 1] = { ...last, count: last.count + 1 };
    } else this.#ranges.push(range);
    this.#schedule();
  }

  flush(): void {
    this.#isScheduled = false;
    this.#endGrowing();
    if (this.#ranges.length === 0) return;
    const frame = new SettleFrame(this, this.#ranges);
    this.#ranges = [];
    this.#unanswered.add(frame);
    if (this.#link.isOpen) this.#send(frame);
  }

  /** The session goes on at a new connection: what was not answered is said again; said twice is no harm. */
  resend(): void {
    for (const frame of this.#unanswered) this.#send(frame);
  }

  /** The leases are gone: whatever was said of them and not answered is lost. */
  abandon(): void {
    this.flush();
    this.#unanswered.clear();
    for (const waiter of this.#waiters.values()) waiter.failed(leaseLost(waiter.delivery));
    this.#waiters.clear();
    this.#checkIdle();
  }

  /** Resolves when everything said so far is answered. */
  idle(): Promise<void> {
    this.flush();
    if (this.#unanswered.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  answered(frame: SettleFrame, ranges: readonly SettledRange[] | PeykError): void {
    this.#unanswered.delete(frame);
    if (ranges instanceof PeykError) this.#refused(frame, ranges);
    else for (const range of ranges) this.#settled(range);
    this.#checkIdle();
  }

  #refused(frame: SettleFrame, error: PeykError): void {
    for (const { firstDelivery, count } of frame.ranges) {
      this.#tell(firstDelivery, count, (waiter) => waiter.failed(error));
    }
  }

  #settled({ firstDelivery, count, outcome, retryInMs }: SettledRange): void {
    if (outcome === "lease_lost" || outcome === "unknown") {
      this.#onLost(firstDelivery, count);
      this.#tell(firstDelivery, count, (waiter) => waiter.failed(leaseLost(waiter.delivery)));
    } else if (outcome === "unconfirmed") {
      const error = new PeykError("outcome_unknown", "it cannot be told whether this was stored");
      this.#tell(firstDelivery, count, (waiter) => waiter.failed(error));
    } else this.#tell(firstDelivery, count, (waiter) => waiter.settled(retryInMs));
  }

  #tell(first: number, count: number, tell: (waiter: Waiter) => void): void {
    if (this.#waiters.size === 0) return;
    for (let number = first; number < first + count; number += 1) {
      const waiter = this.#waiters.get(number);
      if (!waiter) continue;
      this.#waiters.delete(number);
      tell(waiter);
    }
  }

  #endGrowing(): void {
    if (this.#growing) this.#ranges.push({ ...this.#growing, verb: "ack", ...PLAIN_SETTLE });
    this.#growing = undefined;
  }

  #send(frame: SettleFrame): void {
    const id = this.#link.expect(frame);
    writeSettle(this.#link.writer, id, { consumer: this.#consumer, ranges: frame.ranges });
    this.#link.written();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#defer(this.#flush);
  }

  #checkIdle(): void {
    if (this.#unanswered.size > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

/** Whether `next` says the same of the delivery after `last`. */
const continues = (last: Range, next: Range): boolean =>
  last.firstDelivery + last.count === next.firstDelivery &&
  last.verb === next.verb &&
  last.delayMs === next.delayMs &&
  last.reason === next.reason &&
  last.extendMs === next.extendMs &&
  last.note === next.note;

class SettleFrame implements Pending {
  readonly ranges: readonly Range[];
  readonly #settler: Settler;

  constructor(settler: Settler, ranges: readonly Range[]) {
    this.#settler = settler;
    this.ranges = ranges;
  }

  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void {
    const answer =
      kind === "settled" ? readSettled(packet, start, end) : readErrorFrame(packet, start, end);
    this.#settler.answered(this, answer);
  }

  lost(): void {
    // said again when the session is resumed
  }
}
