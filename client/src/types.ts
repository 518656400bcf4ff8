/// <reference lib="esnext.disposable" preserve="true" />
/** The SDK's public shapes. docs/reference.md has them as tables. */
import type { PeykError } from "./protocol/index.js";
import type { StandardSchemaV1 } from "./standard-schema.js";
import type { From, SubscriptionName, To, Topic } from "./topic.js";

export interface ConnectOptions {
  /** Shown in status, logs and dead letters; default "<host>:<pid>", or "browser". */
  readonly name?: string;
  /** Sent in the first frame, never in the URL; a function is asked at each connection. */
  readonly token?: string | (() => string | Promise<string>);
  /** The first connection is retried for this long, in ms; later ones for ever. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** The deadline of every promise, reconnects included, in ms. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Beyond it publish() rejects; default 10,000 messages and 64 MiB. */
  readonly maxUnconfirmed?: { readonly messages?: number; readonly bytes?: number };
  /** Node: SIGINT and SIGTERM call close(); default false. */
  readonly closeOnSignals?: boolean;
  /** Default: warnings and errors on the console. */
  readonly log?: false | LogListener;
}

export type LogListener = (level: "info" | "warn" | "error", text: string, fields: object) => void;

/** Ends a wait early: by a signal, or after a time in ms. */
export interface Abortable {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** What a message came with may be passed on as it is: what is undefined is left out. */
export interface PublishOptions extends Abortable {
  /** Messages with the same key belong together. */
  readonly key?: string | undefined;
  readonly priority?: number | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** Default: by what the value is. */
  readonly contentType?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly delayMs?: number | undefined;
  readonly deliverAt?: Date | undefined;
  readonly ttlMs?: number | undefined;
  readonly dedupId?: string | undefined;
  /** Reject with `no_subscription` where nobody would get it; default false. */
  readonly requireSubscription?: boolean | undefined;
}

export interface Published {
  /** The same in every subscription, attempt, dead letter and redrive. */
  readonly id: string;
  readonly position?: number;
  /** It had been stored before. */
  readonly duplicate: boolean;
  /** How many durable subscriptions took it; 0: nobody will get it. */
  readonly subscriptions: number;
}

/** All were stored; else the call rejects, with `failed`. */
export interface PublishedMany {
  readonly stored: number;
  readonly duplicates: number;
}

export type Entry<In> = PublishOptions & { readonly value: In };
export type Entries<In> = Iterable<Entry<In>> | AsyncIterable<Entry<In>>;

export interface Message<T = unknown> {
  readonly id: string;
  readonly topic: string;
  readonly key?: string | undefined;
  readonly priority: number;
  readonly publishedAt: Date;
  /** Decoded by its content type; checked by the schema, if the topic has one. */
  readonly value: T;
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly correlationId?: string | undefined;
  readonly replyTo?: string | undefined;
}

export interface Delivery<T = unknown> extends Message<T> {
  readonly subscription: SubscriptionName;
  /** 1 for the first. */
  readonly attempt: number;
  /** 0: no limit. */
  readonly maxAttempts: number;
  /** Aborted when the lease is lost, or close() ran out of time. */
  readonly signal: AbortSignal;
  /** Left by extend() in an earlier attempt. */
  readonly note?: string | undefined;
  /** Only from a dead-letter queue: why it is there. */
  readonly deadLetter?: DeadLetterReason | undefined;
  /** These resolve when durable, also if it was settled before; they reject with `lease_lost`. */
  ack(): Promise<void>;
  /** Failed: counts, and comes back after the backoff or `delayMs`. */
  nack(options?: { readonly delayMs?: number; readonly reason?: string }): Promise<void>;
  /** Dead-letter now. */
  reject(reason: string): Promise<void>;
  /** Give back, not counted. */
  release(): Promise<void>;
  extend(options?: { readonly ms?: number; readonly note?: string }): Promise<void>;
}

/** Return or resolve = ack, throw = nack. */
export type Handler<M> = (message: M) => unknown;

export interface SubscribeOptions extends Abortable {
  /** Handlers at once; default 1. */
  readonly concurrency?: number;
  /** Deliveries waiting here beside those being handled; default: what the handlers finish in about 100 ms. */
  readonly buffer?: { readonly messages: number; readonly bytes?: number };
  /** on-delivery: at most once. Default "handler". */
  readonly ack?: "handler" | "on-delivery";
  /** If it is new; an existing one is not changed. */
  readonly create?: SubscriptionOptions;
}

export interface MessagesOptions extends SubscribeOptions {
  /** Ends after so many. */
  readonly count?: number;
  /** Ends when nothing came for so long, in ms. */
  readonly idleMs?: number;
}

/** One consumer, while it runs. */
export interface Consumer extends AsyncDisposable {
  concurrency: number;
  /** Takes nothing new, and gives back what waits here. */
  pause(): void;
  resume(): void;
  /** Finishes what is being handled, gives the rest back. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

export interface LiveOptions extends Abortable {
  /**
   * Goes on after this message, the `at` of an earlier listener: what the topic retains comes first, and what it does not
   * is told as a gap. Needs a topic, not a pattern.
   */
  readonly from?: Live["at"];
  readonly onGap?: (gap: Events["gap"]) => void;
}

export interface Live extends AsyncDisposable {
  /** The last message that came; undefined before the first, and for a pattern. */
  readonly at?: { readonly epoch: string; readonly position: number } | undefined;
  close(): Promise<void>;
}

export interface Events {
  state: {
    readonly state: Health["state"];
    readonly cause?: PeykError;
    readonly retryInMs?: number;
  };
  resumed: { readonly leasesLost: number };
  failed: {
    readonly delivery: Delivery;
    readonly error: unknown;
    readonly next: "retry" | "dead-letter";
    readonly retryInMs?: number;
  };
  lease_lost: { readonly delivery: Delivery };
  gap: { readonly pattern: string; readonly missed: number | "unknown" };
}

export interface Health {
  readonly state: "connecting" | "open" | "waiting" | "closed";
  /** When something last came from the broker; undefined if nothing did. */
  readonly lastReceivedAt: Date | undefined;
  readonly unconfirmed: number;
  readonly consumers: number;
  /** Deliveries being handled. */
  readonly running: number;
}

export interface TopicOptions {
  readonly retainMs?: number;
  readonly retainBytes?: number;
  readonly expireUnsettledMs?: number;
  /**
   * Bytes of messages that the slowest subscription of the topic has not settled, from which on `overflow` takes hold;
   * default 0 (no limit). Dead letters do not count.
   */
  readonly maxBacklogBytes?: number;
  /**
   * What happens then: "reject" (default) refuses publishes with `resource_exhausted`; "drop-oldest" drops the oldest
   * messages of the subscriptions that are behind, "dead-letter" moves them to their dead-letter queues.
   */
  readonly overflow?: "reject" | "drop-oldest" | "dead-letter";
}

export interface TopicInfo {
  readonly name: string;
  readonly options: Required<TopicOptions>;
  readonly createdAt: Date;
  readonly autoCreated: boolean;
  readonly nextPosition: number;
  readonly subscriptions: number;
  readonly storedMessages: number;
  readonly storedBytes: number;
  readonly publishPerSecond: number;
}

export interface SubscriptionOptions {
  /** Where a new one begins; default "latest". */
  readonly start?: "latest" | "earliest" | Date | { readonly position: number };
  readonly ackDeadlineMs?: number;
  readonly maxAttempts?: number;
  readonly retry?: {
    readonly minMs?: number;
    readonly maxMs?: number;
    readonly factor?: number;
    readonly jitter?: number;
  };
  readonly maxExtensionMs?: number;
  readonly deadLetterRetainMs?: number;
  readonly mode?: "shared" | "exclusive" | "failover";
}

/**
 * How it is now. What is on its way to the disk counts already, in all counts alike: a message that is being stored, an ack,
 * a move to the dead-letter queue. Until it is confirmed to whoever asked for it, a crash may undo it.
 */
export interface SubscriptionInfo {
  readonly name: SubscriptionName;
  readonly options: Required<Omit<SubscriptionOptions, "start">>;
  readonly createdAt: Date;
  readonly autoCreated: boolean;
  readonly ready: number;
  readonly buffered: number;
  readonly running: number;
  readonly retrying: number;
  readonly dead: number;
  readonly oldestUnsettledMs: number;
  readonly deliverPerSecond: number;
  readonly ackPerSecond: number;
  readonly consumers: readonly ConsumerInfo[];
}

export interface ConsumerInfo {
  readonly clientName: string;
  readonly unsettled: number;
  readonly freeCreditMessages: number;
  readonly connected: boolean;
  /** While it is not connected: when what it holds returns unless it comes back. */
  readonly returnsInMs?: number;
}

export type MessageState = "ready" | "buffered" | "running" | "retrying" | "dead";

export interface Admin<Name, Options, Info> {
  /** Fine if it exists with the same options, else `conflict`. */
  create(name: Name, options?: Options): Promise<Info>;
  update(name: Name, options: Options): Promise<Info>;
  get(name: Name): Promise<Info | undefined>;
  list(pattern?: string): AsyncIterableIterator<Info>;
  /** Touches nothing. */
  peek(
    name: Name,
    options?: { readonly state?: MessageState; readonly count?: number },
  ): Promise<readonly Message[]>;
  purge(name: Name, options?: { readonly dryRun?: boolean }): Promise<{ readonly count: number }>;
  delete(name: Name, options?: { readonly force?: boolean }): Promise<void>;
}

/** Which dead letters; without ids: all, oldest first, up to `count`. */
export interface Which {
  readonly ids?: readonly string[];
  readonly count?: number;
}

export interface DeadLetterReason {
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
  readonly firstFailedAt: Date;
  readonly deadAt: Date;
  readonly lastConsumer: string;
  readonly redrives: number;
}

export interface DeadLetter extends Message, DeadLetterReason {}

export interface DeadLetters {
  list(of: SubscriptionName, which?: Which): AsyncIterableIterator<DeadLetter>;
  redrive(
    of: SubscriptionName,
    which: Which & { readonly perSecond?: number; readonly dryRun?: boolean },
  ): Promise<{ readonly count: number }>;
  purge(
    of: SubscriptionName,
    which: Which & { readonly dryRun?: boolean },
  ): Promise<{ readonly count: number }>;
}

export interface BrokerStatus {
  readonly version: string;
  readonly state: string;
  readonly startedAt: Date;
  readonly connections: number;
  readonly topics: number;
  readonly subscriptions: number;
  readonly diskBytes: number;
  readonly residentBytes: number;
  readonly publishPerSecond: number;
  readonly deliverPerSecond: number;
  /** How late the broker's event loop ran what was due, over the last minute or so. */
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayP999Ms: number;
  readonly eventLoopDelayMaxMs: number;
  readonly counters: Readonly<Record<string, number>>;
}

export interface Peyk extends AsyncDisposable {
  /** Resolves when it is durable. */
  publish<In>(to: To<In>, value: NoInfer<In>, options?: PublishOptions): Promise<Published>;
  /** Publishes all of them, no faster than they are confirmed. */
  publishMany<In>(
    to: To<In>,
    entries: Entries<NoInfer<In>>,
    options?: Abortable,
  ): Promise<PublishedMany>;
  /** Resolves when the broker has confirmed the consumer: what is confirmed to a publisher afterwards arrives. */
  subscribe<T>(
    from: From<T>,
    handler: Handler<Delivery<T>>,
    options?: SubscribeOptions,
  ): Promise<Consumer>;
  messages<T>(
    from: From<T>,
    options?: MessagesOptions,
  ): AsyncIterableIterator<Delivery<T>> & AsyncDisposable;
  /** Listens to a topic or pattern: at most once, from now, no acks. */
  live<T>(
    pattern: string | Topic<any, T>, // eslint-disable-line @typescript-eslint/no-explicit-any -- any topic that gives T
    handler: Handler<Message<T>>,
    options?: LiveOptions,
  ): Promise<Live>;
  readonly topics: Admin<string, TopicOptions, TopicInfo>;
  readonly subscriptions: Admin<SubscriptionName, SubscriptionOptions, SubscriptionInfo>;
  readonly dlq: DeadLetters;
  status(): Promise<BrokerStatus>;
  on<E extends keyof Events>(
    event: E,
    listener: (details: Events[E]) => void,
    options?: Abortable,
  ): () => void;
  /** No I/O: made for a liveness probe. */
  health(): Health;
  /** Confirms publishes, finishes handlers, releases the rest. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

export type { StandardSchemaV1 };
