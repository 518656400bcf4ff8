import type { ProducerId } from "../../broker/engine.js";
import type { Entry } from "./entries.js";

/** Stored sequences of which positions are remembered per producer: the publish credit, as no more can be resent. */
export const REMEMBERED_SEQUENCES = 10_000;

/** Consecutive sequences that were stored at consecutive positions of one topic. */
export interface ProducedRange {
  readonly firstSequence: number;
  readonly count: number;
  readonly topic: number;
  readonly firstPosition: number;
}

/**
 * What one publishing client has had stored: makes a resend harmless. A refused message leaves a hole, and may be sent
 * again under its number.
 */
export class Producer {
  /** All sequences seen lie below this one. */
  nextSequence = 1;
  /** In order of sequence; what lies more than REMEMBERED_SEQUENCES back is dropped. */
  readonly ranges: ProducedRange[] = [];
  readonly loadedAt: number;

  constructor(loadedAt: number) {
    this.loadedAt = loadedAt;
  }

  /** The stored range that holds `sequence`, or the next one above it. */
  find(sequence: number): ProducedRange | undefined {
    if (sequence >= this.nextSequence) return undefined;
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = this.ranges[middle];
      if (range && range.firstSequence + range.count > sequence) high = middle;
      else low = middle + 1;
    }
    return this.ranges[low];
  }

  /** Sequences below are so old that it cannot be told whether they were stored. */
  get rememberedFrom(): number {
    return this.nextSequence - REMEMBERED_SEQUENCES;
  }

  add(range: ProducedRange): void {
    const end = range.firstSequence + range.count;
    if (range.firstSequence >= this.nextSequence) this.#append(range);
    else {
      const index = this.ranges.findIndex((other) => other.firstSequence > range.firstSequence);
      this.ranges.splice(index === -1 ? this.ranges.length : index, 0, range);
    }
    this.nextSequence = Math.max(this.nextSequence, end);
    this.#forget(this.rememberedFrom);
  }

  /** Drops ranges that end at or below `oldest`. */
  #forget(oldest: number): void {
    let gone = 0;
    for (; gone < this.ranges.length; gone += 1) {
      const range = this.ranges[gone];
      if (range && range.firstSequence + range.count > oldest) break;
    }
    if (gone > 0) this.ranges.splice(0, gone);
  }

  #append(range: ProducedRange): void {
    const last = this.ranges.at(-1);
    const continues =
      last !== undefined &&
      last.topic === range.topic &&
      last.firstSequence + last.count === range.firstSequence &&
      last.firstPosition + last.count === range.firstPosition &&
      last.count < REMEMBERED_SEQUENCES / 10;
    if (!continues) this.ranges.push(range);
    else this.ranges[this.ranges.length - 1] = { ...last, count: last.count + range.count };
  }
}

/** All producers this broker remembers, by id. */
export class Producers {
  readonly byId = new Map<ProducerId, Producer>();

  produced(entry: NonNullable<Entry["produced"]>, commit: number): void {
    const id = producerId(entry.producer ?? new Uint8Array());
    let producer = this.byId.get(id);
    if (!producer) this.byId.set(id, (producer = new Producer(0)));
    if (commit <= producer.loadedAt) return;
    producer.add({
      firstSequence: Number(entry.firstSequence ?? 0),
      count: entry.count ?? 0,
      topic: entry.topic ?? 0,
      firstPosition: Number(entry.firstPosition ?? 0),
    });
  }

  forget(entry: NonNullable<Entry["producerForgotten"]>, commit: number): void {
    const id = producerId(entry.producer ?? new Uint8Array());
    if (commit > (this.byId.get(id)?.loadedAt ?? 0)) this.byId.delete(id);
  }
}

export const producerId = (bytes: Uint8Array): ProducerId => Buffer.from(bytes).toString("hex");
export const producerBytes = (id: ProducerId): Uint8Array => Buffer.from(id, "hex");
