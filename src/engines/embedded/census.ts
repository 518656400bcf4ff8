import type { Clock } from "../../runtime/clock.js";
import type { Segment } from "./segment.js";
import type { Liveness } from "./liveness.js";

/** Files are counted for about this long at a time, in ms. */
const SLICE_MS = 5;

/** What is known of a file that is written no more. */
export interface CountedFile {
  readonly segment: Segment;
  /** About; never less than what lives, and nothing lives if it is 0. */
  readonly liveBytes: number;
  readonly deadBytes: number;
}

/**
 * How much of each file lives. What died does not come back to life, so a count that is out of date says too much at
 * worst: files are counted again in turns, a few ms at a time, however many there are.
 */
export class Census {
  readonly #clock: Clock;
  readonly #liveness: Liveness;
  /** The file counted longest ago comes first. */
  readonly #files = new Map<Segment, CountedFile>();

  constructor(clock: Clock, liveness: Liveness) {
    this.#clock = clock;
    this.#liveness = liveness;
  }

  /** Counts as many of `segments` as fit into a slice, and forgets all others. */
  update(segments: readonly Segment[]): void {
    const current = new Set(segments);
    for (const segment of this.#files.keys()) {
      if (!current.has(segment)) this.#files.delete(segment);
    }
    for (const segment of segments) {
      if (!this.#files.has(segment)) this.#files.set(segment, uncounted(segment));
    }
    const until = this.#clock.monotonic() + SLICE_MS;
    for (const segment of [...this.#files.keys()]) {
      this.#count(segment);
      if (this.#clock.monotonic() > until) return;
    }
  }

  get files(): readonly CountedFile[] {
    return [...this.#files.values()];
  }

  #count(segment: Segment): void {
    const known = this.#files.get(segment);
    this.#files.delete(segment);
    const liveBytes = known?.liveBytes === 0 ? 0 : this.#liveBytes(segment);
    this.#files.set(segment, { segment, liveBytes, deadBytes: segment.size - liveBytes });
  }

  #liveBytes(segment: Segment): number {
    let liveBytes = 0;
    for (const log of segment.logs()) {
      const { first, last, messages, bytes } = segment.extentOf(log);
      const live = this.#liveness.of(log).count({ first, count: last - first + 1 });
      // Some of these positions are in other logs of the topic.
      if (messages > 0) liveBytes += Math.ceil((bytes * Math.min(live, messages)) / messages);
      if (live > 0 && bytes === 0) liveBytes += 1;
    }
    return liveBytes;
  }
}

const uncounted = (segment: Segment): CountedFile => ({
  segment,
  liveBytes: segment.size,
  deadBytes: 0,
});
