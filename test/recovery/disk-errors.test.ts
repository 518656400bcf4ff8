import { expect, test } from "vitest";
import { CrashRun } from "../harness/crash-run.js";
import { DISK_OPERATIONS, type DiskFault, type DiskOperation } from "../harness/disk-faults.js";
import { Rounds } from "../harness/rounds.js";

/** Runs with one failing call, or all from one on. */
const RUNS = 60;

/** Those that can want for space. */
const NEED_SPACE: readonly DiskOperation[] = ["create", "write", "truncate", "rename"];

/** Every way in which an operation can fail. */
const FAULTS: readonly Omit<DiskFault, "nth">[] = DISK_OPERATIONS.flatMap((operation) =>
  (NEED_SPACE.includes(operation) ? (["io", "full"] as const) : (["io"] as const)).flatMap(
    (kind) => [
      { operation, kind },
      { operation, kind, fromThenOn: true },
    ],
  ),
);

// Goal: whichever call fails, nothing is confirmed that is not there afterwards, and the error says what it is. Method: the
// same random work again and again on a simulated disk of which the n-th call of an operation fails, for every n; then the
// process is killed or the power fails, and the oracle of power-cuts.test.ts looks at what is left.
test("a disk that fails at any call costs nothing that was confirmed", async () => {
  const rounds = new Rounds(RUNS, "runs with a failing call");
  for (let round = 0; rounds.done < rounds.count; round += 1) {
    const seed = rounds.seedOf(round);
    for (const fault of FAULTS) {
      // The short form tries a few of each.
      const step = rounds.isProof ? 1 : 40;
      for (let nth = 1; rounds.done < rounds.count; nth += step) {
        if (!(await new CrashRun(seed, "fsync").runWithFault({ ...fault, nth }))) break;
        rounds.add();
      }
    }
  }
  expect(rounds.done).toBe(rounds.count);
}, 86_400_000);
