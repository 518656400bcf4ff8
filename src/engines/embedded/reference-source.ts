import { NumberReader, MessageBatch, MESSAGES_TAG } from "@peyk/client/protocol";
import type { DeadLetterNote, DeathReason, Run, Topic } from "../../broker/engine.js";
import type { Cursor } from "./cursor.js";
import { journal as codec } from "./entries.js";
import type { Source, Taken } from "./feed-source.js";
import type { RecordReader } from "./reader.js";
import type { WindowEvents } from "./record-window.js";
import { READ_AHEAD_BYTES } from "./segment.js";

/** A reference as it is stored: where the message is, and why it died. */
export interface Reference {
  /** In the log of references. */
  readonly position: number;
  readonly originLog: number;
  readonly originPosition: number;
  readonly death: DeadLetterNote | undefined;
  readonly redrives: number;
}

/** Where a message is that a subscription's own log refers to. */
export interface Origin {
  readonly log: number;
  readonly position: number;
  readonly redrives: number;
}

/** What may be read ahead at once: each reference costs a read of its own where the message is not remembered. */
const REFERENCES_AHEAD = 256;

const EMPTY_MESSAGE = new MessageBatch(Uint8Array.of(MESSAGES_TAG, 0), 1);

export type TopicOf = (log: number) => Pick<Topic, "id" | "name" | "epoch"> | undefined;

/** Messages that a subscription's own log refers to: its dead letters, or what was redriven to it. */
export class ReferenceSource implements Source {
  readonly log: number;
  readonly cursor: Cursor;
  readonly #reader: RecordReader;
  readonly #topicOf: TopicOf;
  readonly #events: WindowEvents;
  #next = 0;
  /** Runs of one message each, in order of position. */
  #ready: Run[] = [];
  #again: Run[] = [];
  #isLoading = false;
  /** The origin of what was handed out: settling it releases the message there. */
  readonly origins = new Map<number, Origin>();

  constructor(
    log: number,
    cursor: Cursor,
    reader: RecordReader,
    topicOf: TopicOf,
    events: WindowEvents,
  ) {
    this.log = log;
    this.cursor = cursor;
    this.#reader = reader;
    this.#topicOf = topicOf;
    this.#events = events;
  }

  takeNew(): Taken {
    for (;;) {
      const position = this.cursor.nextUnsettled(this.#next);
      if (position >= this.cursor.positions.durableNext) return "empty";
      if (this.cursor.retries.has(position)) {
        this.#next = position + 1;
        continue;
      }
      while ((this.#ready[0]?.first ?? Infinity) < position) this.#ready.shift();
      const run = this.#ready[0];
      if (!run) return this.#load(position, (runs) => (this.#ready = runs));
      this.#next = run.first + 1;
      this.#ready.shift();
      if (this.cursor.isSettled(run.first) || this.cursor.retries.has(run.first)) continue;
      return run;
    }
  }

  takeAgain(first: number, count: number): Taken {
    const start = this.cursor.nextUnsettled(first);
    if (start >= first + count) return "empty";
    const run = this.#again.find((ready) => ready.first === start);
    if (!run) return this.#load(start, (runs) => (this.#again = runs));
    const retry = this.cursor.retries.get(start);
    return { ...run, failures: retry?.failures ?? 0, crashes: retry?.crashes ?? 0 };
  }

  #load(position: number, done: (runs: Run[]) => void): "loading" {
    if (this.#isLoading) return "loading";
    this.#isLoading = true;
    this.#read(position).then(
      (runs) => {
        this.#isLoading = false;
        done(runs);
        this.#events.loaded();
      },
      (error: unknown) => this.#events.failed(error),
    );
    return "loading";
  }

  async #read(position: number): Promise<Run[]> {
    const runs: Run[] = [];
    const references = await readReferences(this.#reader, this.log, position);
    for (const reference of references.slice(0, REFERENCES_AHEAD)) {
      if (this.cursor.isSettled(reference.position)) continue;
      const topic = this.#topicOf(reference.originLog);
      if (topic) runs.push(await this.#resolve(reference, topic));
      else this.#events.damaged(this.log, reference.position, 1);
    }
    return runs;
  }

  async #resolve(reference: Reference, topic: Run["topic"]): Promise<Run> {
    const { originLog, originPosition, death } = reference;
    const { redrives } = reference;
    this.origins.set(reference.position, { log: originLog, position: originPosition, redrives });
    const record = await this.#reader.message(originLog, originPosition);
    return {
      log: this.log,
      first: reference.position,
      count: 1,
      batch: record?.batch ?? EMPTY_MESSAGE,
      from: record ? originPosition - record.first : 0,
      topic,
      firstPosition: originPosition,
      publishedAtMs: record?.timeMs ?? 0,
      failures: 0,
      crashes: 0,
      note: undefined,
      death,
    };
  }
}

/** References from `position` on: at least one if there is any. */
export async function readReferences(
  reader: RecordReader,
  log: number,
  position: number,
): Promise<Reference[]> {
  const read = await reader.read(log, position, READ_AHEAD_BYTES);
  return read.flatMap(({ record, first }) => {
    if (!record) return [];
    const { references } = codec.References.decode(new NumberReader(record.body));
    return references
      .map((reference, index) => ({
        position: first + index,
        originLog: reference.log,
        originPosition: reference.position,
        death: reference.death ? decodeDeath(reference.death, reference.redrives) : undefined,
        redrives: reference.redrives,
      }))
      .filter((reference) => reference.position >= position);
  });
}

type Death = ReturnType<typeof codec.Death.decode>;

const decodeDeath = (death: Death, redrives: number): DeadLetterNote => ({
  reason: death.reason as DeathReason,
  error: death.error,
  attempts: death.attempts,
  lastConsumer: death.lastConsumer,
  firstFailedAtMs: death.firstFailedAtMs,
  deadAtMs: death.deadAtMs,
  redrives,
});
