import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { tempDir } from "../harness/start-broker.js";

const SERVICE = fileURLToPath(new URL("../harness/service-process.mjs", import.meta.url));

interface Line {
  readonly value?: string;
  readonly attempt?: number;
  readonly running?: number;
  readonly done?: string;
  readonly dead?: number;
}

/** Runs the service until it ends by itself, as a supervisor would; returns how each process ended. */
async function supervise(dataDir: string, journal: string, values: readonly string[]) {
  const ends: (number | string | null)[] = [];
  while (ends.at(-1) !== 0 && ends.length < 10) {
    const given = ends.length === 0 ? { values } : {};
    const child = spawn(
      process.execPath,
      [SERVICE, JSON.stringify({ dataDir, journal, ...given })],
      {
        stdio: "inherit",
      },
    );
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    ends.push(signal ?? code);
  }
  return ends;
}

describe("a message that kills the service which embeds the broker", () => {
  // Goal: nobody crashes for ever on one message, and its neighbours get through. Method: a real process whose handler
  // kills it is started again and again, as by a supervisor.
  test("is handed over alone after two crashes, and is a dead letter after its last attempt", async () => {
    const dataDir = tempDir();
    const journal = join(tempDir(), "journal");
    const values = ["a", "b", "c", "poison", "d", "e", "f", "g"];

    const ends = await supervise(dataDir, journal, values);

    const lines = readFileSync(journal, "utf8").trim().split("\n");
    const all = lines.map((line) => JSON.parse(line) as Line);
    const poisoned = all.filter(({ value }) => value === "poison");
    expect(ends).toEqual([...Array<string>(5).fill("SIGKILL"), 0]);
    expect(poisoned.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
    expect(poisoned.slice(2).map(({ running }) => running)).toEqual([1, 1, 1]);
    const done = new Set(all.map((line) => line.done).filter((value) => value !== undefined));
    expect([...done].sort()).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
    expect(all.at(-1)).toEqual({ dead: 1 });
  });
});
