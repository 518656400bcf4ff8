import { describe, expect, test } from "vitest";
import { CrashRun, type CrashMode } from "../harness/crash-run.js";
import { Rounds } from "../harness/rounds.js";

/** Journals that are crashed and opened again, in each mode. */
const IMAGES = 100;

/** Crashes of one journal. */
const CRASHES = 5;

describe("a crash of the embedded engine", () => {
  const modes: readonly CrashMode[] = ["fsync", "os", "os-power"];

  // Goal: what is confirmed is there, what is settled stays away, nothing is torn. Method: random work on a disk that
  // forgets what was not synced and dies at a random operation; an oracle knows what may and must be found.
  test.each(modes)(
    "keeps every promise (%s)",
    async (mode) => {
      const rounds = new Rounds(IMAGES, `crash images (${mode})`);
      for (let round = 0; rounds.done < rounds.count; round += 1) {
        const report = await new CrashRun(rounds.seedOf(round), mode).run(CRASHES);
        rounds.add(report.images);
      }
      expect(rounds.done).toBeGreaterThanOrEqual(rounds.count);
    },
    86_400_000,
  );
});
