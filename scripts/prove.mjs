#!/usr/bin/env node
// Runs a test of crashes and damage many more rounds than every check does: npm run prove -- power-cuts --rounds 10000
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

const FOLDER = "test/recovery";
const SUFFIX = ".test.ts";
const DEFAULT_ROUNDS = "2000";

const names = readdirSync(join(import.meta.dirname, "..", FOLDER))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));

const fail = (reason) => {
  process.stderr.write(
    `${reason}\nusage: npm run prove -- ${names.join(" | ")} [--rounds N] [--seed S]\n`,
  );
  process.exit(64);
};

function readCommandLine() {
  try {
    const options = {
      rounds: { type: "string", default: DEFAULT_ROUNDS },
      seed: { type: "string" },
    };
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return fail(error.message);
  }
}

const { values, positionals } = readCommandLine();
const [name, ...rest] = positionals;
if (!names.includes(name) || rest.length > 0) fail(`there is no test "${positionals.join(" ")}"`);
if (!/^[1-9]\d*$/.test(values.rounds)) fail(`"${values.rounds}" is no number of rounds`);
if (values.seed !== undefined && !/^(\d+|0x[\da-f]+)$/i.test(values.seed)) {
  fail(`"${values.seed}" is no seed: write a number, or 0x and hexadecimal digits`);
}

const vitest = join(
  dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
  "vitest.mjs",
);
const seed = values.seed ?? String(randomBytes(8).readBigUInt64LE());
const environment = { ...process.env, PEYK_ROUNDS: values.rounds, PEYK_TEST_SEED: seed };
const startedAtMs = performance.now();
const child = spawn(process.execPath, [vitest, "run", `${FOLDER}/${name}${SUFFIX}`], {
  cwd: join(import.meta.dirname, ".."),
  env: environment,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = signal === null ? code : 1;
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(0);
  const result = process.exitCode === 0 ? "passed" : "FAILED";
  process.stdout.write(
    `prove ${name}: ${result}, ${values.rounds} rounds, seed ${seed}, ${seconds} s\n`,
  );
});
