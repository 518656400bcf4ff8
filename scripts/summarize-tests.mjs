// @ts-check
// Prints what failed in a JSON report of Vitest, each with its file and the beginning of its message, and as the last
// line "<passed> passed, <failed> failed, <skipped> skipped". Exits with 1 if something failed, was skipped (the machine
// that runs this has every tool) or if nothing ran.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Of a failure's message the first lines are printed: what was expected and where; all of it is in the run's output. */
const MESSAGE_LINES = 12;

/**
 * A test of a report.
 * @typedef {{ status: string, fullName: string, failureMessages?: readonly string[] | null }} Test
 */

/**
 * A test file of a report; `message` says why it could not be loaded.
 * @typedef {{ status: string, name: string, message?: string, assertionResults: readonly Test[] }} TestFile
 */

/**
 * What is read of a report.
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {readonly TestFile[]} testResults
 */

/**
 * A file that could not be loaded has no tests to count: it counts as one that failed.
 * @param {Report | undefined} report undefined if the tests did not get as far as a report
 */
export function summarize(report) {
  const broken = report?.testResults.filter(isBroken);
  const passed = report?.numPassedTests ?? 0;
  const failed = (report?.numFailedTests ?? 0) + (broken?.length ?? 0);
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  return {
    line: `${passed} passed, ${failed} failed, ${skipped} skipped`,
    isGood: passed > 0 && failed === 0 && skipped === 0,
  };
}

/**
 * One entry for each failure: its file, its name and the first lines of its message.
 * @param {Report | undefined} report
 */
export function failures(report) {
  return (report?.testResults ?? []).flatMap((file) => {
    if (isBroken(file)) return [describeFailure(file.name, file.message ?? "could not be loaded")];
    return file.assertionResults
      .filter((test) => test.status === "failed")
      .map((test) =>
        describeFailure(`${file.name}: ${test.fullName}`, (test.failureMessages ?? []).join("\n")),
      );
  });
}

/** @param {TestFile} file */
const isBroken = (file) => file.status === "failed" && file.assertionResults.length === 0;

/**
 * @param {string} what
 * @param {string} message
 */
function describeFailure(what, message) {
  const lines = message.split("\n").slice(0, MESSAGE_LINES);
  return [`FAILED: ${what}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = process.argv[2] ?? "";
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const report = text === "" ? undefined : JSON.parse(text);
  const { line, isGood } = summarize(report);
  for (const failure of failures(report)) console.log(failure);
  console.log(line);
  process.exitCode = isGood ? 0 : 1;
}
