import type { SubscriptionInfo } from "@peyk/client";
import { expect, test } from "vitest";
import { checkCondition, parseCondition } from "../../../src/cli/condition.js";

const info = { name: "a.b/c", ready: 5, oldestUnsettledMs: 60_000, consumers: [] };
const isTrue = (text: string): boolean =>
  checkCondition(parseCondition(text), [info as unknown as SubscriptionInfo]);

test("compares counts, and ages as durations", () => {
  const conditions = [
    "a.b/c ready > 4",
    "a.b/c ready>=5",
    "a.b/c consumers = 0",
    "a.b/c oldest > 30s",
  ];
  expect(conditions.map(isTrue)).toEqual([true, true, true, true]);
  expect(["a.b/c ready > 5", "a.b/c ready < 5", "a.b/c oldest > 5m"].map(isTrue)).not.toContain(
    true,
  );
});

test.each([
  "a.b/c constructor > 4",
  "",
  "ready > 4",
  "a.b ready > 4",
  "a.b/c ready 4",
  "a.b/c ready > many",
])("refuses %j", (text) => {
  expect(() => parseCondition(text)).toThrow();
});
