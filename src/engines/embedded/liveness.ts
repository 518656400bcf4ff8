import type { Cursor } from "./cursor.js";
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

  /** Whether nothing of `log` up to `last` lives, as far as can be told without looking at each position. */
  isSurelyDead(logId: number, last: number): boolean {
    const log = this.#state.logs.get(logId);
    if (!log) return true;
    if (last >= this.#keptFrom(log)) return false;
    return !cursorsOf(log.positions).some((cursor) => cursor.floor <= last || cursor.held.size > 0);
  }

  /** The parts of a range that live, in order. */
  liveParts(logId: number, { first, count }: Range): Range[] {
    const log = this.#state.logs.get(logId);
    if (!log) return [];
    const keptFrom = this.#keptFrom(log);
    const cursors = cursorsOf(log.positions);
    const notes = log.kind === "notes" ? this.#notesInUse(log) : undefined;
    const parts: Range[] = [];
    let start: number | undefined;
    for (let position = first; position < first + count; position += 1) {
      const isLive =
        position >= keptFrom || notes?.has(position) === true || isNeeded(cursors, position);
      if (isLive) start ??= position;
      else if (start !== undefined) {
        parts.push({ first: start, count: position - start });
        start = undefined;
      }
    }
    if (start !== undefined) parts.push({ first: start, count: first + count - start });
    return parts;
  }

  /** Retention keeps everything from here on. */
  #keptFrom(log: Log): number {
    if (log.kind !== "messages" || !log.positions.isRetained) return Infinity;
    return this.#state.topics.get(log.owner)?.retainedFrom ?? Infinity;
  }

  #notesInUse(log: Log): Set<number> {
    const notes = new Set<number>();
    for (const cursor of this.#state.subscriptions.get(log.owner)?.cursors.values() ?? []) {
      for (const retry of cursor.retries.values()) notes.add(retry.note);
    }
    return notes;
  }
}

const cursorsOf = (positions: Positions): Cursor[] => [...positions.cursors] as Cursor[];

const isNeeded = (cursors: readonly Cursor[], position: number): boolean =>
  cursors.some((cursor) => !cursor.isSettled(position) || cursor.held.has(position));
