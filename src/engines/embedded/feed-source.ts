import type { Run, Topic } from "../../broker/engine.js";
import type { Cursor, Retry } from "./cursor.js";
import type { RecordReader } from "./reader.js";
import type { RecentRecord } from "./recent.js";
import { RecordWindow, type WindowEvents } from "./record-window.js";

/** How much a feed may hand out at once. */
export interface Room {
  readonly messages: number;
  readonly bytes: number;
}

/** `loading`: the disk was asked; try again when it answered. `empty`: nothing more for now. */
export type Taken = Run | "loading" | "empty";

/** Where a feed takes messages from: the log of a topic, or one of references to messages. */
export interface Source {
  readonly log: number;
  readonly cursor: Cursor;
  /** Messages that come for the first time since the feed was opened. */
  takeNew(room: Room): Taken;
  /** Messages that were handed out before, from `first` on, at most `count`. */
  takeAgain(first: number, count: number, room: Room): Taken;
}

/** The messages of one log of a topic that a cursor has not settled. */
export class TopicSource implements Source {
  readonly log: number;
  readonly cursor: Cursor;
  readonly #topic: Pick<Topic, "id" | "name" | "epoch">;
  readonly #new: RecordWindow;
  readonly #again: RecordWindow;
  /** Everything below was handed out, or failed before and comes again by `takeAgain`. */
  #next = 0;

  constructor(
    log: number,
    topic: Pick<Topic, "id" | "name" | "epoch">,
    cursor: Cursor,
    reader: RecordReader,
    events: WindowEvents,
  ) {
    this.log = log;
    this.cursor = cursor;
    this.#topic = topic;
    this.#new = new RecordWindow(log, reader, events);
    this.#again = new RecordWindow(log, reader, events);
  }

  takeNew(room: Room): Taken {
    for (;;) {
      const position = this.cursor.nextUnsettled(this.#next);
      const { durableNext } = this.cursor.positions;
      if (position >= durableNext) return "empty";
      const record = this.#new.find(position, durableNext);
      if (record === "loading") return record;
      if (!record) {
        this.#next = durableNext;
        return "empty";
      }
      const first = Math.max(position, record.first);
      const limit = this.cursor.unsettledEnd(first, record.first + record.count);
      const end = endOfSame(this.cursor, undefined, first, limit);
      if (end === first) {
        this.#next = first + 1;
        continue;
      }
      const run = this.#cut(record, first, end - first, room, undefined);
      this.#next = first + run.count;
      return run;
    }
  }

  takeAgain(first: number, count: number, room: Room): Taken {
    const start = this.cursor.nextUnsettled(first);
    if (start >= first + count) return "empty";
    const record = this.#again.find(start, first + count);
    if (record === "loading") return record;
    if (!record || record.first > start) return "empty";
    const retry = this.cursor.retries.get(start);
    const limit = Math.min(first + count, record.first + record.count);
    const end = endOfSame(this.cursor, retry, start, this.cursor.unsettledEnd(start, limit));
    return this.#cut(record, start, end - start, room, retry);
  }

  #cut(
    record: RecentRecord,
    first: number,
    count: number,
    room: Room,
    retry: Retry | undefined,
  ): Run {
    const { batch } = record;
    const from = first - record.first;
    let taken = Math.min(count, room.messages);
    if (batch.byteLength(from, taken) > room.bytes) {
      const limit = (batch.offsets[from] ?? 0) + room.bytes;
      let fitting = 1;
      while (fitting < taken && (batch.offsets[from + fitting + 1] ?? 0) <= limit) fitting += 1;
      taken = fitting;
    }
    return {
      log: this.log,
      first,
      count: taken,
      batch,
      from,
      topic: this.#topic,
      firstPosition: first,
      publishedAtMs: record.timeMs,
      failures: retry?.failures ?? 0,
      crashes: retry?.crashes ?? 0,
      note: undefined,
      death: undefined,
    };
  }
}

/** How far from `first` on, below `end`, the same is known of failures: the same Retry, or none. */
function endOfSame(cursor: Cursor, retry: Retry | undefined, first: number, end: number): number {
  if (retry === undefined && cursor.retries.size === 0) return end;
  let position = first;
  while (position < end && cursor.retries.get(position) === retry) position += 1;
  return position;
}
