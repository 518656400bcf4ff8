import type { Core } from "./core.js";
import type { Cursor } from "./cursor.js";
import type { DeadLetters } from "./dead-letters.js";
import type { Segment } from "./segment.js";
import type { SubscriptionState, TopicState } from "./state.js";

/** Forgets messages that are too old: unsettled ones, dead letters, and settled ones that retention kept so far. */
export class Expiry {
  readonly #core: Core;
  readonly #deadLetters: DeadLetters;
  /** Unsettled messages that were dropped, since the start. */
  expiredCount = 0;

  constructor(core: Core, deadLetters: DeadLetters) {
    this.#core = core;
    this.#deadLetters = deadLetters;
  }

  async run(): Promise<void> {
    const { state } = this.#core;
    for (const topic of state.topics.values()) {
      await this.#expireUnsettled(topic);
      if (topic.positions.isRetained) await this.#moveRetention(topic);
    }
    for (const [queue, parent] of state.parents) {
      const owner = state.subscriptions.get(queue);
      const settings = state.subscriptions.get(parent)?.subscription.settings;
      if (owner && settings) await this.#expireDead(owner, settings.deadLetterRetainMs);
    }
  }

  async #expireUnsettled(topic: TopicState): Promise<void> {
    const { positions } = topic;
    const before = this.#core.clock.now() - topic.topic.settings.expireUnsettledMs;
    const oldest = positions.lowestFloor;
    if (oldest >= positions.next || !(await this.#isOlder(topic, oldest, before))) return;
    const floor = await this.#firstSince(topic, oldest, before);
    for (const { subscription } of [...positions.cursors]) {
      const owner = this.#core.state.subscriptions.get(subscription);
      const cursor = owner?.cursors.get(positions.log);
      if (owner && cursor && cursor.floor < floor) await this.#moveFloor(owner, cursor, floor);
    }
  }

  async #moveFloor(owner: SubscriptionState, cursor: Cursor, floor: number): Promise<void> {
    const { positions } = cursor;
    const { log, storedCount: countedAt, next: end } = positions;
    const counted = await this.#stored(log, floor, end);
    if (cursor.floor >= floor) return;
    const stored = counted + positions.storedCount - countedAt;
    const unsettledLeft = stored - cursor.settled.countIn(floor, positions.next - floor);
    this.expiredCount += cursor.unsettledCount - unsettledLeft;
    const subscription = owner.subscription.id;
    this.#core.enter({ floorMoved: { subscription, log, floor, unsettledLeft } });
    this.#core.feeds.get(subscription)?.lost([{ log, first: 0, count: floor }], "expired");
  }

  /** How many messages stand at or above `from` and below `end`, over all priorities. */
  async #stored(logId: number, from: number, end: number): Promise<number> {
    const log = this.#core.state.logs.get(logId);
    const topic = log && this.#core.state.topics.get(log.owner);
    let stored = 0;
    for (const each of topic?.logs.values() ?? []) {
      stored += await this.#core.reader.count(each.id, from, end);
    }
    return stored;
  }

  async #moveRetention(topic: TopicState): Promise<void> {
    const { retainMs, retainBytes } = topic.topic.settings;
    const from = topic.retainedFrom;
    let position = from;
    if (retainMs > 0) {
      const before = this.#core.clock.now() - retainMs;
      if (await this.#isOlder(topic, from, before)) {
        position = await this.#firstSince(topic, from, before);
      }
    }
    if (retainBytes > 0) position = Math.max(position, this.#firstWithin(topic, retainBytes));
    if (position > from) {
      this.#core.enter({ retainedFrom: { topic: topic.topic.id, position } });
    }
  }

  /** The position from which on files hold at most `bytes` of the topic, cut at the border of a file. */
  #firstWithin(topic: TopicState, bytes: number): number {
    let total = 0;
    const { log } = topic.positions;
    const segments: readonly Segment[] = this.#core.files.filesOf(log);
    for (let index = segments.length - 1; index >= 0; index -= 1) {
      const segment = segments[index];
      total += segment?.contentOf(log).bytes ?? 0;
      if (total > bytes && index < segments.length - 1)
        return (segment?.lastPosition(log) ?? 0) + 1;
    }
    return topic.retainedFrom;
  }

  async #expireDead(owner: SubscriptionState, retainMs: number): Promise<void> {
    const log = owner.references;
    const cursor = log && owner.cursors.get(log.id);
    if (!log || !cursor || cursor.unsettledCount === 0) return;
    const before = this.#core.clock.now() - retainMs;
    const first = cursor.nextUnsettled(cursor.floor);
    const time = await this.#core.reader.timeAt(log.id, first);
    if (time === undefined || time >= before) return;
    const end = await this.#firstSinceIn(log.id, first, log.positions.durableNext, before);
    await this.#deadLetters.purge(owner, { refs: [{ log: log.id, first, count: end - first }] });
  }

  async #isOlder(topic: TopicState, position: number, beforeMs: number): Promise<boolean> {
    const time = await this.#core.reader.timeAt(topic.positions.log, position);
    return time !== undefined && time < beforeMs;
  }

  #firstSince(topic: TopicState, from: number, beforeMs: number): Promise<number> {
    return this.#firstSinceIn(topic.positions.log, from, topic.positions.durableNext, beforeMs);
  }

  /** The first position of a log at or after `from` that was stored at `beforeMs` or later; `end` if there is none. */
  async #firstSinceIn(log: number, from: number, end: number, beforeMs: number): Promise<number> {
    let low = from;
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const time = await this.#core.reader.timeAt(log, middle);
      if (time !== undefined && time < beforeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
