/** Time as broker and engines see it. Injected, so that a test or a simulation decides what time it is. */
export interface Clock {
  /** Wall clock: whole ms since 1970. May jump either way. For stamps that people read, never for deadlines. */
  now(): number;
  /** ms since some start, with a fraction; never goes back. For leases, deadlines and delays. */
  monotonic(): number;
  /** Calls `callback` once, `delayMs` from now or later; any length, 0 included. Does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` once the I/O events of this turn have been handled, so that what they bring is taken together. */
  defer(callback: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** Longest delay that Node's timers take without overflow, in ms: 2^31 - 1 (longer ones would fire at once). */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** What a clock is made of: functions of the machine, or those of a test. */
export interface TimeSource {
  wallMs(): number;
  monotonicMs(): number;
  /** Calls back once, about `delayMs` from now (whole ms, at most `LONGEST_TIMEOUT_MS`). Returns what cancels it. */
  startTimeout(delayMs: number, callback: () => void): () => void;
  defer(callback: () => void): void;
}

/** A clock over the functions of a machine, with timers of any length that never fire early. */
export function createClock(source: TimeSource): Clock {
  return {
    now: () => source.wallMs(),
    monotonic: () => source.monotonicMs(),
    setTimer: (delayMs, callback) => new SourceTimer(source, delayMs, callback),
    defer: (callback) => source.defer(callback),
  };
}

class SourceTimer implements Timer {
  readonly #source: TimeSource;
  readonly #dueAt: number;
  readonly #callback: () => void;
  #cancel: () => void;

  constructor(source: TimeSource, delayMs: number, callback: () => void) {
    this.#source = source;
    this.#dueAt = source.monotonicMs() + delayMs;
    this.#callback = callback;
    this.#cancel = this.#wait(delayMs);
  }

  cancel(): void {
    this.#cancel();
  }

  #wait(leftMs: number): () => void {
    const pieceMs = Math.min(Math.max(Math.ceil(leftMs), 0), LONGEST_TIMEOUT_MS);
    return this.#source.startTimeout(pieceMs, () => this.#onTimeout());
  }

  #onTimeout(): void {
    // Time may be left after a piece of a long delay, and because Node counts whole ms from a clock that was cut off.
    const leftMs = this.#dueAt - this.#source.monotonicMs();
    if (leftMs > 0) this.#cancel = this.#wait(leftMs);
    else this.#callback();
  }
}

/** How often nothing is done while a process is kept alive, in ms. */
const KEEP_ALIVE_MS = 60_000;

/** Keeps the process alive, which timers of a clock do not, until what it returns is called. */
export function keepAlive(): () => void {
  const interval = setInterval(() => {}, KEEP_ALIVE_MS);
  return () => clearInterval(interval);
}

/** The machine's own time. */
export const systemClock: Clock = createClock({
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  startTimeout: (delayMs, callback) => {
    const timeout = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timeout);
  },
  defer: (callback) => void setImmediate(callback),
});
