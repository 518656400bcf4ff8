import type { RecordReader } from "./reader.js";
import { toRecent } from "./reader.js";
import type { RecentRecord } from "./recent.js";
import { READ_AHEAD_BYTES } from "./segment.js";

/** What a window tells whoever reads through it. */
export interface WindowEvents {
  /** Something was read from disk: ask again. */
  loaded(): void;
  /** The record of these messages cannot be read any more. */
  damaged(log: number, first: number, count: number): void;
  failed(error: unknown): void;
}

/** A moving view of one log's records: those remembered from their commit, and those read ahead from disk. */
export class RecordWindow {
  readonly log: number;
  readonly #reader: RecordReader;
  readonly #events: WindowEvents;
  /** Records read ahead, in order and without holes. */
  #ahead: readonly RecentRecord[] = [];
  /** Where the last read was asked to begin, and to where it showed that there is nothing. */
  #askedFrom = 0;
  #nothingBelow = 0;
  #isLoading = false;

  constructor(log: number, reader: RecordReader, events: WindowEvents) {
    this.log = log;
    this.#reader = reader;
    this.#events = events;
  }

  /**
   * The record that holds `position`, or the next one above it that is below `end` (all of which is durable).
   * `loading`: the disk was asked. `undefined`: there is none.
   */
  find(position: number, end: number): RecentRecord | "loading" | undefined {
    const recent = this.#reader.findRecent(this.log, position);
    if (recent) return recent;
    if (position >= this.#askedFrom) {
      const found = this.#findAhead(position);
      if (found) return found;
      if (end <= this.#nothingBelow) return undefined;
    }
    this.#load(position, end);
    return "loading";
  }

  #findAhead(position: number): RecentRecord | undefined {
    const drop = this.#ahead.findIndex((record) => record.first + record.count > position);
    if (drop === -1) this.#ahead = [];
    else if (drop > 0) this.#ahead = this.#ahead.slice(drop);
    return this.#ahead[0];
  }

  #load(position: number, end: number): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.#reader.read(this.log, position, READ_AHEAD_BYTES).then(
      (read) => {
        this.#isLoading = false;
        this.#askedFrom = position;
        this.#ahead = read.flatMap(({ record }) => (record ? [toRecent(record)] : []));
        this.#nothingBelow = read.length === 0 ? end : 0;
        for (const { record, first, count } of read) {
          if (!record) this.#events.damaged(this.log, first, count);
        }
        this.#events.loaded();
      },
      (error: unknown) => this.#events.failed(error),
    );
  }
}
