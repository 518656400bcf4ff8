// @ts-check
// `npm run bench [-- scenario ...] [--runs N] [--short]`: each scenario against a broker process of its own, which is
// pinned to one core, with the clients in another process on the other. Prints the median of the runs and what must be
// reached. Needs a build.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SCENARIOS } from "./scenarios.mjs";

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** @type {readonly string[]} */
const args = process.argv.slice(2);
const runs = Number(valueOf("--runs") ?? 3);
const isShort = args.includes("--short");
const asked = args.filter(
  (arg, at) => !arg.startsWith("--") && !args[at - 1]?.startsWith("--runs"),
);
const canPin = process.platform === "linux" && availableParallelism() > 1 && has("taskset");

const commit = git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") ? "+" : "");
console.log(
  `commit ${commit}, Node ${process.version}, ${cpus()[0]?.model ?? "?"} x ${availableParallelism()}`,
);
console.log(`medians of ${runs} runs${canPin ? "; broker on core 0, clients on core 1" : ""}\n`);

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  /** @type {Record<string, number>[]} */
  const results = [];
  for (let run = 0; run < runs; run += 1) results.push(await runOnce(name));
  report(name, scenario.goals, results);
}

/**
 * @param {string} name
 * @returns {Promise<Record<string, number>>}
 */
async function runOnce(name) {
  const dataDir = mkdtempSync(join(tmpdir(), "peyk-bench-"));
  const clients = start(1, here("client.mjs"), [name, dataDir, String(isShort)]);
  /** @type {import("node:child_process").ChildProcess[]} */
  const brokers = [];
  try {
    return await new Promise((resolve, reject) => {
      clients.on("message", (message) => {
        const { start: broker, result } = /** @type {any} */ (message);
        if (result) resolve(result);
        if (broker) brokers.push(startBroker(clients, dataDir));
      });
      clients.on("exit", (code) => reject(new Error(`${name}: the clients ended with ${code}`)));
    });
  } finally {
    clients.removeAllListeners("exit");
    clients.kill();
    for (const broker of brokers) {
      broker.removeAllListeners("exit"); // there is nobody left to tell
      broker.kill("SIGKILL");
    }
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The clients ask for a broker whenever they need one; they talk to it through this process. */
function startBroker(
  /** @type {import("node:child_process").ChildProcess} */ clients,
  /** @type {string} */ dataDir,
) {
  const broker = start(0, here("broker.mjs"), [dataDir]);
  broker.on(
    "message",
    (message) => clients.connected && clients.send(/** @type {any} */ (message)),
  );
  const forward = (/** @type {any} */ message) => {
    if (message.toBroker && broker.connected) broker.send(message.toBroker);
  };
  clients.on("message", forward);
  broker.on("exit", (code, signal) => {
    clients.off("message", forward);
    if (clients.connected) clients.send({ brokerEnded: signal ?? code });
  });
  return broker;
}

function start(
  /** @type {number} */ core,
  /** @type {string} */ script,
  /** @type {string[]} */ scriptArgs,
) {
  const command = canPin ? ["taskset", "-c", String(core), process.execPath] : [process.execPath];
  const [file = "", ...rest] = [...command, "--expose-gc", script, ...scriptArgs];
  return spawn(file, rest, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

/**
 * @param {string} name
 * @param {Record<string, readonly [kind: "least" | "most", limit: number]>} goals
 * @param {readonly Record<string, number>[]} results
 */
function report(name, goals, results) {
  console.log(name);
  for (const field of Object.keys(results[0] ?? {})) {
    const sorted = results.map((result) => result[field] ?? NaN).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
    const goal = goals[field];
    const reached = goal && (goal[0] === "least" ? median >= goal[1] : median <= goal[1]);
    const verdict = goal
      ? `  (${goal[0] === "least" ? ">=" : "<="} ${format(goal[1])}: ${reached ? "reached" : "MISSED"})`
      : "";
    const spread =
      sorted.length > 1 ? `  [${format(sorted[0] ?? NaN)} - ${format(sorted.at(-1) ?? NaN)}]` : "";
    console.log(`  ${field.padEnd(28)} ${format(median).padStart(12)}${verdict}${spread}`);
  }
  console.log("");
}

function format(/** @type {number} */ value) {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Math.round(value * 1000) / 1000);
}

function valueOf(/** @type {string} */ flag) {
  const at = args.indexOf(flag);
  return at === -1 ? undefined : args[at + 1];
}

function has(/** @type {string} */ command) {
  try {
    execFileSync("which", [command], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function git(/** @type {string[]} */ ...gitArgs) {
  try {
    return execFileSync("git", gitArgs, { cwd: here(".."), encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}
