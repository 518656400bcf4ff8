/** Topics and subscriptions by name and by id, as the engine tells of them. */
import { deadLettersOf, isPattern, matches, patternsOverlap } from "@peyk/client/protocol";
import type { CatalogEvent, Subscription, SubscriptionId, Topic, TopicId } from "./engine.js";
import { PatternIndex } from "../runtime/pattern-index.js";
import { Rate } from "./rate.js";

export interface TopicEntry {
  topic: Topic;
  /** How many durable subscriptions take its messages. */
  subscriptionCount: number;
  readonly published: Rate;
  /** A publish that nobody got was reported. */
  wasWarned: boolean;
}

export class Names {
  readonly #topics = new Map<string, TopicEntry>();
  readonly #topicNames = new Map<TopicId, string>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #subscriptionNames = new Map<SubscriptionId, string>();
  /** Those that take messages of topics, by what they take from; and by their group. */
  readonly #bySource = new PatternIndex<SubscriptionId>();
  readonly #byGroup = new Map<string, Set<SubscriptionId>>();
  /** Dead-letter queues take nothing from topics. */
  readonly #deadLetterQueues = new Set<SubscriptionId>();

  get topicCount(): number {
    return this.#topics.size;
  }

  /** Dead-letter queues not counted. */
  get subscriptionCount(): number {
    return this.#subscriptions.size - this.#deadLetterQueues.size;
  }

  apply(event: CatalogEvent): void {
    if (event.kind === "topic") this.#putTopic(event.topic);
    else if (event.kind === "subscription") this.#putSubscription(event.subscription);
    else if (event.kind === "topic-deleted") {
      const name = this.#topicNames.get(event.topic);
      this.#topicNames.delete(event.topic);
      if (name !== undefined) this.#topics.delete(name);
    } else this.#dropSubscription(event.subscription);
  }

  topic(name: string): TopicEntry | undefined {
    return this.#topics.get(name);
  }

  hasTopic(id: TopicId): boolean {
    return this.#topicNames.has(id);
  }

  /** Whether a subscription takes from this topic alone. */
  hasOwnSubscription(topic: string): boolean {
    return this.#bySource.has(topic);
  }

  subscription(name: string): Subscription | undefined {
    return this.#subscriptions.get(name);
  }

  subscriptionById(id: SubscriptionId): Subscription | undefined {
    const name = this.#subscriptionNames.get(id);
    return name === undefined ? undefined : this.#subscriptions.get(name);
  }

  /** In order of their names. */
  topics(): Topic[] {
    return [...this.#topics.values()].map((entry) => entry.topic).sort(byName);
  }

  /** In order of their names; dead-letter queues are left out. */
  subscriptions(): Subscription[] {
    return [...this.#subscriptions.values()]
      .filter((subscription) => !this.#deadLetterQueues.has(subscription.id))
      .sort(byName);
  }

  /** Whether it is the dead-letter queue of another subscription. */
  isDeadLetterQueue(id: SubscriptionId): boolean {
    return this.#deadLetterQueues.has(id);
  }

  /** Those that take messages of a topic. */
  subscriptionsOf(topic: string): Subscription[] {
    const found = this.#bySource.matching(topic).map((id) => this.subscriptionById(id));
    return found.filter((subscription) => subscription !== undefined).sort(byName);
  }

  /** Another subscription of the same group that takes some of the same messages. */
  overlapOf(subscription: Subscription): Subscription | undefined {
    for (const id of this.#byGroup.get(groupOf(subscription)) ?? []) {
      const other = this.subscriptionById(id);
      if (!other || id === subscription.id) continue;
      if (patternsOverlap(other.source, subscription.source)) return other;
    }
    return undefined;
  }

  #putTopic(topic: Topic): void {
    const existing = this.#topics.get(topic.name);
    if (existing) {
      existing.topic = topic;
      this.#topicNames.set(topic.id, topic.name);
      return;
    }
    const subscriptionCount = this.#bySource.matching(topic.name).length;
    const entry = { topic, subscriptionCount, published: new Rate(), wasWarned: false };
    this.#topics.set(topic.name, entry);
    this.#topicNames.set(topic.id, topic.name);
  }

  #putSubscription(subscription: Subscription): void {
    const { id, name, source } = subscription;
    const existing = this.#subscriptions.get(name);
    this.#subscriptions.set(name, subscription);
    this.#subscriptionNames.set(id, name);
    if (subscription.deadLetters === undefined) this.#deadLetterQueues.add(id);
    else {
      this.#bySource.add(source, id);
      const group = groupOf(subscription);
      this.#byGroup.set(group, (this.#byGroup.get(group) ?? new Set()).add(id));
    }
    if (!existing) this.#count(subscription, 1);
    this.#putDeadLetters(subscription);
  }

  /** An engine may tell of a dead-letter queue only with its subscription. */
  #putDeadLetters({ deadLetters, name, settings, ...common }: Subscription): void {
    if (deadLetters === undefined || this.#subscriptionNames.has(deadLetters)) return;
    this.#putSubscription({
      ...common,
      id: deadLetters,
      name: deadLettersOf(name),
      deadLetters: undefined,
      settings: { ...settings, maxAttempts: 0, ordered: false, filter: "" },
    });
  }

  #dropSubscription(id: SubscriptionId): void {
    const subscription = this.subscriptionById(id);
    if (!subscription) return;
    this.#count(subscription, -1);
    this.#subscriptions.delete(subscription.name);
    this.#subscriptionNames.delete(id);
    this.#deadLetterQueues.delete(id);
    if (subscription.deadLetters !== undefined) this.#dropSource(subscription);
    if (subscription.deadLetters !== undefined) this.#dropSubscription(subscription.deadLetters);
  }

  #dropSource(subscription: Subscription): void {
    this.#bySource.delete(subscription.source, subscription.id);
    const group = groupOf(subscription);
    const ids = this.#byGroup.get(group);
    ids?.delete(subscription.id);
    if (ids?.size === 0) this.#byGroup.delete(group);
  }

  #count({ id, source }: Subscription, change: number): void {
    if (this.#deadLetterQueues.has(id)) return;
    if (!isPattern(source)) {
      const entry = this.#topics.get(source);
      if (entry) entry.subscriptionCount += change;
      return;
    }
    for (const entry of this.#topics.values()) {
      if (matches(source, entry.topic.name)) entry.subscriptionCount += change;
    }
  }
}

const groupOf = ({ name, source }: Subscription): string => name.slice(source.length);

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name < other.name ? -1 : 1;
