import type { Run } from "../../broker/engine.js";
import type { Cursor } from "./cursor.js";
import type { Source, Taken } from "./feed-source.js";
import type { NoteReader } from "./notes.js";
import type { RecordReader } from "./reader.js";
import type { WindowEvents } from "./record-window.js";
import { readReferences, resolveReference, type Origin, type TopicOf } from "./references.js";

/** What may be read ahead at once: each reference costs a read of its own where the message is not remembered. */
const REFERENCES_AHEAD = 128;

/** A message that was read and not yet handed out. */
interface ReadyMessage {
  readonly run: Run;
  readonly origin: Origin;
}

/** Messages that a subscription's own log refers to: its dead letters, or what was redriven to it. */
export class ReferenceSource implements Source {
  readonly log: number;
  readonly cursor: Cursor;
  readonly #reader: RecordReader;
  readonly #notes: NoteReader;
  readonly #topicOf: TopicOf;
  readonly #events: WindowEvents;
  #next = 0;
  /** In order of position. */
  #ready: ReadyMessage[] = [];
  #again: ReadyMessage[] = [];
  #isLoading = false;
  /** The origin of what is handed out: settling it releases the message there. */
  readonly #origins = new Map<number, Origin>();

  constructor(
    log: number,
    cursor: Cursor,
    reader: RecordReader,
    notes: NoteReader,
    topicOf: TopicOf,
    events: WindowEvents,
  ) {
    this.log = log;
    this.cursor = cursor;
    this.#reader = reader;
    this.#notes = notes;
    this.#topicOf = topicOf;
    this.#events = events;
  }

  /** Where the message is that is handed out under this position; `undefined` if none is. */
  origin(position: number): Origin | undefined {
    return this.#origins.get(position);
  }

  takeNew(_room: unknown, mayLoad: boolean): Taken {
    for (;;) {
      const position = this.cursor.nextUnsettled(this.#next);
      if (position >= this.cursor.positions.durableNext) return "empty";
      if (this.cursor.retries.has(position)) {
        this.#next = position + 1;
        continue;
      }
      while ((this.#ready[0]?.run.first ?? Infinity) < position) this.#ready.shift();
      const ready = this.#ready.shift();
      if (!ready) {
        if (!mayLoad) return "parked";
        return this.#load(position, (messages) => (this.#ready = messages));
      }
      const { first } = ready.run;
      this.#next = first + 1;
      if (this.cursor.isSettled(first) || this.cursor.retries.has(first)) continue;
      if (this.#topicOf(ready.origin.log)) return this.#handOut(ready, undefined);
      this.#lose(first, ready.origin);
    }
  }

  takeAgain(first: number, count: number): Taken {
    const start = this.cursor.nextUnsettled(first);
    if (start >= first + count) return "empty";
    const ready = this.#again.find(({ run }) => run.first === start);
    if (!ready) return this.#load(start, (messages) => (this.#again = messages));
    if (!this.#topicOf(ready.origin.log)) {
      this.#lose(start, ready.origin);
      return this.takeAgain(first, count);
    }
    const note = this.#notes.find(this.cursor.retries.get(start)?.note ?? 0);
    return note ? this.#handOut(ready, note.text) : "loading";
  }

  endAgain(): void {
    this.#again = [];
  }

  returned(first: number, count: number): void {
    if (count > this.#origins.size) {
      for (const position of this.#origins.keys()) {
        if (position >= first && position < first + count) this.#origins.delete(position);
      }
      return;
    }
    for (let index = 0; index < count; index += 1) this.#origins.delete(first + index);
  }

  close(): void {
    this.#ready = [];
    this.#again = [];
    this.#origins.clear();
  }

  #handOut({ run, origin }: ReadyMessage, note: string | undefined): Run {
    this.#origins.set(run.first, origin);
    const retry = this.cursor.retries.get(run.first);
    const { failures = 0, crashes = 0, interrupted = false } = retry ?? {};
    return { ...run, failures, crashes, interrupted, note };
  }

  #load(position: number, done: (messages: ReadyMessage[]) => void): "loading" {
    if (this.#isLoading) return "loading";
    this.#isLoading = true;
    this.#read(position).then(
      (messages) => {
        this.#isLoading = false;
        done(messages);
        this.#events.loaded();
      },
      (error: unknown) => this.#events.failed(error),
    );
    return "loading";
  }

  /** Whatever cannot be handed out is settled, so that the next read does not find it again. */
  async #read(position: number): Promise<ReadyMessage[]> {
    const messages: ReadyMessage[] = [];
    const end = this.cursor.positions.durableNext;
    const { references, damaged } = await readReferences(this.#reader, this.log, position);
    for (const { first, count } of damaged) this.#events.damaged(this.log, first, count);
    // Here every position below `end` has a reference: one that is not found is lost, whatever the reason.
    const found = Math.min(references[0]?.position ?? end, damaged[0]?.first ?? end);
    if (found > position) this.#events.damaged(this.log, position, found - position);
    for (const reference of references.slice(0, REFERENCES_AHEAD)) {
      if (this.cursor.isSettled(reference.position)) continue;
      const topic = this.#topicOf(reference.originLog);
      const run = topic && (await resolveReference(this.#reader, this.log, reference, topic));
      const { originLog, originPosition, redrives } = reference;
      const origin = { log: originLog, position: originPosition, redrives };
      if (run) messages.push({ run, origin });
      else this.#lose(reference.position, origin);
    }
    return messages;
  }

  #lose(position: number, origin: Origin): void {
    this.#origins.set(position, origin);
    this.#events.damaged(this.log, position, 1);
    this.#origins.delete(position);
  }
}
