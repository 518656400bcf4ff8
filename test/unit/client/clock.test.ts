import { describe, expect, test, vi } from "vitest";
import { systemClock } from "../../../client/src/clock.js";

describe("the clock", () => {
  test("waits longer than timers can", () => {
    vi.useFakeTimers();
    const fired: number[] = [];
    const days = 30 * 24 * 3_600_000;
    systemClock.setTimer(days, () => fired.push(performance.now()));
    vi.advanceTimersByTime(days - 1);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toHaveLength(1);
    vi.useRealTimers();
  });

  test("cancels what it set", () => {
    vi.useFakeTimers();
    const fired: string[] = [];
    systemClock.setTimer(5, () => fired.push("timer")).cancel();
    vi.advanceTimersByTime(10);
    expect(fired).toEqual([]);
    vi.useRealTimers();
  });
});
