import { describe, expect, test } from "vitest";
import { Turns } from "../../../src/runtime/turns.js";
import { TestClock } from "../../harness/test-clock.js";

describe("turns", () => {
  test("have time for five milliseconds, and again after the turn", () => {
    const clock = new TestClock();
    const turns = new Turns(clock);
    expect(turns.hasTime()).toBe(true);
    clock.advance(4);
    expect(turns.hasTime()).toBe(true);
    clock.advance(1);
    expect(turns.hasTime()).toBe(false);

    clock.flush();

    expect(turns.hasTime()).toBe(true);
  });

  test("let those who wait go on one after the other, as far as the time goes", () => {
    const clock = new TestClock();
    const turns = new Turns(clock);
    const done: string[] = [];
    const work = (name: string) => () => {
      done.push(name);
      clock.advance(5);
      if (done.length < 5) turns.later(work(name));
    };
    turns.later(work("a"));
    turns.later(work("b"));

    clock.flush();

    expect(done).toEqual(["a", "b", "a", "b", "a", "b"]);
  });
});
