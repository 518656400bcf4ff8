import { HandOvers } from "./hand-overs.js";
import { PositionSet } from "./position-set.js";
import type { Follower, Positions } from "./positions.js";

/** What is known of a message that failed and is not settled; shared by those that failed together. */
export interface Retry {
  /** The log that the message is in: a topic has one per priority. */
  readonly log: number;
  readonly failures: number;
  readonly crashes: number;
  /** Wall clock, ms since 1970: survives a restart. */
  readonly dueAtMs: number;
  readonly firstFailedAtMs: number;
  /** Position in the subscription's log of notes; 0: none. */
  readonly note: number;
  /** It was handed over when the process stopped; that attempt is not counted yet. */
  readonly interrupted: boolean;
}

/** Shared by all cursors without failures; never written to. */
const NO_RETRIES: ReadonlyMap<number, Retry> = new Map();

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
  /** By position: failed and not settled, waiting or handed out again. Made when something fails first. */
  retries: ReadonlyMap<number, Retry> = NO_RETRIES;
  /** What consumers within the process hold. Made with the first of them. */
  handOvers: HandOvers | undefined;
  #floor: number;
  /** Messages at or above the floor that are not settled. */
  unsettledCount = 0;

  constructor(subscription: number, positions: Positions, floor: number) {
    this.subscription = subscription;
    this.positions = positions;
    this.#floor = floor;
    positions.cursors.add(this);
    this.passGaps();
  }

  get floor(): number {
    return this.#floor;
  }

  get holdsSettled(): boolean {
    return this.held.size > 0;
  }

  isSettled(position: number): boolean {
    return position < this.#floor || this.settled.has(position);
  }

  /** Messages at these positions exist now. Those below the floor came before this cursor, or were purged. */
  added(first: number, count: number): void {
    const from = Math.max(first, this.#floor);
    this.unsettledCount += Math.max(first + count - from, 0);
  }

  /** How many of these positions are not settled; that they hold messages is the caller's to know. */
  countUnsettled(first: number, count: number): number {
    const from = Math.max(first, this.#floor);
    const left = Math.max(first + count - from, 0);
    return left === 0 ? 0 : left - this.settled.countIn(from, left);
  }

  /** Settles a range in which every position holds a message; returns how many were not settled before. */
  settle(first: number, count: number): number {
    const end = first + count;
    if (end <= this.#floor) return 0;
    if (this.retries.size > 0) this.#forgetRetries(first, end);
    this.handOvers?.remove(first, count);
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

  /** These failed; what is settled already stays so. */
  failed(first: number, count: number, retry: Retry): void {
    const retries = this.#ownRetries();
    this.handOvers?.remove(first, count);
    for (let position = first; position < first + count; position += 1) {
      if (!this.isSettled(position)) retries.set(position, retry);
    }
  }

  /** A consumer within the process gets these. */
  handOver(log: number, first: number, count: number): void {
    if (first + count <= this.#floor) return;
    (this.handOvers ??= new HandOvers()).add(log, first, count);
  }

  /** The process stopped, and whoever held what was handed over is gone: it comes again at once, as interrupted. */
  interrupt(): void {
    const handOvers = this.handOvers?.ranges() ?? [];
    this.handOvers = undefined;
    for (const { log, first, count } of handOvers) {
      let before: Retry | undefined;
      let retry: Retry | undefined;
      for (let position = first; position < first + count; position += 1) {
        const known = this.retries.get(position);
        if (!retry || known !== before) retry = interruptedRetry(log, known);
        before = known;
        this.failed(position, 1, retry);
      }
    }
  }

  /** Settles everything below `floor`; `unsettledLeft` says how many messages above it are still unsettled. */
  moveFloor(floor: number, unsettledLeft: number): void {
    if (floor <= this.#floor) return;
    this.settled.remove(this.#floor, floor - this.#floor);
    this.#deleteRetries((position) => position < floor);
    this.handOvers?.remove(this.#floor, floor - this.#floor);
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

  /** What failed, as ranges that failed together; in no order. */
  *failedRanges(): Generator<{ first: number; count: number; readonly retry: Retry }, void> {
    let range: { first: number; count: number; readonly retry: Retry } | undefined;
    for (const [position, retry] of this.retries) {
      if (range?.retry === retry && range.first + range.count === position) {
        range.count += 1;
      } else {
        if (range) yield range;
        range = { first: position, count: 1, retry };
      }
    }
    if (range) yield range;
  }

  close(): void {
    this.positions.cursors.delete(this);
  }

  #forgetRetries(first: number, end: number): void {
    if (end - first > this.retries.size) {
      this.#deleteRetries((position) => position >= first && position < end);
      return;
    }
    const retries = this.#ownRetries();
    for (let position = first; position < end; position += 1) retries.delete(position);
  }

  #deleteRetries(isGone: (position: number) => boolean): void {
    if (this.retries.size === 0) return;
    const retries = this.#ownRetries();
    for (const position of retries.keys()) if (isGone(position)) retries.delete(position);
  }

  #ownRetries(): Map<number, Retry> {
    if (this.retries === NO_RETRIES) this.retries = new Map();
    return this.retries as Map<number, Retry>;
  }
}

/** `known`: what failed before. */
const interruptedRetry = (log: number, known: Retry | undefined): Retry => ({
  log,
  failures: known?.failures ?? 0,
  crashes: known?.crashes ?? 0,
  dueAtMs: 0,
  firstFailedAtMs: known?.firstFailedAtMs ?? 0,
  note: known?.note ?? 0,
  interrupted: true,
});
