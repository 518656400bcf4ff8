import { PositionSet } from "./position-set.js";
import type { Follower, Positions } from "./positions.js";

/** What is known of a message that failed and is not settled. */
export interface Retry {
  readonly failures: number;
  readonly crashes: number;
  /** Wall clock, ms since 1970: survives a restart. */
  readonly dueAtMs: number;
  readonly firstFailedAtMs: number;
  /** Position in the subscription's log of notes; 0: none. */
  readonly note: number;
}

/**
 * A subscription's progress through one sequence of positions: everything below the floor is settled, and so is every
 * position in `settled`. There is no limit on the gaps between them.
 */
export class Cursor implements Follower {
  readonly subscription: number;
  readonly positions: Positions;
  /** What is settled above the floor. */
  readonly settled = new PositionSet();
  /** Settled, but kept alive: one of the subscription's own logs refers to it (dead or redriven). */
  readonly held = new PositionSet();
  /** By position: failed and not settled, waiting or handed out again. */
  readonly retries = new Map<number, Retry>();
  #floor: number;
  /** Messages at or above the floor that are not settled. */
  unsettledCount = 0;

  constructor(subscription: number, positions: Positions, floor: number) {
    this.subscription = subscription;
    this.positions = positions;
    this.#floor = floor;
    positions.cursors.add(this);
  }

  get floor(): number {
    return this.#floor;
  }

  isSettled(position: number): boolean {
    return position < this.#floor || this.settled.has(position);
  }

  /** A message at these positions exists now. */
  added(first: number, count: number): void {
    if (first >= this.#floor) this.unsettledCount += count;
  }

  /** Settles a range in which every position holds a message; returns how many were not settled before. */
  settle(first: number, count: number): number {
    const end = first + count;
    if (end <= this.#floor) return 0;
    if (this.retries.size > 0) this.#forgetRetries(first, end);
    if (first <= this.#floor) {
      const settledBefore = this.settled.remove(this.#floor, end - this.#floor);
      const settledNow = end - this.#floor - settledBefore;
      this.#floor = end;
      this.unsettledCount -= settledNow;
      this.passGaps();
      return settledNow;
    }
    const settledNow = this.settled.add(first, count);
    this.unsettledCount -= settledNow;
    return settledNow;
  }

  /** Settles everything below `floor`; `unsettledLeft` says how many messages above it are still unsettled. */
  moveFloor(floor: number, unsettledLeft: number): void {
    if (floor <= this.#floor) return;
    this.settled.remove(this.#floor, floor - this.#floor);
    for (const position of this.retries.keys()) {
      if (position < floor) this.retries.delete(position);
    }
    this.#floor = floor;
    this.unsettledCount = unsettledLeft;
    this.passGaps();
  }

  /** Moves the floor past what is settled and past positions that hold nothing. */
  passGaps(): void {
    for (;;) {
      const next = this.positions.afterGap(this.settled.nextAbsent(this.#floor));
      if (next === this.#floor) return;
      this.settled.remove(this.#floor, next - this.#floor);
      this.#floor = next;
    }
  }

  /** The end of the unsettled range that begins at `position`, at most `end`. */
  unsettledEnd(position: number, end: number): number {
    return this.settled.nextPresent(position, end);
  }

  /** The first unsettled position at or after `position`; may hold no message. */
  nextUnsettled(position: number): number {
    return this.settled.nextAbsent(Math.max(position, this.#floor));
  }

  close(): void {
    this.positions.cursors.delete(this);
  }

  #forgetRetries(first: number, end: number): void {
    if (end - first > this.retries.size) {
      for (const position of this.retries.keys()) {
        if (position >= first && position < end) this.retries.delete(position);
      }
      return;
    }
    for (let position = first; position < end; position += 1) this.retries.delete(position);
  }
}
