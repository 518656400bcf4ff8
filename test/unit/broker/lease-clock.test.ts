import { describe, expect, test } from "vitest";
import { LeaseClock } from "../../../src/broker/lease-clock.js";
import { Timers } from "../../../src/runtime/timers.js";
import { StallingClock } from "./stalling-clock.js";

const setUp = () => {
  const clock = new StallingClock();
  const leaseClock = new LeaseClock(clock, new Timers(clock));
  const calls: number[] = [];
  const alarm = leaseClock.createAlarm(() => void calls.push(clock.monotonic()));
  return { clock, leaseClock, alarm, calls };
};

describe("LeaseClock", () => {
  test("calls an alarm at its time, to the ms", () => {
    const { clock, leaseClock, alarm, calls } = setUp();
    alarm.set(leaseClock.now() + 30_017);
    clock.advance(30_016);
    expect(calls).toEqual([]);
    clock.advance(1);
    expect(calls).toEqual([30_017]);
  });

  test("counts in full what passed before the first alarm was set", () => {
    const { clock, leaseClock, alarm, calls } = setUp();
    clock.advance(10_000);
    alarm.set(leaseClock.now() + 1_000);
    clock.advance(999);
    expect(calls).toEqual([]);
    clock.advance(1);
    expect(calls).toEqual([11_000]);
  });

  test("passes over the time for which the event loop stood still, but for 100 ms", () => {
    const { clock, leaseClock, alarm, calls } = setUp();
    alarm.set(leaseClock.now() + 30_000);
    clock.advance(1_000);
    clock.stall(40_000);
    expect(leaseClock.now()).toBe(1_100);
    clock.advance(28_850);
    expect(calls).toEqual([]);
    clock.advance(200);
    expect(calls).toHaveLength(1);
  });

  test("goes on by 100 ms after a stall however often it ticks", () => {
    const { clock, leaseClock } = setUp();
    clock.stall(40_000);
    for (let count = 0; count < 10; count += 1) leaseClock.tick();
    expect(leaseClock.now()).toBe(100);
  });

  test("never goes back", () => {
    const { clock, leaseClock, alarm } = setUp();
    alarm.set(1_000_000);
    let before = leaseClock.now();
    for (let step = 0; step < 200; step += 1) {
      if (step % 3 === 0) clock.stall(step * 7);
      if (step % 5 === 0) leaseClock.tick();
      clock.advance(step % 11);
      expect(leaseClock.now()).toBeGreaterThanOrEqual(before);
      before = leaseClock.now();
    }
  });

  test("takes no notice of a wall clock that jumps", () => {
    const { clock, leaseClock, alarm, calls } = setUp();
    alarm.set(leaseClock.now() + 5_000);
    for (const ms of [3_600_000, -86_400_000, 86_400_000]) {
      clock.jumpWall(ms);
      clock.advance(1_000);
    }
    clock.advance(1_999);
    expect(calls).toEqual([]);
    clock.advance(1);
    expect(calls).toEqual([5_000]);
  });

  test("runs no timer while no alarm is set", () => {
    const { clock, alarm } = setUp();
    expect(clock.timerCount).toBe(0);
    alarm.set(10_000);
    expect(clock.timerCount).toBe(1);
    alarm.clear();
    expect(clock.timerCount).toBe(0);
  });
});
