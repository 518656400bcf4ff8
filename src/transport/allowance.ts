/** So many of something in so long, counted in windows. */
export class Allowance {
  readonly #limit: number;
  readonly #windowMs: number;
  #windowStart = -Infinity;
  #taken = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Takes one, and returns whether there was one left. `nowMs` is monotonic. */
  take(nowMs: number): boolean {
    if (nowMs - this.#windowStart >= this.#windowMs) {
      this.#windowStart = nowMs;
      this.#taken = 0;
    }
    this.#taken += 1;
    return this.#taken <= this.#limit;
  }
}
