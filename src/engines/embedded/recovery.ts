import type { Clock } from "../../runtime/clock.js";
import type { Random } from "../../runtime/random.js";
import type { Disk } from "./disk.js";
import { DiskError } from "./disk.js";
import { failpoint } from "../../runtime/failpoints.js";
import { createSegment, Files } from "./files.js";
import {
  createJournalId,
  FileKind,
  FORMAT_VERSION,
  parseFileName,
  RecordKind,
  SEGMENT_HEADER_BYTES,
  SEGMENT_TAIL_BYTES,
} from "./format.js";
import { FoundFiles, type FoundFile } from "./found-files.js";
import { endOfSegment, restorePiece } from "./pieces.js";
import { replayCommit } from "./replay.js";
import {
  endsWithCommit,
  provesDurable,
  scanCommits,
  type ScannedCommit,
  type ScanEnd,
} from "./scan.js";
import type { Segment } from "./segment.js";
import type { Snapshot } from "./snapshot.js";
import { State } from "./state.js";

export interface Recovered {
  readonly state: State;
  readonly files: Files;
  readonly lastCommit: number;
  /** Numbers of the commits that kept snapshots cover, oldest first. */
  readonly snapshots: readonly number[];
  /** The last stop was clean: no position was used that the journal does not name. */
  readonly wasClean: boolean;
  readonly report: RecoveryReport;
}

/** What the start found; goes into the log and the counters. */
export interface RecoveryReport {
  readonly replayedCommits: number;
  /** Bytes cut from the end, left behind by a crash. */
  readonly tornBytes: number;
  readonly damagedSnapshots: number;
  /** Segments whose footer was not whole: their commits are, and say where everything stands. */
  readonly rebuiltFooters: number;
}

/** The last segment, read to where the journal ends. */
interface LastSegment {
  readonly file: FoundFile;
  readonly bytes: Uint8Array;
  readonly end: ScanEnd;
  /** Where the first commit begins of which no mark says that it is durable. */
  readonly unmarkedAt: number;
}

/** Opens what a data directory holds, or makes an empty journal in it. The disk must be locked. */
export async function recover(
  disk: Disk,
  clock: Clock,
  random: Random,
  options: { readonly spareBytes: number },
): Promise<Recovered> {
  const found = await FoundFiles.open(disk);
  try {
    const recovery = new Recovery(disk, clock, options.spareBytes, found);
    return found.hot.length > 0 ? await recovery.run() : await recovery.begin(random);
  } catch (error) {
    await found.close();
    throw error;
  }
}

/** Checks all there is before it changes anything. */
class Recovery {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #spareBytes: number;
  readonly #found: FoundFiles;
  readonly #snapshot: Snapshot | undefined;
  readonly #state = new State();
  readonly #report: {
    -readonly [Field in keyof RecoveryReport]: RecoveryReport[Field];
  };

  constructor(disk: Disk, clock: Clock, spareBytes: number, found: FoundFiles) {
    this.#disk = disk;
    this.#clock = clock;
    this.#spareBytes = spareBytes;
    this.#found = found;
    this.#snapshot = found.snapshots.at(-1);
    const { damagedSnapshots } = found;
    this.#report = { replayedCommits: 0, tornBytes: 0, damagedSnapshots, rebuiltFooters: 0 };
  }

  async run(): Promise<Recovered> {
    const snapshot = this.#snapshot;
    for (const { commit, piece } of snapshot?.pieces ?? []) {
      restorePiece(this.#state, piece, commit);
    }
    const last = await this.#replay();
    this.#state.forgetAwaited();
    await this.#checkFiles();
    await this.#endAt(last);
    const files = await this.#takeOver();
    const { lastCommit, timeMs } = last.end;
    this.#state.lastTimeMs = Math.max(this.#state.lastTimeMs, timeMs);
    return {
      state: this.#state,
      files,
      lastCommit,
      snapshots: this.#found.snapshots.map((kept) => kept.covers),
      wasClean: snapshot?.isClean === true && snapshot.covers === lastCommit,
      report: this.#report,
    };
  }

  /** An empty journal. */
  async begin(random: Random): Promise<Recovered> {
    const { names } = this.#found;
    const left = names.find((name) => ["cold", "snapshot"].includes(parseFileName(name).kind));
    if (left !== undefined) {
      throw this.#found.damaged(left, 0, "the segments it belongs to are missing");
    }
    await this.#removeLeftovers();
    const current = await createSegment(this.#disk, {
      version: FORMAT_VERSION,
      kind: FileKind.hot,
      journal: createJournalId(random.bytes(16)),
      file: 1,
      firstCommit: 1,
      createdAtMs: this.#clock.now(),
    });
    const files = await this.#filesOf(current, []);
    const nothing = { lastCommit: 0, snapshots: [], wasClean: true };
    return { state: this.#state, files, ...nothing, report: this.#report };
  }

  /** Applies every commit after the snapshot, all of which must be there, and finds where the journal ends. */
  async #replay(): Promise<LastSegment> {
    const covers = this.#snapshot?.covers ?? 0;
    const { hot } = this.#found;
    let lastCommit = 0;
    let last: LastSegment | undefined;
    for (const [index, file] of hot.entries()) {
      const next = hot[index + 1]?.segment.header.firstCommit;
      const { firstCommit } = file.segment.header;
      if (firstCommit > covers + 1 && firstCommit !== lastCommit + 1) {
        const missing = `commits ${Math.max(lastCommit, covers) + 1} to ${firstCommit - 1}`;
        const { name } = file.segment.file;
        throw this.#found.damaged(name, 0, `${missing} before it are missing`);
      }
      const isNeeded = next === undefined || next > covers + 1 || !file.tail;
      if (isNeeded) last = await this.#scan(file, next);
      if (next !== undefined && !(await this.#found.readFooter(file))) {
        // After a full disk it is written later than the next segment, and may be torn. The commits say the same.
        if (!isNeeded) last = await this.#scan(file, next);
        if (last && last.end.offset < last.bytes.byteLength) this.#report.rebuiltFooters += 1;
      }
      lastCommit = file.segment.lastCommit;
    }
    if (!last) throw new DiskError("missing", "open", "the last segment");
    return last;
  }

  async #scan(file: FoundFile, nextFirst: number | undefined): Promise<LastSegment> {
    const { segment } = file;
    const bytes = await segment.file.read(0, segment.size);
    const { firstCommit, journal } = segment.header;
    const place = { file: segment.number, from: SEGMENT_HEADER_BYTES, firstCommit };
    const offsets: number[] = [];
    const end = scanCommits(bytes, place, journal, (commit) => {
      offsets.push(commit.header.offset);
      this.#takeIn(segment, commit);
    });
    segment.size = end.offset;
    segment.lastCommit = end.lastCommit;
    this.#checkEnd(file, bytes, end, nextFirst);
    const unmarkedAt = offsets[Math.max(0, end.mark + 1 - firstCommit)] ?? end.offset;
    return { file, bytes, end, unmarkedAt };
  }

  /** What does not go on where it must is damage: a crash leaves only the end of the last segment behind. */
  #checkEnd(
    { segment, tail }: FoundFile,
    bytes: Uint8Array,
    end: ScanEnd,
    nextFirst: number | undefined,
  ): void {
    const { file, header } = segment;
    const number = end.lastCommit + 1;
    const covers = this.#snapshot?.covers ?? 0;
    // Between two segments others may have been freed, if the snapshots contain their commits: they know where it ended.
    const endsHere = end.lastCommit >= endOfSegment(globalOf(this.#snapshot), segment.number);
    const isFollowed =
      nextFirst === undefined
        ? end.lastCommit >= (this.#snapshot?.lastCommit ?? 0)
        : nextFirst === number ||
          (nextFirst <= covers + 1 && endsHere && endsWithCommit(bytes, end.offset));
    const isSealedHere =
      tail === undefined ||
      (tail.lastCommit === end.lastCommit && tail.footerOffset === end.offset);
    const isDurable = provesDurable(bytes, end.offset, segment.number, number, header.journal);
    if (isFollowed && isSealedHere && !isDurable) return;
    const detail = `commit ${number}, which was confirmed, is not whole`;
    throw this.#found.damaged(file.name, end.offset, detail);
  }

  #takeIn(segment: Segment, commit: ScannedCommit): void {
    const { number } = commit.header;
    const isNew = number > (this.#snapshot?.covers ?? 0);
    if (isNew) this.#report.replayedCommits += 1;
    for (const { kind, log, firstPosition, count, offset, bodyBytes } of commit.records) {
      if (kind !== RecordKind.entries) segment.add(log, firstPosition, count, offset, bodyBytes);
    }
    if (isNew) replayCommit(this.#state, number, commit.records);
  }

  /** Whether all that is in use is there, and whole as far as it is not read before it is needed. */
  async #checkFiles(): Promise<void> {
    const there = new Set<number>();
    for (const file of this.#found.all) {
      const { segment, tail } = file;
      there.add(segment.number);
      if (segment.header.kind === FileKind.hot || !this.#isUsed(segment)) continue;
      if (!tail) {
        const tailAt = Math.max(0, segment.size - SEGMENT_TAIL_BYTES);
        throw this.#found.damaged(segment.file.name, tailAt, "its end is cut off or not readable");
      }
      if (await this.#found.readFooter(file)) continue;
      const detail = "its footer is not readable";
      throw this.#found.damaged(segment.file.name, tail.footerOffset, detail);
    }
    const { coldFiles, replacedFiles } = this.#state;
    for (const [number, name] of this.#found.unreadableCold) {
      if (coldFiles.has(number)) {
        throw this.#found.damaged(name, 0, "its header is not readable");
      }
      this.#found.leftovers.push(name);
    }
    const expected = [...(globalOf(this.#snapshot)?.segments ?? []), ...coldFiles];
    const missing = expected.find((file) => !there.has(file) && !replacedFiles.has(file));
    if (missing !== undefined) throw this.#found.damaged(`file ${missing}`, 0, "it is missing");
  }

  /** Whether a file was not replaced, as far as the snapshot and the commits after it say. */
  #isUsed({ number, header, lastCommit }: Segment): boolean {
    if (header.kind === FileKind.cold) return this.#state.coldFiles.has(number);
    if (this.#state.replacedFiles.has(number)) return false;
    if (!this.#snapshot || lastCommit > this.#snapshot.covers) return true;
    // One without commits ends before its first.
    if (header.firstCommit > this.#snapshot.covers) return true;
    return globalOf(this.#snapshot)?.segments?.includes(number) === true;
  }

  /** The journal ends here: cuts what a crash left behind, and makes sure of what it did not sync. */
  async #endAt({ file: found, bytes, end, unmarkedAt }: LastSegment): Promise<void> {
    const { segment, tail } = found;
    const { file } = segment;
    // The footer of the last segment may be torn: then it is written again when it is sealed again.
    const isSealed = tail !== undefined && (await this.#found.readFooter(found));
    const rest = bytes.subarray(end.offset);
    if (rest.byteLength > 0 && !isSealed) {
      if (rest.some((byte) => byte !== 0)) this.#report.tornBytes += rest.byteLength;
      failpoint("recovery.before-truncate");
      await file.truncate(end.offset);
    }
    // What no mark covers may be in the page cache only. Once it is served it must not vanish: write it again.
    const kept = bytes.subarray(unmarkedAt, isSealed ? bytes.byteLength : end.offset);
    if (kept.byteLength > 0) await file.write([kept], unmarkedAt);
    await file.sync();
    // So may the names of files: whoever made the last ones may not have come to that.
    await this.#disk.syncDirectory();
    failpoint("recovery.after-rewrite");
  }

  /** Removes what is no longer in use, and gives the rest to the journal. */
  async #takeOver(): Promise<Files> {
    await this.#removeLeftovers();
    const kept: Segment[] = [];
    for (const { segment } of this.#found.all) {
      if (this.#isUsed(segment)) {
        kept.push(segment);
        continue;
      }
      await segment.close();
      await this.#disk.remove(segment.file.name);
    }
    const ordered = kept.sort((a, b) => a.header.firstCommit - b.header.firstCommit);
    const current = ordered.findLast((segment) => segment.header.kind === FileKind.hot);
    if (!current) throw new DiskError("missing", "open", "the last segment");
    const others = ordered.filter((segment) => segment !== current);
    return this.#filesOf(current, others);
  }

  async #filesOf(current: Segment, others: readonly Segment[]): Promise<Files> {
    const files = new Files(this.#disk, this.#clock, {
      journal: current.header.journal,
      spareBytes: this.#spareBytes,
      current,
      others,
      nextFile: this.#state.nextFile,
    });
    await files.spare.find(this.#found.names);
    return files;
  }

  async #removeLeftovers(): Promise<void> {
    for (const name of this.#found.leftovers) await this.#disk.remove(name);
  }
}

const globalOf = (snapshot: Snapshot | undefined) =>
  snapshot?.pieces.find(({ piece }) => piece.global)?.piece.global;
