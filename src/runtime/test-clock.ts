import type { Clock, Timer } from "./clock.js";

/** A callback that defers itself for ever is a bug that a test should see as such. */
const MAX_DEFERRED_PER_FLUSH = 1_000_000;

export interface TestClockOptions {
  /** ms since 1970 at the start. Default: the first of January 2026, UTC. */
  readonly wallMs?: number;
  /** When deferred callbacks run: at `flush`, or by themselves by setImmediate. Default "flush". */
  readonly defer?: "flush" | "immediate";
}

interface PendingTimer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** A clock that stands still until the test moves it. Timers fire inside `advance`, never by themselves. */
export class TestClock implements Clock {
  readonly #deferMode: "flush" | "immediate";
  /** By due time; those due at the same time in the order of their creation. */
  readonly #timers: PendingTimer[] = [];
  #deferred: (() => void)[] = [];
  #immediates = 0;
  #wallMs: number;
  #monotonicMs = 0;

  constructor(options: TestClockOptions = {}) {
    this.#wallMs = options.wallMs ?? Date.UTC(2026, 0, 1);
    this.#deferMode = options.defer ?? "flush";
  }

  get timerCount(): number {
    return this.#timers.length;
  }

  /** Deferred callbacks that did not run yet. */
  get deferredCount(): number {
    return this.#deferred.length + this.#immediates;
  }

  /** ms until the next timer is due; undefined if there is none. */
  get nextDueMs(): number | undefined {
    const next = this.#timers[0];
    return next === undefined ? undefined : Math.max(next.dueAt - this.#monotonicMs, 0);
  }

  now(): number {
    return Math.floor(this.#wallMs);
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer: PendingTimer = { dueAt: this.#monotonicMs + Math.max(delayMs, 0), callback };
    const later = this.#timers.findIndex((other) => other.dueAt > timer.dueAt);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return { cancel: () => this.#cancel(timer) };
  }

  defer(callback: () => void): void {
    if (this.#deferMode === "flush") {
      this.#deferred.push(callback);
      return;
    }
    this.#immediates += 1;
    setImmediate(() => {
      this.#immediates -= 1;
      callback();
    });
  }

  /** Moves both clocks; timers due on the way fire in order, each at its time, those that they set included. */
  advance(byMs: number): void {
    const until = this.#monotonicMs + byMs;
    for (
      let next = this.#timers[0];
      next !== undefined && next.dueAt <= until;
      next = this.#timers[0]
    ) {
      this.#timers.shift();
      this.#moveTo(next.dueAt);
      next.callback();
    }
    this.#moveTo(until);
  }

  /** Moves the wall clock only, either way, as when somebody sets it. */
  jumpWall(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** Runs what was deferred, and what that defers, until nothing is left. */
  flush(): void {
    for (let count = 0; this.#deferred.length > 0;) {
      const turn = this.#deferred;
      this.#deferred = [];
      count += turn.length;
      if (count > MAX_DEFERRED_PER_FLUSH)
        throw new Error("deferred callbacks go on deferring callbacks");
      for (const callback of turn) callback();
    }
  }

  #moveTo(monotonicMs: number): void {
    if (monotonicMs <= this.#monotonicMs) return;
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }

  #cancel(timer: PendingTimer): void {
    const index = this.#timers.indexOf(timer);
    if (index !== -1) this.#timers.splice(index, 1);
  }
}
