import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Consumer, Peyk } from "@peyk/client";
import { takeMessages, type IntakeResult } from "../../../src/cli/intake.js";

const IDLE_MS = 300;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("is idle only from when it takes part on, however long that took", async () => {
  let subscribed = (_: Pick<Consumer, "close">): void => {};
  const subscribe = () => new Promise((resolve) => (subscribed = resolve));
  let result: IntakeResult | undefined;
  const taking = takeMessages(
    { subscribe } as unknown as Peyk,
    {
      subscriptions: ["orders/billing"],
      concurrency: 1,
      count: undefined,
      idleMs: IDLE_MS,
      ackOnDelivery: false,
      signal: new AbortController().signal,
    },
    () => Promise.resolve({ kind: "ack" }),
  ).then((end) => (result = end));

  await vi.advanceTimersByTimeAsync(IDLE_MS);
  subscribed({ close: () => Promise.resolve() });
  await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
  expect(result).toBeUndefined();

  await vi.advanceTimersByTimeAsync(1);
  expect(await taking).toEqual({ handled: 0, end: "idle" });
});
