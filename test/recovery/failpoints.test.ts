import { describe, test } from "vitest";
import { FAILPOINTS } from "../../src/engines/embedded/failpoints.js";
import { temporaryFolder } from "../e2e/peyk-process.js";
import { KillRun } from "../harness/kill-run.js";
import { seedFromEnv } from "../harness/seeded-random.js";

describe.concurrent("a broker that dies at a place of its code", () => {
  const seed = seedFromEnv();

  // Goal and method as in kill.test.ts, but for the moment of death: between two steps that must not be torn apart.
  test.each(FAILPOINTS)("keeps its word (%s)", async (failpoint) => {
    const run = await KillRun.start(
      seed + BigInt(FAILPOINTS.indexOf(failpoint)),
      temporaryFolder(),
      failpoint,
    );
    try {
      await run.roundTo(failpoint);
    } finally {
      await run.close();
    }
  });
});
