import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Rounds } from "../harness/rounds.js";
import { Simulation } from "../harness/simulation/simulation.js";

const MINUTE_MS = 60_000;

/** In every check a few short runs, one of them twice; in the long form an hour each, and a hundred of them twice. */
const IN_CHECK = { rounds: 3, minutes: 10, twice: 1 };
const IN_PROOF = { minutes: 60, twice: 100 };

/** In so many runs of so many minutes everything happens that a simulation knows; mostly in the first one. */
const ALL_KINDS = { runs: 8, minutes: 25 };

/** Seeds that failed once, each with what was wrong; a fix keeps its seed. */
interface KeptSeed {
  readonly seed: string;
  readonly minutes: number;
  readonly was: string;
}

const kept = JSON.parse(
  readFileSync(new URL("seeds/simulation.json", import.meta.url), "utf8"),
) as readonly KeptSeed[];

const run = (seed: bigint, minutes: number) => new Simulation(seed).run(minutes * MINUTE_MS);

describe("a simulated world of a broker and its clients", () => {
  // Goal: every promise holds whatever goes wrong, and the same seed is the same run. Method: the real broker and the
  // real clients in one process, where time, network, disk and randomness follow from a seed; an oracle is told all that
  // clients see, of the consumers over the network and of those that share the broker's process.
  test("keeps every promise, and is the same for the same seed", async () => {
    const rounds = new Rounds(IN_CHECK.rounds, "simulations");
    const { minutes, twice } = rounds.isProof ? IN_PROOF : IN_CHECK;
    let messages = 0;
    await rounds.each(async (random, round) => {
      const report = await run(random.seed, minutes);
      messages += report.messages;
      if (round < twice) expect((await run(random.seed, minutes)).hash).toBe(report.hash);
    });
    expect(messages).toBeGreaterThan(0);
  }, 86_400_000);

  test("messages end in every way, are redriven, come live, and die with the broker's process", async () => {
    const seen: Record<string, number> = {};
    const missing = (): string[] => Object.keys(seen).filter((kind) => seen[kind] === 0);
    for (let seed = 1; seed <= ALL_KINDS.runs; seed += 1) {
      const { outcomes, told, live } = await run(BigInt(seed), ALL_KINDS.minutes);
      for (const [kind, count] of Object.entries({ ...outcomes, ...told, live })) {
        seen[kind] = (seen[kind] ?? 0) + count;
      }
      if (missing().length === 0) break;
    }
    expect(missing()).toEqual([]);
    expect(Object.keys(seen)).toContain("expired");
  });

  test.each(kept)("keeps every promise again with seed $seed: $was", async ({ seed, minutes }) => {
    const { messages } = await run(BigInt(seed), minutes);
    expect(messages).toBeGreaterThan(0);
  });
});
