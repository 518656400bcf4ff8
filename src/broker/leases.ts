import { DeadlineHeap, NOT_IN_HEAP } from "../runtime/timers.js";
import type { Alarm, Deadline } from "../runtime/timers.js";
import { BUFFERED, RUNNING } from "./delivery-ring.js";
import type { Chunk, DeliveryRing, UnsettledState } from "./delivery-ring.js";
import type { SubscriptionSettings } from "./engine.js";
import type { LeaseClock } from "./lease-clock.js";

export type LeaseSettings = Pick<SubscriptionSettings, "ackDeadlineMs" | "maxExtensionMs">;

/** The running deliveries of one of the consumer's queues, by rising number and rising deadline. */
interface DeadlineFifo {
  /** No delivery below this number is in it. */
  cursor: number;
  /** Deadline of the last one that joined. */
  lastDueAt: number;
}

/** A running delivery whose deadline does not fit into the order of its numbers. */
interface ExtendedLease extends Deadline {
  readonly delivery: number;
  /** Before any extension: what the total of all extensions is measured from. */
  firstDueAt: number;
}

/**
 * Which deliveries of a consumer are running, and until when. The oldest unsettled ones are, as many as its concurrency
 * allows; both sides derive this, no frame says it. Once running a delivery stays so until it ends.
 *
 * Deadlines of one queue rise with the delivery numbers, so they are a first-in-first-out in the ring itself: starting
 * costs one store, settling nothing. A heap holds only the others: extended, started under a shorter deadline, or so old
 * that the ring passed them. One alarm per consumer stands at or before the earliest of all.
 */
export class Leases {
  /** How many deliveries are running. */
  running = 0;
  readonly #ring: DeliveryRing;
  readonly #clock: LeaseClock;
  readonly #settingsOf: (source: number) => LeaseSettings;
  readonly #alarm: Alarm;
  /** By source; made when one of its deliveries first starts. */
  readonly #fifos: (DeadlineFifo | undefined)[] = [];
  readonly #extended = new Map<number, ExtendedLease>();
  readonly #heap = new DeadlineHeap<ExtendedLease>();
  /** No delivery below this number is buffered, stragglers apart. */
  #nextToStart = 1;

  /** @param onDue - Called when a lease may have ended; asks for `expired` and then calls `rearm`. */
  constructor(
    ring: DeliveryRing,
    clock: LeaseClock,
    settingsOf: (source: number) => LeaseSettings,
    onDue: () => void,
  ) {
    this.#ring = ring;
    this.#clock = clock;
    this.#settingsOf = settingsOf;
    this.#alarm = clock.createAlarm(onDue);
  }

  /** Lets the oldest buffered deliveries run while fewer than `concurrency` do. */
  start(concurrency: number): void {
    const ring = this.#ring;
    if (this.running >= concurrency) return;
    if (ring.bufferedStragglers > 0) this.#startStragglers(concurrency);
    let delivery = Math.max(this.#nextToStart, ring.low);
    if (delivery >= ring.next || this.running >= concurrency) return;
    const now = this.#clock.now();
    const { states, sources, deadlines, mask, next } = ring;
    let source = -1;
    let dueAt = 0;
    let isInOrder = true;
    for (; delivery < next && this.running < concurrency; delivery += 1) {
      const slot = delivery & mask;
      if (states[slot] !== BUFFERED) continue;
      if (sources[slot] !== source) {
        source = sources[slot] ?? 0;
        dueAt = now + this.#settingsOf(source).ackDeadlineMs;
        isInOrder = this.#join(source, delivery, dueAt);
        this.#wakeAt(dueAt);
      }
      states[slot] = RUNNING;
      deadlines[slot] = dueAt;
      this.running += 1;
      if (!isInOrder) this.#setApart(delivery, dueAt, dueAt);
    }
    this.#nextToStart = delivery;
  }

  /** Lets the deadline of a running delivery begin again, as one that its consumer has only now been sent. */
  restart(chunk: Chunk): void {
    if (chunk.state === BUFFERED) return;
    const dueAt = this.#clock.now() + this.#settingsOf(chunk.source).ackDeadlineMs;
    const isInOrder = chunk.state === RUNNING && this.#join(chunk.source, chunk.delivery, dueAt);
    for (let offset = 0; offset < chunk.count; offset += 1) {
      const delivery = chunk.delivery + offset;
      if (isInOrder) this.#ring.deadlines[delivery & this.#ring.mask] = dueAt;
      else this.#setApart(delivery, dueAt, dueAt);
    }
    this.#wakeAt(dueAt);
  }

  /**
   * Lets the deadline of a delivery begin again with `ms`, or as much of it as the queue's limit for all extensions
   * allows. Returns what was granted, in whole ms: 0 for a buffered delivery, which has no deadline yet.
   */
  extend(chunk: Chunk, delivery: number, ms: number): number {
    if (chunk.state === BUFFERED) return 0;
    const ring = this.#ring;
    const now = this.#clock.now();
    const firstDueAt =
      this.#extended.get(delivery)?.firstDueAt ?? ring.deadlines[delivery & ring.mask] ?? now;
    const longestMs = firstDueAt + this.#settingsOf(chunk.source).maxExtensionMs - now;
    const grantedMs = Math.max(Math.floor(Math.min(ms, longestMs)), 0);
    this.#setApart(delivery, now + grantedMs, firstDueAt);
    this.#wakeAt(now + grantedMs);
    return grantedMs;
  }

  /** Takes what ends off the clock; call it with each chunk that the ring ends. */
  ended(chunk: Chunk): void {
    if (chunk.state === BUFFERED) return;
    this.running -= chunk.count;
    if (chunk.state === RUNNING) return;
    for (let offset = 0; offset < chunk.count; offset += 1) {
      const lease = this.#extended.get(chunk.delivery + offset);
      if (lease === undefined) continue;
      this.#extended.delete(lease.delivery);
      this.#heap.remove(lease);
    }
  }

  /** The numbers of the deliveries whose lease has ended by now, rising; the caller ends each of them. */
  expired(): number[] {
    const now = this.#clock.now();
    const found: number[] = [];
    this.#fifos.forEach((_fifo, source) => void this.#walk(source, now, found));
    for (let lease = this.#heap.first; lease && lease.dueAt <= now; lease = this.#heap.first) {
      this.#heap.remove(lease);
      found.push(lease.delivery);
    }
    return found.sort((one, other) => one - other);
  }

  /** Sets the alarm to the earliest deadline; call it after what had expired was ended. */
  rearm(): void {
    let dueAt = this.#heap.first?.dueAt ?? Infinity;
    this.#fifos.forEach((_fifo, source) => {
      dueAt = Math.min(dueAt, this.#walk(source, -Infinity));
    });
    if (dueAt === Infinity) this.#alarm.clear();
    else this.#alarm.set(dueAt);
  }

  /** Keeps the deadline of a delivery that leaves the ring. */
  keepStraggler(delivery: number, state: UnsettledState, dueAt: number): void {
    if (state === RUNNING) this.#setApart(delivery, dueAt, dueAt);
  }

  close(): void {
    this.#alarm.clear();
  }

  /** Whether a deadline may join the first-in-first-out of its queue; makes it the last if so. */
  #join(source: number, delivery: number, dueAt: number): boolean {
    const fifo = (this.#fifos[source] ??= { cursor: delivery, lastDueAt: dueAt });
    if (dueAt < fifo.lastDueAt) return false;
    fifo.lastDueAt = dueAt;
    return true;
  }

  #setApart(delivery: number, dueAt: number, firstDueAt: number): void {
    let lease = this.#extended.get(delivery);
    if (lease === undefined) {
      lease = { delivery, firstDueAt, dueAt, heapIndex: NOT_IN_HEAP };
      this.#extended.set(delivery, lease);
      this.#ring.markExtended(delivery);
    }
    lease.firstDueAt = firstDueAt;
    this.#heap.set(lease, dueAt);
  }

  #startStragglers(concurrency: number): void {
    const now = this.#clock.now();
    for (const [delivery, straggler] of this.#ring.stragglers) {
      if (this.running >= concurrency) return;
      if (straggler.state !== BUFFERED) continue;
      const dueAt = now + this.#settingsOf(straggler.source).ackDeadlineMs;
      this.#setApart(delivery, dueAt, dueAt);
      this.#wakeAt(dueAt);
      this.running += 1;
    }
  }

  /** Moves the cursor past what has ended or is due at `now`, and returns the deadline that it stops at. */
  #walk(source: number, now: number, expired?: number[]): number {
    const fifo = this.#fifos[source];
    if (fifo === undefined) return Infinity;
    const { states, sources, deadlines, low, mask } = this.#ring;
    let delivery = Math.max(fifo.cursor, low);
    let dueAt = Infinity;
    for (; delivery < this.#nextToStart; delivery += 1) {
      const slot = delivery & mask;
      if (states[slot] !== RUNNING || sources[slot] !== source) continue;
      dueAt = deadlines[slot] ?? 0;
      if (dueAt > now) break;
      expired?.push(delivery);
      dueAt = Infinity;
    }
    fifo.cursor = delivery;
    return dueAt;
  }

  #wakeAt(dueAt: number): void {
    if (dueAt < this.#alarm.dueAt) this.#alarm.set(dueAt);
  }
}
