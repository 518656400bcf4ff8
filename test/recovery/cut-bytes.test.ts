import { afterAll, beforeAll, describe, test } from "vitest";
import { temporaryFolder } from "../e2e/peyk-process.js";
import type { Cut } from "../harness/cut-lane.js";
import { CutRun, drawCut } from "../harness/cut-run.js";
import { Rounds } from "../harness/rounds.js";

/** Clients at a time: much of a cut is waiting to connect again. */
const LANES = 32;

/** Cuts at random in every check. */
const CUTS = 96;

/** Of the rounds of random cuts, those in which the broker is killed, too. */
const KILL_CHANCE = 0.15;

const A_DAY_MS = 86_400_000;

let run: CutRun;
let everyByte: readonly Cut[];

beforeAll(async () => {
  run = await CutRun.start(temporaryFolder(), LANES);
  everyByte = await run.everyByte();
});

afterAll(() => run.close());

// Goal: whatever became of a frame or its answer, the client says it again and it counts once: what was published is
// stored once, at the position that it is told, and what became of a delivery becomes of it once. Method: a connection is
// cut at byte n of the act, in either direction; what the broker has is then compared with what the client was told.
describe("a connection that is cut within a publish or a settle", () => {
  test(
    "at any byte, and comes back to the same broker",
    async () => {
      for (const cuts of inRounds(everyByte)) await run.round(cuts, false);
    },
    A_DAY_MS,
  );

  test(
    "at any byte, and comes back to one that was killed and started again",
    async () => {
      for (const cuts of inRounds(everyByte)) await run.round(cuts, true);
    },
    A_DAY_MS,
  );

  test(
    "at random bytes, as often as it tries",
    async () => {
      const rounds = new Rounds(CUTS, "cuts");
      while (rounds.done < rounds.count) {
        const random = rounds.randomOf(rounds.done);
        const count = Math.min(LANES, rounds.count - rounds.done);
        const cuts = Array.from({ length: count }, () => drawCut(random));
        try {
          await run.round(cuts, random.chance(KILL_CHANCE));
        } catch (error) {
          const seed = rounds.seedOf(rounds.done);
          throw new Error(`PEYK_TEST_SEED=${seed}: ${String(error)}`, { cause: error });
        }
        rounds.add(count);
      }
    },
    A_DAY_MS,
  );
});

function* inRounds(cuts: readonly Cut[]): Iterable<readonly Cut[]> {
  for (let first = 0; first < cuts.length; first += LANES) yield cuts.slice(first, first + LANES);
}
