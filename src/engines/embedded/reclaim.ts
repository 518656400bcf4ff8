import { Census, type CountedFile } from "./census.js";
import type { Core } from "./core.js";
import { ColdFileWriter } from "./cold-file.js";
import { DiskError } from "./disk.js";
import { failpoint } from "../../runtime/failpoints.js";
import { FileKind, FORMAT_VERSION } from "./format.js";
import { Liveness } from "./liveness.js";
import { nearPlaces, READ_AHEAD_BYTES, type Segment } from "./segment.js";

/** Longest time that a copy waits between two reads, in ms. */
const MAX_PAUSE_MS = 1_000;

/**
 * Frees files: those in which nothing lives go, and where more is dead than alive the survivors of neighbouring files
 * are copied into a cold file first.
 */
export class Reclaim {
  readonly #core: Core;
  readonly #liveness: Liveness;
  readonly #census: Census;
  readonly #maxFileBytes: number;
  /** Files with a record that cannot be read: they are freed only once all of it is dead. */
  readonly #damaged = new Set<Segment>();
  #isStopped = false;
  /** Set while a copy leaves the disk to others. */
  #endPause: (() => void) | undefined;
  /** Since the start. */
  reclaimedBytes = 0;

  constructor(core: Core, maxFileBytes: number) {
    this.#core = core;
    this.#liveness = new Liveness(core.state);
    this.#census = new Census(core.clock, this.#liveness);
    this.#maxFileBytes = maxFileBytes;
  }

  /** Counts again what lives. Call it before the others. */
  count(): void {
    this.#census.update(this.#closed());
  }

  /** Whether something could be freed if the snapshots covered more than `covered`. */
  needsSnapshots(covered: number): boolean {
    const { files } = this.#census;
    const uncovered = files.filter(({ segment }) => !isCovered(segment, covered));
    if (uncovered.some(({ liveBytes }) => liveBytes === 0)) return true;
    return isMostlyDead(files) && uncovered.some(isWorthCopying);
  }

  /** Frees what can be freed; returns whether it was anything. `covered`: every kept snapshot contains these commits. */
  async run(covered: number): Promise<boolean> {
    try {
      return (await this.#dropDead(covered)) || (await this.#compact(covered));
    } catch (error) {
      // What is damaged stays where it can be found. Without room to copy to, files that die by themselves make some.
      if (error instanceof DamagedFile) this.#damaged.add(error.segment);
      else if (!(error instanceof Stopped) && !isFull(error)) throw error;
      return false;
    }
  }

  /** Gives up a copy that is under way. */
  stop(): void {
    this.#isStopped = true;
    this.#endPause?.();
  }

  /** Files that are written no more, oldest content first. */
  #closed(): Segment[] {
    const { files } = this.#core;
    return files.inOrder().filter((segment) => segment !== files.current);
  }

  #counted(covered: number): CountedFile[] {
    return this.#census.files.filter(({ segment }) => isCovered(segment, covered));
  }

  async #dropDead(covered: number): Promise<boolean> {
    const dead = this.#counted(covered).filter(({ liveBytes }) => liveBytes === 0);
    if (dead.length === 0) return false;
    await this.#replace(
      dead.map(({ segment }) => segment),
      undefined,
    );
    return true;
  }

  async #compact(covered: number): Promise<boolean> {
    const counted = this.#counted(covered).filter(({ segment }) => !this.#damaged.has(segment));
    if (!isMostlyDead(counted)) return false;
    const chosen = this.#choose(counted);
    if (chosen.length === 0) return false;
    const survivors = await this.#copy(chosen);
    await this.#replace(chosen, survivors);
    return true;
  }

  /** The emptiest file and neighbours of its kind that are more dead than alive too: their order must be kept. */
  #choose(counted: readonly CountedFile[]): Segment[] {
    const emptiest = [...counted].sort((a, b) => b.deadBytes - a.deadBytes)[0];
    if (!emptiest || !isWorthCopying(emptiest)) return [];
    const { kind } = emptiest.segment.header;
    const order = this.#core.files.inOrder();
    const byFile = new Map(counted.map((file) => [file.segment, file]));
    const chosen = [emptiest.segment];
    let bytes = emptiest.liveBytes;
    const at = order.indexOf(emptiest.segment);
    for (const step of [-1, 1]) {
      for (let index = at + step; ; index += step) {
        const segment = order[index];
        const file = segment && byFile.get(segment);
        if (!file || file.segment.header.kind !== kind || !isWorthCopying(file)) break;
        if (bytes + file.liveBytes > this.#maxFileBytes) break;
        bytes += file.liveBytes;
        chosen.push(file.segment);
      }
    }
    return chosen.sort((a, b) => a.header.firstCommit - b.header.firstCommit);
  }

  async #copy(chosen: readonly Segment[]): Promise<Segment | undefined> {
    failpoint("reclaim.before-copy");
    const { files, clock } = this.#core;
    const header = {
      version: FORMAT_VERSION,
      kind: FileKind.cold,
      journal: files.journal,
      file: files.takeNumber(),
      firstCommit: chosen[0]?.header.firstCommit ?? 1,
      createdAtMs: clock.now(),
    };
    const writer = await ColdFileWriter.create(files.disk, header);
    try {
      const logs = new Set(chosen.flatMap((segment) => [...segment.logs()]));
      for (const log of [...logs].sort((a, b) => a - b)) {
        for (const segment of chosen) await this.#copyLog(writer, segment, log);
      }
      const segment = await writer.finish(files.disk);
      failpoint("reclaim.after-copy");
      if (![...segment.logs()].length) {
        await writer.abandon(files.disk);
        return undefined;
      }
      return segment;
    } catch (error) {
      await writer.abandon(files.disk);
      throw error;
    }
  }

  async #copyLog(writer: ColdFileWriter, segment: Segment, log: number): Promise<void> {
    const index = await segment.index(log);
    if (!index) return;
    for (let entry = 0; entry < index.length;) {
      const places = nearPlaces(index, entry, READ_AHEAD_BYTES);
      entry += places.length;
      if (this.#isStopped) throw new Stopped();
      const liveness = this.#liveness.of(log);
      const living = places.filter((place) => liveness.parts(place).length > 0);
      if (living.length === 0) continue;
      const startedAt = this.#core.clock.monotonic();
      const records = await segment.read(living);
      for (const record of records) {
        if (!record) throw new DamagedFile(segment);
        const range = { first: record.firstPosition, count: record.count };
        await writer.add(record, this.#liveness.of(log).parts(range));
      }
      await this.#pause(this.#core.clock.monotonic() - startedAt);
    }
  }

  /** Leaves three quarters of the disk's time to commits; on a full disk, which waits for what this frees, none. */
  async #pause(workedMs: number): Promise<void> {
    if (workedMs === 0 || this.#isStopped || this.#core.files.isFull) return;
    await new Promise<void>((resolve) => {
      const timer = this.#core.clock.setTimer(Math.min(workedMs * 3, MAX_PAUSE_MS), resolve);
      this.#endPause = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#endPause = undefined;
  }

  async #replace(files: readonly Segment[], survivors: Segment | undefined): Promise<void> {
    failpoint("reclaim.before-commit");
    const { state, journal } = this.#core;
    const numbers = files.map((segment) => segment.number);
    // At any durability: what is removed below cannot be put back, and what died must stay dead.
    journal.open.mustSync();
    this.#core.enter({ fileReplaced: { files: numbers, by: survivors?.number ?? 0 } });
    await this.#core.durable();
    this.reclaimedBytes += files.reduce((sum, segment) => sum + segment.size, 0);
    this.reclaimedBytes -= survivors?.size ?? 0;
    await this.#core.files.replace(files, survivors);
    for (const segment of files) {
      state.replacedFiles.delete(segment.number);
      this.#damaged.delete(segment);
    }
  }
}

class Stopped extends Error {}

class DamagedFile extends Error {
  readonly segment: Segment;

  constructor(segment: Segment) {
    super(`${segment.file.name} has a damaged record`);
    this.segment = segment;
  }
}

/** Cold files hold messages only, so no snapshot needs them. */
const isCovered = (segment: Segment, covered: number): boolean =>
  segment.header.kind === FileKind.cold || segment.lastCommit <= covered;

const isFull = (error: unknown): boolean => error instanceof DiskError && error.kind === "full";

const isWorthCopying = (file: CountedFile): boolean => file.deadBytes > file.liveBytes;

/** Whether more is dead than alive in all files together. */
function isMostlyDead(files: readonly CountedFile[]): boolean {
  const live = files.reduce((sum, { liveBytes }) => sum + liveBytes, 0);
  const dead = files.reduce((sum, { deadBytes }) => sum + deadBytes, 0);
  return dead > live;
}
