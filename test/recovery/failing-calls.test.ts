import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../e2e/peyk-process.js";
import { Backlog } from "../harness/backlog.js";
import { Rounds } from "../harness/rounds.js";

/** How often a broker runs with a system call that fails. */
const RUNS = 4;

const EXIT_STOPPED = 0;
const EXIT_DISK_FAILED = 74;

/**
 * How a system call fails, and which of them may: about as many as a run makes. Not those by which the program itself is
 * loaded.
 */
const FAILURES = [
  { call: "fdatasync", error: "EIO", most: 150 },
  { call: "fsync", error: "EIO", most: 30 },
  { call: "pwritev", error: "EIO", most: 150 },
  { call: "pwritev", error: "ENOSPC", most: 150 },
  { call: "rename", error: "EIO", most: 4 },
  { call: "unlink", error: "EIO", most: 6 },
  { call: "ftruncate", error: "EIO", most: 8 },
] as const;

// Goal: an error of the real disk ends the process with 74 and is told to whoever waits, or costs nothing; what was confirmed
// is there at the next start. Method: strace makes the n-th system call fail. disk-errors.test.ts does the same for every n on
// a simulated disk.
test(
  "a system call that fails costs nothing that was confirmed",
  { timeout: 86_400_000 },
  async ({ skip }) => {
    const reason = whyNoStrace();
    if (reason !== undefined) return skip(reason);
    await new Rounds(RUNS, "runs with a system call that fails").each(async (random) => {
      const { call, error, most } = random.pick(FAILURES);
      const inject = `${call}:error=${error}:when=${1 + random.int(most)}`;
      const where = ["--data-dir", join(temporaryFolder(), "data"), "--segment-size", "64KiB"];
      const backlog = new Backlog(
        [...where, "--max-payload", "4KiB", "--spare-size", "512KiB"],
        3_000,
      );
      try {
        await failingLife(backlog, inject);
        await backlog.start();
        // One publish may have been on its way.
        expect((await backlog.workOff()).length, inject).toBeLessThanOrEqual(1);
      } finally {
        await backlog.stop();
      }
    });
  },
);

async function failingLife(backlog: Backlog, inject: string): Promise<void> {
  try {
    // strace counts per thread.
    await backlog.start({ inject, environment: { UV_THREADPOOL_SIZE: "1" } });
  } catch (error) {
    // The start ended: it has to say why.
    expect(String(error), inject).toContain('"code":"disk_error"');
    return;
  }
  const end = await backlog.goOn(150);
  if (end === "served") backlog.signal("SIGTERM");
  const { exit, stderr } = await backlog.process.finished();
  expect(
    end === "served" ? [EXIT_STOPPED, EXIT_DISK_FAILED] : [EXIT_DISK_FAILED],
    `${inject}: ${stderr}`,
  ).toContain(exit);
  await backlog.stop();
}

function whyNoStrace(): string | undefined {
  try {
    const quiet = ["-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=rename"];
    execFileSync("strace", [...quiet, "true"]);
    return undefined;
  } catch (error) {
    return `strace cannot trace here: ${String(error)}`;
  }
}
