import { DeadlineHeap, NOT_IN_HEAP, type Deadline } from "../../../src/runtime/timers.js";
import type { SeededRandom } from "../seeded-random.js";
import type { EventLog } from "./event-log.js";

/** Among events that are due together the seed decides: each is later by up to so much, in ms. */
const TIE_MS = 0.001;

class VirtualEvent implements Deadline {
  dueAt = 0;
  heapIndex = NOT_IN_HEAP;
  readonly what: string;
  readonly happen: () => void;

  constructor(what: string, happen: () => void) {
    this.what = what;
    this.happen = happen;
  }
}

/**
 * Time that goes from event to event. One event happens at a time, with everything that it sets off on the microtask
 * queue; the earliest is next, and the seed decides between those that are due together.
 */
export class VirtualTime {
  readonly log: EventLog;
  readonly #random: SeededRandom;
  readonly #events = new DeadlineHeap<VirtualEvent>();
  #nowMs = 0;

  constructor(random: SeededRandom, log: EventLog) {
    this.#random = random;
    this.log = log;
  }

  /** ms since the world began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  note(text: string): void {
    this.log.add(this.#nowMs, text);
  }

  /** Lets something happen once, `delayMs` from now. Returns what takes it back. */
  schedule(delayMs: number, what: string, happen: () => void): { cancel(): void } {
    const event = new VirtualEvent(what, happen);
    const dueAt = this.#nowMs + Math.max(delayMs, 0) + this.#random.fraction() * TIE_MS;
    this.#events.set(event, dueAt);
    return { cancel: () => this.#events.remove(event) };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.schedule(delayMs, "somebody wakes", resolve));
  }

  /** Lets events happen until `work` is settled; gives what it gives. */
  async run<Result>(work: Promise<Result>, afterEach: () => void = () => {}): Promise<Result> {
    let isSettled = false;
    const settled = work.finally(() => (isSettled = true));
    settled.catch(() => {});
    await turn();
    while (!isSettled) {
      const event = this.#events.first;
      if (!event) throw new Error("nothing will ever happen again, and somebody waits for it");
      this.#events.remove(event);
      this.#nowMs = Math.max(this.#nowMs, event.dueAt);
      if (event.what !== "") this.note(event.what);
      event.happen();
      // Nothing in this world waits for anything real, so after one turn all microtasks have run.
      await turn();
      afterEach();
    }
    return settled;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
