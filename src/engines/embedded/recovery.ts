import type { Clock } from "../../runtime/clock.js";
import type { Random } from "../../runtime/random.js";
import type { Disk } from "./disk.js";
import { DiskError } from "./disk.js";
import { decodeEntries } from "./entries.js";
import { JournalDamaged, JournalFormatUnknown } from "./errors.js";
import { failpoint } from "./failpoints.js";
import { createSegment, Files } from "./files.js";
import {
  createJournalId,
  decodeRecord,
  decodeSegmentHeader,
  decodeSegmentTail,
  FileKind,
  FORMAT_VERSION,
  parseFileName,
  RecordKind,
  SEGMENT_HEADER_BYTES,
  SEGMENT_TAIL_BYTES,
  type JournalId,
  type SegmentTail,
} from "./format.js";
import { restorePiece } from "./pieces.js";
import { decodeDirectory } from "./record-index.js";
import { provesDurable, scanCommits, type ScannedCommit, type ScanEnd } from "./scan.js";
import { Segment } from "./segment.js";
import { decodeSnapshot, type Snapshot } from "./snapshot.js";
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
  tornBytes: number;
  damagedSnapshots: number;
}

/** A file that was found, with its bytes in hand only while it is scanned. */
interface FoundFile {
  readonly segment: Segment;
  readonly tail: SegmentTail | undefined;
}

/** Opens what a data directory holds, or makes an empty journal in it. The disk must be locked. */
export async function recover(
  disk: Disk,
  clock: Clock,
  random: Random,
  options: { readonly spareBytes: number },
): Promise<Recovered> {
  return new Recovery(disk, clock, random, options).run();
}

class Recovery {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #spareBytes: number;
  readonly #state = new State();
  readonly #report = { replayedCommits: 0, tornBytes: 0, damagedSnapshots: 0 };
  /** Files that a commit said are no longer in use. */
  readonly #replaced = new Set<number>();

  constructor(disk: Disk, clock: Clock, random: Random, options: { readonly spareBytes: number }) {
    this.#disk = disk;
    this.#clock = clock;
    this.#random = random;
    this.#spareBytes = options.spareBytes;
  }

  async run(): Promise<Recovered> {
    const names = await this.#disk.list();
    await this.#removeTemporaries(names);
    const snapshots = await this.#readSnapshots(names);
    const snapshot = snapshots.at(-1);
    const found = await this.#openFiles(names, snapshot);
    const hot = found.filter(({ segment }) => segment.header.kind === FileKind.hot);
    if (hot.length === 0) return this.#begin(snapshot);
    for (const { commit, piece } of snapshot?.pieces ?? []) {
      restorePiece(this.#state, piece, commit);
    }
    const covers = snapshot?.covers ?? 0;
    const end = await this.#replay(hot, covers);
    if (end.lastCommit < (snapshot?.lastCommit ?? 0)) {
      const last = hot.at(-1)?.segment.file.name ?? "";
      const missing = `commits ${end.lastCommit + 1} to ${snapshot?.lastCommit ?? 0} are missing`;
      throw new JournalDamaged(this.#disk.location, last, end.offset, missing);
    }
    const files = await this.#collectFiles(found, names, snapshot);
    const { lastCommit } = end;
    this.#state.lastTimeMs = Math.max(this.#state.lastTimeMs, end.timeMs);
    return {
      state: this.#state,
      files,
      lastCommit,
      snapshots: snapshots.map((kept) => kept.covers),
      wasClean: snapshot?.isClean === true && snapshot.covers === lastCommit,
      report: this.#report,
    };
  }

  /** An empty journal. */
  async #begin(snapshot: Snapshot | undefined): Promise<Recovered> {
    if (snapshot) {
      const name = `the segment of commit ${snapshot.covers}`;
      throw new JournalDamaged(this.#disk.location, name, 0, "it is missing");
    }
    const journal = createJournalId(this.#random.bytes(16));
    const header = {
      version: FORMAT_VERSION,
      kind: FileKind.hot,
      journal,
      file: 1,
      firstCommit: 1,
    };
    const current = await createSegment(this.#disk, { ...header, createdAtMs: this.#clock.now() });
    const files = new Files(this.#disk, this.#clock, {
      journal,
      spareBytes: this.#spareBytes,
      current,
    });
    const nothing = { lastCommit: 0, snapshots: [], wasClean: true };
    return { state: this.#state, files, ...nothing, report: this.#report };
  }

  async #removeTemporaries(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (parseFileName(name).kind === "temporary") await this.#disk.remove(name);
    }
  }

  /** Whole snapshots, oldest first. Damaged ones are counted; the journal behind them says the same. */
  async #readSnapshots(names: readonly string[]): Promise<Snapshot[]> {
    const snapshots: Snapshot[] = [];
    for (const name of [...names].sort()) {
      if (parseFileName(name).kind !== "snapshot") continue;
      const file = await this.#disk.open(name);
      const bytes = await file.read(0, await file.size());
      await file.close();
      const snapshot = decodeSnapshot(bytes);
      if (!snapshot) this.#report.damagedSnapshots += 1;
      else {
        this.#checkVersion(name, snapshot.header.version);
        snapshots.push(snapshot);
      }
    }
    return snapshots;
  }

  #checkVersion(name: string, version: number): void {
    if (version === FORMAT_VERSION) return;
    throw new JournalFormatUnknown(this.#disk.location, name, version, FORMAT_VERSION);
  }

  /** Segments and cold files in order of their numbers. */
  async #openFiles(names: readonly string[], snapshot: Snapshot | undefined): Promise<FoundFile[]> {
    const numbered = names
      .map((name) => ({ name, parsed: parseFileName(name) }))
      .flatMap(({ name, parsed }) =>
        parsed.kind === "segment" || parsed.kind === "cold"
          ? [{ name, kind: parsed.kind, number: parsed.number }]
          : [],
      )
      .sort((a, b) => a.number - b.number);
    const lastHot = numbered.findLast(({ kind }) => kind === "segment")?.name;
    const found: FoundFile[] = [];
    let journal = snapshot?.header.journal;
    for (const { name } of numbered) {
      const opened = await this.#openFile(name, journal, name === lastHot);
      if (!opened) continue;
      journal ??= opened.segment.header.journal;
      found.push(opened);
    }
    return found;
  }

  async #openFile(
    name: string,
    journal: JournalId | undefined,
    isLastHot: boolean,
  ): Promise<FoundFile | undefined> {
    const file = await this.#disk.open(name);
    const size = await file.size();
    const header = decodeSegmentHeader(await file.read(0, SEGMENT_HEADER_BYTES));
    if (!header) {
      // A segment is synced before anything is written to it: one without a header holds nothing, if it is the last.
      const bytes = await file.read(0, size);
      const isEmpty = size <= SEGMENT_HEADER_BYTES || bytes.every((byte) => byte === 0);
      await file.close();
      if (!isLastHot || !isEmpty) throw this.#damaged(name, 0, "its header is not readable");
      await this.#disk.remove(name);
      return undefined;
    }
    this.#checkVersion(name, header.version);
    if (journal && Buffer.compare(journal.bytes, header.journal.bytes) !== 0) {
      await file.close();
      throw this.#damaged(name, 16, "it belongs to another journal");
    }
    const tailAt = Math.max(0, size - SEGMENT_TAIL_BYTES);
    const tail = decodeSegmentTail(await file.read(tailAt, SEGMENT_TAIL_BYTES), header.journal);
    return { segment: new Segment(header, file, size), tail };
  }

  /** Applies every commit after the snapshot, all of which must be there, and finds where the journal ends. */
  async #replay(hot: readonly FoundFile[], covers: number): Promise<ScanEnd> {
    let end: ScanEnd = { offset: SEGMENT_HEADER_BYTES, lastCommit: 0, mark: 0, timeMs: 0 };
    for (const [index, file] of hot.entries()) {
      const next = hot[index + 1]?.segment.header;
      const { firstCommit } = file.segment.header;
      if (firstCommit > covers + 1 && firstCommit !== end.lastCommit + 1) {
        const missing = `commits ${Math.max(end.lastCommit, covers) + 1} to ${firstCommit - 1}`;
        throw this.#damaged(file.segment.file.name, 0, `${missing} before it are missing`);
      }
      const isNeeded = next === undefined || next.firstCommit > covers + 1 || !file.tail;
      if (isNeeded) end = await this.#scan(file, covers, next?.firstCommit);
      else {
        await this.#readFooter(file);
        end = { ...end, lastCommit: file.segment.lastCommit };
      }
    }
    return end;
  }

  async #scan(
    { segment, tail }: FoundFile,
    covers: number,
    nextFirst: number | undefined,
  ): Promise<ScanEnd> {
    const size = segment.size;
    const bytes = await segment.file.read(0, size);
    const { firstCommit, journal } = segment.header;
    const place = { file: segment.number, from: SEGMENT_HEADER_BYTES, firstCommit };
    const offsets: number[] = [];
    const end = scanCommits(bytes, place, journal, (commit) => {
      offsets.push(commit.header.offset);
      this.#takeIn(segment, commit, covers);
    });
    segment.size = end.offset;
    segment.lastCommit = end.lastCommit;
    if (tail || nextFirst !== undefined) {
      const lastCommit = tail?.lastCommit ?? (nextFirst ?? 0) - 1;
      if (end.lastCommit !== lastCommit || (tail && tail.footerOffset !== end.offset)) {
        throw this.#damaged(
          segment.file.name,
          end.offset,
          "a commit that was confirmed is not whole",
        );
      }
      if (tail) await this.#readFooter({ segment, tail });
      return end;
    }
    const unmarked = offsets[Math.max(0, end.mark + 1 - firstCommit)] ?? end.offset;
    await this.#endAt(segment, bytes, end, unmarked);
    return end;
  }

  /** The journal ends here: cuts what a crash left behind, and makes sure of what it did not sync. */
  async #endAt(segment: Segment, bytes: Uint8Array, end: ScanEnd, unmarked: number): Promise<void> {
    const { file, header } = segment;
    const number = end.lastCommit + 1;
    if (provesDurable(bytes, end.offset, segment.number, number, header.journal)) {
      throw this.#damaged(
        file.name,
        end.offset,
        `commit ${number}, which was confirmed, is not whole`,
      );
    }
    const rest = bytes.subarray(end.offset);
    if (rest.byteLength > 0) {
      if (rest.some((byte) => byte !== 0)) this.#report.tornBytes += rest.byteLength;
      failpoint("recovery.before-truncate");
      await file.truncate(end.offset);
    }
    // What no mark covers may be in the page cache only. Once it is served it must not vanish: write it again.
    if (unmarked < end.offset) await file.write([bytes.subarray(unmarked, end.offset)], unmarked);
    await file.sync();
    failpoint("recovery.after-rewrite");
  }

  async #readFooter({ segment, tail }: FoundFile): Promise<void> {
    if (!tail) return;
    const { file } = segment;
    const size = await file.size();
    const length = size - SEGMENT_TAIL_BYTES - tail.footerOffset;
    const bytes = await file.read(tail.footerOffset, length);
    const record = decodeRecord(bytes, 0, segment.header.journal);
    if (record?.kind !== RecordKind.footer) {
      throw this.#damaged(file.name, tail.footerOffset, "its footer is not readable");
    }
    segment.sealed(decodeDirectory(record.body), tail.footerOffset);
    segment.size = size;
    segment.lastCommit = tail.lastCommit;
  }

  #takeIn(segment: Segment, commit: ScannedCommit, covers: number): void {
    const { number } = commit.header;
    const isNew = number > covers;
    if (isNew) this.#report.replayedCommits += 1;
    for (const record of commit.records) {
      const { log, firstPosition: first, count } = record;
      if (record.kind === RecordKind.entries) {
        if (isNew) this.#applyEntries(record.body, number);
        continue;
      }
      segment.add(log, first, count, record.offset, record.bodyBytes);
      if (isNew) this.#state.appended(log, first, count, number);
    }
  }

  #applyEntries(body: Uint8Array, commit: number): void {
    for (const entry of decodeEntries(body)) {
      if (entry.fileReplaced) {
        for (const file of entry.fileReplaced.files ?? []) this.#replaced.add(file);
      }
      this.#state.apply(entry, commit);
    }
  }

  /** Removes what is no longer in use, and makes sure that what is in use is there. */
  async #collectFiles(
    found: readonly FoundFile[],
    names: readonly string[],
    snapshot: Snapshot | undefined,
  ): Promise<Files> {
    const kept: Segment[] = [];
    for (const { segment, tail } of found) {
      const isCold = segment.header.kind === FileKind.cold;
      const isUsed = isCold
        ? this.#state.coldFiles.has(segment.number)
        : !this.#replaced.has(segment.number);
      if (!isUsed) {
        await segment.close();
        await this.#disk.remove(segment.file.name);
        continue;
      }
      if (isCold && !tail) throw this.#damaged(segment.file.name, segment.size, "it is cut off");
      if (isCold) await this.#readFooter({ segment, tail });
      kept.push(segment);
    }
    this.#checkAllThere(kept, snapshot);
    const ordered = kept.sort((a, b) => a.header.firstCommit - b.header.firstCommit);
    const current = ordered.findLast((segment) => segment.header.kind === FileKind.hot);
    if (!current) throw new DiskError("missing", "open", "the last segment");
    const files = new Files(this.#disk, this.#clock, {
      journal: current.header.journal,
      spareBytes: this.#spareBytes,
      current,
      others: ordered.filter((segment) => segment !== current),
      nextFile: this.#state.nextFile,
    });
    if (names.some((name) => parseFileName(name).kind === "spare")) files.foundSpare();
    return files;
  }

  #checkAllThere(kept: readonly Segment[], snapshot: Snapshot | undefined): void {
    const there = new Set(kept.map((segment) => segment.number));
    const global = snapshot?.pieces.find(({ piece }) => piece.global)?.piece.global;
    const expected = [...(global?.segments ?? []), ...this.#state.coldFiles];
    const missing = expected.find((file) => !there.has(file) && !this.#replaced.has(file));
    if (missing !== undefined) throw this.#damaged(`file ${missing}`, 0, "it is missing");
  }

  #damaged(file: string, offset: number, detail: string): JournalDamaged {
    return new JournalDamaged(this.#disk.location, file, offset, detail);
  }
}
