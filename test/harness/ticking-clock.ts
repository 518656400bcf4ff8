import { TestClock, type TestClockOptions } from "./test-clock.js";

/** A test clock on which time passes while something is done: a little whenever somebody asks what time it is. */
export class TickingClock extends TestClock {
  readonly #tickMs: number;
  #passedMs = 0;

  constructor(options: TestClockOptions & { readonly tickMs: number }) {
    super(options);
    this.#tickMs = options.tickMs;
  }

  override monotonic(): number {
    this.#passedMs += this.#tickMs;
    return super.monotonic() + this.#passedMs;
  }

  override now(): number {
    return super.now() + this.#passedMs;
  }
}
