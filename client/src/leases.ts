import type { Clock, Timer } from "./clock.js";
import type { DeliveryQueue } from "./delivery-queue.js";
import type { ReceivedDelivery } from "./delivery.js";
import type { Settler } from "./settler.js";

/** A lease is extended when this share of the ack deadline is left. */
const EXTEND_BEFORE = 1 / 3;

/** Looked at this often in an ack deadline: one timer, whatever the number of leases. */
const LOOKS = 6;

interface Running {
  readonly delivery: ReceivedDelivery;
  /** When its ack deadline ends, on the monotonic clock, as far as it is known here. */
  endsAt: number;
}

const NOBODY = { settled: (): void => {}, failed: (): void => {} };

/**
 * Deliveries whose handlers are not through, and the timer that keeps their leases. The broker counts the oldest
 * unsettled deliveries as running, so one that waits for a handler that settled early and goes on is kept as well.
 */
export class Leases {
  readonly #clock: Clock;
  readonly #settler: Settler;
  readonly #queue: DeliveryQueue;
  readonly #concurrency: () => number;
  readonly #running = new Map<number, Running>();
  /** 0: nothing is extended. */
  #ackDeadlineMs = 0;
  #timer: Timer | undefined;

  constructor(parts: {
    readonly clock: Clock;
    readonly settler: Settler;
    readonly queue: DeliveryQueue;
    readonly concurrency: () => number;
  }) {
    this.#clock = parts.clock;
    this.#settler = parts.settler;
    this.#queue = parts.queue;
    this.#concurrency = parts.concurrency;
  }

  /** The shortest of the sources; 0 if nothing is to be extended. */
  set ackDeadlineMs(value: number) {
    this.#ackDeadlineMs = value;
  }

  get size(): number {
    return this.#running.size;
  }

  deliveries(): ReceivedDelivery[] {
    return [...this.#running.values()].map(({ delivery }) => delivery);
  }

  /** A handler works on it since `now`. */
  add(delivery: ReceivedDelivery, now: number): void {
    this.#running.set(delivery.number, { delivery, endsAt: now + delivery.source.ackDeadlineMs });
  }

  /** False if it was gone before. */
  remove(delivery: ReceivedDelivery): boolean {
    if (this.#running.get(delivery.number)?.delivery !== delivery) return false;
    return this.#running.delete(delivery.number);
  }

  /** A lease was extended by hand, to end `ms` from now. */
  extended(delivery: ReceivedDelivery, ms: number): void {
    const running = this.#running.get(delivery.number);
    if (running?.delivery === delivery) running.endsAt = this.#clock.monotonic() + ms;
  }

  /** Looks after the leases from now on, as long as there are any. */
  watch(): void {
    if (this.#timer || this.#ackDeadlineMs === 0) return;
    if (this.#running.size === 0) return;
    this.#timer = this.#clock.setTimer(this.#ackDeadlineMs / LOOKS, () => {
      this.#timer = undefined;
      this.#extend();
      this.watch();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #extend(): void {
    const now = this.#clock.monotonic();
    let open = 0;
    for (const running of this.#running.values()) {
      const { delivery } = running;
      if (delivery.fate !== "open") continue;
      open += 1;
      const { ackDeadlineMs } = delivery.source;
      if (running.endsAt - now > ackDeadlineMs * EXTEND_BEFORE) continue;
      running.endsAt = now + ackDeadlineMs;
      this.#settler.add(delivery, "extend", {}, NOBODY);
    }
    this.#extendWaiting(this.#concurrency() - open);
  }

  /** Those that the broker counts as running while they wait here for a handler. */
  #extendWaiting(count: number): void {
    const waiting = this.#queue.first(Math.max(0, count));
    if (waiting.length === 0) return;
    // In a frame of their own: what is said of the same deliveries later has its own answer.
    this.#settler.flush();
    for (const range of waiting) this.#settler.addRange(range.first, range.count, "extend");
    this.#settler.flush();
  }
}
