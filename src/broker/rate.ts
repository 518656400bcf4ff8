/** Seconds over which a rate is taken. */
const WINDOW = 10;

/** Events per second over the last ten seconds. Counting costs an addition; nothing runs on a timer. */
export class Rate {
  readonly #counts = new Float64Array(WINDOW);
  #second = 0;

  /** @param nowMs - monotonic. */
  add(nowMs: number, count: number): void {
    this.#moveTo(Math.floor(nowMs / 1000));
    const at = this.#second % WINDOW;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  /** The running second is left out. */
  perSecond(nowMs: number): number {
    this.#moveTo(Math.floor(nowMs / 1000));
    const running = this.#counts[this.#second % WINDOW] ?? 0;
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    return (total - running) / (WINDOW - 1);
  }

  #moveTo(second: number): void {
    const passed = Math.min(second - this.#second, WINDOW);
    for (let step = 0; step < passed; step += 1) this.#counts[(second - step) % WINDOW] = 0;
    this.#second = second;
  }
}
