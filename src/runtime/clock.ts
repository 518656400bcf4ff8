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

class SystemTimer implements Timer {
  readonly #dueAt: number;
  readonly #callback: () => void;
  #handle: NodeJS.Timeout | undefined;

  constructor(delayMs: number, callback: () => void) {
    this.#dueAt = performance.now() + delayMs;
    this.#callback = callback;
    this.#wait();
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  #wait(): void {
    const leftMs = this.#dueAt - performance.now();
    const isLastPiece = leftMs <= LONGEST_TIMEOUT_MS;
    const next = isLastPiece ? this.#callback : () => this.#wait();
    this.#handle = setTimeout(next, Math.min(Math.max(Math.ceil(leftMs), 0), LONGEST_TIMEOUT_MS));
    this.#handle.unref();
  }
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (delayMs, callback) => new SystemTimer(delayMs, callback),
  defer: (callback) => void setImmediate(callback),
};
