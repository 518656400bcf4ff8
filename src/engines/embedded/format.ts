/**
 * The bytes of the journal's files: constants and fixed headers that writers and readers share. docs/format.md has the
 * drawings. All numbers are little-endian; checksums are CRC-32 (zlib's), seeded with the journal's random id, so that no
 * payload can forge a header.
 */
import { crc32 } from "node:zlib";

export const FORMAT_VERSION = 1;

export const SEGMENT_HEADER_BYTES = 64;
export const COMMIT_HEADER_BYTES = 64;
export const RECORD_HEADER_BYTES = 40;
export const SEGMENT_TAIL_BYTES = 32;

/** Largest body of a record that holds more than one message (design: at most 64 KiB or one message). */
export const MAX_RECORD_BYTES = 64 * 1024;

const SEGMENT_MAGIC = 0x53_4b_59_50; // "PYKS"
const COMMIT_MAGIC = 0x43_4b_59_50; // "PYKC"
const TAIL_MAGIC = 0x54_4b_59_50; // "PYKT"

export const RecordKind = { messages: 1, entries: 2, references: 3, notes: 4, footer: 5 } as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

export const FileKind = { hot: 1, cold: 2 } as const;
export type FileKind = (typeof FileKind)[keyof typeof FileKind];

/** Identity of a journal: 16 random bytes, and the checksum seed that follows from them. */
export interface JournalId {
  readonly bytes: Uint8Array;
  readonly seed: number;
}

export function createJournalId(bytes: Uint8Array): JournalId {
  return { bytes, seed: crc32(bytes) };
}

// ---- Segment header: the first 64 bytes of every segment and cold file ----------------------------------------------

export interface SegmentHeader {
  readonly version: number;
  readonly kind: FileKind;
  readonly journal: JournalId;
  readonly file: number;
  /** Number of the first commit written to it; of a cold file: that of the oldest file that it replaces. */
  readonly firstCommit: number;
  readonly createdAtMs: number;
}

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  bytes.writeUInt32LE(SEGMENT_MAGIC, 0);
  bytes.writeUInt32LE(header.version, 4);
  bytes.writeUInt32LE(header.kind, 8);
  bytes.writeUInt32LE(header.file, 12);
  bytes.set(header.journal.bytes, 16);
  writePosition(bytes, header.firstCommit, 32);
  writePosition(bytes, header.createdAtMs, 40);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return bytes;
}

/** `undefined` where the bytes are no whole header; a `version` other than FORMAT_VERSION is the caller's to refuse. */
export function decodeSegmentHeader(bytes: Uint8Array): SegmentHeader | undefined {
  if (bytes.byteLength < SEGMENT_HEADER_BYTES) return undefined;
  const view = asBuffer(bytes);
  if (view.readUInt32LE(0) !== SEGMENT_MAGIC) return undefined;
  if (view.readUInt32LE(60) !== crc32(view.subarray(0, 60))) return undefined;
  const kind = view.readUInt32LE(8);
  if (kind !== FileKind.hot && kind !== FileKind.cold) return undefined;
  return {
    version: view.readUInt32LE(4),
    kind,
    journal: createJournalId(Uint8Array.from(view.subarray(16, 32))),
    file: view.readUInt32LE(12),
    firstCommit: readPosition(view, 32),
    createdAtMs: readPosition(view, 40),
  };
}

// ---- Commit header ---------------------------------------------------------------------------------------------------

export interface CommitHeader {
  /** Counts commits of the journal from 1, without gaps. */
  readonly number: number;
  readonly file: number;
  /** Where this header begins in its file. */
  readonly offset: number;
  /** Bytes of the whole commit, this header included; never 0, so that zeros are no commit. */
  readonly length: number;
  /** The mark: commits up to this number were durable when this one was written. */
  readonly mark: number;
  readonly timeMs: number;
  readonly recordCount: number;
  /** CRC-32 over the checksums of its records, in order. */
  readonly recordsChecksum: number;
}

export function encodeCommitHeader(header: CommitHeader, journal: JournalId): Uint8Array {
  const bytes = Buffer.alloc(COMMIT_HEADER_BYTES);
  bytes.writeUInt32LE(COMMIT_MAGIC, 0);
  bytes.writeUInt32LE(header.file, 4);
  writePosition(bytes, header.number, 8);
  writePosition(bytes, header.offset, 16);
  bytes.writeUInt32LE(header.length, 24);
  bytes.writeUInt32LE(header.recordCount, 28);
  writePosition(bytes, header.mark, 32);
  writePosition(bytes, header.timeMs, 40);
  bytes.writeUInt32LE(header.recordsChecksum, 48);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60), journal.seed), 60);
  return bytes;
}

/** The header at `at`, or `undefined` where none stands whole. The caller checks `file` and `offset`. */
export function decodeCommitHeader(
  bytes: Uint8Array,
  at: number,
  journal: JournalId,
): CommitHeader | undefined {
  if (at + COMMIT_HEADER_BYTES > bytes.byteLength) return undefined;
  const view = asBuffer(bytes);
  if (view.readUInt32LE(at) !== COMMIT_MAGIC) return undefined;
  const checksum = crc32(view.subarray(at, at + 60), journal.seed);
  if (view.readUInt32LE(at + 60) !== checksum) return undefined;
  const length = view.readUInt32LE(at + 24);
  if (length < COMMIT_HEADER_BYTES) return undefined;
  return {
    file: view.readUInt32LE(at + 4),
    number: readPosition(view, at + 8),
    offset: readPosition(view, at + 16),
    length,
    recordCount: view.readUInt32LE(at + 28),
    mark: readPosition(view, at + 32),
    timeMs: readPosition(view, at + 40),
    recordsChecksum: view.readUInt32LE(at + 48),
  };
}

/** Where the next bytes that look like a commit header begin, from `from` on; -1 if nowhere. */
export function findCommitMagic(bytes: Uint8Array, from: number): number {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(COMMIT_MAGIC, 0);
  return asBuffer(bytes).indexOf(magic, from);
}

// ---- Record header ---------------------------------------------------------------------------------------------------

export interface RecordHeader {
  readonly kind: RecordKind;
  /** 0: as is. Others are to come (compression). */
  readonly codec: number;
  /** 0: not encrypted. */
  readonly keyId: number;
  readonly log: number;
  readonly firstPosition: number;
  readonly count: number;
  readonly timeMs: number;
  readonly bodyBytes: number;
}

/** Writes the header of `body` at `at` and returns the record's checksum, which covers header and body. */
export function writeRecordHeader(
  bytes: Buffer,
  at: number,
  header: RecordHeader,
  body: Uint8Array,
  journal: JournalId,
): number {
  bytes.writeUInt32LE(header.bodyBytes, at);
  bytes[at + 4] = header.kind;
  bytes[at + 5] = header.codec;
  bytes.writeUInt16LE(header.keyId, at + 6);
  bytes.writeUInt32LE(header.log, at + 8);
  bytes.writeUInt32LE(header.count, at + 12);
  writePosition(bytes, header.firstPosition, at + 16);
  writePosition(bytes, header.timeMs, at + 24);
  bytes.writeUInt32LE(0, at + 32);
  const checksum = crc32(body, crc32(bytes.subarray(at, at + 36), journal.seed));
  bytes.writeUInt32LE(checksum, at + 36);
  return checksum;
}

export interface StoredRecord extends RecordHeader {
  readonly body: Uint8Array;
  readonly checksum: number;
}

/** The record at `at` with a view of its body; `undefined` where it is cut off or its checksum does not fit. */
export function decodeRecord(
  bytes: Uint8Array,
  at: number,
  journal: JournalId,
): StoredRecord | undefined {
  const bodyAt = at + RECORD_HEADER_BYTES;
  if (bodyAt > bytes.byteLength) return undefined;
  const view = asBuffer(bytes);
  const bodyBytes = view.readUInt32LE(at);
  if (bodyAt + bodyBytes > bytes.byteLength) return undefined;
  const checksum = view.readUInt32LE(at + 36);
  const body = view.subarray(bodyAt, bodyAt + bodyBytes);
  if (checksum !== crc32(body, crc32(view.subarray(at, at + 36), journal.seed))) return undefined;
  return {
    kind: view[at + 4] as RecordKind,
    codec: view[at + 5] ?? 0,
    keyId: view.readUInt16LE(at + 6),
    log: view.readUInt32LE(at + 8),
    count: view.readUInt32LE(at + 12),
    firstPosition: readPosition(view, at + 16),
    timeMs: readPosition(view, at + 24),
    bodyBytes,
    body,
    checksum,
  };
}

// ---- Tail: the last 32 bytes of a sealed file, which say where its footer is ------------------------------------------

export interface SegmentTail {
  /** Where the footer record begins. */
  readonly footerOffset: number;
  /** The last commit in the file; 0 in a cold file. */
  readonly lastCommit: number;
}

export function encodeSegmentTail(tail: SegmentTail, journal: JournalId): Uint8Array {
  const bytes = Buffer.alloc(SEGMENT_TAIL_BYTES);
  bytes.writeUInt32LE(TAIL_MAGIC, 0);
  writePosition(bytes, tail.footerOffset, 8);
  writePosition(bytes, tail.lastCommit, 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 28), journal.seed), 28);
  return bytes;
}

/** `bytes` are the last SEGMENT_TAIL_BYTES of a file. */
export function decodeSegmentTail(bytes: Uint8Array, journal: JournalId): SegmentTail | undefined {
  if (bytes.byteLength !== SEGMENT_TAIL_BYTES) return undefined;
  const view = asBuffer(bytes);
  if (view.readUInt32LE(0) !== TAIL_MAGIC) return undefined;
  if (view.readUInt32LE(28) !== crc32(view.subarray(0, 28), journal.seed)) return undefined;
  return { footerOffset: readPosition(view, 8), lastCommit: readPosition(view, 16) };
}

// ---- File names ------------------------------------------------------------------------------------------------------

export const segmentName = (file: number): string => `segment-${padded(file)}.peyk`;
export const coldName = (file: number): string => `cold-${padded(file)}.peyk`;
export const snapshotName = (commit: number): string => `snapshot-${padded(commit)}.peyk`;
export const SPARE_NAME = "spare.peyk";
/** Files being made end so; start-up removes them. */
export const TEMPORARY_SUFFIX = ".tmp";

export type FileName =
  | { readonly kind: "segment" | "cold" | "snapshot"; readonly number: number }
  | { readonly kind: "spare" | "temporary" | "foreign" };

export function parseFileName(name: string): FileName {
  if (name.endsWith(TEMPORARY_SUFFIX)) return { kind: "temporary" };
  if (name === SPARE_NAME) return { kind: "spare" };
  const match = /^(segment|cold|snapshot)-(\d{16})\.peyk$/.exec(name);
  if (!match) return { kind: "foreign" };
  return { kind: match[1] as "segment" | "cold" | "snapshot", number: Number(match[2]) };
}

const padded = (number: number): string => String(number).padStart(16, "0");

// ---- Numbers ---------------------------------------------------------------------------------------------------------

/** Eight bytes, exact below 2^53. */
export function writePosition(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32LE(value >>> 0, at);
  bytes.writeUInt32LE(Math.floor(value / 4294967296), at + 4);
}

export function readPosition(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 4294967296;
}

/** A Buffer over the same bytes, for its readers and writers. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
