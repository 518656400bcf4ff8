import type { DiskOperation } from "./disk-faults.js";

/** How many calls a trace keeps. */
const MAX_LINES = 2000;

interface Entry {
  readonly text: string;
  outcome: string;
}

/** What was asked of a simulated disk, for the report of a failing seed: `12 write j-1 4096+812 ok`. */
export class OperationTrace {
  #entries: Entry[] = [];
  #callCount = 0;
  readonly #counts = new Map<DiskOperation, number>();

  /** Oldest first. A call without an outcome was under way when the trace was read. */
  get lines(): readonly string[] {
    return this.#entries
      .slice(-MAX_LINES)
      .map((entry) => `${entry.text} ${entry.outcome}`.trimEnd());
  }

  toString(): string {
    return this.lines.join("\n");
  }

  /** How many calls there were, those before a crash included. */
  get callCount(): number {
    return this.#callCount;
  }

  count(operation: DiskOperation): number {
    return this.#counts.get(operation) ?? 0;
  }

  /** Returns what must be called with the outcome. */
  start(operation: DiskOperation, file: string, detail: string): (outcome: string) => void {
    this.#callCount += 1;
    this.#counts.set(operation, this.count(operation) + 1);
    const entry = this.#add(`${this.#callCount} ${operation} ${file} ${detail}`.trimEnd());
    return (outcome) => {
      entry.outcome = outcome;
    };
  }

  /** A trace that goes on after `event`, on another disk: its calls are counted from 0. */
  continueAfter(event: string): OperationTrace {
    const next = new OperationTrace();
    next.#entries = this.#entries.slice(-MAX_LINES).map((entry) => ({ ...entry }));
    next.#callCount = this.#callCount;
    next.#add(`-- ${event}`);
    return next;
  }

  #add(text: string): Entry {
    if (this.#entries.length >= 2 * MAX_LINES) this.#entries = this.#entries.slice(-MAX_LINES);
    const entry: Entry = { text, outcome: "" };
    this.#entries.push(entry);
    return entry;
  }
}
