import type { RecordReader } from "./reader.js";
import { toRecent } from "./reader.js";
import type { RecentRecord } from "./recent.js";
import { READ_AHEAD_BYTES } from "./segment.js";

/** What all windows may hold before they read no more than they need, in bytes. */
const MAX_AHEAD_BYTES = 64 * 1024 * 1024;

/** What a window tells whoever reads through it. */
export interface WindowEvents {
  /** Something was read from disk: ask again. */
  loaded(): void;
  /** The record of these messages cannot be read any more. */
  damaged(log: number, first: number, count: number): void;
  failed(error: unknown): void;
}

/**
 * `loading`: the disk was asked; ask again when it answered. `parked`: it would have to be asked. `undefined`: there is
 * nothing.
 */
export type Found = RecentRecord | "loading" | "parked" | undefined;

/** A moving view of one log's records: those remembered from their commit, and those read ahead from disk. */
export class RecordWindow {
  readonly log: number;
  readonly #reader: RecordReader;
  readonly #events: WindowEvents;
  /** All records between `#from` and `#to` that can be read, in order. */
  #ahead: readonly RecentRecord[] = [];
  /** What these take in memory. */
  #aheadBytes = 0;
  /** The positions of which is known what is there: from the first to below the second. */
  #from = 0;
  #to = 0;
  #isLoading = false;
  #isClosed = false;

  constructor(log: number, reader: RecordReader, events: WindowEvents) {
    this.log = log;
    this.#reader = reader;
    this.#events = events;
  }

  /** The record that holds `position`, or the next one above it that is below `end` (all of which is durable). */
  find(position: number, end: number, mayLoad: boolean): Found {
    const recent = this.#reader.findRecent(this.log, position);
    if (recent) {
      this.drop();
      return recent;
    }
    const isKnown = position >= this.#from && position < this.#to;
    const found = isKnown ? this.#findAhead(position) : undefined;
    if (found) return found;
    if (isKnown && end <= this.#to) return undefined;
    if (!mayLoad) return "parked";
    if (!this.#isLoading && !isKnown) this.drop(position);
    this.#load(end);
    return "loading";
  }

  /** Forgets what was read ahead; goes on at `position`. */
  drop(position = 0): void {
    this.#setAhead([]);
    this.#from = position;
    this.#to = position;
  }

  /** Forgets it for good: what the disk answers from now on is not kept. */
  close(): void {
    this.#isClosed = true;
    this.drop();
  }

  /** Forgets records that end at or below `position`: whoever asks for them has them read again. */
  #findAhead(position: number): RecentRecord | undefined {
    const drop = this.#ahead.findIndex((record) => record.first + record.count > position);
    if (drop === 0 || this.#ahead.length === 0) return this.#ahead[0];
    this.#from = position;
    if (drop === -1) this.#setAhead([]);
    else this.#ahead = this.#ahead.slice(drop);
    return this.#ahead[0];
  }

  /** Reads on behind what is known, of which nothing is left to hand out. */
  #load(end: number): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    const at = this.#to;
    const maxBytes = this.#reader.aheadBytes < MAX_AHEAD_BYTES ? READ_AHEAD_BYTES : 1;
    this.#reader.read(this.log, at, maxBytes).then(
      (read) => {
        this.#isLoading = false;
        if (this.#isClosed) return;
        const last = read.at(-1);
        // Otherwise it was dropped meanwhile, and is not what is asked for.
        if (this.#to === at) {
          this.#setAhead(read.flatMap(({ record }) => (record ? [toRecent(record)] : [])));
          this.#to = last ? last.first + last.count : end;
        }
        for (const { record, first, count } of read) {
          if (!record) this.#events.damaged(this.log, first, count);
        }
        this.#events.loaded();
      },
      (error: unknown) => this.#events.failed(error),
    );
  }

  #setAhead(records: readonly RecentRecord[]): void {
    if (records.length === 0 && this.#ahead.length === 0) return;
    this.#reader.aheadBytes -= this.#aheadBytes;
    this.#aheadBytes = records.reduce((sum, { batch }) => sum + batch.bytes.byteLength, 0);
    this.#reader.aheadBytes += this.#aheadBytes;
    this.#ahead = records;
  }
}
