import { checkPattern, limits, matches, PeykError, type peyk } from "@peyk/client/protocol";
import type { Broker } from "./broker.js";
import type { Ref, Run, Subscription, Topic, Which } from "./engine.js";
import { sameSettings, resolveStart, resolveSubscription, resolveTopic } from "./settings.js";

type TopicOptions = peyk.v1.ITopicOptions | undefined;
type SubscriptionOptions = peyk.v1.ISubscriptionOptions | undefined;

/** Which part of a list: names that match, after this one, so many. */
export interface Page {
  /** Empty: all. */
  readonly pattern: string;
  readonly after: string;
  /** 0: as many as one answer may have. */
  readonly limit: number;
}

/** Dead letters that are moved at a time when a rate is given. */
const REDRIVE_STEP_MS = 100;

/** What is asked of a broker beside publishing and consuming, in the shapes of admin.proto. */
export class Administration {
  readonly #broker: Broker;

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  // ---- Topics --------------------------------------------------------------------------------------------------------

  /** Fine if it exists with the same options, else `conflict`. */
  async createTopic(name: string, options: TopicOptions): Promise<peyk.v1.ITopicInfo> {
    const existing = this.#broker.names.topic(name);
    if (!existing) await this.#broker.createTopic(name, options, false);
    else if (!sameSettings(resolveTopic(options), existing.topic.settings)) {
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
    const limit = { messages, bytes: limits.MAX_PAYLOAD_BYTES };
    const from = Math.max(1, nextPosition - messages);
    const runs = await this.#broker.engine.read(topic.id, from, limit);
    return { messages: runs.flatMap((run) => peeked(run, "ready")) };
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
    const existing = this.#broker.names.subscription(name);
    if (!existing) await this.#broker.createSubscription(name, options, false);
    else if (!sameSettings(resolveSubscription(options), existing.settings)) {
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
      const detail = "start is for new subscriptions; an existing one is moved by seek";
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
        return { messages: runs.flatMap((run) => peeked(run, which)) };
      }
      case "buffered":
      case "running": {
        const which = state === "running" ? "running" : "buffered";
        const held = this.#broker.existingQueue(subscription)?.held(which, wanted) ?? [];
        const messages = held.flatMap(({ run, from, count: length }) =>
          peeked(run, which).slice(from, from + length),
        );
        return { messages };
      }
      case "dead": {
        const { deadLetters } = subscription;
        const runs =
          deadLetters === undefined ? [] : await engine.peek(deadLetters, "ready", wanted);
        return { messages: runs.flatMap((run) => peeked(run, "dead")) };
      }
      default: {
        const detail = `state is "${state.slice(0, 64)}"; it must be one of ready, buffered, running, retrying, dead`;
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
    const consumers = this.#broker.existingQueue(subscription)?.stats().consumers ?? 0;
    if (!force && (unsettled > 0 || dead > 0 || consumers > 0)) {
      const detail =
        `subscription ${name} has ${unsettled} unsettled messages, ${dead} dead letters ` +
        `and ${consumers} consumers; use force to delete it all the same`;
      throw new PeykError("conflict", detail, { field: "force" });
    }
    const { id } = subscription;
    await this.#broker.engine.change({ kind: "delete-subscription", subscription: id });
  }

  // ---- Dead letters --------------------------------------------------------------------------------------------------

  async listDeadLetters(
    name: string,
    page: {
      readonly which: peyk.v1.IWhich | undefined;
      readonly after: string;
      readonly limit: number;
    },
  ): Promise<peyk.v1.IDeadLetterPage> {
    const queue = this.#deadLettersOf(name);
    const limit = Math.min(page.limit || limits.MAX_PEEK_MESSAGES, limits.MAX_PEEK_MESSAGES);
    const all = await this.#dead(queue, page.which);
    const after = page.after === "" ? 0 : Number(page.after);
    const rest = all.filter((run) => run.first > after);
    const runs = rest.slice(0, limit);
    const next = rest.length > limit ? String(runs.at(-1)?.first ?? "") : "";
    return { deadLetters: runs.map(deadLetter), next };
  }

  async redrive(
    name: string,
    which: peyk.v1.IWhich | undefined,
    options: { readonly perSecond: number; readonly dryRun: boolean },
  ): Promise<peyk.v1.ICount> {
    const queue = this.#deadLettersOf(name);
    if (options.dryRun) return { count: await this.#countDead(queue, which) };
    const chosen = await this.#which(queue, which);
    if (options.perSecond <= 0)
      return { count: await this.#broker.engine.redrive(queue.id, chosen) };
    return { count: await this.#redriveSlowly(queue, which, options.perSecond) };
  }

  async purgeDeadLetters(
    name: string,
    which: peyk.v1.IWhich | undefined,
    dryRun: boolean,
  ): Promise<peyk.v1.ICount> {
    const queue = this.#deadLettersOf(name);
    if (dryRun) return { count: await this.#countDead(queue, which) };
    return { count: await this.#broker.engine.purge(queue.id, await this.#which(queue, which)) };
  }

  async #redriveSlowly(
    queue: Subscription,
    which: peyk.v1.IWhich | undefined,
    perSecond: number,
  ): Promise<number> {
    const runs = await this.#dead(queue, which);
    const total = which?.count ? Math.min(which.count, runs.length) : runs.length;
    let moved = 0;
    while (moved < total) {
      const step = Math.max(1, Math.round((perSecond * REDRIVE_STEP_MS) / 1000));
      const refs = runs.slice(moved, Math.min(total, moved + step)).map(toRef);
      await this.#broker.engine.redrive(queue.id, { refs });
      moved += refs.length;
      if (moved < total) await this.#pause((1000 * refs.length) / perSecond);
    }
    return moved;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#broker.clock.setTimer(ms, resolve));
  }

  #deadLettersOf(name: string): Subscription {
    const subscription = this.#broker.requireSubscription(name);
    const { deadLetters } = subscription;
    const queue =
      deadLetters === undefined ? subscription : this.#broker.names.subscriptionById(deadLetters);
    if (queue) return queue;
    throw new PeykError("not_found", `${name} has no dead-letter queue`, { field: "subscription" });
  }

  async #countDead(queue: Subscription, which: peyk.v1.IWhich | undefined): Promise<number> {
    if (which?.ids?.length) return (await this.#dead(queue, which)).length;
    const { unsettled } = await this.#broker.engine.stats(queue.id);
    return which?.count ? Math.min(which.count, unsettled) : unsettled;
  }

  async #which(queue: Subscription, which: peyk.v1.IWhich | undefined): Promise<Which> {
    if (!which?.ids?.length) return { count: which?.count || Infinity };
    return { refs: (await this.#dead(queue, which)).map(toRef) };
  }

  async #dead(queue: Subscription, which: peyk.v1.IWhich | undefined): Promise<readonly Run[]> {
    const runs = await this.#broker.engine.peek(queue.id, "ready", Number.MAX_SAFE_INTEGER);
    const ids = which?.ids ?? [];
    if (ids.length === 0) return runs;
    const wanted = new Set(ids);
    return runs.filter((run) => wanted.has(messageId(run)));
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
    const held = this.#broker.existingQueue(subscription)?.stats();
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
        delivered: held?.delivered ?? 0,
        acked: held?.acked ?? 0,
        failed: held?.retried ?? 0,
        deadLettered: held?.deadLettered ?? 0,
        expired: held?.expired ?? 0,
      },
      consumers: [],
    };
  }
}

const toRef = (run: Run): Ref => ({ log: run.log, first: run.first, count: 1 });

/** "<epoch>-<position>": the same in every subscription, attempt, dead letter and redrive. */
export const messageId = (run: Run, index = 0): string =>
  `${run.topic.epoch.toString(16)}-${run.firstPosition + index}`;

function deadLetter(run: Run): peyk.v1.IDeadLetter {
  return {
    id: messageId(run),
    topic: run.topic.name,
    publishedAtMs: run.publishedAtMs,
    reason: run.death && { ...run.death },
    message: run.batch.message(run.from),
  };
}

function peeked(run: Run, state: string): peyk.v1.IPeekedMessage[] {
  return Array.from({ length: run.count }, (_, index) => ({
    topic: run.topic.name,
    epoch: run.topic.epoch,
    position: run.firstPosition + index,
    publishedAtMs: run.publishedAtMs,
    failedAttempts: run.failures,
    state,
    message: run.batch.message(run.from + index),
  }));
}

function peekCount(count: number): number {
  if (count <= limits.MAX_PEEK_MESSAGES) return count || 1;
  const detail = `${count} messages were asked for; at most ${limits.MAX_PEEK_MESSAGES} are allowed`;
  throw new PeykError("invalid_argument", detail, {
    field: "count",
    limit: limits.MAX_PEEK_MESSAGES,
  });
}

function pageOf<Item extends { readonly name: string }>(
  items: readonly Item[],
  { pattern, after, limit }: Page,
  matched: (item: Item) => string,
): { readonly items: Item[]; readonly next: string } {
  if (pattern !== "") checkPattern(pattern);
  const count = Math.min(limit || limits.MAX_PAGE_ENTRIES, limits.MAX_PAGE_ENTRIES);
  const found = items.filter(
    (item) => item.name > after && (pattern === "" || matches(pattern, matched(item))),
  );
  const page = found.slice(0, count);
  return { items: page, next: found.length > count ? (page.at(-1)?.name ?? "") : "" };
}

const otherOptions = (kind: string, name: string): PeykError =>
  new PeykError(
    "conflict",
    `${kind} ${name} exists with other options; use update to change them`,
    {
      field: "options",
    },
  );
