import { describe, expect, test } from "vitest";
import { failures, summarize } from "../../scripts/summarize-tests.mjs";

const report = (passed: number, failed: number, skipped = 0) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: skipped,
  numTodoTests: 0,
  testResults: [
    {
      name: "a.test.ts",
      status: failed > 0 ? "failed" : "passed",
      assertionResults: [{ status: "passed", fullName: "counts" }],
    },
  ],
});

describe("the closing line of CI", () => {
  test("counts what passed", () => {
    expect(summarize(report(12, 0))).toEqual({
      line: "12 passed, 0 failed, 0 skipped",
      isGood: true,
    });
  });

  test.each([
    ["a test failed", report(12, 1), "12 passed, 1 failed, 0 skipped"],
    ["a test was skipped", report(12, 0, 1), "12 passed, 0 failed, 1 skipped"],
    ["no test ran", report(0, 0), "0 passed, 0 failed, 0 skipped"],
    ["there is no report", undefined, "0 passed, 0 failed, 0 skipped"],
    [
      "a file could not be loaded",
      {
        ...report(12, 0),
        testResults: [{ name: "a.test.ts", status: "failed", assertionResults: [] }],
      },
      "12 passed, 1 failed, 0 skipped",
    ],
  ])("is bad when %s", (_case, given, line) => {
    expect(summarize(given)).toEqual({ line, isGood: false });
  });
});

describe("what CI says of failures", () => {
  test("is where and which, with the first lines of the message", () => {
    const message = Array.from({ length: 20 }, (_, line) => `line ${line}`).join("\n");
    const failed = {
      status: "failed",
      fullName: "a queue keeps order",
      failureMessages: [message],
    };
    const passed = { status: "passed", fullName: "a queue is empty" };
    const said = failures({
      ...report(1, 1),
      testResults: [
        { name: "queue.test.ts", status: "failed", assertionResults: [passed, failed] },
      ],
    });
    expect(said).toHaveLength(1);
    expect(said[0]?.split("\n").slice(0, 2)).toEqual([
      "FAILED: queue.test.ts: a queue keeps order",
      "  line 0",
    ]);
    expect(said[0]).not.toContain("line 19");
  });

  test("is why a file could not be loaded", () => {
    const broken = {
      name: "b.test.ts",
      status: "failed",
      message: "no such module",
      assertionResults: [],
    };
    expect(failures({ ...report(1, 0), testResults: [broken] })).toEqual([
      "FAILED: b.test.ts\n  no such module",
    ]);
  });

  test("is nothing when all passed, or when there is no report", () => {
    expect(failures(report(3, 0))).toEqual([]);
    expect(failures(undefined)).toEqual([]);
  });
});
