/**
 * The Engine port: what the broker asks of the thing that stores messages.
 *
 * The queue (`queue.ts`) is policy: who holds which message, for how long, what comes after a failure. An engine is
 * fact: what is there, what comes back and when. It stores, hands out and forgets messages; it knows no consumer, lease,
 * credit or session. Two engines implement this port (`src/engines/`), and one conformance suite runs over both.
 *
 * A message is named by its log and its position in that log. Positions are numbers that rise; gaps are normal, so
 * nobody may compute `position + 1` and expect a message there.
 */
import type { MessageBatch, PeykError } from "@peyk/client/protocol";

/** Internal numbers, never reused within one data directory. Names belong to the catalog only. */
export type TopicId = number;
export type SubscriptionId = number;
export type LogId = number;

/** What this engine promises; sent to every client in `Welcome`. See docs/architecture.md, "Promises". */
export interface Capabilities {
  readonly engine: "embedded" | "nats";
  readonly durability: "fsync" | "os" | "memory";
  /** What a confirmed ack survives. */
  readonly ackDurability: "fsync" | "os" | "memory" | "replicated-not-synced";
  /** strict: a late settle never takes effect. timed: as far as clocks and the store's own deadline allow. */
  readonly fencing: "strict" | "timed";
  readonly atomicCommit: boolean;
  readonly attempts: "exact" | "upper-bound";
  readonly keyIsolation: "key" | "partition";
}

// ---- Catalog -------------------------------------------------------------------------------------------------------

/** Stored with a topic; the broker fills every field before it reaches an engine. Times in ms, sizes in bytes. */
export interface TopicSettings {
  readonly retainMs: number;
  readonly retainBytes: number;
  readonly expireUnsettledMs: number;
  readonly maxBacklogBytes: number;
  readonly overflow: "reject" | "drop-oldest" | "dead-letter";
}

export interface Topic {
  readonly id: TopicId;
  readonly name: string;
  /** Which life of this name: random, below 2^48; (epoch, position) identifies a message for ever. */
  readonly epoch: number;
  readonly settings: TopicSettings;
  readonly createdAtMs: number;
  readonly autoCreated: boolean;
}

export interface SubscriptionSettings {
  readonly ackDeadlineMs: number;
  /** 0: no limit. */
  readonly maxAttempts: number;
  readonly retry: RetryPolicy;
  readonly maxExtensionMs: number;
  readonly deadLetterRetainMs: number;
  readonly mode: "shared" | "exclusive" | "failover";
  readonly ordered: boolean;
  readonly onKeyFailure: "skip" | "block" | "quarantine";
  readonly filter: string;
}

export interface RetryPolicy {
  readonly minMs: number;
  readonly maxMs: number;
  readonly factor: number;
  /** Share by which a delay varies either way, 0 to 1. */
  readonly jitter: number;
}

export interface Subscription {
  readonly id: SubscriptionId;
  /** "<topic or pattern>/<group>". Its dead-letter queue "<name>/dlq" is a subscription of its own: `deadLetters`. */
  readonly name: string;
  /** The topic or pattern it takes messages from. */
  readonly source: string;
  /** The subscription that holds this one's dead letters; undefined for a dead-letter queue. */
  readonly deadLetters: SubscriptionId | undefined;
  readonly settings: SubscriptionSettings;
  readonly createdAtMs: number;
  readonly autoCreated: boolean;
}

/** Where a new subscription begins in the topics that exist. A topic made later is always taken from its start. */
export type Start =
  | { readonly at: "latest" }
  | { readonly at: "earliest" }
  | { readonly at: "time"; readonly timeMs: number }
  | { readonly at: "position"; readonly position: number };

export interface Catalog {
  readonly topics: readonly Topic[];
  /** Dead-letter queues included. */
  readonly subscriptions: readonly Subscription[];
}

export type CatalogChange =
  | {
      readonly kind: "create-topic";
      readonly name: string;
      readonly settings: TopicSettings;
      readonly autoCreated: boolean;
    }
  | { readonly kind: "update-topic"; readonly topic: TopicId; readonly settings: TopicSettings }
  | { readonly kind: "delete-topic"; readonly topic: TopicId }
  | {
      readonly kind: "create-subscription";
      readonly name: string;
      readonly source: string;
      readonly settings: SubscriptionSettings;
      readonly start: Start;
      readonly autoCreated: boolean;
    }
  | {
      readonly kind: "update-subscription";
      readonly subscription: SubscriptionId;
      readonly settings: SubscriptionSettings;
    }
  /** Deletes its dead-letter queue with it. */
  | { readonly kind: "delete-subscription"; readonly subscription: SubscriptionId };

/** What a change did; every replica hears of it, the one that asked included. */
export type CatalogEvent =
  | { readonly kind: "topic"; readonly topic: Topic }
  | { readonly kind: "topic-deleted"; readonly topic: TopicId }
  | { readonly kind: "subscription"; readonly subscription: Subscription }
  | { readonly kind: "subscription-deleted"; readonly subscription: SubscriptionId };

// ---- Commit --------------------------------------------------------------------------------------------------------

/** Appends and settles that are confirmed together; `atomic` ones happen as a whole or not at all. */
export interface Unit {
  readonly atomic: boolean;
  readonly appends: readonly Append[];
  readonly settles: readonly Settle[];
}

/** Messages for one topic and one priority, in wire form: `batch.bytes` is owned by the engine from the call on. */
export interface Append {
  readonly topic: TopicId;
  readonly priority: number;
  readonly batch: MessageBatch;
  /** Makes a resend harmless: message i has the number `firstSequence + i` of this producer. */
  readonly producer: { readonly id: ProducerId; readonly firstSequence: number } | undefined;
}

/** 32 lower-case hex digits: the 128 random bits of a publishing client. */
export type ProducerId = string;

/** One outcome for `count` consecutive positions of a log that this subscription's feed handed out. */
export interface Settle {
  readonly subscription: SubscriptionId;
  readonly log: LogId;
  readonly first: number;
  readonly count: number;
  readonly outcome: Outcome;
}

export type Outcome =
  /** Never comes back. */
  | { readonly kind: "done" }
  /** Failed: the feed hands it out again after `delayMs`, with `failures`, `crashes` and `note`. */
  | {
      readonly kind: "retry";
      readonly failures: number;
      /** How many of the failures were consumers that died while it was running. */
      readonly crashes: number;
      readonly delayMs: number;
      readonly note: string | undefined;
    }
  /** Moves to the subscription's dead-letter queue. */
  | { readonly kind: "dead"; readonly death: Death };

export interface Death {
  readonly reason: DeathReason;
  /** The last error text, at most 4 KiB. */
  readonly error: string;
  readonly attempts: number;
  readonly lastConsumer: string;
}

export type DeathReason = "attempts" | "rejected" | "ttl" | "overflow" | "data-loss";

/** One result per append and per settle, in their order. */
export interface UnitResult {
  readonly appends: readonly AppendResult[];
  readonly settles: readonly SettleResult[];
}

/** Ranges that together cover the messages of an append in order. */
export type AppendResult = readonly AppendRange[];

export type AppendRange =
  | {
      readonly kind: "stored" | "duplicate";
      readonly count: number;
      readonly firstPosition: number;
      /** How many durable subscriptions took each message; 0 without retention: it is not kept. */
      readonly subscriptions: number;
    }
  | { readonly kind: "refused"; readonly count: number; readonly error: PeykError }
  /** May have been stored: send again with the same producer sequence. */
  | { readonly kind: "unknown"; readonly count: number };

export type SettleResult = "done" | "lost" | "unknown";

// ---- Feeds ---------------------------------------------------------------------------------------------------------

/** Messages of one log with consecutive positions, all with the same number of failures. Immutable and shared. */
export interface Run {
  readonly log: LogId;
  /** Position in `log` of the first message: what settles and `giveBack` name it by. */
  readonly first: number;
  readonly count: number;
  /** Their bytes: messages `from` to `from + count - 1` of this batch. */
  readonly batch: MessageBatch;
  readonly from: number;
  /** Where they were published: for a dead or redriven message the topic it came from first. */
  readonly topic: Pick<Topic, "id" | "name" | "epoch">;
  /** Position in the topic of the first message. Equals `first` unless the log is one of dead or redriven messages. */
  readonly firstPosition: number;
  readonly publishedAtMs: number;
  /** How many attempts failed so far. */
  readonly failures: number;
  /** How many of these were consumers that died while it was running. */
  readonly crashes: number;
  /** It was handed over (`handOver`) when the process stopped: an attempt that is not counted in `failures` yet. */
  readonly interrupted: boolean;
  /** Left by an extension in an earlier attempt. */
  readonly note: string | undefined;
  /** Set on what a dead-letter queue hands out (then `count` is 1). */
  readonly death: DeadLetterNote | undefined;
}

export interface DeadLetterNote extends Death {
  readonly firstFailedAtMs: number;
  readonly deadAtMs: number;
  readonly redrives: number;
}

/** Consecutive positions of a log. */
export interface Ref {
  readonly log: LogId;
  readonly first: number;
  readonly count: number;
}

/**
 * What one subscription has to deliver. At most one feed is open per subscription (and replica).
 *
 * The engine hands a message out once, until it is settled as `retry`, given back, or the feed is closed. While it is out
 * the engine keeps it alive for as long as nobody settles it.
 */
export interface Feed {
  /**
   * How much more may be handed out from now on; replaces what was asked before. Never answered synchronously: `run` is
   * called later, as often as needed. One message may exceed `bytes` when nothing else would fit.
   */
  want(messages: number, bytes: number): void;
  /** Hands messages back unsettled and uncounted; they come again, before newer ones. */
  giveBack(refs: readonly Ref[]): void;
  /** Gives everything back. Nothing is called after it. */
  close(): void;
}

export interface FeedEvents {
  /** Messages to deliver, in order within a log. Counts against what was wanted. */
  run(run: Run): void;
  /** Keys held by waiting retries; comes first after opening. */
  blocked(keys: readonly Uint8Array[]): void;
  /** What was handed out and is gone: settles for it answer `lost`. */
  lost(refs: readonly Ref[], reason: LossReason): void;
}

export type LossReason = "seek" | "purged" | "deleted" | "expired" | "overflow" | "redelivered";

// ---- The rest ------------------------------------------------------------------------------------------------------

export interface Closable {
  close(): void;
}

/**
 * Counts of one subscription as the engine knows them; who holds what is the queue's to know. They say how it is in memory:
 * what is on its way to the disk counts already, and a crash may undo it.
 */
export interface SubscriptionStats {
  /** Unsettled and not dead, handed out or not. */
  readonly unsettled: number;
  /** Of these: failed and waiting for their next attempt. */
  readonly retrying: number;
  readonly dead: number;
  /** When the oldest unsettled message was published; undefined if there is none. */
  readonly oldestUnsettledAtMs: number | undefined;
}

export interface ProducerState {
  /** false: nothing is remembered, so its sequence begins with 1. */
  readonly isKnown: boolean;
  /** The highest sequence that was stored or lies below one that was; 0 if none. */
  readonly lastSequence: number;
}

export interface TopicStats {
  readonly nextPosition: number;
  /**
   * From this position on each was given to a published message: how many somebody missed can be counted. Infinity where
   * positions have other gaps, too.
   */
  readonly unbrokenFrom: number;
  readonly storedMessages: number;
  readonly storedBytes: number;
  /** Some message is unsettled, dead or retained: deleting the topic would lose it. */
  readonly isNeeded: boolean;
}

export interface StorageState {
  readonly diskBytes: number;
  /** There is no room: publishes are refused until there is. */
  readonly isFull: boolean;
}

/** Which dead letters: these ids (positions in the dead-letter queue's log), or the oldest `count` of all. */
export type Which = { readonly refs: readonly Ref[] } | { readonly count: number };

export interface Engine {
  readonly capabilities: Capabilities;

  /** Recovers what is stored. Rejects with a PeykError or a local error (damage, lock, format) that says what to do. */
  open(): Promise<Catalog>;

  /** Starts of this broker on its data, this one included: part of every lease id. */
  readonly boot: number;

  /**
   * Changes the catalog. Resolves when the change is durable; rejects with `conflict` or `not_found`. Listeners have heard
   * of it before it resolves.
   */
  change(change: CatalogChange): Promise<CatalogEvent>;
  /** Calls `listener` for each change after `open`, in order, once it is in effect. */
  watch(listener: (event: CatalogEvent) => void): Closable;

  /**
   * Adds `unit` to the open commit and calls `done` once, with one result per item in order, when that commit is durable.
   *
   * - Durable: after `done`, what was stored survives a crash of this process; with `durability: "fsync"`, a loss of
   *   power too. What was refused left no trace.
   * - Order: units take effect in the order of the calls; `atomic` units as a whole or not at all.
   * - Ownership: the caller must not change the bytes of `unit` after the call.
   */
  commit(unit: Unit, done: (result: UnitResult) => void): void;

  /**
   * A consumer within this process is about to get these messages, which the feed handed out, and may take the process with
   * it. Calls `done` when that is written, so that it survives the process; or at once where nothing does.
   *
   * If this process ends before they are settled, given back or their feed is closed, the next one's feed hands them out
   * with `interrupted`. After a failure of the journal `done` is never called.
   */
  handOver(subscription: SubscriptionId, ref: Ref, done: () => void): void;

  /**
   * Opens the one feed of a subscription. Hands nothing out until something is wanted. Throws `not_found` for one whose
   * deletion was asked for, even before `watch` tells of it.
   */
  feed(subscription: SubscriptionId, events: FeedEvents): Feed;

  /** Live: calls `listener` with what is published to matching topics from now on, once durable. Nothing is stored. */
  tail(pattern: string, listener: (run: Run) => void): Closable;

  /** Stored messages of a topic from a position on, settled or not; at most `limit`. For peeking and live catch-up. */
  read(
    topic: TopicId,
    from: number,
    limit: { readonly messages: number; readonly bytes: number },
  ): Promise<readonly Run[]>;

  /**
   * Messages a subscription would hand out now, or those waiting for a retry; touches nothing. Of a dead-letter queue, in
   * the order of their positions, those behind `after`. At most `count`, and fewer where an engine limits their bytes; one
   * at least if there is any.
   */
  peek(
    subscription: SubscriptionId,
    state: "ready" | "retrying",
    count: number,
    after?: number,
  ): Promise<readonly Run[]>;

  /** Moves dead letters back to the subscription they came from, attempts reset; resolves when durable. */
  redrive(subscription: SubscriptionId, which: Which): Promise<number>;

  /**
   * Forgets unsettled messages of a subscription (its dead letters not, unless it is the dead-letter queue): all of them,
   * or of a dead-letter queue those of `which`. Resolves when durable with how many it were.
   */
  purge(subscription: SubscriptionId, which?: Which): Promise<number>;

  /** Forgets every stored message of a topic, for all its subscriptions; dead letters stay. Resolves when durable. */
  purgeTopic(topic: TopicId): Promise<number>;

  stats(subscription: SubscriptionId): Promise<SubscriptionStats>;
  topicStats(topic: TopicId): TopicStats;

  /** A client with this producer id is there: what it had stored is remembered until 10 minutes after `detach`. */
  attachProducer(id: ProducerId): ProducerState;
  detachProducer(id: ProducerId): void;

  /** What it takes on disk; absent where the engine has no disk of its own. */
  storage?(): StorageState;

  /** The journal could not be written: called once, after which every commit is lost. The process should stop. */
  onFailure(listener: (error: Error) => void): void;

  /** Syncs and closes. Resolves when the next start needs no recovery. */
  close(): Promise<void>;
}
