import type { Cursor } from "./cursor.js";
import { bitCount } from "./position-set.js";
import type { Positions } from "./positions.js";
import type { Log, State } from "./state.js";

/** Consecutive positions. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/**
 * Which messages somebody still needs: a subscription has not settled them or its own log refers to them, or their
 * topic's retention keeps them.
 */
export class Liveness {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** Who needs messages of a log now; ask again after something else was done. */
  of(logId: number): LogLiveness {
    const log = this.#state.logs.get(logId);
    if (!log) return NOTHING_LIVES;
    if (log.kind === "notes") return new NotesLiveness(this.#notesInUse(log));
    return new PositionsLiveness(log.positions, this.#keptFrom(log));
  }

  /** Retention keeps everything from here on. */
  #keptFrom(log: Log): number {
    if (log.kind !== "messages" || !log.positions.isRetained) return Infinity;
    return this.#state.topics.get(log.owner)?.retainedFrom ?? Infinity;
  }

  #notesInUse(log: Log): ReadonlySet<number> {
    const notes = new Set<number>();
    for (const cursor of this.#state.subscriptions.get(log.owner)?.cursors.values() ?? []) {
      for (const retry of cursor.retries.values()) notes.add(retry.note);
    }
    return notes;
  }
}

export interface LogLiveness {
  /** The parts of a range that live, in order. */
  parts(range: Range): Range[];
  /** How many of a range live; positions without a message count as little as possible. */
  count(range: Range): number;
}

const NOTHING_LIVES: LogLiveness = { parts: () => [], count: () => 0 };

class NotesLiveness implements LogLiveness {
  readonly #inUse: ReadonlySet<number>;

  constructor(inUse: ReadonlySet<number>) {
    this.#inUse = inUse;
  }

  parts({ first, count }: Range): Range[] {
    const parts: Range[] = [];
    for (let position = first; position < first + count; position += 1) {
      if (this.#inUse.has(position)) parts.push({ first: position, count: 1 });
    }
    return parts;
  }

  count({ first, count }: Range): number {
    let live = 0;
    for (const note of this.#inUse) if (note >= first && note < first + count) live += 1;
    return live;
  }
}

/** Ranges are looked at run by run and word by word, never position by position. */
class PositionsLiveness implements LogLiveness {
  readonly #positions: Positions;
  readonly #keptFrom: number;
  readonly #cursors: readonly Cursor[];

  constructor(positions: Positions, keptFrom: number) {
    this.#positions = positions;
    this.#keptFrom = keptFrom;
    this.#cursors = [...positions.cursors] as Cursor[];
  }

  parts({ first, count }: Range): Range[] {
    const end = first + count;
    const parts: Range[] = [];
    let at = this.#nextLive(first, end);
    while (at < end) {
      const partEnd = this.#liveEnd(at, end);
      parts.push({ first: at, count: partEnd - at });
      at = this.#nextLive(partEnd, end);
    }
    return parts;
  }

  count({ first, count }: Range): number {
    let live = 0;
    for (const part of this.#positions.stretches(first, first + count)) {
      live += this.#countBetween(part.first, part.first + part.count);
    }
    return live;
  }

  #nextLive(position: number, end: number): number {
    let next = Math.min(Math.max(position, this.#keptFrom), end);
    for (const cursor of this.#cursors) {
      next = Math.min(next, cursor.nextUnsettled(position));
      next = cursor.held.nextPresent(position, next);
    }
    return next;
  }

  /** The end of the run of live positions that begins at `position`. */
  #liveEnd(position: number, end: number): number {
    if (position >= this.#keptFrom) return end;
    let at = position;
    for (let reached = at; ; at = reached) {
      for (const cursor of this.#cursors) {
        if (!cursor.isSettled(reached)) reached = cursor.unsettledEnd(reached, end);
        if (reached < end && cursor.held.has(reached)) {
          reached = Math.min(cursor.held.nextAbsent(reached), end);
        }
      }
      if (reached >= Math.min(this.#keptFrom, end)) return end > this.#keptFrom ? end : reached;
      if (reached === at) return reached;
    }
  }

  /** How many from `first` to below `end`, a range without gaps. */
  #countBetween(first: number, end: number): number {
    const kept = Math.max(0, end - Math.max(first, this.#keptFrom));
    const to = end - kept;
    const lowest = this.#cursors.reduce((least, { floor }) => Math.min(least, floor), Infinity);
    const hasHeld = this.#cursors.some(({ held }) => held.size > 0);
    const from = hasHeld ? first : Math.max(first, lowest);
    let live = 0;
    for (let at = from; at < to;) {
      const bit = at % 32;
      const taken = Math.min(32 - bit, to - at);
      const mask = (taken === 32 ? -1 : ((1 << taken) - 1) << bit) >>> 0;
      const word = (this.#liveWord(Math.floor(at / 32)) & mask) >>> 0;
      live += bitCount(word);
      // Much may be dead in a row, as where a gap was that nobody remembers.
      at = word === 0 ? this.#nextLive(at + taken, to) : at + taken;
    }
    return kept + live;
  }

  #liveWord(index: number): number {
    let word = 0;
    for (const cursor of this.#cursors) {
      const below = cursor.floor - index * 32;
      const unsettled = below >= 32 ? 0 : below <= 0 ? -1 : -1 << below;
      word |= (unsettled & ~cursor.settled.word(index)) | cursor.held.word(index);
    }
    return word;
  }
}
