import { MessageBatch, NumberReader } from "@peyk/client/protocol";
import type { Disk, DiskFile } from "./disk.js";
import { journal as codec } from "./entries.js";
import {
  coldName,
  encodeSegmentHeader,
  RECORD_HEADER_BYTES,
  RecordKind,
  SEGMENT_HEADER_BYTES,
  SEGMENT_TAIL_BYTES,
  writeRecordHeader,
  type SegmentHeader,
  type StoredRecord,
} from "./format.js";
import type { Range } from "./liveness.js";
import { Segment } from "./segment.js";

/** Writes are gathered up to this size, in bytes. */
const WRITE_BYTES = 1024 * 1024;

/** Writes a cold file: records that survived, in order of log and position. */
export class ColdFileWriter {
  readonly #segment: Segment;
  readonly #file: DiskFile;
  #chunks: Uint8Array[];
  #chunkBytes: number;
  /** Where the gathered chunks begin. */
  #at = 0;

  private constructor(header: SegmentHeader, file: DiskFile) {
    this.#file = file;
    this.#segment = new Segment(header, file, SEGMENT_HEADER_BYTES);
    this.#chunks = [encodeSegmentHeader(header)];
    this.#chunkBytes = SEGMENT_HEADER_BYTES;
  }

  static async create(disk: Disk, header: SegmentHeader): Promise<ColdFileWriter> {
    return new ColdFileWriter(header, await disk.create(coldName(header.file)));
  }

  /** Adds the messages of a record that live. Resolves when there is room for more. */
  async add(record: StoredRecord, parts: readonly Range[]): Promise<void> {
    for (const part of parts) {
      const body = bodyOf(record, part);
      const header = Buffer.alloc(RECORD_HEADER_BYTES);
      const fields = { ...record, firstPosition: part.first, count: part.count };
      const { journal } = this.#segment.header;
      writeRecordHeader(header, 0, { ...fields, bodyBytes: body.byteLength }, body, journal);
      this.#segment.add(record.log, part.first, part.count, this.#segment.size, body.byteLength);
      this.#segment.size += RECORD_HEADER_BYTES + body.byteLength;
      this.#chunks.push(header, body);
      this.#chunkBytes += RECORD_HEADER_BYTES + body.byteLength;
    }
    if (this.#chunkBytes >= WRITE_BYTES) await this.#flush();
  }

  /** Seals and syncs it; it is not in use before a commit says so. */
  async finish(disk: Disk): Promise<Segment> {
    const footer = this.#segment.encodeFooter();
    const footerAt = this.#segment.size;
    this.#chunks.push(footer);
    await this.#flush();
    await this.#file.sync();
    await disk.syncDirectory();
    const body = footer.subarray(RECORD_HEADER_BYTES, footer.byteLength - SEGMENT_TAIL_BYTES);
    this.#segment.sealed(body, footerAt);
    this.#segment.size = footerAt + footer.byteLength;
    return this.#segment;
  }

  async abandon(disk: Disk): Promise<void> {
    await this.#file.close();
    await disk.remove(this.#file.name);
  }

  async #flush(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#chunkBytes = 0;
    await this.#file.write(chunks, this.#at);
    this.#at += chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }
}

/** The bytes of a part of a record. */
function bodyOf(record: StoredRecord, part: Range): Uint8Array {
  if (part.count === record.count) return record.body;
  const from = part.first - record.firstPosition;
  if (record.kind === RecordKind.messages) {
    return new MessageBatch(record.body, record.count).slice(from, part.count);
  }
  const { references } = codec.References.decode(new NumberReader(record.body));
  return codec.References.encode({
    references: references.slice(from, from + part.count),
  }).finish();
}
