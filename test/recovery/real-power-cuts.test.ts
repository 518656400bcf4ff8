import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { KillRun, type DeathHooks } from "../harness/kill-run.js";
import { MountedDisk, whyNoDisk } from "../harness/mounted-disk.js";
import { Rounds } from "../harness/rounds.js";
import { SeededRandom } from "../harness/seeded-random.js";

/** Power cuts of each kind. */
const CUTS = 3;

/** Rounds on one file system. */
const ROUNDS_EACH = 25;

const A_DAY_MS = 86_400_000;

/** How long a broker may notice that its disk is gone, in ms. */
const NOTICE_MS = 30;

const EXIT_DISK_FAILED = 74;

const CASES = [
  ["ext4, the broker is dead by then", "ext4", false],
  ["xfs, the broker is dead by then", "xfs", false],
  // Not on ext4: its shutdown can overtake a sync that is under way and then says that it is done.
  ["xfs, the broker still runs", "xfs", true],
] as const;

// Goal: what is confirmed survives the power, on real file systems. Method: kill.test.ts with a disk of its own that drops
// all that was not synced when the broker dies.
describe("a power cut", () => {
  test.for(CASES)(
    "costs nothing that was confirmed (%s)",
    { timeout: A_DAY_MS },
    async ([, kind, isRunning], { skip }) => {
      const reason = whyNoDisk(kind);
      if (reason !== undefined) return skip(reason);
      const rounds = new Rounds(CUTS, `power cuts (${kind}${isRunning ? ", running" : ""})`);
      while (rounds.done < rounds.count) {
        const count = Math.min(ROUNDS_EACH, rounds.count - rounds.done);
        await cutRounds(rounds.seedOf(rounds.done), count, kind, isRunning, () => rounds.add());
      }
      expect(rounds.done).toBe(rounds.count);
    },
  );
});

async function cutRounds(
  seed: bigint,
  count: number,
  kind: "ext4" | "xfs",
  isRunning: boolean,
  done: () => void,
): Promise<void> {
  const disk = MountedDisk.make(kind);
  let run: KillRun | undefined;
  try {
    run = await KillRun.start(seed, join(disk.path, "data"), {
      hooks: hooks(disk, isRunning, new SeededRandom(seed)),
    });
    for (let round = 0; round < count; round += 1) {
      await run.round();
      done();
    }
  } catch (error) {
    throw new Error(`PEYK_TEST_SEED=${seed}: ${String(error)}`, { cause: error });
  } finally {
    await run?.close();
    disk.close();
  }
}

function hooks(disk: MountedDisk, isRunning: boolean, random: SeededRandom): DeathHooks {
  const afterDeath = (): void => {
    disk.cut();
    disk.restart();
  };
  if (!isRunning) return { afterDeath };
  const atDeath = (kill: () => void): void => {
    disk.cut();
    setTimeout(kill, random.int(NOTICE_MS));
  };
  return { atDeath, afterDeath, exits: [EXIT_DISK_FAILED] };
}
