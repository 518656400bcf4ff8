import {
  checkTopicName,
  isPattern,
  parseSubscriptionName,
  PeykError,
  type peyk,
} from "@peyk/client/protocol";
import type { Clock } from "../runtime/clock.js";
import type { Random } from "../runtime/random.js";
import { Timers } from "../runtime/timers.js";
import { attachConsumer, checkSources } from "./attach.js";
import type { Consumer, ConsumerOptions } from "./consumer.js";
import type {
  CatalogChange,
  CatalogEvent,
  Engine,
  Subscription,
  SubscriptionId,
  Topic,
} from "./engine.js";
import { asPeykError } from "./errors.js";
import { HeldBytes } from "./held-bytes.js";
import { IdleTopics } from "./idle-topics.js";
import { LeaseClock } from "./lease-clock.js";
import { LiveHub } from "./live-hub.js";
import { Makings } from "./makings.js";
import { Meter } from "./meter.js";
import { Names, type TopicEntry } from "./names.js";
import { publishTo, refuseAll, type PublishDone, type PublishRequest } from "./publishing.js";
import type { QueueContext } from "./queue-context.js";
import type { QueueEvents } from "./queue-events.js";
import { Queue } from "./queue.js";
import { Rate } from "./rate.js";
import { resolveStart, resolveSubscription, resolveTopic } from "./settings.js";

export interface BrokerConfig {
  /** Make topics and subscriptions on first use. */
  readonly autoCreate: boolean;
  readonly maxCredit: QueueContext["maxCredit"];
  /** What all consumers together may hold, in bytes. */
  readonly maxHeldBytes: number;
}

/** What the broker tells whoever logs and counts; rare events only. */
export interface BrokerEvents extends QueueEvents {
  /** Something was published that nobody will get; told once per topic. */
  publishedToNobody(topic: string): void;
  /** A topic that was made on first use, and was not used for a day, is no more. */
  idleTopicRemoved(topic: string): void;
  /** A new subscription and another one of its group will each get a copy of some messages. */
  subscriptionsOverlap(created: string, other: string): void;
}

export interface AttachedSource {
  readonly subscription: Subscription;
  readonly wasCreated: boolean;
  /** Counts what is delivered and acked. */
  readonly meter: Meter;
}

/** The only way in for sessions: topics and subscriptions by name, publishing, consumers, live listeners. */
export class Broker {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly names = new Names();
  readonly live: LiveHub;
  readonly published = new Rate();
  readonly delivered = new Rate();
  /** Published where there was no subscription. */
  messagesToNobody = 0;
  readonly #config: BrokerConfig;
  readonly #events: BrokerEvents;
  readonly #queues = new Map<SubscriptionId, { readonly queue: Queue; readonly meter: Meter }>();
  readonly #context: QueueContext;
  readonly #timers: Timers;
  /** Publishes to topics that are being made, in their order. */
  readonly #waiting = new Map<string, { request: PublishRequest; done: PublishDone }[]>();
  readonly #topicsInTheMaking = new Makings();
  /** Where topics are not made on first use, none that goes would come back. */
  readonly #idleTopics: IdleTopics | undefined;
  readonly #subscriptionsInTheMaking = new Makings();

  private constructor(
    engine: Engine,
    clock: Clock,
    random: Random,
    config: BrokerConfig,
    events: BrokerEvents,
  ) {
    this.engine = engine;
    this.clock = clock;
    this.#config = config;
    this.#events = events;
    this.#timers = new Timers(clock);
    this.live = new LiveHub(engine, clock);
    this.#context = {
      engine,
      clock,
      leaseClock: new LeaseClock(clock, this.#timers),
      random,
      events,
      maxCredit: config.maxCredit,
      held: new HeldBytes({ all: config.maxHeldBytes, one: config.maxCredit.bytes }, clock),
    };
    const time = { timers: this.#timers, now: () => clock.monotonic() };
    if (config.autoCreate) {
      const remove = (topic: Topic): void => this.#removeIdle(topic);
      this.#idleTopics = new IdleTopics(engine, this.names, time, remove);
    }
  }

  /** Opens the engine. Rejects with what the engine says of a data directory that cannot be served. */
  static async open(
    engine: Engine,
    clock: Clock,
    random: Random,
    config: BrokerConfig,
    events: BrokerEvents,
  ): Promise<Broker> {
    const broker = new Broker(engine, clock, random, config, events);
    const catalog = await engine.open();
    for (const topic of catalog.topics) broker.names.apply({ kind: "topic", topic });
    for (const subscription of catalog.subscriptions) {
      broker.names.apply({ kind: "subscription", subscription });
    }
    engine.watch((event) => broker.#onCatalog(event));
    return broker;
  }

  /** Ends every lease without counting it, and closes the engine. Consumers are not told: sessions end before. */
  async close(): Promise<void> {
    this.live.close();
    const error = new PeykError("unavailable", "the broker is closing");
    for (const { queue } of this.#queues.values()) queue.stop(error);
    this.#timers.close();
    await this.engine.close();
  }

  /**
   * Publishes to one topic, which is made if it is new. Requests to one topic take effect in the order of the calls;
   * `done` is called once, when the result is durable.
   */
  publish(request: PublishRequest, done: PublishDone): void {
    const entry = this.names.topic(request.topic);
    // Those that wait for a topic which is there by now come first.
    const isNew = !entry || (this.#waiting.size > 0 && this.#waiting.has(request.topic));
    if (isNew) return this.#publishToNew(request, done);
    if (entry.subscriptionCount === 0) {
      if (request.requireSubscription) return done(nobody(request.topic));
      this.#warn(entry);
      this.messagesToNobody += request.count;
    }
    const now = this.clock.monotonic();
    entry.published.add(now, request.count);
    this.published.add(now, request.count);
    publishTo(this.engine, entry, request, done);
  }

  /** Attaches a consumer to subscriptions, which are made if they are new and may be. */
  async attach(
    names: readonly string[],
    options: ConsumerOptions & {
      readonly create: peyk.v1.ISubscriptionOptions | undefined;
      readonly mustExist: boolean;
    },
  ): Promise<{ readonly consumer: Consumer; readonly sources: readonly AttachedSource[] }> {
    checkSources(names);
    const made = new Set<string>();
    for (const name of names) if (await this.#makeSource(name, options)) made.add(name);
    // One may have been deleted while another one was made.
    const subscriptions = names.map((name) => this.requireSubscription(name));
    const queues = subscriptions.map((subscription) => this.queue(subscription));
    const consumer = attachConsumer(this.#context, queues, options);
    const sources = subscriptions.map((subscription) => ({
      subscription,
      wasCreated: made.has(subscription.name),
      meter: this.#served(subscription).meter,
    }));
    return { consumer, sources };
  }

  /** The queue of a subscription; made when first needed. */
  queue(subscription: Subscription): Queue {
    return this.#served(subscription).queue;
  }

  /** The queue of a subscription and what is delivered from it, if anybody ever consumed it since the start. */
  served(subscription: Subscription): { readonly queue: Queue; readonly meter: Meter } | undefined {
    return this.#queues.get(subscription.id);
  }

  async createTopic(
    name: string,
    options: peyk.v1.ITopicOptions | undefined,
    autoCreated: boolean,
  ): Promise<Topic> {
    checkTopicName(name);
    const settings = resolveTopic(options);
    return this.#topicsInTheMaking.make(name, async () => {
      if (this.names.topic(name)) {
        throw new PeykError("conflict", `topic ${name} exists`, { field: "topic" });
      }
      const event = await this.engine.change({ kind: "create-topic", name, settings, autoCreated });
      return event.kind === "topic" ? event.topic : unexpected(event);
    });
  }

  /** Makes a subscription, and the topic it takes from if that is one and does not exist. */
  async createSubscription(
    name: string,
    options: peyk.v1.ISubscriptionOptions | undefined,
    autoCreated: boolean,
  ): Promise<Subscription> {
    const { source, group, isDeadLetters } = parseSubscriptionName(name);
    if (isDeadLetters) {
      const detail = `a dead-letter queue is made with its subscription, ${source}/${group}`;
      throw new PeykError("invalid_argument", detail, { field: "subscription" });
    }
    const change: CatalogChange = {
      kind: "create-subscription",
      name,
      source,
      settings: resolveSubscription(options),
      start: resolveStart(options),
      autoCreated,
    };
    return this.#subscriptionsInTheMaking.make(name, async () => {
      if (this.names.subscription(name)) {
        throw new PeykError("conflict", `subscription ${name} exists`, { field: "subscription" });
      }
      if (!isPattern(source)) await this.#ensureTopic(source);
      const event = await this.engine.change(change);
      if (event.kind !== "subscription") return unexpected(event);
      this.#warnOfOverlap(event.subscription);
      return event.subscription;
    });
  }

  /** A topic that exists; throws `not_found` with what would make it. */
  requireTopic(name: string): TopicEntry {
    checkTopicName(name);
    const entry = this.names.topic(name);
    if (entry) return entry;
    const hint = this.#config.autoCreate ? "" : ", and autoCreate is off";
    throw new PeykError("not_found", `topic ${name} does not exist${hint}`, { field: "topic" });
  }

  requireSubscription(name: string): Subscription {
    parseSubscriptionName(name);
    const subscription = this.names.subscription(name);
    if (subscription) return subscription;
    const detail = `subscription ${name} does not exist`;
    throw new PeykError("not_found", detail, { field: "subscription" });
  }

  #served(subscription: Subscription): { readonly queue: Queue; readonly meter: Meter } {
    let served = this.#queues.get(subscription.id);
    if (!served) {
      const queue = new Queue(this.#context, subscription);
      served = { queue, meter: new Meter(queue.counters, this.clock, this.delivered) };
      this.#queues.set(subscription.id, served);
    }
    return served;
  }

  /** Makes sure that a subscription is there; returns whether it was made. */
  async #makeSource(
    name: string,
    options: {
      readonly create: peyk.v1.ISubscriptionOptions | undefined;
      readonly mustExist: boolean;
    },
  ): Promise<boolean> {
    const { source, group } = parseSubscriptionName(name);
    if (this.names.subscription(name)) return false;
    const owner = `${source}/${group}`;
    if (options.mustExist || !this.#config.autoCreate) {
      const hint = options.mustExist ? "" : ", and autoCreate is off";
      const detail = `subscription ${owner} does not exist${hint}`;
      throw new PeykError("not_found", detail, { field: "subscription" });
    }
    return unlessThere(this.createSubscription(owner, options.create, true));
  }

  /** Two who need the same topic at once both get it. */
  async #ensureTopic(name: string): Promise<void> {
    if (this.names.topic(name)) return;
    if (!this.#config.autoCreate) this.requireTopic(name);
    await unlessThere(this.createTopic(name, undefined, true));
  }

  #publishToNew(request: PublishRequest, done: PublishDone): void {
    const { topic } = request;
    const waiting = this.#waiting.get(topic);
    if (waiting) {
      waiting.push({ request, done });
      return;
    }
    try {
      checkTopicName(topic);
      if (!this.#config.autoCreate) this.requireTopic(topic);
    } catch (error) {
      done(asPeykError(error));
      return;
    }
    // What is refused anyway must not leave a topic behind.
    if (request.runs.length === 0) return done(refuseAll(request));
    if (request.requireSubscription && this.names.subscriptionsOf(topic).length === 0) {
      done(nobody(topic));
      return;
    }
    this.#waiting.set(topic, [{ request, done }]);
    this.#ensureTopic(topic).then(
      () => this.#publishWaiting(topic, undefined),
      (error: unknown) => this.#publishWaiting(topic, asPeykError(error)),
    );
  }

  #publishWaiting(topic: string, error: PeykError | undefined): void {
    const waiting = this.#waiting.get(topic) ?? [];
    this.#waiting.delete(topic);
    for (const { request, done } of waiting) {
      if (error) done(error);
      else this.publish(request, done);
    }
  }

  /** What is published meanwhile waits, and makes the topic again. */
  #removeIdle(topic: Topic): void {
    const { id, name } = topic;
    if (this.#waiting.has(name)) return;
    this.#waiting.set(name, []);
    this.engine.change({ kind: "delete-topic", topic: id }).then(
      () => {
        this.#events.idleTopicRemoved(name);
        this.#publishWaiting(name, undefined);
      },
      (error: unknown) => this.#publishWaiting(name, asPeykError(error)),
    );
  }

  #onCatalog(event: CatalogEvent): void {
    if (event.kind === "subscription-deleted") this.#closeQueues(event.subscription);
    this.names.apply(event);
    if (event.kind === "subscription") {
      this.#queues.get(event.subscription.id)?.queue.update(event.subscription);
    }
  }

  /** That of a subscription that was deleted, and that of its dead letters. */
  #closeQueues(id: SubscriptionId): void {
    const deadLetters = this.names.subscriptionById(id)?.deadLetters;
    const error = new PeykError("not_found", "the subscription was deleted");
    for (const each of [id, deadLetters]) {
      if (each === undefined) continue;
      this.#queues.get(each)?.queue.close(error);
      this.#queues.delete(each);
    }
  }

  #warn(entry: TopicEntry): void {
    if (entry.wasWarned) return;
    entry.wasWarned = true;
    this.#events.publishedToNobody(entry.topic.name);
  }

  /** Of one of those only: there may be thousands. */
  #warnOfOverlap(created: Subscription): void {
    const other = this.names.overlapOf(created);
    if (other) this.#events.subscriptionsOverlap(created.name, other.name);
  }
}

const nobody = (topic: string): PeykError =>
  new PeykError("no_subscription", `topic ${topic} has no subscription: nobody would get it`, {
    field: "topic",
  });

/** Whether it was made; `false` if somebody else was first. */
async function unlessThere(making: Promise<unknown>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if (PeykError.is(error, "conflict")) return false;
    throw error;
  }
}

function unexpected(event: CatalogEvent): never {
  throw new Error(`unexpected ${event.kind}`);
}
