import type { Ref } from "../../broker/engine.js";
import type { Core } from "./core.js";
import type { DeadLetters } from "./dead-letters.js";
import { dropBelow } from "./drop-below.js";
import { logIds, type SubscriptionState, type TopicState } from "./state.js";

/** Forgets messages that are too old: unsettled and redriven ones, dead letters, and settled ones that were retained. */
export class Expiry {
  readonly #core: Core;
  readonly #deadLetters: DeadLetters;

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
    await this.#expireRedriven();
  }

  async #expireUnsettled(topic: TopicState): Promise<void> {
    const { positions } = topic;
    const { settings, createdAtMs } = topic.topic;
    const before = this.#core.clock.now() - settings.expireUnsettledMs;
    const oldest = positions.lowestFloor;
    if (settings.expireUnsettledMs === 0 || createdAtMs >= before) return;
    if (oldest >= positions.durableNext) return;
    const floor = await this.#firstSince(logIds(topic), oldest, positions.durableNext, before);
    if (floor <= oldest) return;
    const ranges = await this.#core.reader.ranges(logIds(topic), oldest, floor);
    this.#core.journal.begin();
    for (const { subscription } of [...positions.cursors]) {
      const owner = this.#core.state.subscriptions.get(subscription);
      const cursor = owner?.cursors.get(positions.log);
      // One that was made meanwhile and begins lower has its turn next time: these ranges do not tell what it has there.
      const isKnown = cursor && cursor.floor >= oldest && cursor.floor < floor;
      if (isKnown) dropBelow(this.#core, cursor, floor, ranges, "expired");
    }
  }

  async #moveRetention(topic: TopicState): Promise<void> {
    const { retainMs, retainBytes } = topic.topic.settings;
    const from = topic.retainedFrom;
    let position = from;
    if (retainMs > 0) {
      const before = this.#core.clock.now() - retainMs;
      const end = topic.positions.durableNext;
      position = await this.#firstSince(logIds(topic), from, end, before);
    }
    if (retainBytes > 0) position = Math.max(position, this.#firstWithin(topic, retainBytes));
    if (position > from) {
      this.#core.enter({ retainedFrom: { topic: topic.topic.id, position } });
    }
  }

  /** The position from which on files hold at most `bytes` of the topic, cut at the border of a file. */
  #firstWithin(topic: TopicState, bytes: number): number {
    const ends = new Map<number, number>();
    for (const log of logIds(topic)) {
      for (const segment of this.#core.files.filesOf(log)) {
        const extent = segment.extentOf(log);
        ends.set(extent.last, (ends.get(extent.last) ?? 0) + extent.bytes);
      }
    }
    let total = 0;
    let isNewest = true;
    for (const [last, size] of [...ends].sort(([a], [b]) => b - a)) {
      total += size;
      if (total > bytes && !isNewest) return last + 1;
      isNewest = false;
    }
    return topic.retainedFrom;
  }

  async #expireDead(owner: SubscriptionState, retainMs: number): Promise<void> {
    const refs = await this.#refsBefore(owner, retainMs);
    if (refs.length > 0) await this.#deadLetters.purge(owner, { refs });
  }

  /** A redriven message is as new as its redrive; how long it may wait is its topic's to say. */
  async #expireRedriven(): Promise<void> {
    const { subscriptions, parents } = this.#core.state;
    const owners = [...subscriptions.values()].filter(
      ({ references, subscription }) => references !== undefined && !parents.has(subscription.id),
    );
    if (owners.length === 0) return;
    for (const [expireMs, logs] of this.#logsByExpiry()) {
      for (const owner of owners) {
        const refs = await this.#refsBefore(owner, expireMs);
        if (refs.length > 0) await this.#deadLetters.expire(owner, { refs }, logs);
      }
    }
  }

  /** Logs of topics, by how long what nobody settled may wait in them. */
  #logsByExpiry(): Map<number, Set<number>> {
    const byExpiry = new Map<number, Set<number>>();
    for (const topic of this.#core.state.topics.values()) {
      const { expireUnsettledMs } = topic.topic.settings;
      const logs = byExpiry.get(expireUnsettledMs) ?? new Set();
      for (const log of logIds(topic)) logs.add(log);
      byExpiry.set(expireUnsettledMs, logs);
    }
    return byExpiry;
  }

  /** The unsettled part of a subscription's own log that is older than `ms`; nothing if that is 0. */
  async #refsBefore(owner: SubscriptionState, ms: number): Promise<Ref[]> {
    const log = owner.references;
    const cursor = log && owner.cursors.get(log.id);
    if (!log || !cursor || cursor.unsettledCount === 0 || ms === 0) return [];
    const before = this.#core.clock.now() - ms;
    const first = cursor.nextUnsettled(cursor.floor);
    const end = await this.#firstSince([log.id], first, log.positions.durableNext, before);
    return end > first ? [{ log: log.id, first, count: end - first }] : [];
  }

  /** The first position at or after `from` that was stored at `beforeMs` or later in these logs; `end` if there is none. */
  async #firstSince(
    logs: readonly number[],
    from: number,
    end: number,
    beforeMs: number,
  ): Promise<number> {
    const isOlder = async (position: number): Promise<boolean> => {
      const time = await this.#core.reader.timeAt(logs, position);
      return time !== undefined && time < beforeMs;
    };
    if (from >= end || !(await isOlder(from))) return from;
    let low = from;
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (await isOlder(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
