import { expect, test } from "vitest";
import { FAILPOINTS, type Failpoint } from "../../src/runtime/failpoints.js";
import { temporaryFolder } from "../e2e/peyk-process.js";
import { KillRun } from "../harness/kill-run.js";
import { Rounds } from "../harness/rounds.js";
import type { SeededRandom } from "../harness/seeded-random.js";

/** Kill points of the short form: in each check others. */
const KILLS = 20;

/** Rounds on one data directory. */
const ROUNDS_EACH = 10;

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
    const rounds = new Rounds(KILLS, "kill points");
    const hits = new Hits();
    let begun = 0;
    const work = async (): Promise<void> => {
      while (rounds.done < rounds.count) {
        const first = begun;
        begun += ROUNDS_EACH;
        await killRounds(rounds, first, hits);
      }
    };
    const lanes = Array.from({ length: LANES }, work);
    // All end before the test does, or a broker would be left behind.
    await Promise.allSettled(lanes);
    await Promise.all(lanes);
    expect(rounds.done).toBeGreaterThanOrEqual(rounds.count);
    const missed = FAILPOINTS.filter((name) => !hits.reached.has(name));
    if (rounds.count >= ENOUGH_PASSES * FAILPOINTS.length) expect(missed).toEqual([]);
  },
  A_DAY_MS,
);

async function killRounds(rounds: Rounds, first: number, hits: Hits): Promise<void> {
  const random = rounds.randomOf(first);
  // One directory in four is on a disk that is full again and again.
  const isDiskFull = random.chance(0.25);
  const offset = random.int(FAILPOINTS.length);
  const run = await KillRun.start(rounds.seedOf(first), temporaryFolder(), {
    kind: isDiskFull ? "hasty on a full disk" : "hasty",
  });
  let last = "";
  try {
    for (let round = offset; round < offset + ROUNDS_EACH; round += 1) {
      const name = nth(isDiskFull && random.chance(0.7) ? SPARE : OTHERS, round);
      const hit = hits.draw(name, random);
      last = `${name}:${hit}`;
      const hasDied = await run.roundTo({ name, hit });
      hits.learn(name, hit, hasDied);
      if (hasDied) rounds.add();
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
const OTHERS = FAILPOINTS.filter((name) => !SPARE.includes(name));

/** All of them again and again; a stride mixes rare and frequent ones. */
const nth = (names: readonly Failpoint[], round: number): Failpoint =>
  names[(round * 7) % names.length] ?? "commit.before-write";

/** How often a failpoint is passed in one life differs: the hits that are tried grow until one is not reached. */
class Hits {
  readonly reached = new Set<Failpoint>();
  readonly #most = new Map<Failpoint, number>();

  draw(name: Failpoint, random: SeededRandom): number {
    return 1 + random.int(this.#most.get(name) ?? 1);
  }

  learn(name: Failpoint, hit: number, hasDied: boolean): void {
    const most = this.#most.get(name) ?? 1;
    this.#most.set(name, hasDied ? Math.max(most, 2 * hit) : Math.max(1, Math.ceil(hit / 2)));
    if (hasDied) this.reached.add(name);
  }
}
