import type { Ref } from "../../broker/engine.js";
import { Fifo } from "../../runtime/fifo.js";
import { DeadlineHeap, NOT_IN_HEAP, type Deadline } from "../../runtime/timers.js";
import type { Source } from "./feed-source.js";

/** Messages of one source that come again: at once, or when they are due. */
export class Again implements Deadline {
  dueAt = 0;
  heapIndex = NOT_IN_HEAP;
  readonly source: Source;
  first: number;
  count: number;

  constructor(source: Source, first: number, count: number) {
    this.source = source;
    this.first = first;
    this.count = count;
  }

  get end(): number {
    return this.first + this.count;
  }

  /** Leaves out what comes before `position`. */
  cutTo(position: number): void {
    this.count = Math.max(this.end - position, 0);
    this.first = position;
  }
}

/**
 * What a feed hands out again, in this order: what was given back, by position; then what failed and is due, by due time.
 * What failed and is not due waits.
 */
export class Returns {
  #back: Again[] = [];
  /** Whether `#back` is in order. */
  #isSorted = true;
  readonly #due = new Fifo<Again>();
  readonly #waiting = new DeadlineHeap<Again>();
  readonly #allWaiting = new Set<Again>();
  #waitingCount = 0;

  /** Messages that wait for their next attempt. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** When the next of them is due; Infinity if none waits. */
  get nextDueAt(): number {
    return this.#waiting.first?.dueAt ?? Infinity;
  }

  get isEmpty(): boolean {
    return this.#back.length === 0 && this.#due.length === 0;
  }

  /** What is to be handed out next; `shift` it when nothing of it is left. */
  first(): Again | undefined {
    if (!this.#isSorted) this.#sort();
    return this.#back[0] ?? this.#due.first;
  }

  shift(): void {
    if (this.#back.length > 0) this.#back.shift();
    else this.#due.shift();
  }

  giveBack(source: Source, { first, count }: Ref): void {
    this.#back.push(new Again(source, first, count));
    this.#isSorted = this.#back.length === 1;
  }

  /** These come again at `dueAt`. */
  wait(again: Again, dueAt: number): void {
    this.#waiting.set(again, dueAt);
    this.#allWaiting.add(again);
    this.#waitingCount += again.count;
  }

  /** These come again now, after those that are due already. */
  addDue(again: Again): void {
    this.#due.push(again);
  }

  /** Moves on what is due at `now`. */
  takeDue(now: number): void {
    for (let next = this.#waiting.first; next && next.dueAt <= now; next = this.#waiting.first) {
      this.#stopWaiting(next);
      this.#due.push(next);
    }
  }

  /** Forgets what waits though it is settled: it was purged, or expired. */
  dropSettled(): void {
    for (const again of this.#allWaiting) {
      const { cursor } = again.source;
      if (cursor.countUnsettled(again.first, again.count) === 0) this.#stopWaiting(again);
    }
  }

  /** Forgets everything of a source. */
  remove(source: Source): void {
    this.#back = this.#back.filter((again) => again.source !== source);
    this.#due.keep((again) => again.source !== source);
    for (const again of this.#allWaiting) if (again.source === source) this.#stopWaiting(again);
  }

  #stopWaiting(again: Again): void {
    this.#waiting.remove(again);
    this.#allWaiting.delete(again);
    this.#waitingCount -= again.count;
  }

  /** Several consumers may give back in any order, and part by part. */
  #sort(): void {
    this.#back.sort((a, b) => a.source.log - b.source.log || a.first - b.first);
    this.#isSorted = true;
  }
}
