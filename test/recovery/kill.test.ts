import { expect, test } from "vitest";
import { temporaryFolder } from "../e2e/peyk-process.js";
import { KillRun } from "../harness/kill-run.js";
import { seedFromEnv } from "../harness/seeded-random.js";

/** How often the broker is killed under load. `npm run prove -- kill` asks for more. */
const ROUNDS = Number(process.env["PEYK_ROUNDS"] ?? 50);

/** Rounds on one data directory. */
const ROUNDS_EACH = 25;

/** Directories at a time: much of a round is waiting. */
const LANES = 2;

const A_DAY_MS = 86_400_000;

// Goal: after a SIGKILL everything is as clients were told. Method: the real process on a real directory, random clients
// over WebSocket, death at a random moment; an oracle knows what may and must be there.
test(
  "a broker that is killed loses nothing that it confirmed, and repeats nothing",
  async () => {
    const seed = seedFromEnv();
    let left = ROUNDS;
    let kills = 0;
    const work = async (): Promise<void> => {
      while (left > 0) {
        const rounds = Math.min(left, ROUNDS_EACH);
        const runSeed = seed + BigInt(ROUNDS - left);
        left -= rounds;
        const died = await killRounds(runSeed, rounds);
        kills += died;
      }
    };
    const lanes = Array.from({ length: LANES }, work);
    // Both end before the test does, or a broker would be left behind.
    await Promise.allSettled(lanes);
    await Promise.all(lanes);
    expect(kills).toBeGreaterThanOrEqual(ROUNDS);
  },
  A_DAY_MS,
);

/** Resolves with the number of kills. */
async function killRounds(seed: bigint, rounds: number): Promise<number> {
  const run = await KillRun.start(seed, temporaryFolder());
  try {
    for (let round = 0; round < rounds; round += 1) await run.round();
    await run.stopAndStart();
    return run.kills;
  } catch (error) {
    throw new Error(`in the run of PEYK_TEST_SEED=${seed}: ${String(error)}`, { cause: error });
  } finally {
    await run.close();
  }
}
