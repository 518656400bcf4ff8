import { matches, PeykError } from "@peyk/client/protocol";
import type { CatalogEvent } from "../../broker/engine.js";
import { BacklogMeter } from "./backlog-meter.js";
import type { Core } from "./core.js";
import type { Cursor } from "./cursor.js";
import type { Range } from "./liveness.js";
import { logIds, type TopicState } from "./state.js";

/** What a refused publisher is told to wait, in ms. */
const RETRY_AFTER_MS = 1_000;

/** Where the oldest are to go, so much of the limit may be there before they are gone: then publishing is refused, too. */
const HARD_FACTOR = 2;

interface Stored {
  readonly range: Range;
  readonly bytes: number;
}

interface Backlog {
  meter: BacklogMeter;
  /** It was filled record by record. Else messages of one file count as if all had the same size. */
  isExact: boolean;
  /** Stored while the records are looked for. */
  meanwhile: Stored[] | undefined;
  /** Of the slowest subscription, when it was measured last. */
  measuredBytes: number;
  /** Stored since then; what was settled meanwhile is not known. */
  storedBytes: number;
}

/** Holds topics to their `maxBacklogBytes`: what the slowest subscription of a topic has not settled. */
export class Backlogs {
  readonly #core: Core;
  readonly #byTopic = new Map<number, Backlog>();
  readonly #onOverflow: (topic: TopicState) => void;

  /**
   * `onOverflow`: a topic has too much, as far as that is known, and is to be measured; where that is so, the oldest
   * messages have to go. Called again and again until they are gone.
   */
  constructor(core: Core, onOverflow: (topic: TopicState) => void) {
    this.#core = core;
    this.#onOverflow = onOverflow;
  }

  /** Why a topic takes no messages now; `undefined` if it does. */
  refusal(topic: TopicState): PeykError | undefined {
    const { name, settings } = topic.topic;
    const { maxBacklogBytes: limit, overflow } = settings;
    if (limit === 0) return undefined;
    const bytes = this.#bytesOf(topic);
    if (bytes < limit) return undefined;
    const isReject = overflow === "reject";
    if (!isReject || !this.#of(topic).isExact) this.#onOverflow(topic);
    if (!isReject && bytes < limit * HARD_FACTOR) return undefined;
    return new PeykError(
      "resource_exhausted",
      `${Math.round(bytes)} bytes of topic ${name} are not settled; its limit, maxBacklogBytes, is ${limit}`,
      { field: "maxBacklogBytes", limit, retryAfterMs: RETRY_AFTER_MS },
    );
  }

  /** Messages for subscriptions were stored. */
  stored(topic: TopicState, range: Range, bytes: number): void {
    if (topic.topic.settings.maxBacklogBytes === 0) return;
    const backlog = this.#of(topic);
    backlog.meter.add(range, bytes);
    backlog.meanwhile?.push({ range, bytes });
    backlog.storedBytes += bytes;
  }

  /** Measures record by record what a sealed file shows in one piece. Resolves with whether the topic has too much. */
  async measure(topic: TopicState): Promise<boolean> {
    const { id, settings } = topic.topic;
    const backlog = this.#of(topic);
    if (!backlog.isExact) {
      const { reader } = this.#core;
      const { lowestFloor, next } = topic.positions;
      const meanwhile: Stored[] = [];
      backlog.meanwhile = meanwhile;
      await this.#core.durable();
      const places = await reader.places(logIds(topic), lowestFloor, next);
      backlog.meanwhile = undefined;
      if (this.#byTopic.get(id) !== backlog) return false;
      const meter = new BacklogMeter(settings.maxBacklogBytes, topic.positions);
      for (const place of places) meter.add(place, place.bodyBytes);
      for (const { range, bytes } of meanwhile) meter.add(range, bytes);
      backlog.meter = meter;
      backlog.isExact = true;
    }
    return this.#measured(topic, backlog) >= settings.maxBacklogBytes;
  }

  /** Up to where the oldest messages that `cursor` has not settled are to go, so that some room is made. */
  firstToKeep(topic: TopicState, cursor: Cursor): number {
    const wanted = (topic.topic.settings.maxBacklogBytes * 15) / 16;
    const { meter } = this.#of(topic);
    return Math.min(meter.firstWithin(cursor, wanted), cursor.positions.durableNext);
  }

  /** Where the limit is another one, or somebody new follows the topic, it is measured anew. */
  changed(event: CatalogEvent): void {
    if (event.kind === "topic") this.#byTopic.delete(event.topic.id);
    if (event.kind === "topic-deleted") this.#byTopic.delete(event.topic);
    if (event.kind !== "subscription") return;
    for (const id of [...this.#byTopic.keys()]) {
      const name = this.#core.state.topics.get(id)?.topic.name ?? "";
      if (matches(event.subscription.source, name)) this.#byTopic.delete(id);
    }
  }

  #bytesOf(topic: TopicState): number {
    const backlog = this.#of(topic);
    const most = backlog.measuredBytes + backlog.storedBytes;
    if (most < topic.topic.settings.maxBacklogBytes) return most;
    return this.#measured(topic, backlog);
  }

  #measured(topic: TopicState, backlog: Backlog): number {
    backlog.storedBytes = 0;
    backlog.measuredBytes = 0;
    for (const cursor of topic.positions.cursors) {
      backlog.measuredBytes = Math.max(backlog.measuredBytes, backlog.meter.bytesOf(cursor));
    }
    return backlog.measuredBytes;
  }

  #of(topic: TopicState): Backlog {
    const { id, settings } = topic.topic;
    let backlog = this.#byTopic.get(id);
    if (backlog) return backlog;
    const meter = new BacklogMeter(settings.maxBacklogBytes, topic.positions);
    const { lowestFloor, next } = topic.positions;
    const storedBytes = this.#fill(meter, topic);
    const isExact = lowestFloor >= next;
    backlog = { meter, isExact, meanwhile: undefined, measuredBytes: 0, storedBytes };
    this.#byTopic.set(id, backlog);
    return backlog;
  }

  /** Adds what is stored already; returns its bytes. Within a sealed file, messages count as if all had the same size. */
  #fill(meter: BacklogMeter, topic: TopicState): number {
    const { positions } = topic;
    const parts: { readonly range: Range; readonly messages: number; readonly bytes: number }[] =
      [];
    for (const log of topic.logs.values()) {
      for (const segment of this.#core.files.filesOf(log.id)) {
        for (const { first, count, messages, bodyBytes: bytes } of segment.outline(log.id)) {
          parts.push({ range: { first, count }, messages, bytes });
        }
      }
    }
    parts.sort((one, other) => one.range.first - other.range.first);
    const { lowestFloor } = positions;
    let end = 1;
    let bytes = 0;
    let messages = 0;
    for (const part of parts) {
      const from = Math.max(part.range.first, lowestFloor);
      end = part.range.first + part.range.count;
      for (const stretch of positions.stretches(from, end)) {
        meter.add(stretch, (stretch.count * part.bytes) / part.messages);
      }
      bytes += part.bytes;
      messages += part.messages;
    }
    // What is on its way to the disk is in no file yet.
    const first = positions.afterGap(end);
    const count = positions.next - first;
    if (count <= 0 || messages === 0) return bytes;
    const waitingBytes = (count * bytes) / messages;
    meter.add({ first, count }, waitingBytes);
    return bytes + waitingBytes;
  }
}
