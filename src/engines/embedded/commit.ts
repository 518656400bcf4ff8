import { crc32 } from "node:zlib";
import { MessageBatch } from "@peyk/client/protocol";
import {
  asBuffer,
  COMMIT_HEADER_BYTES,
  encodeCommitHeader,
  MAX_RECORD_BYTES,
  RECORD_HEADER_BYTES,
  RecordKind,
  writeRecordHeader,
  type JournalId,
} from "./format.js";
import { EntryWriter, type Entry } from "./entries.js";

/** Batches from this size on are written from where they lie instead of being copied next to others. */
const OWN_CHUNK_BYTES = 16 * 1024;
/** Chunks below this size are joined before writing: one copy costs less than one more iovec. */
const JOINED_CHUNK_BYTES = 2 * 1024;

/** A record of a commit, and where it will stand. */
export interface CommittedRecord {
  readonly kind: RecordKind;
  readonly log: number;
  readonly first: number;
  readonly count: number;
  readonly timeMs: number;
  readonly body: Uint8Array;
  /** For messages: `body` as a batch. */
  readonly batch: MessageBatch | undefined;
  /** Of the record header in the file; set when the commit is sealed. */
  offset: number;
}

export interface SealedCommit {
  readonly number: number;
  readonly mark: number;
  readonly timeMs: number;
  readonly offset: number;
  readonly length: number;
  readonly chunks: readonly Uint8Array[];
  readonly records: readonly CommittedRecord[];
}

/**
 * What one group commit writes: entries first, then the records of each log together. Collects until it is sealed; is
 * whole or absent after a crash.
 */
export class Commit {
  /** Of every message in it. */
  readonly timeMs: number;
  readonly #entries = new EntryWriter();
  /** By log: the record that small batches of messages are being copied into. */
  readonly #growing = new Map<number, GrowingRecord>();
  readonly #records = new Map<number, CommittedRecord[]>();
  readonly #waiters: (() => void)[] = [];
  readonly #writeWaiters: (() => void)[] = [];
  /** Headers and bodies of records, entries aside. */
  #recordBytes = 0;
  #isKeptEmpty = false;
  /** Something in it must not be lost with the page cache; without it nothing is synced. */
  #isWorthSync = false;
  /** Synced at any durability. */
  needsSync = false;

  constructor(timeMs: number) {
    this.timeMs = timeMs;
  }

  /** Nothing to write; there may be somebody to answer. */
  get isEmpty(): boolean {
    return this.byteLength === 0 && !this.#isKeptEmpty;
  }

  /** Whether a sync is needed before anybody may be told that it is durable. */
  get isWorthSync(): boolean {
    return this.#isWorthSync || this.#isKeptEmpty || this.needsSync || this.hasRecords;
  }

  /** How many bytes it will take at most, headers aside. */
  get byteLength(): number {
    return this.#recordBytes + this.#entries.byteLength;
  }

  /** Messages, references or notes are in it. */
  get hasRecords(): boolean {
    return this.#recordBytes > 0;
  }

  /** Has it written though nothing is in it: for its mark. */
  keepEmpty(): void {
    this.#isKeptEmpty = true;
  }

  /** Something in it must not be lost whatever the durability, as when it makes up for what is removed after it. */
  mustSync(): void {
    this.needsSync = true;
  }

  entry(entry: Entry): void {
    this.#isWorthSync = true;
    this.#entries.add(entry);
  }

  /** An entry that is to survive this process, but not the machine: for its sake nothing is synced. */
  passingEntry(entry: Entry): void {
    this.#entries.add(entry);
  }

  /** Adds messages with the positions from `first` on. The bytes belong to the commit from now on. */
  messages(log: number, first: number, batch: MessageBatch): void {
    this.#recordBytes += batch.bytes.byteLength + RECORD_HEADER_BYTES;
    if (batch.bytes.byteLength >= OWN_CHUNK_BYTES) {
      this.#finishGrowing(log);
      this.#addWhole(log, first, withoutNeighbours(batch));
      return;
    }
    let growing = this.#growing.get(log);
    if (growing && !growing.fits(first, batch.bytes.byteLength)) {
      this.#finishGrowing(log);
      growing = undefined;
    }
    if (!growing) {
      growing = new GrowingRecord(first, batch.bytes.byteLength);
      this.#growing.set(log, growing);
    }
    growing.add(batch);
  }

  /** Adds a record of references or notes. */
  record(kind: RecordKind, log: number, first: number, count: number, body: Uint8Array): void {
    this.#recordBytes += body.byteLength + RECORD_HEADER_BYTES;
    this.#add({ kind, log, first, count, timeMs: this.timeMs, body, batch: undefined, offset: 0 });
  }

  /** Calls back once everything added so far is durable, in the order of the calls. */
  whenDurable(callback: () => void): void {
    this.#waiters.push(callback);
  }

  /** Calls back once everything added so far is written, and survives this process, in the order of the calls. */
  whenWritten(callback: () => void): void {
    this.#writeWaiters.push(callback);
  }

  written(): void {
    for (const waiter of this.#writeWaiters) waiter();
  }

  durable(): void {
    for (const waiter of this.#waiters) waiter();
  }

  /** Gives it its number and place, or another one if it could not be written there. Nothing can be added after it. */
  seal(place: {
    readonly number: number;
    readonly file: number;
    readonly offset: number;
    readonly mark: number;
    readonly journal: JournalId;
  }): SealedCommit {
    for (const log of [...this.#growing.keys()]) this.#finishGrowing(log);
    const records = this.#inOrder();
    const joiner = new ChunkJoiner();
    const checksums = Buffer.allocUnsafe(records.length * 4);
    let at = place.offset + COMMIT_HEADER_BYTES;
    for (const [index, record] of records.entries()) {
      record.offset = at;
      const header = Buffer.allocUnsafe(RECORD_HEADER_BYTES);
      const checksum = writeRecordHeader(header, 0, headerOf(record), record.body, place.journal);
      checksums.writeUInt32LE(checksum, index * 4);
      joiner.add(header);
      joiner.add(record.body);
      at += RECORD_HEADER_BYTES + record.body.byteLength;
    }
    const header = encodeCommitHeader(
      {
        number: place.number,
        file: place.file,
        offset: place.offset,
        length: at - place.offset,
        mark: place.mark,
        timeMs: this.timeMs,
        recordCount: records.length,
        recordsChecksum: crc32(checksums),
      },
      place.journal,
    );
    return {
      number: place.number,
      mark: place.mark,
      timeMs: this.timeMs,
      offset: place.offset,
      length: at - place.offset,
      chunks: [header, ...joiner.finish()],
      records,
    };
  }

  #inOrder(): CommittedRecord[] {
    const records: CommittedRecord[] = [];
    const timeMs = this.timeMs;
    const body = this.#entries.finish();
    if (body) {
      const place = { log: 0, first: 0, count: 0, offset: 0 };
      records.push({ ...place, kind: RecordKind.entries, timeMs, body, batch: undefined });
    }
    for (const ofLog of this.#records.values()) records.push(...ofLog);
    return records;
  }

  #finishGrowing(log: number): void {
    const growing = this.#growing.get(log);
    if (!growing) return;
    this.#growing.delete(log);
    this.#addMessages(log, growing.first, growing.finish());
  }

  /** Cuts a large batch into records of at most MAX_RECORD_BYTES or one message. */
  #addWhole(log: number, first: number, batch: MessageBatch): void {
    let from = 0;
    while (from < batch.count) {
      let count = 1;
      if (batch.bytes.byteLength <= MAX_RECORD_BYTES) count = batch.count;
      else {
        const left = batch.count - from;
        while (count < left && batch.byteLength(from, count + 1) <= MAX_RECORD_BYTES) count += 1;
      }
      const isWhole = count === batch.count;
      const piece = isWhole ? batch : new MessageBatch(batch.slice(from, count), count);
      this.#addMessages(log, first + from, piece);
      from += count;
    }
  }

  #addMessages(log: number, first: number, batch: MessageBatch): void {
    const { timeMs } = this;
    const { bytes: body, count } = batch;
    this.#add({ kind: RecordKind.messages, log, first, count, timeMs, body, batch, offset: 0 });
  }

  #add(record: CommittedRecord): void {
    const ofLog = this.#records.get(record.log);
    if (ofLog) ofLog.push(record);
    else this.#records.set(record.log, [record]);
  }
}

/** A small part of a packet is copied: readers keep what was committed last, and would keep all of the packet with it. */
function withoutNeighbours(batch: MessageBatch): MessageBatch {
  const { bytes, count } = batch;
  if (2 * bytes.byteLength >= bytes.buffer.byteLength) return batch;
  const own = Buffer.allocUnsafeSlow(bytes.byteLength);
  own.set(bytes);
  return new MessageBatch(own, count);
}

/** Small batches of one log, copied one after the other into one body. */
class GrowingRecord {
  readonly first: number;
  #bytes: Buffer;
  #used = 0;
  #count = 0;

  constructor(first: number, bytes: number) {
    this.first = first;
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  fits(first: number, bytes: number): boolean {
    return first === this.first + this.#count && this.#used + bytes <= MAX_RECORD_BYTES;
  }

  add(batch: MessageBatch): void {
    const needed = this.#used + batch.bytes.byteLength;
    if (needed > this.#bytes.byteLength) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.byteLength));
      larger.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = larger;
    }
    this.#bytes.set(batch.bytes, this.#used);
    this.#used = needed;
    this.#count += batch.count;
  }

  finish(): MessageBatch {
    return new MessageBatch(this.#bytes.subarray(0, this.#used), this.#count);
  }
}

/** Joins neighbouring small chunks, so that a commit of many small records is written in few pieces. */
class ChunkJoiner {
  readonly #chunks: Uint8Array[] = [];
  #small: Uint8Array[] = [];

  add(chunk: Uint8Array): void {
    if (chunk.byteLength < JOINED_CHUNK_BYTES) {
      this.#small.push(chunk);
      return;
    }
    this.#flush();
    this.#chunks.push(chunk);
  }

  finish(): Uint8Array[] {
    this.#flush();
    return this.#chunks;
  }

  #flush(): void {
    if (this.#small.length === 0) return;
    const [only] = this.#small;
    this.#chunks.push(this.#small.length === 1 && only ? only : Buffer.concat(this.#small));
    this.#small = [];
  }
}

const headerOf = (record: CommittedRecord) => ({
  kind: record.kind,
  codec: 0,
  keyId: 0,
  log: record.log,
  firstPosition: record.first,
  count: record.count,
  timeMs: record.timeMs,
  bodyBytes: asBuffer(record.body).byteLength,
});
