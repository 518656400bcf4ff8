import { describe, expect, test } from "vitest";
import { DeadlineHeap, NOT_IN_HEAP, Timers } from "../../../src/runtime/timers.js";
import { SeededRandom } from "../../harness/seeded-random.js";
import { TestClock } from "../../harness/test-clock.js";

const DAY_MS = 86_400_000;

const item = (name = ""): { name: string; dueAt: number; heapIndex: number } => ({
  name,
  dueAt: 0,
  heapIndex: NOT_IN_HEAP,
});

describe("DeadlineHeap", () => {
  test("gives the earliest first, after any mix of adding, moving and removing", () => {
    const random = new SeededRandom(7);
    const heap = new DeadlineHeap<ReturnType<typeof item>>();
    const items = Array.from({ length: 200 }, () => item());
    for (let round = 0; round < 5_000; round += 1) {
      const one = random.pick(items);
      if (random.chance(0.3)) heap.remove(one);
      else heap.set(one, random.int(1_000));
      const inHeap = items.filter(({ heapIndex }) => heapIndex !== NOT_IN_HEAP);
      expect(heap.size).toBe(inHeap.length);
      const earliest = Math.min(...inHeap.map(({ dueAt }) => dueAt));
      expect(heap.first?.dueAt ?? Infinity).toBe(earliest);
    }
  });

  test("takes no notice when something is removed that is not in it", () => {
    const heap = new DeadlineHeap<ReturnType<typeof item>>();
    heap.set(item("in"), 1);
    heap.remove(item("out"));
    expect(heap.first?.name).toBe("in");
  });
});

describe("Timers", () => {
  const setUp = () => {
    const clock = new TestClock();
    const calls: [string, number][] = [];
    const timers = new Timers(clock);
    const alarm = (name: string) =>
      timers.createAlarm(() => void calls.push([name, clock.monotonic()]));
    return { clock, timers, calls, alarm };
  };

  test("calls alarms in order of their times, with one timer", () => {
    const { clock, calls, alarm } = setUp();
    for (const ms of [30, 10, 20]) alarm(`at ${ms}`).set(ms);
    expect(clock.timerCount).toBe(1);
    clock.advance(100);
    expect(calls).toEqual([
      ["at 10", 10],
      ["at 20", 20],
      ["at 30", 30],
    ]);
  });

  test("calls a moved alarm once, at the new time", () => {
    const { clock, calls, alarm } = setUp();
    const moved = alarm("moved");
    moved.set(10);
    moved.set(50);
    moved.set(40);
    clock.advance(100);
    expect(calls).toEqual([["moved", 40]]);
  });

  test("does not call a cleared alarm, and leaves no timer behind", () => {
    const { clock, calls, alarm } = setUp();
    const cleared = alarm("cleared");
    cleared.set(10);
    expect(cleared.isSet).toBe(true);
    cleared.clear();
    expect(clock.timerCount).toBe(0);
    clock.advance(100);
    expect(calls).toEqual([]);
  });

  test("does not call an alarm that another one of the same moment cleared", () => {
    const { clock, calls, timers, alarm } = setUp();
    const victim = alarm("victim");
    timers.createAlarm(() => victim.clear()).set(9);
    victim.set(9.5);
    clock.advance(9);
    clock.advance(100);
    expect(calls).toEqual([]);
  });

  test("calls an alarm that sets itself again and again each time, without hanging", () => {
    const { clock, timers } = setUp();
    let count = 0;
    const again = timers.createAlarm(() => {
      count += 1;
      if (count < 5) again.set(clock.monotonic() - 1);
    });
    again.set(10);
    clock.advance(10);
    expect(count).toBe(5);
  });

  test.each([24.8, 25, 30, 365])("is neither early nor late after %d days", (days) => {
    const { clock, calls, alarm } = setUp();
    alarm("long").set(days * DAY_MS);
    clock.advance(days * DAY_MS - 1);
    expect(calls).toEqual([]);
    clock.advance(1);
    expect(calls).toEqual([["long", days * DAY_MS]]);
  });

  test("goes on with the other alarms when one throws", () => {
    const { clock, calls, timers, alarm } = setUp();
    const broken = timers.createAlarm(() => {
      throw new Error("broken");
    });
    broken.set(10);
    alarm("other").set(10);
    expect(() => clock.advance(10)).toThrow("broken");
    clock.advance(1);
    expect(calls).toEqual([["other", 10]]);
  });

  test("calls nothing after close", () => {
    const { clock, calls, timers, alarm } = setUp();
    alarm("late").set(10);
    timers.close();
    clock.advance(100);
    expect(calls).toEqual([]);
  });
});
