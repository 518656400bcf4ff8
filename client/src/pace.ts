/** What the handlers finish in this long may wait here, so that they never wait for the network, in ms. */
const AHEAD_MS = 100;

/** How much of the average a measurement of one leaves as it is. */
const KEPT = 0.8;

/** How long handlers take, as a moving average: decides how many deliveries may wait for them. */
export class Pace {
  #averageMs: number | undefined;

  /** ms for each; undefined until the first was seen. */
  get averageMs(): number | undefined {
    return this.#averageMs;
  }

  /** So many deliveries were handled in so long. */
  add(count: number, totalMs: number): void {
    const each = totalMs / count;
    const average = this.#averageMs ?? each;
    // A hundred that were handled together count as much as a hundred one by one.
    this.#averageMs = each + (average - each) * KEPT ** count;
  }

  /** How many may wait for `concurrency` handlers; 0 until the first was seen, and for slow ones. */
  ahead(concurrency: number, most: number): number {
    if (this.#averageMs === undefined) return 0;
    return Math.min(most, Math.floor((AHEAD_MS * concurrency) / Math.max(this.#averageMs, 0.001)));
  }
}
