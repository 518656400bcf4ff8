import type { Clock } from "./clock.js";
import { Fifo } from "./fifo.js";

/** How long what clients ask for may keep the event loop busy before others get on, in ms. */
const TURN_MS = 5;

/**
 * Shares the event loop out: in one turn of it, work is done for some milliseconds; whoever has more goes on in a later
 * turn, one after the other. A single piece of work is never divided.
 */
export class Turns {
  readonly #clock: Pick<Clock, "defer" | "monotonic">;
  readonly #waiting = new Fifo<() => void>();
  #endsAt: number | undefined;
  readonly #onEnd = (): void => this.#next();

  constructor(clock: Pick<Clock, "defer" | "monotonic">) {
    this.#clock = clock;
  }

  /** Whether one more piece may be done in this turn. */
  hasTime(): boolean {
    const now = this.#clock.monotonic();
    if (this.#endsAt !== undefined) return now < this.#endsAt;
    this.#begin(now);
    return true;
  }

  /** Calls `goOn` in a later turn, after all that wait already. */
  later(goOn: () => void): void {
    this.#waiting.push(goOn);
    if (this.#endsAt === undefined) this.#begin(this.#clock.monotonic());
  }

  #begin(now: number): void {
    this.#endsAt = now + TURN_MS;
    this.#clock.defer(this.#onEnd);
  }

  /** One after the other, while there is time; who waits again does so for the turn after this one. */
  #next(): void {
    this.#endsAt = undefined;
    for (let left = this.#waiting.length; left > 0; left -= 1) {
      if (!this.hasTime()) break;
      this.#waiting.shift()?.();
    }
  }
}
