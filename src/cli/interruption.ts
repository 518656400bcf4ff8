import { constants } from "node:os";

type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Ctrl-C, or whoever else wants an end: the first time in peace, the second time at once. */
export class Interruption {
  readonly #abort = new AbortController();
  #by: Signal | undefined;

  /** From now on signals come here. */
  constructor(onFirst: (signal: Signal) => void = () => {}) {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (this.#by !== undefined) process.exit(exitCode(signal));
        this.#by = signal;
        onFirst(signal);
        this.#abort.abort();
      });
    }
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What the process ends with, as a shell tells it: 130 for Ctrl-C. Undefined if nobody interrupted. */
  get exit(): number | undefined {
    return this.#by === undefined ? undefined : exitCode(this.#by);
  }
}

const exitCode = (signal: Signal): number => 128 + constants.signals[signal];
