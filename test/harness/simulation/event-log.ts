import { createHash } from "node:crypto";

/** How many lines are kept for the report of a failing seed. */
const MAX_LINES = 300;

/** What happened in a simulated world: the last of it as text, and all of it as a hash. */
export class EventLog {
  count = 0;
  /** Told of every line; for whoever wants to read along. */
  onLine: ((line: string) => void) | undefined;
  readonly #hash = createHash("sha256");
  #lines: string[] = [];

  add(nowMs: number, text: string): void {
    const line = `${nowMs.toFixed(3)} ${text}`;
    this.count += 1;
    this.#hash.update(line);
    this.#lines.push(line);
    if (this.#lines.length >= 2 * MAX_LINES) this.#lines = this.#lines.slice(-MAX_LINES);
    this.onLine?.(line);
  }

  /** Of everything so far: two runs with the same one are the same run. */
  get hash(): string {
    return this.#hash.copy().digest("hex");
  }

  get lastLines(): readonly string[] {
    return this.#lines.slice(-MAX_LINES);
  }
}
