import type { Run, Topic } from "../../broker/engine.js";
import type { Cursor, Retry } from "./cursor.js";
import type { NoteReader } from "./notes.js";
import type { RecordReader } from "./reader.js";
import type { RecentRecord } from "./recent.js";
import { RecordWindow, type WindowEvents } from "./record-window.js";

/** How much a feed may hand out at once. */
export interface Room {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * `loading`: the disk was asked; try again when it answered. `parked`: it would have to be asked. `empty`: nothing more
 * for now.
 */
export type Taken = Run | "loading" | "parked" | "empty";

/** Where a feed takes messages from: the log of a topic, or one of references to messages. */
export interface Source {
  readonly log: number;
  readonly cursor: Cursor;
  /** Messages that come for the first time since the feed was opened. */
  takeNew(room: Room, mayLoad: boolean): Taken;
  /** Messages that were handed out before, from `first` on, at most `count`. Never `parked`. */
  takeAgain(first: number, count: number, room: Room): Taken;
  /** Forgets what was read for `takeAgain`. */
  endAgain(): void;
  /** These are not handed out any more: they were given back, or are gone. */
  returned(first: number, count: number): void;
  close(): void;
}

/** The messages of one log of a topic that a cursor has not settled. */
export class TopicSource implements Source {
  readonly log: number;
  readonly cursor: Cursor;
  readonly #topic: Pick<Topic, "id" | "name" | "epoch">;
  readonly #notes: NoteReader;
  readonly #new: RecordWindow;
  readonly #again: RecordWindow;
  /** Everything below was handed out, or failed before and comes again by `takeAgain`. */
  #next = 0;

  constructor(
    log: number,
    topic: Pick<Topic, "id" | "name" | "epoch">,
    cursor: Cursor,
    reader: RecordReader,
    notes: NoteReader,
    events: WindowEvents,
  ) {
    this.log = log;
    this.cursor = cursor;
    this.#topic = topic;
    this.#notes = notes;
    this.#new = new RecordWindow(log, reader, events);
    this.#again = new RecordWindow(log, reader, events);
  }

  takeNew(room: Room, mayLoad: boolean): Taken {
    for (;;) {
      const position = this.cursor.nextUnsettled(this.#next);
      const { durableNext } = this.cursor.positions;
      if (position >= durableNext) return this.#end();
      const record = this.#new.find(position, durableNext, mayLoad);
      if (record === "loading" || record === "parked") return record;
      if (!record || record.first >= durableNext) {
        this.#next = durableNext;
        return this.#end();
      }
      const first = this.cursor.nextUnsettled(Math.max(position, record.first));
      const recordEnd = record.first + record.count;
      const limit = this.cursor.unsettledEnd(first, recordEnd);
      const end = first >= recordEnd ? first : endOfSame(this.cursor, undefined, first, limit);
      if (end === first) {
        this.#next = Math.min(first + 1, recordEnd);
        continue;
      }
      const run = this.#cut(record, first, end - first, room, undefined, undefined);
      this.#next = first + run.count;
      return run;
    }
  }

  takeAgain(first: number, count: number, room: Room): Taken {
    const end = first + count;
    let start = this.cursor.nextUnsettled(first);
    while (start < end) {
      const record = this.#again.find(start, end, true);
      if (record === "loading" || record === "parked") return "loading";
      if (!record || record.first >= end) return "empty";
      if (record.first > start) {
        // What lies between cannot be read, or is in another log.
        start = this.cursor.nextUnsettled(record.first);
        continue;
      }
      const retry = this.cursor.retries.get(start);
      const note = this.#notes.find(retry?.note ?? 0);
      if (!note) return "loading";
      const limit = Math.min(end, record.first + record.count);
      const same = endOfSame(this.cursor, retry, start, this.cursor.unsettledEnd(start, limit));
      return this.#cut(record, start, same - start, room, retry, note.text);
    }
    return "empty";
  }

  endAgain(): void {
    this.#again.drop();
  }

  returned(): void {}

  close(): void {
    this.#new.close();
    this.#again.close();
  }

  #end(): "empty" {
    this.#new.drop();
    return "empty";
  }

  #cut(
    record: RecentRecord,
    first: number,
    count: number,
    room: Room,
    retry: Retry | undefined,
    note: string | undefined,
  ): Run {
    const { batch } = record;
    const from = first - record.first;
    return {
      log: this.log,
      first,
      count: fitting(batch, from, Math.min(count, room.messages), room.bytes),
      batch,
      from,
      topic: this.#topic,
      firstPosition: first,
      publishedAtMs: record.timeMs,
      failures: retry?.failures ?? 0,
      crashes: retry?.crashes ?? 0,
      interrupted: retry?.interrupted ?? false,
      note,
      death: undefined,
    };
  }
}

/** How many of `count` messages take at most `bytes`; at least one. */
function fitting(batch: Run["batch"], from: number, count: number, bytes: number): number {
  if (batch.byteLength(from, count) <= bytes) return count;
  const limit = (batch.offsets[from] ?? 0) + bytes;
  let taken = 1;
  while (taken < count && (batch.offsets[from + taken + 1] ?? 0) <= limit) taken += 1;
  return taken;
}

/** How far from `first` on, below `end`, the same is known of failures: the same Retry, or none. */
function endOfSame(cursor: Cursor, retry: Retry | undefined, first: number, end: number): number {
  if (retry === undefined && cursor.retries.size === 0) return end;
  let position = first;
  while (position < end && cursor.retries.get(position) === retry) position += 1;
  return position;
}
