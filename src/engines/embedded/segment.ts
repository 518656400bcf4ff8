import type { DiskFile } from "./disk.js";
import {
  decodeRecord,
  encodeSegmentTail,
  FileKind,
  RECORD_HEADER_BYTES,
  RecordKind,
  SEGMENT_TAIL_BYTES,
  writeRecordHeader,
  type JournalId,
  type SegmentHeader,
  type SegmentTail,
  type StoredRecord,
} from "./format.js";
import {
  blockBytes,
  decodeBlock,
  encodeFooter,
  LogExtents,
  RecordIndex,
  type LogExtent,
  type RecordPlace,
} from "./record-index.js";

/** Where the records of each log stand: in memory while the file grows, in its footer once it is sealed. */
type Contents =
  | { readonly name: "open"; readonly indexes: Map<number, RecordIndex> }
  | {
      readonly name: "sealed";
      readonly extents: LogExtents;
      readonly footerAt: number;
    };

/** Read-ahead, in bytes: near records are read together up to this much. */
export const READ_AHEAD_BYTES = 256 * 1024;

const NOTHING: LogExtent = { entries: 0, at: 0, messages: 0, first: 0, last: 0, bytes: 0 };

/**
 * One file of the journal: a segment, which commits are appended to until it is sealed, or a cold file, which is written
 * once. Knows where its records are and reads them; who writes, when and what is the journal's affair.
 */
export class Segment {
  readonly header: SegmentHeader;
  readonly file: DiskFile;
  readonly #journal: JournalId;
  #contents: Contents;
  /** Bytes written so far, header included. */
  size: number;
  /** The last commit in it, or before it if it has none; 0 in a cold file. */
  lastCommit: number;
  #readers = 0;
  #onIdle: (() => void) | undefined;

  constructor(header: SegmentHeader, file: DiskFile, size: number) {
    this.header = header;
    this.file = file;
    this.#journal = header.journal;
    this.#contents = { name: "open", indexes: new Map() };
    this.lastCommit = header.kind === FileKind.hot ? header.firstCommit - 1 : 0;
    this.size = size;
  }

  get number(): number {
    return this.header.file;
  }

  get isSealed(): boolean {
    return this.#contents.name === "sealed";
  }

  /** Says where a record was written. */
  add(log: number, first: number, count: number, offset: number, bodyBytes: number): void {
    if (this.#contents.name === "sealed") throw new Error(`${this.file.name} is sealed`);
    let index = this.#contents.indexes.get(log);
    if (!index) this.#contents.indexes.set(log, (index = new RecordIndex()));
    index.add(first, count, offset, bodyBytes);
  }

  /** The logs that have records in it. */
  logs(): IterableIterator<number> {
    return this.#contents.name === "open"
      ? this.#contents.indexes.keys()
      : this.#contents.extents.logs();
  }

  /** The last position of a log in it; 0 if it has none. */
  lastPosition(log: number): number {
    if (this.#contents.name === "sealed") return this.#contents.extents.last(log);
    const index = this.#contents.indexes.get(log);
    const last = index?.at(index.length - 1);
    return last ? last.first + last.count - 1 : 0;
  }

  /** How much of a log is in it, and from where to where. */
  extentOf(log: number): LogExtent {
    if (this.#contents.name === "sealed") return this.#contents.extents.get(log) ?? NOTHING;
    const index = this.#contents.indexes.get(log);
    if (!index) return NOTHING;
    return {
      entries: index.length,
      at: 0,
      messages: index.messageCount(),
      first: index.at(0)?.first ?? 0,
      last: this.lastPosition(log),
      bytes: index.bodyBytes(),
    };
  }

  /**
   * What of a log is in it, as finely as it is known without reading: record by record, or in one piece that may have gaps.
   */
  *outline(
    log: number,
  ): Generator<Omit<RecordPlace, "offset"> & { readonly messages: number }, void> {
    if (this.#contents.name === "sealed") {
      const extent = this.#contents.extents.get(log);
      if (!extent) return;
      const { first, last, messages, bytes } = extent;
      yield { first, count: last - first + 1, messages, bodyBytes: bytes };
      return;
    }
    const index = this.#contents.indexes.get(log);
    for (let entry = 0; index && entry < index.length; entry += 1) {
      const place = index.at(entry);
      if (place) yield { ...place, messages: place.count };
    }
  }

  /** Where a log's records stand in it; `undefined` if it has none. */
  async index(log: number): Promise<RecordIndex | undefined> {
    const contents = this.#contents;
    if (contents.name === "open") return contents.indexes.get(log);
    const extent = contents.extents.get(log);
    if (!extent) return undefined;
    const at = contents.footerAt + RECORD_HEADER_BYTES + extent.at;
    return decodeBlock(await this.file.read(at, blockBytes(extent)), extent.entries);
  }

  /** What is appended to seal it: footer and tail. Call `sealed` once they are written. */
  encodeFooter(): Uint8Array {
    if (this.#contents.name === "sealed") throw new Error(`${this.file.name} is sealed`);
    const body = encodeFooter(this.#contents.indexes);
    const header = Buffer.alloc(RECORD_HEADER_BYTES);
    const fields = { codec: 0, keyId: 0, log: 0, firstPosition: 0, count: 0, timeMs: 0 };
    writeRecordHeader(
      header,
      0,
      { ...fields, kind: RecordKind.footer, bodyBytes: body.byteLength },
      body,
      this.#journal,
    );
    const tail = { footerOffset: this.size, lastCommit: this.lastCommit };
    return Buffer.concat([header, body, encodeSegmentTail(tail, this.#journal)]);
  }

  /** From now on it never changes. `footer`: the body of its footer record. */
  sealed(footer: Uint8Array, footerAt: number): void {
    this.#contents = { name: "sealed", extents: new LogExtents(footer), footerAt };
  }

  /** Keeps the file open until `letGo`: what is read from it may take several calls. */
  hold(): void {
    this.#readers += 1;
  }

  letGo(): void {
    this.#readers -= 1;
    if (this.#readers === 0) this.#onIdle?.();
  }

  /**
   * Reads records that stand near one another in the file, verified, in the order of `places`. `undefined` in place of one
   * whose bytes are damaged.
   */
  async read(places: readonly RecordPlace[]): Promise<(StoredRecord | undefined)[]> {
    const first = places[0];
    const last = places.at(-1);
    if (!first || !last) return [];
    const end = last.offset + RECORD_HEADER_BYTES + last.bodyBytes;
    const bytes = await this.file.read(first.offset, end - first.offset);
    return places.map((place) => decodeRecord(bytes, place.offset - first.offset, this.#journal));
  }

  /** Closes the file once nobody holds it. */
  async close(): Promise<void> {
    if (this.#readers > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    await this.file.close();
  }
}

/** Reads the footer of a sealed file and returns whether it is whole. */
export async function readFooter(segment: Segment, tail: SegmentTail): Promise<boolean> {
  const { file, header } = segment;
  const size = await file.size();
  const length = size - SEGMENT_TAIL_BYTES - tail.footerOffset;
  const record = decodeRecord(await file.read(tail.footerOffset, length), 0, header.journal);
  if (record?.kind !== RecordKind.footer) return false;
  segment.sealed(record.body, tail.footerOffset);
  segment.size = size;
  segment.lastCommit = tail.lastCommit;
  return true;
}

/** The entries of `index` from `from` on that one read should fetch: at least one, then as many as are near. */
export function nearPlaces(index: RecordIndex, from: number, maxBytes: number): RecordPlace[] {
  const places: RecordPlace[] = [];
  const start = index.at(from)?.offset ?? 0;
  for (let entry = from; ; entry += 1) {
    const place = index.at(entry);
    if (!place) return places;
    const end = place.offset + RECORD_HEADER_BYTES + place.bodyBytes;
    if (places.length > 0 && end - start > maxBytes) return places;
    places.push(place);
  }
}
