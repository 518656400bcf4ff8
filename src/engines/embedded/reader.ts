import { MessageBatch } from "@peyk/client/protocol";
import type { DamagedRecords } from "./damaged-records.js";
import type { Files } from "./files.js";
import type { StoredRecord } from "./format.js";
import { IndexCache } from "./index-cache.js";
import type { Range } from "./liveness.js";
import type { RecentRecord, RecentRecords } from "./recent.js";
import type { RecordPlace } from "./record-index.js";
import { nearPlaces, type Segment } from "./segment.js";

/** Reads from disk that may be in flight at once, over all feeds. */
const MAX_READS = 8;

/** A record as it was read; `record` undefined: its bytes are damaged. */
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
  readonly #damaged: DamagedRecords;
  /** Held by those who read ahead. */
  aheadBytes = 0;

  constructor(files: Files, recent: RecentRecords, damaged: DamagedRecords) {
    this.#files = files;
    this.#recent = recent;
    this.#damaged = damaged;
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
      const segment = this.#files.find(log, position);
      if (!segment) return [];
      return await held([segment], () => this.#readFrom(segment, log, position, maxBytes));
    } finally {
      this.#give();
    }
  }

  /** The record of one message; `undefined` if it is not stored any more, or damaged. */
  async message(log: number, position: number): Promise<RecentRecord | undefined> {
    const recent = this.#recent.find(log, position);
    if (recent) return recent.first <= position ? recent : undefined;
    const [read] = await this.read(log, position, 1);
    if (!read?.record || read.first > position) return undefined;
    return toRecent(read.record);
  }

  /** When the first message at or after `position` in any of these logs was stored; `undefined` if there is none. */
  async timeAt(logs: Iterable<number>, position: number): Promise<number | undefined> {
    const times: number[] = [];
    for (const log of logs) {
      const time =
        this.#recent.find(log, position)?.timeMs ?? (await this.#readTime(log, position));
      if (time !== undefined) times.push(time);
    }
    // Publish time never goes back: the lowest one is that of the lowest position.
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** Where these logs have messages at or above `from` and below `end`, all of which were written; in no order. */
  async ranges(logs: Iterable<number>, from: number, end: number): Promise<Range[]> {
    const ranges: Range[] = [];
    await this.#eachPlace(logs, from, end, ({ first, count }) =>
      addRange(ranges, Math.max(first, from), Math.min(first + count, end)),
    );
    return ranges;
  }

  /** The records that hold these positions, in order. */
  async places(logs: Iterable<number>, from: number, end: number): Promise<RecordPlace[]> {
    const places: RecordPlace[] = [];
    await this.#eachPlace(logs, from, end, (place) => places.push(place));
    return places.sort((one, other) => one.first - other.first);
  }

  async #eachPlace(
    logs: Iterable<number>,
    from: number,
    end: number,
    visit: (place: RecordPlace) => void,
  ): Promise<void> {
    for (const log of logs) {
      // A copy: a file that comes meanwhile was not held, so nobody may let go of it.
      const segments = [...this.#files.filesOf(log)];
      await held(segments, async () => {
        for (const segment of segments) {
          if (segment.lastPosition(log) < from) continue;
          const index = await this.#indexes.of(segment, log);
          for (let entry = index?.find(from) ?? 0; index && entry < index.length; entry += 1) {
            const place = index.at(entry);
            if (!place || place.first >= end) break;
            visit(place);
          }
        }
      });
    }
  }

  /** Of a damaged record nothing is known: that of the next one is as good. */
  async #readTime(log: number, position: number): Promise<number | undefined> {
    let read = await this.read(log, position, 1);
    for (let place = read[0]; place; place = read[0]) {
      if (place.record) return place.record.timeMs;
      read = await this.read(log, place.first + place.count, 1);
    }
    return undefined;
  }

  async #readFrom(
    segment: Segment,
    log: number,
    position: number,
    maxBytes: number,
  ): Promise<readonly ReadRecord[]> {
    const index = await this.#indexes.of(segment, log);
    const places = index ? nearPlaces(index, index.find(position), maxBytes) : [];
    if (places.length === 0) return [];
    const records = await segment.read(places);
    return places.map((place, at) => {
      const found = records[at];
      const isIt = found?.log === log && found.firstPosition === place.first;
      if (!isIt) this.#damaged.found(segment.file.name, place.offset);
      const { first, count, offset, bodyBytes } = place;
      return { first, count, offset, bodyBytes, record: isIt ? found : undefined };
    });
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

/** Keeps files open while `work` reads them: they may be replaced meanwhile. */
async function held<Result>(
  segments: readonly Segment[],
  work: () => Promise<Result>,
): Promise<Result> {
  for (const segment of segments) segment.hold();
  try {
    return await work();
  } finally {
    for (const segment of segments) segment.letGo();
  }
}

/** Neighbours become one. */
function addRange(ranges: Range[], from: number, to: number): void {
  const last = ranges.at(-1);
  if (last && last.first + last.count === from) {
    ranges[ranges.length - 1] = { first: last.first, count: to - last.first };
  } else {
    ranges.push({ first: from, count: to - from });
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
