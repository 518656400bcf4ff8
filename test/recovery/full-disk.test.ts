import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Backlog } from "../harness/backlog.js";
import { MountedDisk, whyNoDisk } from "../harness/mounted-disk.js";
import { Rounds } from "../harness/rounds.js";

/** How often the disk is filled and freed again. */
const CYCLES = 2;

const DISK_BYTES = 16 * 2 ** 20;

const SERVE = ["--segment-size", "1MiB", "--spare-size", "2MiB", "--max-payload", "128KiB"];

// Goal: a full disk costs nothing that was confirmed, keeps nobody from working his backlog off, and is over when there is
// room. Method: the real process on a real disk of 16 MiB, filled to the last byte with messages and with what others write.
test(
  "a full disk refuses publishes and nothing else, until there is room",
  { timeout: 86_400_000 },
  async ({ skip }) => {
    const reason = whyNoDisk("tmpfs");
    if (reason !== undefined) return skip(reason);
    const rounds = new Rounds(CYCLES, "times that the disk was full");
    const disk = MountedDisk.make("tmpfs", DISK_BYTES);
    const backlog = new Backlog(["--data-dir", join(disk.path, "data"), ...SERVE], 100_000);
    try {
      await backlog.start();
      await rounds.each(async (random) => {
        expect(await backlog.fill()).toBeGreaterThan(20);
        // The last bytes go to somebody else.
        writeUntilFull(join(disk.path, "other"));
        // Which of both it says depends on whether it looked at the disk before it wrote.
        expect(await backlog.refusal()).toMatch(/the disk is (\d+ % )?full/);
        if (random.chance(0.3)) {
          await backlog.stop();
          // A start needs a little room.
          writeFileSync(join(disk.path, "other"), "");
          await backlog.start();
        }
        if (random.chance(0.3)) await backlog.purge();
        else expect(await backlog.workOff()).toEqual([]);
        writeFileSync(join(disk.path, "other"), "");
        await backlog.goesOn();
      });
    } finally {
      await backlog.stop();
      disk.close();
    }
  },
);

function writeUntilFull(path: string): void {
  const some = Buffer.alloc(4_096, 1);
  try {
    for (;;) writeFileSync(path, some, { flag: "a" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
