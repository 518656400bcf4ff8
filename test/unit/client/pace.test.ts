import { describe, expect, test } from "vitest";
import { Pace } from "../../../client/src/pace.js";

describe("pace", () => {
  test("allows nothing ahead before the first was seen, and for slow handlers", () => {
    const pace = new Pace();
    expect(pace.ahead(10, 1_000)).toBe(0);
    pace.add(1, 200);
    expect(pace.ahead(1, 1_000)).toBe(0);
  });

  test("allows what handlers finish in 100 ms, times their concurrency", () => {
    const pace = new Pace();
    pace.add(10, 50);
    expect([pace.ahead(1, 1_000), pace.ahead(4, 1_000), pace.ahead(4, 50)]).toEqual([20, 80, 50]);
  });

  test("forgets a slow start as soon as a batch was fast", () => {
    const pace = new Pace();
    pace.add(1, 1_000);
    pace.add(50, 50);
    expect(pace.ahead(1, 1_000)).toBeGreaterThan(90);
  });
});
