import { PeykError } from "@peyk/client/protocol";
import type { Core } from "./core.js";
import type { Follower } from "./positions.js";
import type { TopicState } from "./state.js";

/** Share of the space that the journal has and could get, from which on it is short (design, "Errors from the disk"). */
const SHORT_FROM = 0.85;

/** What a refused publisher is told to wait, in ms. */
const RETRY_AFTER_MS = 1_000;

/**
 * Refuses what fills the disk first: once the journal has taken 85 % of what it could, the topics with the largest backlogs
 * take no more messages, the more of them the less is left.
 */
export class DiskPressure {
  readonly #core: Core;
  /** Bytes that are not settled, by topic that takes no more. */
  #refused: ReadonlyMap<number, number> = new Map();
  #use = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Topics are refused: look again soon. */
  get isOn(): boolean {
    return this.#refused.size > 0;
  }

  /** Why a topic takes no messages now; `undefined` if it does. */
  refusal({ topic }: TopicState): PeykError | undefined {
    const bytes = this.#refused.get(topic.id);
    if (bytes === undefined) return undefined;
    const percent = Math.floor(this.#use * 100);
    return new PeykError(
      "resource_exhausted",
      `the disk is ${percent} % full, and ${topic.name} is among the topics with most to settle: ` +
        `${Math.round(bytes)} bytes. It takes messages again when there is room`,
      { field: "disk", retryAfterMs: RETRY_AFTER_MS },
    );
  }

  /** Finds out how much room there is, and who has to wait. */
  async look(): Promise<void> {
    const { freeBytes } = await this.#core.files.disk.space();
    const ownBytes = this.#core.files.byteLength;
    this.#use = ownBytes / (ownBytes + freeBytes);
    if (this.#use > SHORT_FROM) this.#refused = this.#largest();
    else if (this.isOn) this.#refused = new Map();
  }

  /** The largest backlogs: at 85 % the first one, at 100 % all of them. */
  #largest(): Map<number, number> {
    const backlogs: { readonly id: number; readonly bytes: number }[] = [];
    for (const topic of this.#core.state.topics.values()) {
      const bytes = this.#backlogOf(topic);
      if (bytes > 0) backlogs.push({ id: topic.topic.id, bytes });
    }
    backlogs.sort((one, other) => other.bytes - one.bytes);
    const total = backlogs.reduce((sum, { bytes }) => sum + bytes, 0);
    let left = (total * (this.#use - SHORT_FROM)) / (1 - SHORT_FROM);
    const largest = new Map<number, number>();
    for (const { id, bytes } of backlogs) {
      if (left <= 0) break;
      largest.set(id, bytes);
      left -= bytes;
    }
    return largest;
  }

  /** Bytes that the slowest subscription has not settled, as if all messages in a file had the same size. */
  #backlogOf(topic: TopicState): number {
    let slowest: Follower | undefined;
    for (const cursor of topic.positions.cursors) {
      if (cursor.unsettledCount > (slowest?.unsettledCount ?? 0)) slowest = cursor;
    }
    if (!slowest) return 0;
    let bytes = 0;
    for (const log of topic.logs.values()) {
      for (const segment of this.#core.files.filesOf(log.id)) {
        const extent = segment.extentOf(log.id);
        if (extent.last < slowest.floor || extent.messages === 0) continue;
        const unsettled = slowest.countUnsettled(extent.first, extent.last - extent.first + 1);
        bytes += (extent.bytes * Math.min(unsettled, extent.messages)) / extent.messages;
      }
    }
    return bytes;
  }
}
