import { describe, expect, test, vi } from "vitest";

import { createClock, systemClock, type TimeSource } from "../../../src/runtime/clock.js";

const LONGEST_TIMEOUT_MS = 2_147_483_647;
const DAY_MS = 86_400_000;

/** Timeouts as Node has them, in a time that the test moves: too long a delay is taken as 1 ms. */
class NodeLikeTime implements TimeSource {
  nowMs = 1000.75;
  readonly started: number[] = [];
  readonly #pending = new Map<
    object,
    { readonly firesAt: number; readonly callback: () => void }
  >();

  wallMs = (): number => 0;
  monotonicMs = (): number => this.nowMs;
  defer = (callback: () => void): void => callback();

  startTimeout(delayMs: number, callback: () => void): () => void {
    this.started.push(delayMs);
    const effectiveMs = delayMs > LONGEST_TIMEOUT_MS || delayMs < 1 ? 1 : delayMs;
    const handle = {};
    this.#pending.set(handle, { firesAt: Math.floor(this.nowMs) + effectiveMs, callback });
    return () => void this.#pending.delete(handle);
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Fires what is due, up to `untilMs`, each at its time: up to 1 ms early, as Node does. */
  runUntil(untilMs: number): void {
    for (;;) {
      const [next] = [...this.#pending].sort(([, left], [, right]) => left.firesAt - right.firesAt);
      if (next === undefined || next[1].firesAt > untilMs) break;
      this.#pending.delete(next[0]);
      this.nowMs = Math.max(this.nowMs, next[1].firesAt);
      next[1].callback();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }
}

/** When a timer of this length fires, in ms after its start. */
function firesAfter(delayMs: number): number {
  const time = new NodeLikeTime();
  const startMs = time.nowMs;
  let firedAt = NaN;
  createClock(time).setTimer(delayMs, () => {
    firedAt = time.nowMs;
  });
  time.runUntil(startMs + delayMs + 10);
  return firedAt - startMs;
}

describe("a timer", () => {
  test.each([
    0,
    0.5,
    1,
    30_000,
    LONGEST_TIMEOUT_MS,
    LONGEST_TIMEOUT_MS + 1,
    25 * DAY_MS,
    30 * DAY_MS,
    365 * DAY_MS,
  ])("of %d ms fires not before that, and at most 2 ms later", (delayMs) => {
    expect(firesAfter(delayMs)).toBeGreaterThanOrEqual(delayMs);
    expect(firesAfter(delayMs)).toBeLessThanOrEqual(delayMs + 2);
  });

  test("of many days waits in pieces that Node can take", () => {
    const time = new NodeLikeTime();
    createClock(time).setTimer(100 * DAY_MS, () => {});
    time.runUntil(101 * DAY_MS);
    expect(time.started.length).toBeGreaterThanOrEqual(5);
    expect(Math.max(...time.started)).toBe(LONGEST_TIMEOUT_MS);
  });

  test("fires once", () => {
    const time = new NodeLikeTime();
    const callback = vi.fn();
    createClock(time).setTimer(30 * DAY_MS, callback);
    time.runUntil(100 * DAY_MS);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(time.pendingCount).toBe(0);
  });

  test("may be in the past: it fires at the next turn", () => {
    expect(firesAfter(-5)).toBeLessThanOrEqual(1);
  });

  test.each([5, 10, 40])("does not fire once cancelled after %d days of 60", (days) => {
    const time = new NodeLikeTime();
    const callback = vi.fn();
    const timer = createClock(time).setTimer(60 * DAY_MS, callback);
    time.runUntil(days * DAY_MS);
    timer.cancel();
    time.runUntil(200 * DAY_MS);
    expect(callback).not.toHaveBeenCalled();
    expect(time.pendingCount).toBe(0);
  });

  test("may be cancelled again, and after it fired", () => {
    const time = new NodeLikeTime();
    const timer = createClock(time).setTimer(1, () => {});
    time.runUntil(5000);
    expect(() => [timer.cancel(), timer.cancel()]).not.toThrow();
  });
});

describe("systemClock", () => {
  test("has a wall clock of whole ms and a monotonic one that does not go back", () => {
    expect(Number.isInteger(systemClock.now())).toBe(true);
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  });

  test("calls back for a timer and for what is deferred", async () => {
    await new Promise<void>((resolve) => systemClock.setTimer(0, resolve));
    await new Promise<void>((resolve) => systemClock.defer(resolve));
  });
});
