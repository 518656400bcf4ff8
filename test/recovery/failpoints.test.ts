import { expect, test } from "vitest";
import { FAILPOINTS, type Failpoint } from "../../src/runtime/failpoints.js";
import { temporaryFolder } from "../e2e/peyk-process.js";
import { KillRun } from "../harness/kill-run.js";
import { Rounds } from "../harness/rounds.js";
import type { SeededRandom } from "../harness/seeded-random.js";

/** Rounds on one data directory. */
const ROUNDS_EACH = 22;

/** Directories at a time: much of a round is waiting. */
const LANES = 4;

/** After so many times through all failpoints, each must have been reached. */
const ENOUGH_PASSES = 20;

const A_DAY_MS = 86_400_000;

// Goal: a broker that dies between any two steps keeps its word. Method: the real process kills itself before or after the
// n-th write, sync, rename, removal, sent packet or step of upkeep, at its start, under load or at its stop, and is started
// again; the checker, a process of its own, compares what is there with what clients were told.
test(
  "a broker that dies at any place of its code loses nothing that it confirmed, and repeats nothing",
  async () => {
    const rounds = new Rounds(FAILPOINTS.length, "kill points");
    const reached = new Map<Failpoint, number>(FAILPOINTS.map((name) => [name, 0]));
    let begun = 0;
    const work = async (): Promise<void> => {
      while (rounds.done < rounds.count) {
        const first = begun;
        begun += ROUNDS_EACH;
        await killRounds(rounds, first, reached);
      }
    };
    const lanes = Array.from({ length: LANES }, work);
    // All end before the test does, or a broker would be left behind.
    await Promise.allSettled(lanes);
    await Promise.all(lanes);
    expect(rounds.done).toBeGreaterThanOrEqual(rounds.count);
    const missed = FAILPOINTS.filter((name) => reached.get(name) === 0);
    if (rounds.count >= ENOUGH_PASSES * FAILPOINTS.length) expect(missed).toEqual([]);
    if (missed.length > 0) process.stderr.write(`not reached: ${missed.join(", ")}\n`);
  },
  A_DAY_MS,
);

async function killRounds(
  rounds: Rounds,
  first: number,
  reached: Map<Failpoint, number>,
): Promise<void> {
  const random = rounds.randomOf(first);
  // Every third directory is on a disk that is full again and again.
  const isDiskFull = (first / ROUNDS_EACH) % 3 === 2;
  const run = await KillRun.start(rounds.seedOf(first), temporaryFolder(), { isDiskFull });
  let last = "";
  try {
    for (let round = first; round < first + ROUNDS_EACH; round += 1) {
      const name = isDiskFull && random.chance(0.7) ? random.pick(SPARE) : nth(round);
      const hit = hitOf(name, random);
      last = `${name}:${hit}`;
      if (!(await run.roundTo({ name, hit }))) continue;
      reached.set(name, (reached.get(name) ?? 0) + 1);
      rounds.add();
    }
    await run.finish();
  } catch (error) {
    const seed = rounds.seedOf(first);
    throw new Error(`PEYK_TEST_SEED=${seed}: up to ${last}: ${String(error)}`, { cause: error });
  } finally {
    await run.close();
  }
}

const SPARE = FAILPOINTS.filter((name) => name.startsWith("spare."));

/** All of them again and again; a stride brings rare and frequent ones to every directory. */
const nth = (round: number): Failpoint =>
  FAILPOINTS[(round * 7) % FAILPOINTS.length] ?? "commit.before-write";

/** How often each comes in a life differs. */
function hitOf(name: Failpoint, random: SeededRandom): number {
  if (/^(commit|packet)\.|^segment\..*-(write|sync)$/.test(name))
    return 1 + random.int(random.pick([5, 60, 200]));
  if (/^(segment|directory)\./.test(name)) return 1 + random.int(5);
  return 1 + random.int(2);
}
