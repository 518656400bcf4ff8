import { PositionSet } from "./position-set.js";

/** Consecutive positions of a log. */
interface Range {
  readonly log: number;
  readonly first: number;
  readonly count: number;
}

/** Which messages consumers within the process hold, by log: a crash of the process may be their doing. */
export class HandOvers {
  readonly #byLog = new Map<number, PositionSet>();

  get isEmpty(): boolean {
    for (const set of this.#byLog.values()) if (set.size > 0) return false;
    return true;
  }

  add(log: number, first: number, count: number): void {
    let set = this.#byLog.get(log);
    if (!set) {
      set = new PositionSet();
      this.#byLog.set(log, set);
    }
    set.add(first, count);
  }

  /** Logs that share their positions have no position in common. */
  remove(first: number, count: number): void {
    for (const set of this.#byLog.values()) set.remove(first, count);
  }

  /** Whether any of a range is in it. */
  hasAny({ log, first, count }: Range): boolean {
    const set = this.#byLog.get(log);
    return set !== undefined && set.nextPresent(first, first + count) < first + count;
  }

  clear(): void {
    this.#byLog.clear();
  }

  ranges(): Range[] {
    return [...this.#byLog].flatMap(([log, set]) =>
      set.ranges().map(({ first, count }) => ({ log, first, count })),
    );
  }
}
