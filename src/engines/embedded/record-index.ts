/**
 * Where the records of logs stand in one file. An index of one log is four parallel arrays in order of position; the
 * footer of a sealed file is the indexes of all its logs behind a directory, so that one log's can be read alone.
 *
 *     footer = u32 logs, logs x (u32 log, u32 entries, u32 at, u32 messages, u64 first, u64 last, u32 bytes), blocks
 *     block  = entries x (u64 first position, u32 count, u32 offset of the record header, u32 body bytes)
 */
import { asBuffer, readPosition, writePosition } from "./format.js";

const DIRECTORY_ENTRY_BYTES = 36;
const ENTRY_BYTES = 20;

export interface RecordPlace {
  readonly first: number;
  readonly count: number;
  /** Where the record header begins in the file. */
  readonly offset: number;
  readonly bodyBytes: number;
}

/** The records of one log in one file. */
export class RecordIndex {
  #firsts: Float64Array;
  /** Three numbers an entry: count, offset, body bytes. */
  #rest: Uint32Array;
  #length = 0;

  constructor(capacity = 8) {
    this.#firsts = new Float64Array(capacity);
    this.#rest = new Uint32Array(capacity * 3);
  }

  get length(): number {
    return this.#length;
  }

  /** Memory it takes, in bytes. */
  get byteLength(): number {
    return this.#firsts.byteLength + this.#rest.byteLength;
  }

  /** Adds a record; its positions lie above all that are there. */
  add(first: number, count: number, offset: number, bodyBytes: number): void {
    if (this.#length === this.#firsts.length) this.#grow();
    const at = this.#length++;
    this.#firsts[at] = first;
    this.#rest[at * 3] = count;
    this.#rest[at * 3 + 1] = offset;
    this.#rest[at * 3 + 2] = bodyBytes;
  }

  at(index: number): RecordPlace | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return {
      first: this.#firsts[index] ?? 0,
      count: this.#rest[index * 3] ?? 0,
      offset: this.#rest[index * 3 + 1] ?? 0,
      bodyBytes: this.#rest[index * 3 + 2] ?? 0,
    };
  }

  /** The first entry that ends above `position`: the one that holds it, or the next one. `length` if there is none. */
  find(position: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const end = (this.#firsts[middle] ?? 0) + (this.#rest[middle * 3] ?? 0);
      if (end > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** How many messages it names. */
  messageCount(): number {
    let messages = 0;
    for (let index = 0; index < this.#length; index += 1) messages += this.#rest[index * 3] ?? 0;
    return messages;
  }

  /** Bytes of all the bodies it names. */
  bodyBytes(): number {
    let bytes = 0;
    for (let index = 0; index < this.#length; index += 1) bytes += this.#rest[index * 3 + 2] ?? 0;
    return bytes;
  }

  #grow(): void {
    const firsts = new Float64Array(this.#firsts.length * 2);
    firsts.set(this.#firsts);
    const rest = new Uint32Array(this.#rest.length * 2);
    rest.set(this.#rest);
    this.#firsts = firsts;
    this.#rest = rest;
  }
}

/** What the directory of a footer says of one log. */
export interface LogExtent {
  readonly entries: number;
  /** Where its block begins in the footer's body. */
  readonly at: number;
  readonly messages: number;
  readonly first: number;
  /** The last position. */
  readonly last: number;
  /** Of all their bodies. */
  readonly bytes: number;
}

/** The directory of a footer, read where it is asked: a sealed file takes 36 bytes of memory for each log in it. */
export class LogExtents {
  readonly #bytes: Buffer;
  readonly size: number;

  /** `footer`: the body of a footer record; copied. */
  constructor(footer: Uint8Array) {
    this.size = asBuffer(footer).readUInt32LE(0);
    const directory = footer.subarray(4, 4 + this.size * DIRECTORY_ENTRY_BYTES);
    this.#bytes = Buffer.from(directory);
  }

  get(log: number): LogExtent | undefined {
    const at = this.#find(log);
    if (at === undefined) return undefined;
    const bytes = this.#bytes;
    return {
      entries: bytes.readUInt32LE(at + 4),
      at: bytes.readUInt32LE(at + 8),
      messages: bytes.readUInt32LE(at + 12),
      first: readPosition(bytes, at + 16),
      last: readPosition(bytes, at + 24),
      bytes: bytes.readUInt32LE(at + 32),
    };
  }

  /** The last position of a log; 0 if it has none. */
  last(log: number): number {
    const at = this.#find(log);
    return at === undefined ? 0 : readPosition(this.#bytes, at + 24);
  }

  *logs(): Generator<number, void> {
    for (let index = 0; index < this.size; index += 1) {
      yield this.#bytes.readUInt32LE(index * DIRECTORY_ENTRY_BYTES);
    }
  }

  #find(log: number): number | undefined {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#bytes.readUInt32LE(middle * DIRECTORY_ENTRY_BYTES) < log) low = middle + 1;
      else high = middle;
    }
    const at = low * DIRECTORY_ENTRY_BYTES;
    return low < this.size && this.#bytes.readUInt32LE(at) === log ? at : undefined;
  }
}

/** The body of a footer record. */
export function encodeFooter(indexes: ReadonlyMap<number, RecordIndex>): Uint8Array {
  const logs = [...indexes].filter(([, index]) => index.length > 0).sort(([a], [b]) => a - b);
  const directoryBytes = 4 + logs.length * DIRECTORY_ENTRY_BYTES;
  const entries = logs.reduce((sum, [, index]) => sum + index.length, 0);
  const bytes = Buffer.alloc(directoryBytes + entries * ENTRY_BYTES);
  bytes.writeUInt32LE(logs.length, 0);
  let directoryAt = 4;
  let blockAt = directoryBytes;
  for (const [log, index] of logs) {
    const last = index.at(index.length - 1);
    bytes.writeUInt32LE(log, directoryAt);
    bytes.writeUInt32LE(index.length, directoryAt + 4);
    bytes.writeUInt32LE(blockAt, directoryAt + 8);
    bytes.writeUInt32LE(index.messageCount(), directoryAt + 12);
    writePosition(bytes, index.at(0)?.first ?? 0, directoryAt + 16);
    writePosition(bytes, last ? last.first + last.count - 1 : 0, directoryAt + 24);
    bytes.writeUInt32LE(index.bodyBytes(), directoryAt + 32);
    directoryAt += DIRECTORY_ENTRY_BYTES;
    blockAt = writeBlock(bytes, blockAt, index);
  }
  return bytes;
}

export const blockBytes = (extent: LogExtent): number => extent.entries * ENTRY_BYTES;

/** The index of one log from its block. */
export function decodeBlock(block: Uint8Array, entries: number): RecordIndex {
  const bytes = asBuffer(block);
  const index = new RecordIndex(Math.max(entries, 1));
  for (let entry = 0; entry < entries; entry += 1) {
    const at = entry * ENTRY_BYTES;
    index.add(
      readPosition(bytes, at),
      bytes.readUInt32LE(at + 8),
      bytes.readUInt32LE(at + 12),
      bytes.readUInt32LE(at + 16),
    );
  }
  return index;
}

function writeBlock(bytes: Buffer, at: number, index: RecordIndex): number {
  let entryAt = at;
  for (let entry = 0; entry < index.length; entry += 1) {
    const place = index.at(entry);
    if (!place) break;
    writePosition(bytes, place.first, entryAt);
    bytes.writeUInt32LE(place.count, entryAt + 8);
    bytes.writeUInt32LE(place.offset, entryAt + 12);
    bytes.writeUInt32LE(place.bodyBytes, entryAt + 16);
    entryAt += ENTRY_BYTES;
  }
  return entryAt;
}
