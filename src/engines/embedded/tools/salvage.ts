/** Reads what can be read around damage. The checksums, which know the journal's secret id, say what was written so. */
import {
  asBuffer,
  COMMIT_HEADER_BYTES,
  decodeCommitHeader,
  decodeRecord,
  findCommitMagic,
  RECORD_HEADER_BYTES,
  RecordKind,
  readPosition,
  type CommitHeader,
  type JournalId,
  type RecordHeader,
} from "../format.js";
import { readCommit, type ScannedCommit, type ScannedRecord } from "../scan.js";

/** Bytes of a file from `from` to below `to`. */
export interface Bytes {
  readonly from: number;
  readonly to: number;
}

/** Where something was written that cannot be read any more. */
export interface Hole extends Bytes {
  /** What stood there, as far as its own header says so; nothing vouches for it. */
  readonly claim: RecordHeader | undefined;
}

/** A place in a segment that is no whole commit, up to the next commit header. */
export interface BrokenPlace extends Bytes {
  /** The number of the first commit that is not whole. */
  readonly firstCommit: number;
  /** That of the last one; `undefined` where nothing follows that would tell. */
  readonly lastCommit: number | undefined;
  /** Records in it that are whole by themselves. */
  readonly records: readonly ScannedRecord[];
  readonly holes: readonly Hole[];
}

export type Salvaged =
  | { readonly kind: "commit"; readonly commit: ScannedCommit }
  | { readonly kind: "broken"; readonly place: BrokenPlace };

/** Reads a segment from `from` to `to`; `firstCommit`: the number that its first commit must have, 0 if nobody knows. */
export function* salvageSegment(
  bytes: Uint8Array,
  range: Bytes & { readonly file: number; readonly firstCommit: number },
  journal: JournalId,
): Generator<Salvaged, void> {
  const whole = bytes.subarray(0, range.to);
  const isHere = (header: CommitHeader | undefined, at: number, least: number): boolean =>
    header?.file === range.file && header.offset === at && header.number >= least;
  let expected = range.firstCommit;
  for (let at = range.from; at < range.to;) {
    const commit = readCommit(whole, at, journal);
    const isNext = expected === 0 || commit?.header.number === expected;
    if (commit && isNext && isHere(commit.header, at, expected)) {
      yield { kind: "commit", commit };
      at += commit.header.length;
      expected = commit.header.number + 1;
      continue;
    }
    const own = decodeCommitHeader(whole, at, journal);
    const isOwn = own !== undefined && isHere(own, at, expected);
    // A commit that is whole and only too late has others before it that are gone without a trace.
    const isLate = isOwn && commit !== undefined;
    const next = isLate ? own : findHeader(whole, at + 1, journal, isHere, expected);
    const to = next?.offset ?? range.to;
    const firstCommit = isOwn && !isLate ? own.number : expected;
    const { records, holes } = readRecords(whole, { from: at, to }, isOwn && !isLate, journal);
    const lastCommit = next && next.number - 1;
    yield { kind: "broken", place: { from: at, to, firstCommit, lastCommit, records, holes } };
    at = to;
    expected = next?.number ?? 0;
  }
}

/** The next commit header of this file from `from` on. */
function findHeader(
  bytes: Uint8Array,
  from: number,
  journal: JournalId,
  isHere: (header: CommitHeader | undefined, at: number, least: number) => boolean,
  least: number,
): CommitHeader | undefined {
  for (let at = findCommitMagic(bytes, from); at !== -1; at = findCommitMagic(bytes, at + 1)) {
    const header = decodeCommitHeader(bytes, at, journal);
    if (header && isHere(header, at, least)) return header;
  }
  return undefined;
}

export interface SalvagedRecords {
  readonly records: readonly ScannedRecord[];
  readonly holes: readonly Hole[];
}

/** Reads the records of a place, wherever they begin. `hasHeader`: it begins with a commit header. */
function readRecords(
  bytes: Uint8Array,
  { from, to }: Bytes,
  hasHeader: boolean,
  journal: JournalId,
): SalvagedRecords {
  const place = bytes.subarray(0, to);
  const records: ScannedRecord[] = [];
  const holes: Hole[] = [];
  let holeFrom: number | undefined;
  const endHole = (end: number): void => {
    if (holeFrom === undefined) return;
    holes.push({ from: holeFrom, to: end, claim: claimOf(place, { from: holeFrom, to: end }) });
    holeFrom = undefined;
  };
  for (let at = from + (hasHeader ? COMMIT_HEADER_BYTES : 0); at < to;) {
    const record = looksLikeRecord(place, at) ? decodeRecord(place, at, journal) : undefined;
    if (record) {
      endHole(at);
      records.push({ ...record, offset: at });
      at += RECORD_HEADER_BYTES + record.bodyBytes;
    } else {
      holeFrom ??= at;
      at += 1;
    }
  }
  endHole(to);
  return { records, holes };
}

/** All records of a file without commits (a cold file), wherever they begin, and what is between them. */
export function salvageRecords(
  bytes: Uint8Array,
  range: Bytes,
  journal: JournalId,
): SalvagedRecords {
  return readRecords(bytes, range, false, journal);
}

/** Spares a checksum where there can be no record. */
function looksLikeRecord(bytes: Uint8Array, at: number): boolean {
  if (at + RECORD_HEADER_BYTES > bytes.byteLength) return false;
  const kind = bytes[at + 4] ?? 0;
  if (kind < RecordKind.messages || kind > RecordKind.footer) return false;
  const view = asBuffer(bytes);
  const isPlain = bytes[at + 5] === 0 && view.readUInt16LE(at + 6) === 0;
  return isPlain && view.readUInt32LE(at + 32) === 0;
}

/** A hole that is exactly one record long had that record's header, if that is what was spared. */
function claimOf(bytes: Uint8Array, { from, to }: Bytes): RecordHeader | undefined {
  if (!looksLikeRecord(bytes, from)) return undefined;
  const view = asBuffer(bytes);
  const bodyBytes = view.readUInt32LE(from);
  if (from + RECORD_HEADER_BYTES + bodyBytes !== to) return undefined;
  return {
    kind: bytes[from + 4] as RecordKind,
    codec: 0,
    keyId: 0,
    log: view.readUInt32LE(from + 8),
    count: view.readUInt32LE(from + 12),
    firstPosition: readPosition(view, from + 16),
    timeMs: readPosition(view, from + 24),
    bodyBytes,
  };
}
