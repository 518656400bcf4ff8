import type { Clock } from "../../runtime/clock.js";
import { DiskError, type Disk } from "./disk.js";
import { failpoint } from "../../runtime/failpoints.js";
import {
  encodeSegmentHeader,
  FileKind,
  FORMAT_VERSION,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  SEGMENT_TAIL_BYTES,
  segmentName,
  type JournalId,
  type SegmentHeader,
} from "./format.js";
import { Segment } from "./segment.js";
import { Spare } from "./spare.js";

interface RecordPosition {
  readonly log: number;
  readonly first: number;
  readonly count: number;
  readonly offset: number;
  readonly body: Uint8Array;
}

/**
 * The files of the journal: the segment that commits are written to, sealed ones, cold ones, and the spare that is kept
 * for a full disk. Says which of them hold a log's records.
 */
export class Files {
  readonly disk: Disk;
  readonly journal: JournalId;
  readonly spare: Spare;
  readonly #clock: Clock;
  #current: Segment;
  /** Every file but the spare, by number. */
  readonly all = new Map<number, Segment>();
  /** By log: the files with records of it, in order of position. */
  readonly #byLog = new Map<number, Segment[]>();
  /** Bytes of commits since the start. */
  writtenBytes = 0;
  #nextFile: number;
  /** How often commits came to go to what was the spare. */
  spareUses = 0;
  /** Set while commits go to what was the spare: where its bytes end. */
  #spareEnd: number | undefined;

  constructor(
    disk: Disk,
    clock: Clock,
    options: {
      readonly journal: JournalId;
      /** Size of the spare; 0: none. */
      readonly spareBytes: number;
      readonly current: Segment;
      readonly others?: readonly Segment[];
      readonly nextFile?: number;
    },
  ) {
    this.disk = disk;
    this.#clock = clock;
    this.journal = options.journal;
    this.spare = new Spare(disk, options.spareBytes);
    this.#current = options.current;
    this.#nextFile = options.nextFile ?? 1;
    for (const segment of [...(options.others ?? []), options.current]) this.#add(segment);
    for (const [log, segments] of this.#byLog) {
      segments.sort((a, b) => a.lastPosition(log) - b.lastPosition(log));
    }
  }

  /** The segment that commits are written to. */
  get current(): Segment {
    return this.#current;
  }

  /** The spare is in use or cannot be made: the disk is full. */
  get isFull(): boolean {
    return this.spare.isMissing;
  }

  /** Whether so little of the spare in use is left that only reclaim may write. */
  get isSpareLow(): boolean {
    if (this.#spareEnd === undefined || this.spare.isThere) return false;
    return this.#spareEnd - this.#current.size < this.spare.byteLength / 4;
  }

  /** Of all files, as they are on disk. */
  get byteLength(): number {
    let bytes = this.spare.isThere ? this.spare.byteLength : 0;
    for (const segment of this.all.values()) bytes += segment.size;
    return bytes;
  }

  /** The number that the next file will have. */
  get nextFile(): number {
    return this.#nextFile;
  }

  /** Every file but the spare, oldest content first. */
  inOrder(): Segment[] {
    return [...this.all.values()].sort((a, b) => a.header.firstCommit - b.header.firstCommit);
  }

  takeNumber(): number {
    return this.#nextFile++;
  }

  addRecord(segment: Segment, record: RecordPosition): void {
    const isFirst = segment.lastPosition(record.log) === 0;
    segment.add(record.log, record.first, record.count, record.offset, record.body.byteLength);
    if (isFirst) this.#placeLog(record.log, segment);
  }

  /** The file with the first record of `log` that ends above `position`; `undefined` where there is none. */
  find(log: number, position: number): Segment | undefined {
    const segments = this.#byLog.get(log);
    if (!segments) return undefined;
    let low = 0;
    let high = segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((segments[middle]?.lastPosition(log) ?? 0) >= position) high = middle;
      else low = middle + 1;
    }
    return segments[low];
  }

  filesOf(log: number): readonly Segment[] {
    return this.#byLog.get(log) ?? [];
  }

  /** Puts `replacement` (if anything lived) in the place of files, and closes and removes them. */
  async replace(files: readonly Segment[], replacement: Segment | undefined): Promise<void> {
    for (const [log, segments] of this.#byLog) {
      const at = segments.findIndex((segment) => files.includes(segment));
      if (at === -1) continue;
      const kept = segments.filter((segment) => !files.includes(segment));
      if (replacement && replacement.lastPosition(log) > 0) kept.splice(at, 0, replacement);
      if (kept.length > 0) this.#byLog.set(log, kept);
      else this.#byLog.delete(log);
    }
    if (replacement) this.all.set(replacement.number, replacement);
    for (const segment of files) this.all.delete(segment.number);
    for (const segment of files) await segment.close();
    failpoint("reclaim.before-remove");
    for (const segment of files) await this.disk.remove(segment.file.name);
    await this.disk.syncDirectory();
    failpoint("reclaim.after-remove");
  }

  /** Whether a commit of this size is to begin a new segment. */
  needsRoll(commitBytes: number, segmentBytes: number): boolean {
    const { size } = this.#current;
    if (size === SEGMENT_HEADER_BYTES) return false;
    // On a full disk the bytes of the spare are the only ones there are: they are used to the end.
    const isOnSpare = this.#spareEnd !== undefined && !this.spare.isThere;
    return size + commitBytes > (isOnSpare ? (this.#spareEnd ?? 0) : segmentBytes);
  }

  /**
   * Seals the current segment and begins a new one, whose first commit has the number `firstCommit`. `isSynced`: all that
   * was written to the current one is durable.
   */
  async roll(firstCommit: number, isSynced: boolean): Promise<Segment> {
    failpoint("segment.before-seal");
    if (!this.#current.isSealed) await this.#seal(this.#current, isSynced);
    failpoint("segment.after-seal");
    const header = this.#headerOf(this.takeNumber(), firstCommit);
    try {
      this.#current = await createSegment(this.disk, header);
    } catch (error) {
      if (!(error instanceof DiskError) || error.kind !== "full") throw error;
      return this.useSpare(firstCommit);
    }
    this.#spareEnd = undefined;
    this.#add(this.#current);
    return this.#current;
  }

  /** Cuts what a failed write left behind and goes on in the spare. Fails if there is none. */
  async useSpare(firstCommit: number): Promise<Segment> {
    const last = this.#current;
    if (!last.isSealed) {
      await last.file.truncate(last.size);
      await last.file.sync();
    }
    const header = this.#headerOf(this.takeNumber(), firstCommit);
    const file = await this.spare.use(header);
    this.#current = new Segment(header, file, SEGMENT_HEADER_BYTES);
    this.spareUses += 1;
    this.#spareEnd = this.spare.byteLength;
    this.#add(this.#current);
    return this.#current;
  }

  /** Seals what a full disk left without a footer, so that no start has to read it whole. */
  async sealLeftovers(): Promise<void> {
    for (const segment of this.all.values()) {
      if (segment !== this.#current && !segment.isSealed) await this.#seal(segment, true);
    }
  }

  async close(): Promise<void> {
    for (const segment of this.all.values()) await segment.close();
  }

  async #seal(segment: Segment, isSynced: boolean): Promise<void> {
    // A footer says that all before it is durable.
    if (!isSynced) await segment.file.sync();
    const footer = segment.encodeFooter();
    const footerAt = segment.size;
    try {
      await segment.file.write([footer], footerAt);
      await segment.file.truncate(footerAt + footer.byteLength);
    } catch (error) {
      if (!(error instanceof DiskError) || error.kind !== "full") throw error;
      // It stays without a footer: its indexes are kept in memory, and the next start reads it whole.
      await segment.file.truncate(footerAt);
      await segment.file.sync();
      return;
    }
    await segment.file.sync();
    const body = footer.subarray(RECORD_HEADER_BYTES, footer.byteLength - SEGMENT_TAIL_BYTES);
    segment.sealed(body, footerAt);
    segment.size = footerAt + footer.byteLength;
  }

  #headerOf(file: number, firstCommit: number): SegmentHeader {
    return {
      version: FORMAT_VERSION,
      kind: FileKind.hot,
      journal: this.journal,
      file,
      firstCommit,
      createdAtMs: this.#clock.now(),
    };
  }

  #add(segment: Segment): void {
    this.all.set(segment.number, segment);
    this.#nextFile = Math.max(this.#nextFile, segment.number + 1);
    for (const log of segment.logs()) this.#placeLog(log, segment);
  }

  #placeLog(log: number, segment: Segment): void {
    const segments = this.#byLog.get(log);
    if (!segments) this.#byLog.set(log, [segment]);
    else if (segments.at(-1) !== segment) segments.push(segment);
  }
}

/** Makes an empty segment that a power cut cannot take back. */
export async function createSegment(disk: Disk, header: SegmentHeader): Promise<Segment> {
  const file = await disk.create(segmentName(header.file));
  try {
    await file.write([encodeSegmentHeader(header)], 0);
    await file.sync();
    await disk.syncDirectory();
  } catch (error) {
    await file.close();
    await disk.remove(file.name);
    throw error;
  }
  return new Segment(header, file, SEGMENT_HEADER_BYTES);
}
