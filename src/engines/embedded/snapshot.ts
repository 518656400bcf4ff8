/**
 * Snapshots: the state in pieces, so that a start replays only what came after. Each piece (a topic, a subscription, a
 * producer) names the commit after which it was copied, and replay applies an entry only to older pieces.
 *
 *     snapshot = segment header with the number of the first commit not covered, then records:
 *                pieces (kind `entries`, position = the commit of the piece), and last the trailer:
 *                a record of kind `footer` whose count is the number of pieces, position the last commit of any piece
 */
import { NumberReader } from "@peyk/client/protocol";
import type { Disk } from "./disk.js";
import { journal as codec, type Piece } from "./entries.js";
import {
  decodeRecord,
  decodeSegmentHeader,
  encodeSegmentHeader,
  FileKind,
  FORMAT_VERSION,
  RECORD_HEADER_BYTES,
  RecordKind,
  SEGMENT_HEADER_BYTES,
  snapshotName,
  TEMPORARY_SUFFIX,
  writeRecordHeader,
  type JournalId,
  type SegmentHeader,
} from "./format.js";

export interface StatePiece {
  /** The state is that of this commit. */
  readonly commit: number;
  readonly piece: Piece;
}

export interface Snapshot {
  readonly header: SegmentHeader;
  /** Replay begins with the commit after this one. */
  readonly covers: number;
  /** The last commit that any piece contains. */
  readonly lastCommit: number;
  /** Written when everything was closed: nothing follows it. */
  readonly isClean: boolean;
  readonly pieces: readonly StatePiece[];
}

/** Collects the bytes of a snapshot piece by piece. */
export class SnapshotWriter {
  readonly #journal: JournalId;
  readonly #covers: number;
  readonly #chunks: Uint8Array[] = [];
  #count = 0;
  #lastCommit: number;

  constructor(journal: JournalId, covers: number, createdAtMs: number) {
    this.#journal = journal;
    this.#covers = covers;
    this.#lastCommit = covers;
    const numbers = { file: 0, firstCommit: covers + 1, createdAtMs };
    this.#chunks.push(
      encodeSegmentHeader({ version: FORMAT_VERSION, kind: FileKind.cold, journal, ...numbers }),
    );
  }

  get covers(): number {
    return this.#covers;
  }

  /** The last commit that any piece contains: it must be durable before the snapshot may count. */
  get lastCommit(): number {
    return this.#lastCommit;
  }

  add({ commit, piece }: StatePiece): void {
    this.#record(RecordKind.entries, commit, 0, codec.Piece.encode(piece).finish());
    this.#count += 1;
    this.#lastCommit = Math.max(this.#lastCommit, commit);
  }

  /** Writes it under its name, so that it is there whole or not at all. */
  async finish(disk: Disk, isClean: boolean): Promise<string> {
    this.#record(RecordKind.footer, this.#lastCommit, this.#count, Uint8Array.of(isClean ? 1 : 0));
    const name = snapshotName(this.#covers);
    const file = await disk.create(name + TEMPORARY_SUFFIX);
    try {
      await file.write(this.#chunks, 0);
      await file.sync();
      await file.close();
      await disk.rename(file.name, name);
    } catch (error) {
      await file.close();
      await disk.remove(file.name);
      throw error;
    }
    await disk.syncDirectory();
    return name;
  }

  #record(kind: RecordKind, firstPosition: number, count: number, body: Uint8Array): void {
    const header = Buffer.alloc(RECORD_HEADER_BYTES);
    const fields = { kind, codec: 0, keyId: 0, log: 0, firstPosition, count, timeMs: 0 };
    writeRecordHeader(header, 0, { ...fields, bodyBytes: body.byteLength }, body, this.#journal);
    this.#chunks.push(header, body);
  }
}

/** `undefined` where the bytes are no whole snapshot; its version is the caller's to check. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot | undefined {
  const header = decodeSegmentHeader(bytes);
  if (!header) return undefined;
  if (header.version !== FORMAT_VERSION) return emptySnapshot(header);
  const pieces: StatePiece[] = [];
  let at = SEGMENT_HEADER_BYTES;
  for (;;) {
    const record = decodeRecord(bytes, at, header.journal);
    if (!record) return undefined;
    at += RECORD_HEADER_BYTES + record.bodyBytes;
    if (record.kind === RecordKind.footer) {
      if (record.count !== pieces.length || at !== bytes.byteLength) return undefined;
      const lastCommit = record.firstPosition;
      return { ...emptySnapshot(header), pieces, lastCommit, isClean: record.body[0] === 1 };
    }
    const piece = codec.Piece.decode(new NumberReader(record.body));
    pieces.push({ commit: record.firstPosition, piece });
  }
}

function emptySnapshot(header: SegmentHeader): Snapshot {
  const covers = header.firstCommit - 1;
  return { header, covers, lastCommit: covers, isClean: false, pieces: [] };
}
