/**
 * The positions of a topic (one rising sequence over the logs of all its priorities) or of one of a subscription's own
 * logs: which come next, which were never used, and which cursors follow them.
 */

/** A subscription's cursor, as the positions it follows see it. */
export interface Follower {
  readonly subscription: number;
  /** Everything below is settled. */
  readonly floor: number;
  /** Messages that are not settled. */
  readonly unsettledCount: number;
  /** It keeps settled messages alive: dead ones, or what was redriven. */
  readonly holdsSettled: boolean;
  /** How many of these positions are not settled, gaps included. */
  countUnsettled(first: number, count: number): number;
  /** Messages exist at these positions now. */
  added(first: number, count: number): void;
  /** There are new gaps. */
  passGaps(): void;
}
/** Positions are reserved in the journal this far ahead, so that none is used twice in an epoch. */
export const RESERVED_AHEAD = 65_536;

export class Positions {
  /** The log that names this sequence: a topic's log of priority 0, or the log itself. */
  readonly log: number;
  readonly cursors = new Set<Follower>();
  /** The next position to give out; the first is 1. */
  next = 1;
  /** Positions below this may be given out without another entry in the journal. */
  reservedUntil = 1;
  /** Settled messages are kept for a while: gaps among them count too. */
  isRetained = false;
  /** This process gave out all positions from here on, one after the other. */
  unbrokenFrom = 1;
  /** Everything below is durable: it may be handed out. */
  durableNext = 1;
  /** Messages stored since this process started. */
  storedCount = 0;
  /** Pairs of numbers, rising: positions from the first to below the second hold no message. */
  readonly #gaps: number[] = [];

  constructor(log: number) {
    this.log = log;
  }

  /** Says that nothing is stored from `next` to below `until`; the next message gets `until`. */
  skipTo(until: number): void {
    if (until <= this.next) return;
    if (this.cursors.size > 0 || this.isRetained) {
      if (this.#gaps.at(-1) === this.next) this.#gaps[this.#gaps.length - 1] = until;
      else this.#gaps.push(this.next, until);
    }
    this.next = until;
    for (const cursor of this.cursors) cursor.passGaps();
  }

  /** The end of the gap that covers `position`, or `position`. */
  afterGap(position: number): number {
    const gap = this.#gapsUpTo(position) - 1;
    return gap < 0 ? position : Math.max(position, this.#gaps[2 * gap + 1] ?? 0);
  }

  /** The first position of the first gap above `position`; Infinity if there is none. */
  nextGap(position: number): number {
    return this.#gaps[2 * this.#gapsUpTo(position)] ?? Infinity;
  }

  /** What lies between gaps from `first` to below `end`, in order. Gaps below the lowest floor are forgotten. */
  *stretches(first: number, end: number): Generator<{ first: number; count: number }, void> {
    for (let at = this.afterGap(first); at < end;) {
      const stretchEnd = Math.min(this.nextGap(at), end);
      yield { first: at, count: stretchEnd - at };
      at = this.afterGap(stretchEnd);
    }
  }

  /** Forgets gaps below `position`. */
  trimGaps(position: number): void {
    let ended = 0;
    while (ended < this.#gaps.length && (this.#gaps[ended + 1] ?? 0) <= position) ended += 2;
    if (ended > 0) this.#gaps.splice(0, ended);
  }

  /** Everything below is settled by every cursor; `next` where there is none. */
  get lowestFloor(): number {
    let lowest = this.next;
    for (const cursor of this.cursors) lowest = Math.min(lowest, cursor.floor);
    return lowest;
  }

  gaps(): readonly number[] {
    return this.#gaps;
  }

  restoreGaps(gaps: readonly number[]): void {
    for (const border of gaps) this.#gaps.push(border);
  }

  /** How many gaps begin at or below `position`. */
  #gapsUpTo(position: number): number {
    let low = 0;
    let high = this.#gaps.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#gaps[2 * middle] ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
