#!/usr/bin/env node
// Breaks the broker on purpose, one fault at a time, in a copy of the project, and sees whether the proofs notice:
// npm run prove:faults [-- "skip a sync" ...]. Prints which test caught which fault; exits with 1 if one got through.
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FAULTS } from "./faults.mjs";

const ROOT = join(import.meta.dirname, "..");

/** A proof that neither passes nor fails for so long is stopped: a fault may also make it hang. */
const TIMEOUT_MS = 600_000;

const names = process.argv.slice(2);
const unknown = names.find((name) => !FAULTS.some((fault) => fault.name.startsWith(name)));
if (unknown !== undefined) {
  const all = FAULTS.map(({ name }) => `  ${name}`).join("\n");
  process.stderr.write(`there is no fault "${unknown}"; there are\n${all}\n`);
  process.exit(64);
}
const chosen = FAULTS.filter(
  ({ name }) => names.length === 0 || names.some((start) => name.startsWith(start)),
);

const copy = mkdtempSync(join(tmpdir(), "peyk-faults-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

copyProject();
let missed = 0;
process.stdout.write("| fault | caught by | after |\n| --- | --- | --- |\n");
for (const fault of chosen) {
  const startedAtMs = performance.now();
  const caught = tryFault(fault);
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  if (caught.length === 0) missed += 1;
  const by = caught.length === 0 ? "**nothing**" : caught.join("; ");
  process.stdout.write(`| ${fault.name} | ${by} | ${seconds} s |\n`);
}
process.exitCode = missed === 0 ? 0 : 1;

/** Everything that is tracked, as it is in the work tree, with the installed packages behind links. */
function copyProject() {
  const list = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    {
      cwd: ROOT,
      encoding: "utf8",
    },
  );
  for (const file of list.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(ROOT, file), join(copy, file));
  }
  const modules = join(copy, "node_modules");
  mkdirSync(join(modules, "@peyk"), { recursive: true });
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name !== "@peyk") symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  symlinkSync("../../client", join(modules, "@peyk/client"));
}

/** The tests that failed with the fault in place. */
function tryFault({ edits, proofs, rounds }) {
  for (const { file, find, replace } of edits) {
    const path = join(copy, file);
    const text = readFileSync(path, "utf8");
    const broken = text.replace(find, () => replace);
    writeFileSync(path, broken);
  }
  try {
    const built = run("typescript/bin/tsc", ["-b", "--noCheck", "tsconfig.json"]);
    if (built.status !== 0) throw new Error(`it does not build: ${built.stdout}`);
    const report = join(copy, "report.json");
    rmSync(report, { force: true });
    const args = ["run", "--reporter=json", `--outputFile=${report}`, ...proofs];
    run("vitest/vitest.mjs", args, rounds === undefined ? {} : { PEYK_ROUNDS: String(rounds) });
    return failuresOf(report);
  } finally {
    for (const { file } of edits) cpSync(join(ROOT, file), join(copy, file));
  }
}

function run(script, args, more = {}) {
  const { PEYK_ROUNDS: _rounds, ...environment } = process.env;
  return spawnSync(process.execPath, [join(ROOT, "node_modules", script), ...args], {
    cwd: copy,
    encoding: "utf8",
    env: { ...environment, ...more },
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
}

function failuresOf(report) {
  const { testResults } = readReport(report) ?? { testResults: [] };
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => {
        const [said = ""] = String(failureMessages[0]).split("\n", 1);
        const test = `${name.slice(copy.length + 1)}: ${fullName}`;
        return `${test} (${said.replaceAll("|", "/").slice(0, 200)})`;
      }),
  );
}

/** None where the proof hung. */
function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return undefined;
  }
}
