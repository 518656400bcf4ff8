import { expect, test } from "vitest";
import { temporaryFolder } from "../e2e/peyk-process.js";
import { KillRun } from "../harness/kill-run.js";
import { Rounds } from "../harness/rounds.js";

/** How often the broker is killed under load. */
const KILLS = 50;

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
    const rounds = new Rounds(KILLS, "kills");
    let begun = 0;
    const work = async (): Promise<void> => {
      while (begun < rounds.count) {
        const first = begun;
        const count = Math.min(ROUNDS_EACH, rounds.count - first);
        begun += count;
        await killRounds(rounds.seedOf(first), count);
        rounds.add(count);
      }
    };
    const lanes = Array.from({ length: LANES }, work);
    // Both end before the test does, or a broker would be left behind.
    await Promise.allSettled(lanes);
    await Promise.all(lanes);
    expect(rounds.done).toBe(rounds.count);
  },
  A_DAY_MS,
);

async function killRounds(seed: bigint, rounds: number): Promise<void> {
  const run = await KillRun.start(seed, temporaryFolder());
  try {
    for (let round = 0; round < rounds; round += 1) await run.round();
    await run.stopAndStart();
    expect(run.kills).toBeGreaterThanOrEqual(rounds);
  } catch (error) {
    throw new Error(`PEYK_TEST_SEED=${seed}: ${String(error)}`, { cause: error });
  } finally {
    await run.close();
  }
}
