import { matches, PeykError } from "@peyk/client/protocol";
import type {
  CatalogChange,
  CatalogEvent,
  Closable,
  Start,
  Subscription,
  SubscriptionSettings,
  Topic,
} from "../../broker/engine.js";
import { encodeSubscription, encodeTopic } from "./catalog-entries.js";
import type { Core } from "./core.js";
import { RESERVED_AHEAD } from "./positions.js";
import { isRetained, type SubscriptionState, type TopicState } from "./state.js";

/** A dead-letter queue is consumed like any subscription, but nothing in it dies again or expires by attempts. */
const DEAD_LETTER_SETTINGS: Pick<SubscriptionSettings, "maxAttempts" | "ordered" | "filter"> = {
  maxAttempts: 0,
  ordered: false,
  filter: "",
};

type CreateTopic = Extract<CatalogChange, { kind: "create-topic" }>;
type CreateSubscription = Extract<CatalogChange, { kind: "create-subscription" }>;

/** Makes, changes and deletes topics and subscriptions, and tells who watches. */
export class CatalogChanges {
  readonly #core: Core;
  readonly #listeners = new Set<(event: CatalogEvent) => void>();
  readonly #topicsByName = new Map<string, TopicState>();
  readonly #subscriptionsByName = new Map<string, SubscriptionState>();

  constructor(core: Core) {
    this.#core = core;
    for (const state of core.state.topics.values()) this.#topicsByName.set(state.topic.name, state);
    for (const state of core.state.subscriptions.values()) {
      this.#subscriptionsByName.set(state.subscription.name, state);
    }
  }

  watch(listener: (event: CatalogEvent) => void): Closable {
    this.#listeners.add(listener);
    return { close: () => this.#listeners.delete(listener) };
  }

  /** Resolves when the change is durable. */
  async change(change: CatalogChange): Promise<CatalogEvent> {
    const event = await this.#enter(change);
    await this.#core.durable();
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  async #enter(change: CatalogChange): Promise<CatalogEvent> {
    switch (change.kind) {
      case "create-topic":
        return this.#createTopic(change);
      case "update-topic":
        return this.#updateTopic(change.topic, change.settings);
      case "delete-topic":
        return this.#deleteTopic(change.topic);
      case "create-subscription":
        return this.#createSubscription(change);
      case "update-subscription":
        return this.#updateSubscription(change.subscription, change.settings);
      case "delete-subscription":
        return this.#deleteSubscription(change.subscription);
    }
  }

  #createTopic({ name, settings, autoCreated }: CreateTopic): CatalogEvent {
    if (this.#topicsByName.has(name)) {
      throw new PeykError("conflict", `topic ${name} exists`, { field: "topic" });
    }
    const { state } = this.#core;
    const createdAtMs = this.#core.clock.now();
    const id = state.nextId;
    const topic: Topic = { id, name, epoch: this.#newEpoch(), settings, createdAtMs, autoCreated };
    const log = state.nextLog;
    this.#core.journal.open.mustSync();
    this.#core.enter({ topicSaved: encodeTopic(topic, log) });
    this.#core.enter({ reserved: { topic: id, until: RESERVED_AHEAD } });
    for (const { subscription } of [...state.subscriptions.values()]) {
      if (!isFedByTopics(subscription, state.parents) || !matches(subscription.source, name))
        continue;
      const cursors = [{ log, floor: 1, unsettled: 0 }];
      this.#core.enter({ cursorsCreated: { subscription: subscription.id, cursors } });
    }
    const created = state.topics.get(id);
    if (created) this.#topicsByName.set(name, created);
    return { kind: "topic", topic };
  }

  #updateTopic(id: number, settings: Topic["settings"]): CatalogEvent {
    const existing = this.#topic(id);
    const { positions } = existing;
    const topic = { ...existing.topic, settings };
    if (!positions.isRetained && isRetained(topic)) {
      this.#core.enter({ retainedFrom: { topic: id, position: positions.next } });
    }
    this.#core.enter({ topicSaved: encodeTopic(topic, positions.log) });
    return { kind: "topic", topic };
  }

  #deleteTopic(id: number): CatalogEvent {
    const { topic, logs } = this.#topic(id);
    const logIds = [...logs.values()].map((log) => log.id);
    this.#core.enter({ topicDeleted: { id } });
    this.#topicsByName.delete(topic.name);
    for (const log of logIds) {
      this.#core.recent.forgetLog(log);
      for (const feed of this.#core.feeds.values()) feed.removeSource(log);
    }
    return { kind: "topic-deleted", topic: id };
  }

  async #createSubscription(change: CreateSubscription): Promise<CatalogEvent> {
    const { state } = this.#core;
    this.#checkNewName(change.name);
    const starts = await this.#starts(change.source, change.start);
    this.#checkNewName(change.name);
    const { name, source, settings, autoCreated } = change;
    const createdAtMs = this.#core.clock.now();
    const id = state.nextId;
    const common = { source, createdAtMs, autoCreated };
    const subscription = { ...common, id, name, deadLetters: id + 1, settings };
    const deadLetters: Subscription = {
      ...common,
      id: id + 1,
      name: `${name}/dlq`,
      deadLetters: undefined,
      settings: { ...settings, ...DEAD_LETTER_SETTINGS },
    };
    this.#core.enter({ subscriptionSaved: encodeSubscription(subscription) });
    this.#core.enter({ subscriptionSaved: encodeSubscription(deadLetters) });
    const cursors = starts.map(({ topic, floor, stored, countedAt }) => {
      const { positions } = topic;
      const unsettled = floor === "next" ? 0 : stored + positions.storedCount - countedAt;
      return { log: positions.log, floor: floor === "next" ? positions.next : floor, unsettled };
    });
    this.#core.enter({ cursorsCreated: { subscription: id, cursors } });
    for (const each of [id, id + 1]) {
      const made = state.subscriptions.get(each);
      if (made) this.#subscriptionsByName.set(made.subscription.name, made);
    }
    return { kind: "subscription", subscription };
  }

  /** Where a new subscription begins in each topic that exists, and how much is stored from there on. */
  async #starts(source: string, start: Start) {
    const topics = [...this.#core.state.topics.values()];
    const matching = topics.filter(({ topic }) => matches(source, topic.name));
    return Promise.all(
      matching.map(async (topic) => {
        const { storedCount: countedAt, next: end } = topic.positions;
        // Without retention nothing is kept for those who come later: what is still there may have holes.
        if (start.at === "latest" || !topic.positions.isRetained) {
          return { topic, floor: "next" as const, stored: 0, countedAt };
        }
        const floor = Math.max(await this.#floorOf(topic, start), topic.retainedFrom);
        const counts = [...topic.logs.values()].map((log) =>
          this.#core.reader.count(log.id, floor, end),
        );
        const stored = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
        return { topic, floor, stored, countedAt };
      }),
    );
  }

  async #floorOf(topic: TopicState, start: Start): Promise<number> {
    if (start.at === "position") return start.position;
    if (start.at !== "time") return topic.retainedFrom;
    let low = topic.retainedFrom;
    let high = topic.positions.next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const times = [...topic.logs.values()].map((log) => this.#core.reader.timeAt(log.id, middle));
      const known = (await Promise.all(times)).filter((time) => time !== undefined);
      if (Math.min(...known) < start.timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #updateSubscription(id: number, settings: SubscriptionSettings): CatalogEvent {
    const existing = this.#subscription(id);
    const subscription = { ...existing.subscription, settings };
    this.#core.enter({ subscriptionSaved: encodeSubscription(subscription) });
    return { kind: "subscription", subscription };
  }

  #deleteSubscription(id: number): CatalogEvent {
    const { subscription } = this.#subscription(id);
    for (const each of [id, subscription.deadLetters]) {
      const state = each === undefined ? undefined : this.#core.state.subscriptions.get(each);
      if (!state) continue;
      this.#subscriptionsByName.delete(state.subscription.name);
      const logs = [...state.cursors.keys()];
      this.#core.enter({ subscriptionDeleted: { id: state.subscription.id } });
      const feed = this.#core.feeds.get(state.subscription.id);
      for (const log of logs) feed?.removeSource(log);
    }
    return { kind: "subscription-deleted", subscription: id };
  }

  #checkNewName(name: string): void {
    if (!this.#subscriptionsByName.has(name)) return;
    throw new PeykError("conflict", `subscription ${name} exists`, { field: "subscription" });
  }

  #topic(id: number): TopicState {
    const state = this.#core.state.topics.get(id);
    if (state) return state;
    throw new PeykError("not_found", "the topic does not exist any more", { field: "topic" });
  }

  #subscription(id: number): SubscriptionState {
    const state = this.#core.state.subscriptions.get(id);
    if (state) return state;
    const detail = "the subscription does not exist any more";
    throw new PeykError("not_found", detail, { field: "subscription" });
  }

  /** 48 random bits: below 2^53, and no two lives of a name share it. */
  #newEpoch(): number {
    const bytes = this.#core.random.bytes(6);
    return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  }
}

/** Dead-letter queues take from their own logs only. */
export function isFedByTopics(
  subscription: Subscription,
  parents: ReadonlyMap<number, number>,
): boolean {
  return !parents.has(subscription.id);
}
