import { describe, expect, test } from "vitest";
import { backoffMs } from "../../../client/src/backoff.js";

describe("backoff", () => {
  test("doubles from 100 ms to 30 s, with full jitter", () => {
    expect([0, 1, 5, 9, 10_000].map((attempt) => backoffMs(attempt, 1))).toEqual([
      100, 200, 3_200, 30_000, 30_000,
    ]);
    expect(backoffMs(9, 0)).toBe(0);
    expect(backoffMs(9, 0.5)).toBe(15_000);
  });
});
