import type { LogId, Ref } from "./engine.js";

/** A part of a range: `count` positions that are all in the set or all not. */
export interface RangePart {
  /** From the beginning of the range. */
  readonly offset: number;
  readonly count: number;
  readonly isIn: boolean;
}

/** Positions of logs, to ask whether something is among them. */
export class RefSet {
  /** By log, rising; ranges do not overlap. */
  readonly #ranges = new Map<LogId, { first: number; end: number }[]>();

  constructor(refs: readonly Ref[]) {
    const rising = [...refs].sort((one, other) => one.first - other.first);
    for (const { log, first, count } of rising) {
      const ranges = this.#ranges.get(log) ?? [];
      const last = ranges.at(-1);
      if (last && first <= last.end) last.end = Math.max(last.end, first + count);
      else ranges.push({ first, end: first + count });
      this.#ranges.set(log, ranges);
    }
  }

  /** Cuts positions `first` to `first + count - 1` into parts, in order. */
  parts(log: LogId, first: number, count: number): RangePart[] {
    const ranges = this.#ranges.get(log) ?? [];
    const end = first + count;
    const parts: RangePart[] = [];
    let at = first;
    for (let index = indexOfEndAfter(ranges, first); at < end; index += 1) {
      const range = ranges[index];
      const inFrom = Math.min(Math.max(range?.first ?? end, at), end);
      const inTo = Math.min(range?.end ?? end, end);
      if (inFrom > at) parts.push({ offset: at - first, count: inFrom - at, isIn: false });
      if (inTo > inFrom) parts.push({ offset: inFrom - first, count: inTo - inFrom, isIn: true });
      at = inTo;
    }
    return parts;
  }
}

/** Index of the first range that ends after `position`. */
function indexOfEndAfter(ranges: readonly { readonly end: number }[], position: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.end ?? Infinity) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
