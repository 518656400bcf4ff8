import { crc32 } from "node:zlib";
import {
  asBuffer,
  COMMIT_HEADER_BYTES,
  decodeCommitHeader,
  decodeRecord,
  findCommitMagic,
  RECORD_HEADER_BYTES,
  RecordKind,
  type CommitHeader,
  type JournalId,
  type StoredRecord,
} from "./format.js";

/** A commit that was read whole: every checksum fits. */
export interface ScannedCommit {
  readonly header: CommitHeader;
  readonly records: readonly ScannedRecord[];
}

export interface ScannedRecord extends StoredRecord {
  /** Where its header begins in the file. */
  readonly offset: number;
}

/** Where a scan stopped. */
export interface ScanEnd {
  /** The first byte that is no whole commit. */
  readonly offset: number;
  /** The last whole commit; 0 if there is none. */
  readonly lastCommit: number;
  /** The highest mark seen. */
  readonly mark: number;
  /** Publish time of the last commit, ms since 1970. */
  readonly timeMs: number;
}

/**
 * Reads commits one after the other from `from` on, until the bytes end or do not continue the sequence.
 *
 * `firstCommit`: the number that the first one must have.
 */
export function scanCommits(
  bytes: Uint8Array,
  place: { readonly file: number; readonly from: number; readonly firstCommit: number },
  journal: JournalId,
  visit: (commit: ScannedCommit) => void,
): ScanEnd {
  let offset = place.from;
  let expected = place.firstCommit;
  let mark = 0;
  let timeMs = 0;
  for (;;) {
    const commit = readCommit(bytes, offset, journal);
    const follows =
      commit?.header.number === expected &&
      commit.header.file === place.file &&
      commit.header.offset === offset;
    if (!follows) return { offset, lastCommit: expected - 1, mark, timeMs };
    visit(commit);
    mark = Math.max(mark, commit.header.mark);
    timeMs = commit.header.timeMs;
    offset += commit.header.length;
    expected += 1;
  }
}

/** The commit at `offset`; `undefined` where it is not whole or a checksum does not fit. */
export function readCommit(
  bytes: Uint8Array,
  offset: number,
  journal: JournalId,
): ScannedCommit | undefined {
  const header = decodeCommitHeader(bytes, offset, journal);
  if (!header || offset + header.length > bytes.byteLength) return undefined;
  const commitBytes = asBuffer(bytes).subarray(0, offset + header.length);
  const records: ScannedRecord[] = [];
  const checksums = Buffer.alloc(4);
  let recordsChecksum = 0;
  let at = offset + COMMIT_HEADER_BYTES;
  for (let index = 0; index < header.recordCount; index += 1) {
    const record = decodeRecord(commitBytes, at, journal);
    if (!record) return undefined;
    checksums.writeUInt32LE(record.checksum, 0);
    recordsChecksum = crc32(checksums, recordsChecksum);
    records.push({ ...record, offset: at });
    at += RECORD_HEADER_BYTES + record.bodyBytes;
  }
  const isWhole = at === offset + header.length && recordsChecksum === header.recordsChecksum;
  return isWhole ? { header, records } : undefined;
}

/**
 * Whether the bytes from `from` on hold a commit header that was written when commit `number` was durable: then what is
 * wrong there was not left behind by a crash.
 */
export function provesDurable(
  bytes: Uint8Array,
  from: number,
  file: number,
  number: number,
  journal: JournalId,
): boolean {
  for (let at = findCommitMagic(bytes, from); at !== -1; at = findCommitMagic(bytes, at + 1)) {
    const header = decodeCommitHeader(bytes, at, journal);
    if (header?.file === file && header.offset === at && header.mark >= number) return true;
  }
  return false;
}

/**
 * Whether nothing but a footer, whole or torn, stands at `at`, in a segment that another one follows: before that one is
 * begun all its commits are durable, and what is behind them is cut off.
 */
export function endsWithCommit(bytes: Uint8Array, at: number): boolean {
  if (at >= bytes.byteLength) return true;
  if (at + RECORD_HEADER_BYTES > bytes.byteLength) return false;
  const view = asBuffer(bytes);
  return view[at + 4] === RecordKind.footer && view.readUInt32LE(at + 8) === 0;
}
