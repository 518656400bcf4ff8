import { Fifo } from "../runtime/fifo.js";
import type { Ref, Run } from "./engine.js";
import { sizeOf } from "./holdings.js";
import type { Slice } from "./queue-events.js";
import type { RefSet } from "./ref-set.js";

/** Messages that the feed handed out and nobody holds yet, first in, first out. */
export class ReadyList {
  #messages = 0;
  #bytes = 0;
  readonly #slices = new Fifo<Slice>();

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The oldest messages, all of one run; undefined if there is nothing. */
  get first(): Slice | undefined {
    return this.#slices.first;
  }

  push(run: Run, from = 0, count = run.count): void {
    this.#slices.push({ run, from, count });
    this.#messages += count;
    this.#bytes += sizeOf(run, from, count);
  }

  /** Takes the oldest `count` messages away; not more than `first` has. */
  shift(count: number): void {
    const slice = this.first;
    if (slice === undefined) return;
    this.#messages -= count;
    this.#bytes -= sizeOf(slice.run, slice.from, count);
    if (count < slice.count) {
      const { run, from } = slice;
      this.#slices.replaceFirst({ run, from: from + count, count: slice.count - count });
    } else this.#slices.shift();
  }

  /** Takes the newest messages away until `keep` are left, and returns what to give back. */
  trim(keep: number): Ref[] {
    const refs: Ref[] = [];
    while (this.#messages > keep) {
      const slice = this.#slices.pop();
      if (slice === undefined) break;
      const { run, from } = slice;
      const kept = Math.max(slice.count - (this.#messages - keep), 0);
      this.#messages -= slice.count;
      this.#bytes -= sizeOf(run, from, slice.count);
      if (kept > 0) this.push(run, from, kept);
      refs.unshift({ log: run.log, first: run.first + from + kept, count: slice.count - kept });
    }
    return refs;
  }

  /** Takes away what is gone. */
  remove(refs: RefSet): void {
    const slices = this.#slices.drain();
    this.#messages = 0;
    this.#bytes = 0;
    for (const { run, from, count } of slices) {
      for (const part of refs.parts(run.log, run.first + from, count)) {
        if (!part.isIn) this.push(run, from + part.offset, part.count);
      }
    }
  }
}
