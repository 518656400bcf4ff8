import { PeykError } from "@peyk/client/protocol";
import type {
  CatalogChange,
  CatalogEvent,
  Closable,
  Subscription,
  SubscriptionId,
  SubscriptionSettings,
  Topic,
} from "../../broker/engine.js";
import { encodeSubscription, encodeTopic } from "./catalog-entries.js";
import { PatternIndex } from "../../runtime/pattern-index.js";
import { Turns } from "../../runtime/turns.js";
import type { Core } from "./core.js";
import type { Cursor } from "./cursor.js";
import type { DeadLetters } from "./dead-letters.js";
import { RESERVED_AHEAD } from "./positions.js";
import { Starts } from "./starts.js";
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
  readonly #starts: Starts;
  readonly #deadLetters: DeadLetters;
  readonly #listeners = new Set<(event: CatalogEvent) => void>();
  readonly #topicsByName = new Map<string, TopicState>();
  readonly #subscriptionsByName = new Map<string, SubscriptionState>();
  /** Those that topics feed, by what they take from. */
  readonly #bySource = new PatternIndex<SubscriptionId>();
  /** By subscription: logs of deleted topics that its dead letters or what was redriven to it refer to. */
  readonly #goneLogs = new Map<number, Set<number>>();
  /** Changes are made one after the other: a subscription must miss no topic that is made while it looks at others. */
  #last: Promise<unknown> = Promise.resolve();
  /** They are told of in the same order. */
  #lastTold: Promise<unknown> = Promise.resolve();
  readonly #turns: Turns;

  constructor(core: Core, deadLetters: DeadLetters) {
    this.#core = core;
    this.#turns = new Turns(core.clock);
    this.#deadLetters = deadLetters;
    this.#starts = new Starts(core);
    for (const state of core.state.topics.values()) this.#topicsByName.set(state.topic.name, state);
    const { parents } = core.state;
    for (const state of core.state.subscriptions.values()) {
      const { id, name, source } = state.subscription;
      this.#subscriptionsByName.set(name, state);
      if (isFedByTopics(state.subscription, parents)) this.#bySource.add(source, id);
    }
  }

  watch(listener: (event: CatalogEvent) => void): Closable {
    this.#listeners.add(listener);
    return { close: () => this.#listeners.delete(listener) };
  }

  /** Resolves when the change is durable. */
  async change(change: CatalogChange): Promise<CatalogEvent> {
    const entered = this.#last.then(() => this.#enterAlone(change));
    this.#last = entered.then(
      () => this.#ownTurn(),
      () => {},
    );
    const { event, durable } = await entered;
    const told = Promise.all([durable, this.#lastTold]).then(() => this.#tell(event));
    this.#lastTold = told.catch(() => {});
    await told;
    if (event.kind === "topic-deleted") await this.#forgetReferences();
    return event;
  }

  async #tell(event: CatalogEvent): Promise<void> {
    await this.#ownTurn();
    for (const listener of this.#listeners) listener(event);
  }

  /** Thousands that are made at once must not hold the event loop. */
  #ownTurn(): Promise<void> | undefined {
    if (this.#turns.hasTime()) return undefined;
    return new Promise((resolve) => this.#turns.later(resolve));
  }

  async #enterAlone(change: CatalogChange) {
    const { journal } = this.#core;
    journal.checkWorks();
    journal.begin();
    const event = await this.#enter(change);
    return { event, durable: this.#core.durable() };
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
    for (const subscription of this.#bySource.matching(name)) {
      const cursors = [{ log, floor: 1, unsettled: 0 }];
      this.#core.enter({ cursorsCreated: { subscription, cursors } });
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
    const { topic, logs, positions } = this.#topic(id);
    const logIds = [...logs.values()].map((log) => log.id);
    const holders = ([...positions.cursors] as Cursor[]).filter(({ held }) => held.size > 0);
    for (const { subscription } of holders) {
      const gone = this.#goneLogs.get(subscription) ?? new Set();
      for (const log of logIds) gone.add(log);
      this.#goneLogs.set(subscription, gone);
    }
    this.#core.enter({ topicDeleted: { id } });
    this.#topicsByName.delete(topic.name);
    for (const log of logIds) {
      this.#core.recent.forgetLog(log);
      for (const feed of this.#core.feeds.values()) feed.removeSource(log);
    }
    return { kind: "topic-deleted", topic: id };
  }

  /** The dead letters of a topic go with it, and so does what was redriven. */
  async #forgetReferences(): Promise<void> {
    const { subscriptions } = this.#core.state;
    const gone = [...this.#goneLogs];
    this.#goneLogs.clear();
    for (const [id, logs] of gone) {
      const owner = subscriptions.get(id);
      const queue = subscriptions.get(owner?.subscription.deadLetters ?? 0);
      if (owner) await this.#deadLetters.forgetLogs(owner, logs);
      if (queue) await this.#deadLetters.forgetLogs(queue, logs);
    }
  }

  async #createSubscription(change: CreateSubscription): Promise<CatalogEvent> {
    const { state } = this.#core;
    this.#checkNewName(change.name);
    const retained = await this.#starts.find(change.source, change.start);
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
    const cursors = this.#starts.resolve(source, retained);
    const hasOlder = cursors.some(({ unsettled }) => unsettled > 0);
    this.#core.journal.begin();
    if (hasOlder) this.#core.journal.beginCount();
    this.#core.enter({ subscriptionSaved: encodeSubscription(subscription) });
    this.#core.enter({ subscriptionSaved: encodeSubscription(deadLetters) });
    this.#core.enter({ cursorsCreated: { subscription: id, cursors } });
    this.#bySource.add(source, id);
    for (const each of [id, id + 1]) {
      const made = state.subscriptions.get(each);
      if (made) this.#subscriptionsByName.set(made.subscription.name, made);
    }
    return { kind: "subscription", subscription };
  }

  #updateSubscription(id: number, settings: SubscriptionSettings): CatalogEvent {
    const existing = this.#subscription(id);
    const subscription = { ...existing.subscription, settings };
    this.#core.enter({ subscriptionSaved: encodeSubscription(subscription) });
    return { kind: "subscription", subscription };
  }

  #deleteSubscription(id: number): CatalogEvent {
    const { subscription } = this.#subscription(id);
    if (this.#core.state.parents.has(id)) {
      const detail = `${subscription.name} goes with the subscription whose dead letters it holds`;
      throw new PeykError("invalid_argument", detail, { field: "subscription" });
    }
    this.#bySource.delete(subscription.source, id);
    for (const each of [id, subscription.deadLetters]) {
      const state = each === undefined ? undefined : this.#core.state.subscriptions.get(each);
      if (!state) continue;
      this.#subscriptionsByName.delete(state.subscription.name);
      this.#core.enter({ subscriptionDeleted: { id: state.subscription.id } });
      this.#core.feeds.get(state.subscription.id)?.removeAllSources();
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
