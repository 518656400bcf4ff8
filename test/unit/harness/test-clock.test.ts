import { describe, expect, test } from "vitest";

import { TestClock } from "../../harness/test-clock.js";

describe("TestClock", () => {
  test("stands still until it is moved, then moves both clocks", () => {
    const clock = new TestClock({ wallMs: 5000 });
    expect([clock.now(), clock.monotonic()]).toEqual([5000, 0]);
    clock.advance(1.5);
    expect([clock.now(), clock.monotonic()]).toEqual([5001, 1.5]);
  });

  test("jumps with the wall clock only, and fires nothing", () => {
    const clock = new TestClock({ wallMs: 5000 });
    const fired: string[] = [];
    clock.setTimer(10, () => fired.push("timer"));
    clock.jumpWall(3_600_000);
    clock.jumpWall(-3_601_000);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([4000, 0, []]);
  });

  test("fires timers by due time, and by creation when due together", () => {
    const clock = new TestClock();
    const fired: string[] = [];
    for (const [delayMs, name] of [
      [20, "c"],
      [10, "a"],
      [10, "b"],
      [30, "d"],
    ] as const) {
      clock.setTimer(delayMs, () => fired.push(`${name}@${clock.monotonic()}`));
    }
    clock.advance(29);
    expect(fired).toEqual(["a@10", "b@10", "c@20"]);
    expect([clock.timerCount, clock.nextDueMs]).toEqual([1, 1]);
  });

  test("fires timers that were set on the way", () => {
    const clock = new TestClock();
    const fired: number[] = [];
    const tick = (): void => {
      fired.push(clock.monotonic());
      clock.setTimer(10, tick);
    };
    clock.setTimer(10, tick);
    clock.advance(35);
    expect(fired).toEqual([10, 20, 30]);
  });

  test("fires a timer of 0 ms at the next advance, even by 0", () => {
    const clock = new TestClock();
    const fired: string[] = [];
    clock.setTimer(0, () => fired.push("now"));
    expect(fired).toEqual([]);
    clock.advance(0);
    expect(fired).toEqual(["now"]);
  });

  test("fires no cancelled timer, not even one cancelled by another at the same time", () => {
    const clock = new TestClock();
    const fired: string[] = [];
    clock.setTimer(5, () => second.cancel());
    const second = clock.setTimer(5, () => fired.push("second"));
    clock.advance(10);
    expect([fired, clock.timerCount, clock.nextDueMs]).toEqual([[], 0, undefined]);
  });

  test("runs what was deferred at flush, in order, with what that defers", () => {
    const clock = new TestClock();
    const ran: string[] = [];
    clock.defer(() => {
      ran.push("a");
      clock.defer(() => ran.push("c"));
    });
    clock.defer(() => ran.push("b"));
    expect(ran).toEqual([]);
    clock.flush();
    expect(ran).toEqual(["a", "b", "c"]);
  });

  test("refuses to flush for ever", () => {
    const clock = new TestClock();
    const again = (): void => clock.defer(again);
    again();
    expect(() => clock.flush()).toThrow("deferred callbacks go on deferring callbacks");
  });

  test("can run what was deferred by itself", async () => {
    const clock = new TestClock({ defer: "immediate" });
    await new Promise<void>((resolve) => clock.defer(resolve));
  });
});
