import type { Feed, FeedEvents } from "../../broker/engine.js";
import type { Core } from "./core.js";
import { EmbeddedFeed, type FeedHost } from "./feed.js";
import { TopicSource, type Source } from "./feed-source.js";
import type { WindowEvents } from "./record-window.js";
import { ReferenceSource } from "./reference-source.js";
import type { Settler } from "./settler.js";
import type { Log, SubscriptionState } from "./state.js";

/** The open feeds: tells them what is new, and lets them hand out once per turn. */
export class Feeds {
  readonly #core: Core;
  readonly #settler: Settler;
  readonly #maxWaitingRetries: number;
  readonly #onFailure: (error: unknown) => void;
  /** Feeds that have something to hand out. */
  readonly #scheduled = new Set<EmbeddedFeed>();
  #isDeferred = false;

  constructor(
    core: Core,
    settler: Settler,
    options: { readonly maxWaitingRetries: number },
    onFailure: (error: unknown) => void,
  ) {
    this.#core = core;
    this.#settler = settler;
    this.#maxWaitingRetries = options.maxWaitingRetries;
    this.#onFailure = onFailure;
  }

  open(subscription: number, events: FeedEvents): Feed {
    const owner = this.#core.state.subscriptions.get(subscription);
    if (!owner) throw new Error(`subscription ${subscription} does not exist`);
    if (this.#core.feeds.has(subscription)) {
      throw new Error(`subscription ${subscription} has a feed already`);
    }
    const feed = new EmbeddedFeed(this.#hostFor(subscription), events);
    this.#core.feeds.set(subscription, feed);
    for (const cursor of owner.cursors.values()) {
      for (const log of this.#logsOf(cursor.positions.log)) this.#addSource(feed, owner, log);
    }
    return feed;
  }

  /** A log has new durable records. */
  stored(log: Log): void {
    for (const { subscription } of log.positions.cursors) {
      const feed = this.#core.feeds.get(subscription);
      const owner = this.#core.state.subscriptions.get(subscription);
      if (!feed || !owner) continue;
      if (!feed.source(log.id)) this.#addSource(feed, owner, log);
      feed.wake(log.id);
    }
  }

  /** Lets every feed that has something hand it out. */
  pump(): void {
    for (const feed of this.#scheduled) {
      this.#scheduled.delete(feed);
      feed.pump();
    }
  }

  close(): void {
    for (const feed of this.#core.feeds.values()) feed.close();
  }

  #hostFor(subscription: number): FeedHost {
    return {
      clock: this.#core.clock,
      timers: this.#core.timers,
      maxWaitingRetries: this.#maxWaitingRetries,
      schedule: (feed) => this.#schedule(feed),
      closed: (feed) => {
        this.#scheduled.delete(feed);
        this.#core.feeds.delete(subscription);
      },
    };
  }

  #schedule(feed: EmbeddedFeed): void {
    this.#scheduled.add(feed);
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#core.clock.defer(() => {
      this.#isDeferred = false;
      this.pump();
    });
  }

  #addSource(feed: EmbeddedFeed, owner: SubscriptionState, log: Log): void {
    const source = this.#createSource(owner, log, {
      loaded: () => feed.wake(log.id),
      damaged: (id, first, count) => this.#damaged(owner, id, first, count),
      failed: this.#onFailure,
    });
    if (source) feed.addSource(source);
  }

  #createSource(owner: SubscriptionState, log: Log, events: WindowEvents): Source | undefined {
    const { state, reader } = this.#core;
    const cursor = owner.cursors.get(log.positions.log);
    if (!cursor) return undefined;
    if (log.kind === "references") {
      const topicOf = (origin: number) => {
        const originLog = state.logs.get(origin);
        return originLog && state.topics.get(originLog.owner)?.topic;
      };
      return new ReferenceSource(log.id, cursor, reader, topicOf, events);
    }
    const topic = state.topics.get(log.owner)?.topic;
    return topic && new TopicSource(log.id, topic, cursor, reader, events);
  }

  /** What cannot be read any more is dead: it goes where somebody sees it, and delivery goes on. */
  #damaged(owner: SubscriptionState, logId: number, first: number, count: number): void {
    const log = this.#core.state.logs.get(logId);
    const cursor = log && owner.cursors.get(log.positions.log);
    if (!log || !cursor) return;
    const subscription = owner.subscription.id;
    for (let position = first; position < first + count; position += 1) {
      if (cursor.isSettled(position)) continue;
      if (log.kind === "references") {
        this.#core.enter({ settled: { subscription, log: logId, first: position, count: 1 } });
        continue;
      }
      const error = "its bytes on disk are damaged";
      const death = { reason: "data-loss" as const, error, attempts: 0, lastConsumer: "" };
      this.#settler.die(owner, log, cursor, { first: position, count: 1 }, death);
    }
  }

  /** All logs whose positions are named by `main`. */
  #logsOf(main: number): Log[] {
    const log = this.#core.state.logs.get(main);
    if (!log) return [];
    if (log.kind !== "messages") return [log];
    const topic = this.#core.state.topics.get(log.owner);
    // Higher priorities first.
    return topic ? [...topic.logs.values()].sort((a, b) => b.priority - a.priority) : [];
  }
}
