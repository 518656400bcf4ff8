import { MessageBatch, PeykError } from "@peyk/client/protocol";
import type { Append, AppendRange, AppendResult, ProducerId } from "../../broker/engine.js";
import type { Core } from "./core.js";
import { RESERVED_AHEAD, type Positions } from "./positions.js";
import { Producer, producerBytes } from "./producers.js";
import type { TopicState } from "./state.js";
import type { Tails } from "./tails.js";

/** Bytes waiting to be written beyond which publishing is refused. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** What a refused publisher is told to wait, in ms. */
const RETRY_AFTER_MS = 1_000;

/** Takes messages in: numbers them, recognises what was stored before, adds them to the open commit. */
export class Appender {
  readonly #core: Core;
  readonly #tails: Tails;

  constructor(core: Core, tails: Tails) {
    this.#core = core;
    this.#tails = tails;
  }

  append(append: Append): AppendResult {
    const { count } = append.batch;
    const error = this.refusal(append);
    if (error) return [{ kind: "refused", count, error }];
    const topic = this.#core.state.topics.get(append.topic);
    if (!topic) return [];
    const { producer } = append;
    if (!producer) return [this.#store(topic, append.priority, append.batch)];
    return this.#storeNew(topic, append, producer);
  }

  /** Why nothing of it would be taken; `undefined` if it would be. */
  refusal({ topic, producer }: Append): PeykError | undefined {
    if (!this.#core.state.topics.has(topic)) {
      return new PeykError("not_found", "the topic does not exist any more", { field: "topic" });
    }
    const refusal = this.#isOutOfRoom();
    if (refusal || !producer || producer.firstSequence === 1) return refusal;
    if (this.#core.state.producers.byId.has(producer.id)) return undefined;
    return new PeykError(
      "producer_unknown",
      `the broker does not know producer ${producer.id}, whose sequence goes on with ` +
        `${producer.firstSequence}: whether earlier messages were stored cannot be told`,
    );
  }

  #isOutOfRoom(): PeykError | undefined {
    const { files, journal } = this.#core;
    if (files.isFull) {
      return new PeykError(
        "resource_exhausted",
        "the disk is full: acks go on, and publishing resumes when there is room",
        { field: "disk", retryAfterMs: RETRY_AFTER_MS },
      );
    }
    // Should the disk turn out to be full, all of this goes to the spare.
    const most = Math.min(MAX_WAITING_BYTES, files.spare.byteLength / 2 || MAX_WAITING_BYTES);
    const waiting = journal.waitingBytes;
    if (waiting <= most) return undefined;
    return new PeykError(
      "resource_exhausted",
      `${waiting} bytes wait to be written, more than ${most}`,
      { field: "disk", limit: most, retryAfterMs: RETRY_AFTER_MS },
    );
  }

  #storeNew(
    topic: TopicState,
    { batch, priority }: Append,
    { id, firstSequence }: NonNullable<Append["producer"]>,
  ): AppendResult {
    const producer = this.#producer(id);
    const ranges: AppendRange[] = [];
    const end = firstSequence + batch.count;
    let sequence = firstSequence;
    while (sequence < end) {
      const range = this.#nextRange(topic, producer, sequence, end, (storedEnd) => {
        const from = sequence - firstSequence;
        const piece = pieceOf(batch, from, storedEnd - sequence);
        const stored = this.#store(topic, priority, piece);
        this.#remember(id, sequence, topic, stored);
        return stored;
      });
      ranges.push(range);
      sequence += range.count;
    }
    return ranges;
  }

  /** What becomes of the sequences from `sequence` on: as many as share one answer. */
  #nextRange(
    topic: TopicState,
    producer: Producer,
    sequence: number,
    end: number,
    store: (storedEnd: number) => AppendRange,
  ): AppendRange {
    if (sequence >= producer.nextSequence) return store(end);
    const known = producer.rememberedFrom;
    if (sequence < known) return { kind: "unknown", count: Math.min(end, known) - sequence };
    const stored = producer.find(sequence);
    if (!stored) return store(Math.min(end, producer.nextSequence));
    if (stored.firstSequence > sequence) return store(Math.min(end, stored.firstSequence));
    const offset = sequence - stored.firstSequence;
    return {
      kind: "duplicate",
      count: Math.min(end - sequence, stored.count - offset),
      firstPosition: stored.firstPosition + offset,
      subscriptions: topic.positions.cursors.size,
    };
  }

  #producer(id: ProducerId): Producer {
    const { byId } = this.#core.state.producers;
    let producer = byId.get(id);
    if (!producer) byId.set(id, (producer = new Producer(0)));
    return producer;
  }

  #remember(id: ProducerId, firstSequence: number, topic: TopicState, stored: AppendRange): void {
    if (stored.kind !== "stored") return;
    this.#core.enter({
      produced: {
        producer: producerBytes(id),
        firstSequence,
        count: stored.count,
        topic: topic.topic.id,
        firstPosition: stored.firstPosition,
      },
    });
  }

  /** Numbers messages and adds them to the open commit, unless nobody wants them kept. */
  #store(topic: TopicState, priority: number, batch: MessageBatch): AppendRange {
    const { positions } = topic;
    const { count } = batch;
    this.#reserve(topic.topic.id, positions, count);
    const log = topic.logs.get(priority)?.id ?? this.#createLog(topic, priority);
    const firstPosition = positions.next;
    const subscriptions = positions.cursors.size;
    const isKept = subscriptions > 0 || positions.isRetained;
    const commit = this.#core.journal.open;
    if (isKept) {
      commit.messages(log, firstPosition, batch);
      this.#core.appended(log, firstPosition, count);
    } else {
      positions.skipTo(firstPosition + count);
    }
    this.#tails.published(topic.topic, log, firstPosition, batch, commit);
    return { kind: "stored", count, firstPosition, subscriptions };
  }

  #reserve(topic: number, positions: Positions, count: number): void {
    const needed = positions.next + count;
    if (needed <= positions.reservedUntil) return;
    this.#core.journal.open.mustSync();
    this.#core.enter({ reserved: { topic, until: needed + RESERVED_AHEAD } });
  }

  #createLog(topic: TopicState, priority: number): number {
    const id = this.#core.state.nextLog;
    this.#core.enter({ logCreated: { id, kind: 1, owner: topic.topic.id, priority } });
    return id;
  }
}

const pieceOf = (batch: MessageBatch, from: number, count: number): MessageBatch =>
  count === batch.count ? batch : new MessageBatch(batch.slice(from, count), count);
