import { MessageBatch, PeykError } from "@peyk/client/protocol";
import type { Append, AppendRange, AppendResult, ProducerId } from "../../broker/engine.js";
import type { Backlogs } from "./backlogs.js";
import type { Core } from "./core.js";
import type { DiskPressure } from "./disk-pressure.js";
import { RESERVED_AHEAD, type Positions } from "./positions.js";
import { Producer, producerBytes } from "./producers.js";
import type { TopicState } from "./state.js";
import type { Tails } from "./tails.js";

/** Bytes waiting to be written beyond which publishing is refused. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** What a refused publisher is told to wait, in ms. */
const RETRY_AFTER_MS = 1_000;

export interface Room {
  readonly backlogs: Backlogs;
  readonly pressure: DiskPressure;
}

/** Takes messages in: numbers them, recognises what was stored before, adds them to the open commit. */
export class Appender {
  readonly #core: Core;
  readonly #tails: Tails;
  readonly #room: Room;

  constructor(core: Core, tails: Tails, room: Room) {
    this.#core = core;
    this.#tails = tails;
    this.#room = room;
  }

  /** What was stored before is a duplicate also where there is no room for what is new. */
  append(append: Append): AppendResult {
    const { batch, priority, producer } = append;
    const topic = this.#core.state.topics.get(append.topic);
    if (!topic) return [refused(batch.count, topicIsGone())];
    const noRoom = this.#outOfRoom(topic);
    if (!producer) {
      return [noRoom ? refused(batch.count, noRoom) : this.#store(topic, priority, batch)];
    }
    const unknown = this.#isUnknown(producer);
    if (unknown) return [refused(batch.count, unknown)];
    return this.#storeNew(topic, append, producer, noRoom);
  }

  /** Why something of it would not be taken; `undefined` if all of it would be. */
  refusal({ topic: id, producer }: Append): PeykError | undefined {
    const topic = this.#core.state.topics.get(id);
    if (!topic) return topicIsGone();
    return this.#outOfRoom(topic) ?? (producer && this.#isUnknown(producer));
  }

  #isUnknown({ id, firstSequence }: NonNullable<Append["producer"]>): PeykError | undefined {
    if (firstSequence === 1 || this.#core.state.producers.byId.has(id)) return undefined;
    return new PeykError(
      "producer_unknown",
      `the broker does not know producer ${id}, whose sequence goes on with ` +
        `${firstSequence}: whether earlier messages were stored cannot be told`,
    );
  }

  #outOfRoom(topic: TopicState): PeykError | undefined {
    const { pressure, backlogs } = this.#room;
    return this.#outOfDisk() ?? pressure.refusal(topic) ?? backlogs.refusal(topic);
  }

  #outOfDisk(): PeykError | undefined {
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
    noRoom: PeykError | undefined,
  ): AppendResult {
    const producer = this.#producer(id);
    const ranges: AppendRange[] = [];
    const end = firstSequence + batch.count;
    let sequence = firstSequence;
    while (sequence < end) {
      const range = this.#nextRange(topic, producer, sequence, end, (storedEnd) => {
        if (noRoom) return refused(storedEnd - sequence, noRoom);
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
      const range = { first: firstPosition, count };
      if (subscriptions > 0) this.#room.backlogs.stored(topic, range, batch.bytes.byteLength);
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

const topicIsGone = (): PeykError =>
  new PeykError("not_found", "the topic does not exist any more", { field: "topic" });

const refused = (count: number, error: PeykError): AppendRange => ({
  kind: "refused",
  count,
  error,
});

const pieceOf = (batch: MessageBatch, from: number, count: number): MessageBatch =>
  count === batch.count ? batch : new MessageBatch(batch.slice(from, count), count);
