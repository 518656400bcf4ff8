import { TestClock } from "../../harness/test-clock.js";

/** A clock whose event loop can stand still: time passes, and no timer fires. */
export class StallingClock extends TestClock {
  #stalledMs = 0;

  stall(ms: number): void {
    this.#stalledMs += ms;
  }

  override monotonic(): number {
    return super.monotonic() + this.#stalledMs;
  }
}
