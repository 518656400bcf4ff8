/** The tools behind `peyk journal`: they look at a data directory, or mend it, without a broker. */
import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { PeykError } from "@peyk/client/protocol";
import { DirectoryInUse, DiskError } from "./engines/embedded/disk.js";
import { MemoryDisk } from "./engines/embedded/memory-disk.js";
import { NodeDisk } from "./engines/embedded/node-disk.js";
import { checkStart, type StartCheck } from "./engines/embedded/tools/check-start.js";
import { describeJournal } from "./engines/embedded/tools/describe.js";
import { OverlayDisk } from "./engines/embedded/tools/overlay-disk.js";
import { readRecords, type RecordReport } from "./engines/embedded/tools/records.js";
import { repairJournal as repair, type Repair } from "./engines/embedded/tools/repair.js";
import type { JournalReport } from "./engines/embedded/tools/report.js";
import { surveyJournal, type Progress, type Survey } from "./engines/embedded/tools/survey.js";
import { systemClock } from "./runtime/clock.js";
import { systemRandom } from "./runtime/random.js";

export type { Repair } from "./engines/embedded/tools/repair.js";
export type { RecordReport } from "./engines/embedded/tools/records.js";
export type { Damage, FileReport, JournalReport, Loss } from "./engines/embedded/tools/report.js";
export type { Progress } from "./engines/embedded/tools/survey.js";

/** How often a directory is looked at again that changes meanwhile. */
const MAX_LOOKS = 5;

export interface Inspection extends JournalReport {
  /** The broker that works on the directory meanwhile. */
  readonly inUseBy: number | undefined;
}

export interface Verification extends Inspection {
  /** What a broker would say; `undefined` while one works there. */
  readonly start: StartCheck | undefined;
}

/** Reads all of a directory. May be called while a broker works there: what it is just writing looks unfinished then. */
export async function inspectJournal(directory: string, progress?: Progress): Promise<Inspection> {
  const { survey, inUseBy } = await look(directory, progress);
  return { ...describeJournal(survey), inUseBy };
}

/** The same, and whether a broker would start. */
export async function verifyJournal(directory: string, progress?: Progress): Promise<Verification> {
  const { survey, inUseBy, disk } = await look(directory, progress);
  const start =
    inUseBy === undefined ? await checkStart(disk, systemClock, systemRandom) : undefined;
  return { ...describeJournal(survey), inUseBy, start };
}

/** Every record of a directory, or of one file in it. Rejects with `not_found` if there is no such segment or cold file. */
export async function* journalRecords(
  directory: string,
  file: string | undefined,
  progress?: Progress,
): AsyncGenerator<RecordReport, void> {
  const { survey, disk } = await look(directory, progress);
  const files = survey.files.filter(({ name }) => file === undefined || name === file);
  if (file !== undefined && files.length === 0) {
    throw new PeykError("not_found", `there is no segment or cold file ${file} in ${directory}`);
  }
  yield* readRecords(disk, survey, files);
}

/** What `mendJournal` would do. Rejects with DirectoryInUse while a broker works there. */
export async function planRepair(directory: string, progress?: Progress): Promise<Repair> {
  const disk = new NodeDisk(directory, { isReadOnly: true });
  const pid = await disk.holder();
  if (pid !== undefined) throw new DirectoryInUse(disk.location, pid);
  const options = { clock: systemClock, random: systemRandom, ...(progress && { progress }) };
  return repair(new OverlayDisk(disk), new MemoryDisk({ maxBytes: Infinity }), options);
}

/** Repairs a directory. Copies of what is changed go to `backup`, a directory in it, which is made where it is needed. */
export async function mendJournal(
  directory: string,
  backup: string,
  progress?: Progress,
): Promise<Repair> {
  const disk = new NodeDisk(directory);
  await disk.lock();
  try {
    const aside = new NodeDisk(join(directory, backup));
    await aside.lock();
    try {
      const options = { clock: systemClock, random: systemRandom, ...(progress && { progress }) };
      return await repair(disk, aside, options);
    } finally {
      await aside.unlock();
      // Where nothing had to be copied it is empty; else it stays.
      await rmdir(aside.location).catch(() => {});
    }
  } finally {
    await disk.unlock();
  }
}

interface Look {
  readonly survey: Survey;
  readonly disk: NodeDisk;
  readonly inUseBy: number | undefined;
}

async function look(directory: string, progress: Progress = () => {}): Promise<Look> {
  const disk = new NodeDisk(directory, { isReadOnly: true });
  for (let left = MAX_LOOKS; ; left -= 1) {
    const inUseBy = await disk.holder();
    try {
      const survey = await surveyJournal(disk, progress);
      // While a broker works, what looks damaged may only have been on its way.
      if (inUseBy !== undefined && survey.damages.length > 0) {
        const again = await surveyJournal(disk, progress);
        keepSame(again, survey);
        return { survey: again, disk, inUseBy };
      }
      return { survey, disk, inUseBy };
    } catch (error) {
      const isGone = error instanceof DiskError && error.kind === "missing";
      if (!isGone || inUseBy === undefined || left === 0) throw error;
    }
  }
}

function keepSame(again: Survey, before: Survey): void {
  const isSame = (file: string, offset: number): boolean =>
    before.damages.some((damage) => damage.file === file && damage.offset === offset);
  const kept = again.damages.filter(({ file, offset }) => isSame(file, offset));
  again.damages.splice(0, again.damages.length, ...kept);
}
