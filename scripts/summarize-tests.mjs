// @ts-check
// Prints "<passed> passed, <failed> failed, <skipped> skipped" for a JSON report of Vitest. Exits with 1 if something
// failed, was skipped (the machine that runs this has every tool) or if nothing ran.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * What is read of a report.
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {readonly { status: string, assertionResults: readonly unknown[] }[]} testResults
 */

/**
 * A file that could not be loaded has no tests to count: it counts as one that failed.
 * @param {Report | undefined} report undefined if the tests did not get as far as a report
 */
export function summarize(report) {
  const broken = report?.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  );
  const passed = report?.numPassedTests ?? 0;
  const failed = (report?.numFailedTests ?? 0) + (broken?.length ?? 0);
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  return {
    line: `${passed} passed, ${failed} failed, ${skipped} skipped`,
    isGood: passed > 0 && failed === 0 && skipped === 0,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = process.argv[2] ?? "";
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const { line, isGood } = summarize(text === "" ? undefined : JSON.parse(text));
  console.log(line);
  process.exitCode = isGood ? 0 : 1;
}
