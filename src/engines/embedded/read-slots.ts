import type { Source } from "./feed-source.js";

/** Sources of one feed that may hold what they read ahead at a time: bounds memory where a pattern has many topics. */
const MAX_READING = 8;

/** Who of the many sources of a feed may read from disk; the others wait for their turn. */
export class ReadSlots {
  readonly #readers = new Set<Source>();
  /** In the order of their requests. */
  readonly #parked = new Set<Source>();

  /** A reader that has handed out all it read goes to the end of the queue, if there is one. */
  mayLoad(source: Source): boolean {
    return this.#readers.has(source) ? this.#parked.size === 0 : this.#readers.size < MAX_READING;
  }

  reads(source: Source): void {
    this.#readers.add(source);
  }

  /** It wants to read and may not. Returns whose turn it is instead, if a slot was freed. */
  park(source: Source): Source | undefined {
    this.#parked.add(source);
    return this.#readers.delete(source) ? this.#next() : undefined;
  }

  /** It reads no more. Returns whose turn it is, if a slot was freed. */
  release(source: Source): Source | undefined {
    this.#parked.delete(source);
    return this.#readers.delete(source) ? this.#next() : undefined;
  }

  #next(): Source | undefined {
    const [next] = this.#parked;
    if (next) this.#parked.delete(next);
    return next;
  }
}
