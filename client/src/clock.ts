/** Time as the SDK sees it. Injected, so that a test broker can move its clients' clocks too. */
export interface Clock {
  /** Whole ms since 1970. */
  now(): number;
  /** ms since some start; never goes back. */
  monotonic(): number;
  /** Calls back once, `delayMs` from now or later; any length. `keepsAlive`: the process waits for it (default: no). */
  setTimer(delayMs: number, callback: () => void, keepsAlive?: boolean): Timer;
  /** Calls back once the events of this turn have been handled, so that what they bring is taken together. */
  defer(callback: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** Longest delay that timers take without overflow, in ms: 2^31 - 1. Longer ones would fire at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** Node has it; browsers do not. */
declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/** The time of this runtime. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (delayMs, callback, keepsAlive = false) =>
    new SystemTimer(delayMs, callback, keepsAlive),
  defer: createDefer(),
};

/** A timer of any length, which never fires early. */
class SystemTimer implements Timer {
  readonly #dueAt: number;
  readonly #callback: () => void;
  readonly #keepsAlive: boolean;
  #handle: number;

  constructor(delayMs: number, callback: () => void, keepsAlive: boolean) {
    this.#dueAt = performance.now() + delayMs;
    this.#callback = callback;
    this.#keepsAlive = keepsAlive;
    this.#handle = this.#wait(delayMs);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  #wait(leftMs: number): number {
    const pieceMs = Math.min(Math.max(Math.ceil(leftMs), 0), LONGEST_TIMEOUT_MS);
    const handle = setTimeout(() => this.#onTimeout(), pieceMs);
    if (!this.#keepsAlive) (handle as unknown as { unref?(): void }).unref?.();
    return handle as unknown as number;
  }

  #onTimeout(): void {
    const leftMs = this.#dueAt - performance.now();
    if (leftMs > 0) this.#handle = this.#wait(leftMs);
    else this.#callback();
  }
}

/** setImmediate where it exists; else a message to ourselves, because timers are held up to 4 ms and more. */
function createDefer(): (callback: () => void) => void {
  if (typeof setImmediate === "function") return setImmediate;
  const callbacks: (() => void)[] = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => callbacks.shift()?.();
  return (callback) => {
    callbacks.push(callback);
    channel.port2.postMessage(undefined);
  };
}
