import { describe, expect, test } from "vitest";
import { summarize } from "../../scripts/summarize-tests.mjs";

const report = (passed: number, failed: number, skipped = 0) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: skipped,
  numTodoTests: 0,
  testResults: [{ status: failed > 0 ? "failed" : "passed", assertionResults: [{}] }],
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
      { ...report(12, 0), testResults: [{ status: "failed", assertionResults: [] }] },
      "12 passed, 1 failed, 0 skipped",
    ],
  ])("is bad when %s", (_case, given, line) => {
    expect(summarize(given)).toEqual({ line, isGood: false });
  });
});
