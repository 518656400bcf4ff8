import { limits, PeykError, quoteInput, type peyk } from "@peyk/client/protocol";
import type { Broker } from "./broker.js";
import { DeadLetterDesk } from "./dead-letter-desk.js";
import type { Run, Subscription, Topic } from "./engine.js";
import { sameSettings, resolveStart, resolveSubscription, resolveTopic } from "./settings.js";
import { pageOf, peekCount, peekedMessages, wholeRuns, type Page } from "./shapes.js";

type TopicOptions = peyk.v1.ITopicOptions | undefined;
type SubscriptionOptions = peyk.v1.ISubscriptionOptions | undefined;

/** How much further back a peek looks when it found less than was asked for: positions have gaps. */
const PEEK_WIDENING = 16;

/** What is asked of a broker beside publishing and consuming, in the shapes of admin.proto. */
export class Administration {
  readonly deadLetters: DeadLetterDesk;
  readonly #broker: Broker;

  constructor(broker: Broker) {
    this.#broker = broker;
    this.deadLetters = new DeadLetterDesk(broker);
  }

  // ---- Topics --------------------------------------------------------------------------------------------------------

  /** Fine if it exists with the same options, else `conflict`. */
  async createTopic(name: string, options: TopicOptions): Promise<peyk.v1.ITopicInfo> {
    const wanted = resolveTopic(options);
    const isNew = await unlessThere(() => this.#broker.createTopic(name, options, false));
    if (!isNew && !sameSettings(wanted, this.#broker.requireTopic(name).topic.settings)) {
      throw otherOptions("topic", name);
    }
    return this.topic(name);
  }

  async updateTopic(name: string, options: TopicOptions): Promise<peyk.v1.ITopicInfo> {
    const { topic } = this.#broker.requireTopic(name);
    const settings = resolveTopic(options, topic.settings);
    await this.#broker.engine.change({ kind: "update-topic", topic: topic.id, settings });
    return this.topic(name);
  }

  topic(name: string): peyk.v1.ITopicInfo {
    return this.#topicInfo(this.#broker.requireTopic(name).topic);
  }

  listTopics(page: Page): peyk.v1.ITopicPage {
    const { items, next } = pageOf(this.#broker.names.topics(), page, (topic) => topic.name);
    return { topics: items.map((topic) => this.#topicInfo(topic)), next };
  }

  async peekTopic(name: string, count: number): Promise<peyk.v1.IPeekedMessages> {
    const { topic } = this.#broker.requireTopic(name);
    const messages = peekCount(count);
    const { nextPosition } = this.#broker.engine.topicStats(topic.id);
    const limit = { messages, bytes: limits.MAX_PACKET_BYTES };
    let runs: readonly Run[] = [];
    for (let back = messages; ; back *= PEEK_WIDENING) {
      const from = Math.max(1, nextPosition - back);
      runs = await this.#broker.engine.read(topic.id, from, limit);
      const found = runs.reduce((sum, run) => sum + run.count, 0);
      if (found >= messages || from === 1) break;
    }
    return peekedMessages(wholeRuns(runs), "ready", messages);
  }

  async purgeTopic(name: string, dryRun: boolean): Promise<peyk.v1.ICount> {
    const { topic } = this.#broker.requireTopic(name);
    if (!dryRun) return { count: await this.#broker.engine.purgeTopic(topic.id) };
    const subscriptions = this.#broker.names.subscriptionsOf(name);
    const stats = await Promise.all(subscriptions.map(({ id }) => this.#broker.engine.stats(id)));
    return { count: Math.max(0, ...stats.map(({ unsettled }) => unsettled)) };
  }

  /** Refused while it has subscriptions, unless forced: then those that take from it alone go with it. */
  async deleteTopic(name: string, force: boolean): Promise<void> {
    const { topic } = this.#broker.requireTopic(name);
    const own = this.#broker.names.subscriptionsOf(name).filter(({ source }) => source === name);
    if (own.length > 0 && !force) {
      const detail = `topic ${name} has ${own.length} subscriptions; delete them first, or use force`;
      throw new PeykError("conflict", detail, { field: "force" });
    }
    for (const { id } of own) {
      await this.#broker.engine.change({ kind: "delete-subscription", subscription: id });
    }
    await this.#broker.engine.change({ kind: "delete-topic", topic: topic.id });
  }

  // ---- Subscriptions -------------------------------------------------------------------------------------------------

  async createSubscription(
    name: string,
    options: SubscriptionOptions,
  ): Promise<peyk.v1.ISubscriptionInfo> {
    const wanted = resolveSubscription(options);
    const isNew = await unlessThere(() => this.#broker.createSubscription(name, options, false));
    if (!isNew && !sameSettings(wanted, this.#broker.requireSubscription(name).settings)) {
      throw otherOptions("subscription", name);
    }
    return this.subscription(name);
  }

  async updateSubscription(
    name: string,
    options: SubscriptionOptions,
  ): Promise<peyk.v1.ISubscriptionInfo> {
    const subscription = this.#broker.requireSubscription(name);
    if (resolveStart(options).at !== "latest") {
      const detail = "start is for new subscriptions; an existing one stays where it is";
      throw new PeykError("invalid_argument", detail, { field: "start" });
    }
    const settings = resolveSubscription(options, subscription.settings);
    const { id } = subscription;
    await this.#broker.engine.change({ kind: "update-subscription", subscription: id, settings });
    return this.subscription(name);
  }

  subscription(name: string): Promise<peyk.v1.ISubscriptionInfo> {
    return this.#subscriptionInfo(this.#broker.requireSubscription(name));
  }

  async listSubscriptions(page: Page): Promise<peyk.v1.ISubscriptionPage> {
    const all = this.#broker.names.subscriptions();
    const { items, next } = pageOf(all, page, (subscription) => subscription.source);
    const infos = items.map((subscription) => this.#subscriptionInfo(subscription));
    return { subscriptions: await Promise.all(infos), next };
  }

  async peekSubscription(
    name: string,
    state: string,
    count: number,
  ): Promise<peyk.v1.IPeekedMessages> {
    const subscription = this.#broker.requireSubscription(name);
    const wanted = peekCount(count);
    const { engine } = this.#broker;
    switch (state || "ready") {
      case "ready":
      case "retrying": {
        const which = state === "retrying" ? "retrying" : "ready";
        const runs = await engine.peek(subscription.id, which, wanted);
        return peekedMessages(wholeRuns(runs), which, wanted);
      }
      case "buffered":
      case "running": {
        const which = state === "running" ? "running" : "buffered";
        const held = this.#broker.served(subscription)?.queue.held(which, wanted) ?? [];
        return peekedMessages(held, which, wanted);
      }
      case "dead": {
        const { deadLetters } = subscription;
        const runs =
          deadLetters === undefined ? [] : await engine.peek(deadLetters, "ready", wanted);
        return peekedMessages(wholeRuns(runs), "dead", wanted);
      }
      default: {
        const detail = `state is ${quoteInput(state)}; it must be one of ready, buffered, running, retrying, dead`;
        throw new PeykError("invalid_argument", detail, { field: "state" });
      }
    }
  }

  async purgeSubscription(name: string, dryRun: boolean): Promise<peyk.v1.ICount> {
    const { id } = this.#broker.requireSubscription(name);
    if (!dryRun) return { count: await this.#broker.engine.purge(id) };
    return { count: (await this.#broker.engine.stats(id)).unsettled };
  }

  /** Refused while it has consumers or unsettled messages, unless forced. */
  async deleteSubscription(name: string, force: boolean): Promise<void> {
    const subscription = this.#broker.requireSubscription(name);
    if (this.#broker.names.isDeadLetterQueue(subscription.id)) {
      const detail = `${name} is a dead-letter queue; it goes with its subscription`;
      throw new PeykError("invalid_argument", detail, { field: "subscription" });
    }
    const { unsettled, dead } = await this.#broker.engine.stats(subscription.id);
    const consumers = this.#broker.served(subscription)?.queue.stats().consumers ?? 0;
    if (!force && (unsettled > 0 || dead > 0 || consumers > 0)) {
      const detail =
        `subscription ${name} has ${unsettled} unsettled messages, ${dead} dead letters ` +
        `and ${consumers} consumers; use force to delete it all the same`;
      throw new PeykError("conflict", detail, { field: "force" });
    }
    const { id } = subscription;
    await this.#broker.engine.change({ kind: "delete-subscription", subscription: id });
  }

  // ---- Shapes --------------------------------------------------------------------------------------------------------

  #topicInfo(topic: Topic): peyk.v1.ITopicInfo {
    const { nextPosition, storedMessages, storedBytes } = this.#broker.engine.topicStats(topic.id);
    const entry = this.#broker.names.topic(topic.name);
    return {
      name: topic.name,
      epoch: topic.epoch,
      options: { ...topic.settings },
      createdAtMs: topic.createdAtMs,
      autoCreated: topic.autoCreated,
      nextPosition,
      subscriptions: entry?.subscriptionCount ?? 0,
      storedMessages,
      storedBytes,
      publishPerSecond: entry?.published.perSecond(this.#broker.clock.monotonic()) ?? 0,
    };
  }

  async #subscriptionInfo(subscription: Subscription): Promise<peyk.v1.ISubscriptionInfo> {
    const stored = await this.#broker.engine.stats(subscription.id);
    const served = this.#broker.served(subscription);
    const held = served?.queue.stats();
    const { oldestUnsettledAtMs: oldest, retrying, dead, unsettled } = stored;
    const buffered = held?.buffered ?? 0;
    const running = held?.running ?? 0;
    return {
      name: subscription.name,
      options: { ...subscription.settings, retry: { ...subscription.settings.retry } },
      createdAtMs: subscription.createdAtMs,
      autoCreated: subscription.autoCreated,
      stats: {
        ready: Math.max(0, unsettled - buffered - running - retrying),
        buffered,
        running,
        retrying,
        dead,
        oldestUnsettledMs:
          oldest === undefined ? 0 : Math.max(0, this.#broker.clock.now() - oldest),
        ...served?.meter.rates(),
        delivered: held?.delivered ?? 0,
        acked: held?.acked ?? 0,
        failed: held?.retried ?? 0,
        deadLettered: held?.deadLettered ?? 0,
        expired: held?.expired ?? 0,
      },
    };
  }
}

/** Whether it was made; `false` if it is there already. */
async function unlessThere(make: () => Promise<unknown>): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (PeykError.is(error, "conflict")) return false;
    throw error;
  }
}

function otherOptions(kind: string, name: string): PeykError {
  const detail = `${kind} ${name} exists with other options; use update to change them`;
  return new PeykError("conflict", detail, { field: "options" });
}
