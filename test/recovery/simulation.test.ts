import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Rounds } from "../harness/rounds.js";
import { Simulation } from "../harness/simulation/simulation.js";

const MINUTE_MS = 60_000;

/** In every check a few short runs, one of them twice; in the long form an hour each, and a hundred of them twice. */
const IN_CHECK = { rounds: 3, minutes: 10, twice: 1 };
const IN_PROOF = { minutes: 60, twice: 100 };

/** A run in which everything happens that a simulation knows. */
const RICH = { seed: 2n, minutes: 25 };

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
    const { outcomes, told, live } = await run(RICH.seed, RICH.minutes);
    for (const count of [...Object.values(outcomes), ...Object.values(told), live]) {
      expect(count).toBeGreaterThan(0);
    }
  });

  test.each(kept)("keeps every promise again with seed $seed: $was", async ({ seed, minutes }) => {
    const { messages } = await run(BigInt(seed), minutes);
    expect(messages).toBeGreaterThan(0);
  });
});
