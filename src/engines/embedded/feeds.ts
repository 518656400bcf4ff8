import { PeykError } from "@peyk/client/protocol";
import type { Feed, FeedEvents } from "../../broker/engine.js";
import { blockedKeys } from "./blocked-keys.js";
import type { Core } from "./core.js";
import { DataLoss } from "./data-loss.js";
import { EmbeddedFeed, type FeedHost } from "./feed.js";
import { TopicSource, type Source } from "./feed-source.js";
import { NoteReader } from "./notes.js";
import type { WindowEvents } from "./record-window.js";
import { ReferenceSource } from "./reference-source.js";
import type { Settler } from "./settler.js";
import { topicOf, type Log, type SubscriptionState } from "./state.js";

/** The open feeds: tells them what is new, and lets them hand out once per turn. */
export class Feeds {
  readonly #core: Core;
  readonly #dataLoss: DataLoss;
  readonly #maxWaitingRetries: number;
  readonly #notes = new Map<EmbeddedFeed, NoteReader>();
  /** Feeds that have something to hand out. */
  readonly #scheduled = new Set<EmbeddedFeed>();
  #isDeferred = false;

  constructor(core: Core, settler: Settler, options: { readonly maxWaitingRetries: number }) {
    this.#core = core;
    this.#dataLoss = new DataLoss(core, settler);
    this.#maxWaitingRetries = options.maxWaitingRetries;
  }

  open(subscription: number, events: FeedEvents): Feed {
    const owner = this.#core.state.subscriptions.get(subscription);
    // Its deletion is entered, and told only when it is durable.
    if (!owner) {
      const detail = "the subscription does not exist any more";
      throw new PeykError("not_found", detail, { field: "subscription" });
    }
    if (this.#core.feeds.has(subscription)) {
      throw new Error(`subscription ${subscription} has a feed already`);
    }
    const feed = new EmbeddedFeed(this.#hostFor(subscription), events);
    this.#core.feeds.set(subscription, feed);
    this.#notes.set(feed, this.#notesFor(feed, owner));
    for (const cursor of owner.cursors.values()) {
      // Of the thousands of topics of a pattern most have nothing to deliver: the others come with their next message.
      if (cursor.floor >= cursor.positions.next) continue;
      for (const log of this.#logsOf(cursor.positions.log)) this.#addSource(feed, owner, log);
    }
    this.#start(feed, owner);
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

  /** What is entered and not yet durable may be about what this feed will hand out: it waits for that. */
  #start(feed: EmbeddedFeed, owner: SubscriptionState): void {
    const { journal } = this.#core;
    const hasFailures = [...owner.cursors.values()].some(({ retries }) => retries.size > 0);
    const hasBlocked = owner.subscription.settings.ordered && hasFailures;
    if (journal.quietNumber !== undefined && !hasBlocked) return feed.start([]);
    journal
      .durable()
      .then(() => (hasBlocked ? blockedKeys(this.#core, owner) : []))
      .then(
        (keys) => feed.start(keys),
        (error: unknown) => this.#failed(error),
      );
  }

  #hostFor(subscription: number): FeedHost {
    return {
      clock: this.#core.clock,
      timers: this.#core.timers,
      maxWaitingRetries: this.#maxWaitingRetries,
      schedule: (feed) => this.#schedule(feed),
      closed: (feed) => {
        this.#scheduled.delete(feed);
        this.#notes.delete(feed);
        this.#core.feeds.delete(subscription);
      },
      takenBack: ({ log, first, count }) => {
        this.#core.enterPassing({ takenBack: { subscription, log, first, count } });
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

  #notesFor(feed: EmbeddedFeed, owner: SubscriptionState): NoteReader {
    const log = (): number | undefined => owner.notes?.id;
    return new NoteReader(this.#core.reader, log, (error) => {
      if (error === undefined) feed.wakeUp();
      else this.#failed(error);
    });
  }

  #addSource(feed: EmbeddedFeed, owner: SubscriptionState, log: Log): void {
    const source = this.#createSource(feed, owner, log, {
      loaded: () => feed.wake(log.id),
      damaged: (id, first, count) => this.#dataLoss.found(owner, id, first, count),
      failed: (error) => this.#failed(error),
    });
    if (source) feed.addSource(source);
  }

  #createSource(
    feed: EmbeddedFeed,
    owner: SubscriptionState,
    log: Log,
    events: WindowEvents,
  ): Source | undefined {
    const { state, reader } = this.#core;
    const cursor = owner.cursors.get(log.positions.log);
    const notes = this.#notes.get(feed);
    if (!cursor || !notes) return undefined;
    if (log.kind === "references") {
      const topicOfLog = (origin: number) => topicOf(state, origin);
      return new ReferenceSource(log.id, cursor, reader, notes, topicOfLog, events);
    }
    const topic = topicOf(state, log.id);
    return topic && new TopicSource(log.id, topic, cursor, reader, notes, events);
  }

  /** What the disk refuses to read cannot be told from what a dying disk lost: the process should stop. */
  #failed(error: unknown): void {
    this.#core.journal.fail(error);
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
