import type { Core } from "./core.js";
import { ColdFileWriter } from "./cold-file.js";
import { DiskError } from "./disk.js";
import { failpoint } from "./failpoints.js";
import { FileKind, FORMAT_VERSION } from "./format.js";
import { Liveness } from "./liveness.js";
import { nearPlaces, READ_AHEAD_BYTES, type Segment } from "./segment.js";

/** What was found out about a file. */
interface Examined {
  readonly segment: Segment;
  readonly liveBytes: number;
  readonly deadBytes: number;
}

/**
 * Frees files: those in which nothing lives go, and where more is dead than alive the survivors of neighbouring files
 * are copied into a cold file first.
 */
export class Reclaim {
  readonly #core: Core;
  readonly #liveness: Liveness;
  readonly #maxFileBytes: number;
  #isRunning = false;
  /** Files with a record that cannot be read: they are freed only once all of it is dead. */
  readonly #damaged = new Set<Segment>();
  /** Since the start. */
  reclaimedBytes = 0;

  constructor(core: Core, maxFileBytes: number) {
    this.#core = core;
    this.#liveness = new Liveness(core.state);
    this.#maxFileBytes = maxFileBytes;
  }

  /** Whether a file is surely free of live messages but for the snapshots that do not cover it yet. */
  hasDeadFile(): boolean {
    return this.#sealed().some((segment) => this.#isSurelyDead(segment));
  }

  /** Frees what can be freed. `covered`: every kept snapshot contains the commits up to this one. */
  async run(covered: number): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      const free = this.#sealed().filter(
        (segment) => isCovered(segment, covered) && this.#isSurelyDead(segment),
      );
      if (free.length > 0) await this.#replace(free, undefined);
      await this.#compact(covered);
    } catch (error) {
      // What is damaged stays where it can be found. Without room to copy to, files that die by themselves make some.
      if (error instanceof DamagedFile) this.#damaged.add(error.segment);
      else if (!(error instanceof DiskError) || error.kind !== "full") throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  #sealed(): Segment[] {
    return this.#core.files
      .inOrder()
      .filter((segment) => segment.isSealed && segment !== this.#core.files.current);
  }

  #isSurelyDead(segment: Segment): boolean {
    for (const log of segment.logs()) {
      if (!this.#liveness.isSurelyDead(log, segment.lastPosition(log))) return false;
    }
    return true;
  }

  async #compact(covered: number): Promise<void> {
    const files = this.#sealed().filter(
      (segment) => isCovered(segment, covered) && !this.#damaged.has(segment),
    );
    const examined: Examined[] = [];
    for (const segment of files) examined.push(await this.#examine(segment));
    const live = examined.reduce((sum, file) => sum + file.liveBytes, 0);
    const dead = examined.reduce((sum, file) => sum + file.deadBytes, 0);
    if (dead <= live || examined.length === 0) return;
    const chosen = this.#choose(examined);
    if (chosen.length === 0) return;
    const survivors = await this.#copy(chosen);
    await this.#replace(chosen, survivors);
  }

  /** How much of a file lives; by the message, so that one straggler does not keep a record. */
  async #examine(segment: Segment): Promise<Examined> {
    let liveBytes = 0;
    for (const log of segment.logs()) {
      const index = await segment.index(log);
      for (let entry = 0; index && entry < index.length; entry += 1) {
        const place = index.at(entry);
        if (!place) continue;
        const live = this.#liveness.liveParts(log, place);
        const count = live.reduce((sum, part) => sum + part.count, 0);
        liveBytes += (place.bodyBytes * count) / place.count;
      }
    }
    return { segment, liveBytes, deadBytes: segment.size - liveBytes };
  }

  /** The emptiest file and neighbours of its kind that are more dead than alive too: their order must be kept. */
  #choose(examined: readonly Examined[]): Segment[] {
    const emptiest = [...examined].sort((a, b) => b.deadBytes - a.deadBytes)[0];
    if (!emptiest || emptiest.deadBytes <= emptiest.liveBytes) return [];
    const { kind } = emptiest.segment.header;
    const order = this.#core.files.inOrder();
    const byFile = new Map(examined.map((file) => [file.segment, file]));
    const chosen = [emptiest.segment];
    let bytes = emptiest.liveBytes;
    const at = order.indexOf(emptiest.segment);
    for (const step of [-1, 1]) {
      for (let index = at + step; ; index += step) {
        const segment = order[index];
        const file = segment && byFile.get(segment);
        if (!file || file.segment.header.kind !== kind || file.deadBytes <= file.liveBytes) break;
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
      const living = places.filter((place) => this.#liveness.liveParts(log, place).length > 0);
      if (living.length === 0) continue;
      const startedAt = this.#core.clock.monotonic();
      const records = await segment.read(living);
      for (const record of records) {
        if (!record) throw new DamagedFile(segment);
        const range = { first: record.firstPosition, count: record.count };
        await writer.add(record, this.#liveness.liveParts(log, range));
      }
      await this.#pause(this.#core.clock.monotonic() - startedAt);
    }
  }

  /** Leaves three quarters of the disk's time to commits. */
  #pause(workedMs: number): Promise<void> {
    return new Promise((resolve) => this.#core.clock.setTimer(workedMs * 3, resolve));
  }

  async #replace(files: readonly Segment[], survivors: Segment | undefined): Promise<void> {
    failpoint("reclaim.before-commit");
    const numbers = files.map((segment) => segment.number);
    this.#core.enter({ fileReplaced: { files: numbers, by: survivors?.number ?? 0 } });
    await this.#core.durable();
    this.reclaimedBytes += files.reduce((sum, segment) => sum + segment.size, 0);
    this.reclaimedBytes -= survivors?.size ?? 0;
    await this.#core.files.replace(files, survivors);
  }
}

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
