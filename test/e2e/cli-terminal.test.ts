import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PEYK, serve, temporaryFolder, type Broker } from "./peyk-process.js";

/** What a person sees and types. `script` of util-linux makes the terminal. */

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

let broker: Broker;

beforeAll(async () => {
  broker = await serve();
  await broker.peyk(["subscription", "create", "orders.created/billing"]);
});

afterAll(() => broker.stop());

/** Runs a command on a terminal; types `keys` once the screen shows `prompt`. */
async function onTerminal(
  command: string,
  prompt?: string,
  keys?: string,
): Promise<{ readonly exit: number; readonly screen: string }> {
  const line = `"${process.execPath}" "${PEYK}" ${command}`;
  const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
    env: { ...process.env, PEYK_URL: broker.url, TERM: "dumb" },
  });
  let screen = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const wasAsked = prompt !== undefined && screen.includes(prompt);
    screen += chunk.toString();
    if (prompt !== undefined && !wasAsked && screen.includes(prompt)) child.stdin.write(keys ?? "");
  });
  const [exit] = (await once(child, "close")) as [number];
  return { exit, screen };
}

test.each([
  ["n\n", 1],
  [CTRL_C, 130],
  [CTRL_D, 1],
])("a question answered with %j changes nothing", async (keys, expected) => {
  const { exit, screen } = await onTerminal(
    "subscription delete orders.created/billing",
    "[y/N]",
    keys,
  );
  expect(exit).toBe(expected);
  expect(screen).toContain("nothing was changed");
  expect(screen).not.toMatch(/bug in Peyk|^ +at /m);
  expect((await broker.peyk(["subscription", "get", "orders.created/billing"])).exit).toBe(0);
});

test("progress of a long input is shown where a person watches", async () => {
  const file = join(temporaryFolder(), "lines");
  writeFileSync(file, "x\n".repeat(50_000));
  const { exit, screen } = await onTerminal(`publish orders.created --lines --file ${file}`);
  expect(exit).toBe(0);
  expect(screen).toMatch(/\u001b\[Kstored [\d,]+\r/);
  expect(screen).toContain("stored 50,000 in orders.created, 1 subscription");
});

test("subscribe says first that it takes messages away from others, and how to look only", async () => {
  const { exit, screen } = await onTerminal(
    "subscribe orders.created/billing",
    "Ctrl-C ends",
    CTRL_C,
  );
  expect(exit).toBe(130);
  expect(screen).toMatch(/peyk live.*peek/);
});
