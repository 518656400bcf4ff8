import { describe, expect, test } from "vitest";
import type { Run } from "../../../src/broker/engine.js";
import { backoffMs, isSameOutcome, outcomeOfFailure } from "../../../src/broker/retry.js";
import type { Failure } from "../../../src/broker/retry.js";
import { subscriptionOf } from "../../harness/fake-engine.js";
import { SeededRandom } from "../../harness/seeded-random.js";

const random = new SeededRandom(3);
const policy = { minMs: 1_000, maxMs: 600_000, factor: 2, jitter: 0 };
const runWith = (failures: number, crashes = 0, note?: string) =>
  ({ failures, crashes, note }) as Run;
const failure: Failure = {
  error: "no",
  reason: "nack",
  consumer: "worker",
  delayMs: undefined,
  note: undefined,
};
const outcome = (run: Run, change: Partial<Failure> = {}, maxAttempts = 5) =>
  outcomeOfFailure(subscriptionOf(1, { maxAttempts }), run, { ...failure, ...change }, random);

describe("backoffMs", () => {
  test("doubles from the first delay to the longest", () => {
    const delays = [1, 2, 3, 4, 10, 11, 12, 2_000].map((count) => backoffMs(policy, count, random));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 512_000, 600_000, 600_000, 600_000]);
  });

  test("varies by the jitter either way, in whole ms", () => {
    const delays = Array.from({ length: 2_000 }, () =>
      backoffMs({ ...policy, jitter: 0.2 }, 2, random),
    );
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1_600);
    expect(Math.min(...delays)).toBeLessThan(1_650);
    expect(Math.max(...delays)).toBeLessThanOrEqual(2_400);
    expect(Math.max(...delays)).toBeGreaterThan(2_350);
    expect(delays.every(Number.isInteger)).toBe(true);
  });

  test("is 0 for ever where the first delay is 0", () => {
    expect(backoffMs({ ...policy, minMs: 0 }, 5_000, random)).toBe(0);
  });
});

describe("outcomeOfFailure", () => {
  test("counts the failure, and a crash only where the consumer died", () => {
    expect(outcome(runWith(1, 1))).toMatchObject({ kind: "retry", failures: 2, crashes: 1 });
    const crashed = outcome(runWith(1, 1), { reason: "crash" });
    expect(crashed).toMatchObject({ kind: "retry", failures: 2, crashes: 2 });
  });

  test("takes the delay that was asked for instead of the backoff", () => {
    expect(outcome(runWith(0), { delayMs: 0 })).toMatchObject({ delayMs: 0 });
    expect(outcome(runWith(3))).toMatchObject({ delayMs: 8_000 });
  });

  test("dead-letters the last attempt, with its error and its consumer", () => {
    expect(outcome(runWith(3))).toMatchObject({ kind: "retry", failures: 4 });
    expect(outcome(runWith(4))).toEqual({
      kind: "dead",
      death: { reason: "attempts", error: "no", attempts: 5, lastConsumer: "worker" },
    });
  });

  test("dead-letters at the next failure where the limit was lowered below the count", () => {
    expect(outcome(runWith(7), {}, 2)).toMatchObject({ kind: "dead", death: { attempts: 8 } });
  });

  test("has no limit where maxAttempts is 0", () => {
    expect(outcome(runWith(5_000), {}, 0)).toMatchObject({ kind: "retry", failures: 5_001 });
  });

  test("dead-letters what is rejected at the first attempt", () => {
    const rejected = outcome(runWith(0), { reason: "reject" }, 0);
    expect(rejected).toMatchObject({ kind: "dead", death: { reason: "rejected", attempts: 1 } });
  });

  test("never dead-letters in a dead-letter queue", () => {
    const dlq = { ...subscriptionOf(1, { maxAttempts: 1 }), deadLetters: undefined };
    for (const reason of ["nack", "reject", "deadline"] as const) {
      const result = outcomeOfFailure(dlq, runWith(9), { ...failure, reason }, random);
      expect(result).toMatchObject({ kind: "retry", failures: 10 });
    }
  });

  test("hands the newest note on", () => {
    expect(outcome(runWith(0, 0, "old"))).toMatchObject({ note: "old" });
    expect(outcome(runWith(0, 0, "old"), { note: "new" })).toMatchObject({ note: "new" });
  });
});

test("isSameOutcome compares everything that an engine stores", () => {
  const same = outcome(runWith(1));
  expect(isSameOutcome(same, outcome(runWith(1)))).toBe(true);
  expect(isSameOutcome({ kind: "done" }, { kind: "done" })).toBe(true);
  expect(isSameOutcome({ kind: "done" }, same)).toBe(false);
  for (const run of [runWith(2), runWith(1, 1), runWith(1, 0, "note")]) {
    expect(isSameOutcome(same, outcome(run))).toBe(false);
  }
  expect(isSameOutcome(same, outcome(runWith(1), { delayMs: 7 }))).toBe(false);
  const dead = outcome(runWith(4));
  expect(isSameOutcome(dead, outcome(runWith(4)))).toBe(true);
  expect(isSameOutcome(dead, outcome(runWith(5)))).toBe(false);
  expect(isSameOutcome(dead, outcome(runWith(4), { error: "other" }))).toBe(false);
});
