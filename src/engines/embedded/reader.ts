import { MessageBatch } from "@peyk/client/protocol";
import type { Files } from "./files.js";
import type { StoredRecord } from "./format.js";
import type { RecentRecord, RecentRecords } from "./recent.js";
import { nearPlaces, type Segment } from "./segment.js";
import type { RecordPlace } from "./record-index.js";

/** Reads from disk that may be in flight at once, over all feeds. */
const MAX_READS = 8;

/** Indexes of sealed files that are kept in memory, in bytes. */
const INDEX_CACHE_BYTES = 8 * 1024 * 1024;

/** A record as it was read; `body` undefined: its bytes are damaged. */
export interface ReadRecord extends RecordPlace {
  readonly record: StoredRecord | undefined;
}

/** Finds and reads records of logs, wherever they are. */
export class RecordReader {
  readonly #files: Files;
  readonly #recent: RecentRecords;
  #readsLeft = MAX_READS;
  readonly #waiting: (() => void)[] = [];
  readonly #indexes = new IndexCache();
  /** Records whose checksum did not fit. */
  damagedRecords = 0;

  constructor(files: Files, recent: RecentRecords) {
    this.#files = files;
    this.#recent = recent;
  }

  /** The remembered record of messages that holds `position` or follows it. */
  findRecent(log: number, position: number): RecentRecord | undefined {
    return this.#recent.find(log, position);
  }

  /**
   * Reads the records of `log` from the first one that ends above `position` on: at least one if there is any, then
   * as many as stand near it, about `maxBytes`.
   */
  async read(log: number, position: number, maxBytes: number): Promise<readonly ReadRecord[]> {
    await this.#take();
    try {
      for (;;) {
        const segment = this.#files.find(log, position);
        if (!segment) return [];
        const records = await this.#readFrom(segment, log, position, maxBytes);
        if (records) return records;
      }
    } finally {
      this.#give();
    }
  }

  /** One message; `undefined` if it is not stored any more. */
  async message(log: number, position: number): Promise<RecentRecord | undefined> {
    const recent = this.#recent.find(log, position);
    if (recent && recent.first <= position) return recent;
    const [read] = await this.read(log, position, 1);
    if (!read?.record || read.first > position) return undefined;
    return toRecent(read.record);
  }

  /** When the record that holds `position` or follows it was stored; `undefined` if there is none. */
  async timeAt(log: number, position: number): Promise<number | undefined> {
    const recent = this.#recent.find(log, position);
    if (recent) return recent.timeMs;
    const [read] = await this.read(log, position, 1);
    return read?.record?.timeMs;
  }

  /** How many messages of a log are stored at or above `position` and below `end`. */
  async count(log: number, position: number, end: number): Promise<number> {
    let count = 0;
    for (const segment of this.#files.filesOf(log)) {
      if (segment.lastPosition(log) < position) continue;
      const index = await this.#indexes.of(segment, log);
      if (!index) continue;
      for (let entry = index.find(position); entry < index.length; entry += 1) {
        const place = index.at(entry);
        if (!place || place.first >= end) break;
        count += Math.min(end, place.first + place.count) - Math.max(position, place.first);
      }
    }
    return count;
  }

  /** `undefined` if the file has gone meanwhile. */
  async #readFrom(
    segment: Segment,
    log: number,
    position: number,
    maxBytes: number,
  ): Promise<readonly ReadRecord[] | undefined> {
    const index = await this.#indexes.of(segment, log);
    if (!index) return undefined;
    const places = nearPlaces(index, index.find(position), maxBytes);
    if (places.length === 0) return [];
    const records = await segment.read(places);
    this.damagedRecords += records.filter((record) => record === undefined).length;
    return places.map((place, at) => ({ ...place, record: records[at] }));
  }

  async #take(): Promise<void> {
    if (this.#readsLeft > 0) this.#readsLeft -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#readsLeft += 1;
  }
}

/** A record of messages as it was read, in the form of a remembered one. */
export function toRecent(record: StoredRecord): RecentRecord {
  return {
    log: record.log,
    first: record.firstPosition,
    count: record.count,
    timeMs: record.timeMs,
    batch: new MessageBatch(record.body, record.count),
  };
}

type Index = Awaited<ReturnType<Segment["index"]>>;

/** Indexes of sealed files, the last used ones. */
class IndexCache {
  readonly #bySegment = new Map<Segment, Map<number, NonNullable<Index>>>();
  #bytes = 0;

  async of(segment: Segment, log: number): Promise<Index> {
    if (!segment.isSealed) return segment.index(log);
    const cached = this.#bySegment.get(segment)?.get(log);
    if (cached) return cached;
    const index = await segment.index(log);
    if (!index) return undefined;
    let ofSegment = this.#bySegment.get(segment);
    if (!ofSegment) this.#bySegment.set(segment, (ofSegment = new Map()));
    if (!ofSegment.has(log)) this.#bytes += index.byteLength;
    ofSegment.set(log, index);
    while (this.#bytes > INDEX_CACHE_BYTES && this.#bySegment.size > 1) this.#dropOldest(segment);
    return index;
  }

  #dropOldest(except: Segment): void {
    for (const [segment, indexes] of this.#bySegment) {
      if (segment === except) continue;
      for (const index of indexes.values()) this.#bytes -= index.byteLength;
      this.#bySegment.delete(segment);
      return;
    }
  }
}
