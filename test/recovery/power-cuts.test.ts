import { describe, expect, test } from "vitest";
import { CrashRun, type CrashMode } from "../harness/crash-run.js";
import { seedFromEnv } from "../harness/seeded-random.js";

/** Journals that are crashed and opened again, in each mode. `npm run prove -- power-cuts` asks for more. */
const ROUNDS = Number(process.env["PEYK_ROUNDS"] ?? 100);

/** Crashes of one journal. */
const CRASHES = 5;

describe("a crash of the embedded engine", () => {
  const modes: readonly CrashMode[] = ["fsync", "os", "os-power"];
  const seed = seedFromEnv();

  // Goal: what is confirmed is there, what is settled stays away, nothing is torn. Method: random work on a disk that
  // forgets what was not synced and dies at a random operation; an oracle knows what may and must be found.
  test.each(modes)(
    "keeps every promise (%s)",
    async (mode) => {
      let images = 0;
      for (let round = 0; images < ROUNDS; round += 1) {
        const report = await new CrashRun(seed + BigInt(round), mode).run(CRASHES);
        images += report.images;
      }
      expect(images).toBeGreaterThanOrEqual(ROUNDS);
    },
    86_400_000,
  );
});
