import { expect, test } from "vitest";
import * as client from "@peyk/client";
import type * as Client from "@peyk/client";
import type { BrokerOptions, startBroker } from "../../src/index.js";
import type { startTestBroker } from "../../src/test.js";

/**
 * The SDK's surface, written down a second time: what others build on must not change by accident. The compiler holds it
 * (`npm run types`): what is given back fits these shapes, and what these shapes give is taken.
 */
/* eslint-disable @typescript-eslint/no-explicit-any -- as in the declarations */
type SubscriptionName = `${string}/${string}`;
interface Topic<In, Out = In> {
  readonly name: string;
  at(...levels: string[]): Topic<In, Out>;
  group(group: string): Subscription<Out>;
}
interface Subscription<T> {
  readonly name: SubscriptionName;
  readonly "~type"?: T;
}
type To<In> = Topic<In, any> | string;
type From<T> = SubscriptionName | Subscription<T> | readonly (SubscriptionName | Subscription<T>)[];
type Handler<M> = (message: M) => unknown;
interface Abortable {
  signal?: AbortSignal;
  timeoutMs?: number;
}
interface ConnectOptions {
  name?: string;
  token?: string | (() => string | Promise<string>);
  connectTimeoutMs?: number;
  requestTimeoutMs?: number;
  maxUnconfirmed?: { messages?: number; bytes?: number };
  closeOnSignals?: boolean;
  log?: false | ((level: "info" | "warn" | "error", text: string, fields: object) => void);
}
interface PublishOptions extends Abortable {
  key?: string;
  priority?: number;
  attributes?: Record<string, string>;
  contentType?: string;
  correlationId?: string;
  delayMs?: number;
  deliverAt?: Date;
  ttlMs?: number;
  dedupId?: string;
  requireSubscription?: boolean;
}
interface Published {
  id: string;
  position?: number;
  duplicate: boolean;
  subscriptions: number;
}
type Entry<In> = PublishOptions & { value: In };
type Entries<In> = Iterable<Entry<In>> | AsyncIterable<Entry<In>>;
interface Message<T = unknown> {
  readonly id: string;
  readonly topic: string;
  readonly key?: string | undefined;
  readonly priority: number;
  readonly publishedAt: Date;
  readonly value: T;
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly correlationId?: string | undefined;
  readonly replyTo?: string | undefined;
}
interface Delivery<T = unknown> extends Message<T> {
  readonly subscription: SubscriptionName;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly signal: AbortSignal;
  readonly note?: string | undefined;
  ack(): Promise<void>;
  nack(options?: { delayMs?: number; reason?: string }): Promise<void>;
  reject(reason: string): Promise<void>;
  release(): Promise<void>;
  extend(options?: { ms?: number; note?: string }): Promise<void>;
}
interface SubscribeOptions extends Abortable {
  concurrency?: number;
  buffer?: { messages: number; bytes?: number };
  ack?: "handler" | "on-delivery";
  create?: Client.SubscriptionOptions;
}
interface MessagesOptions extends SubscribeOptions {
  count?: number;
  idleMs?: number;
}
interface Consumer extends AsyncDisposable {
  concurrency: number;
  pause(): void;
  resume(): void;
  close(options?: { timeoutMs?: number }): Promise<void>;
}
interface Place {
  epoch: string;
  position: number;
}
interface LiveOptions extends Abortable {
  from?: Place;
  onGap?: (gap: Events["gap"]) => void;
}
interface Live extends AsyncDisposable {
  readonly at?: Place | undefined;
  close(): Promise<void>;
}
interface Events {
  state: { state: Client.Health["state"]; cause?: Client.PeykError; retryInMs?: number };
  resumed: { leasesLost: number };
  failed: {
    delivery: Delivery;
    error: unknown;
    next: "retry" | "dead-letter";
    retryInMs?: number;
  };
  lease_lost: { delivery: Delivery };
  gap: { pattern: string; missed: number | "unknown" };
}
type MessageState = "ready" | "buffered" | "running" | "retrying" | "dead";
interface Admin<Name, Options, Info> {
  create(name: Name, options?: Options): Promise<Info>;
  update(name: Name, options: Options): Promise<Info>;
  get(name: Name): Promise<Info | undefined>;
  list(pattern?: string): AsyncIterableIterator<Info>;
  peek(name: Name, options?: { state?: MessageState; count?: number }): Promise<readonly Message[]>;
  purge(name: Name): Promise<{ count: number }>;
  delete(name: Name, options?: { force?: boolean }): Promise<void>;
}
interface Peyk extends AsyncDisposable {
  publish<In>(to: To<In>, value: NoInfer<In>, options?: PublishOptions): Promise<Published>;
  publishMany<In>(
    to: To<In>,
    entries: Entries<NoInfer<In>>,
    options?: Abortable,
  ): Promise<{ stored: number; duplicates: number }>;
  subscribe<T>(
    from: From<T>,
    handler: Handler<Delivery<T>>,
    options?: SubscribeOptions,
  ): Promise<Consumer>;
  messages<T>(
    from: From<T>,
    options?: MessagesOptions,
  ): AsyncIterableIterator<Delivery<T>> & AsyncDisposable;
  live<T>(
    pattern: string | Topic<any, T>,
    handler: Handler<Message<T>>,
    options?: LiveOptions,
  ): Promise<Live>;
  readonly topics: Admin<string, Client.TopicOptions, Client.TopicInfo>;
  readonly subscriptions: Admin<
    SubscriptionName,
    Client.SubscriptionOptions,
    Client.SubscriptionInfo
  >;
  readonly dlq: {
    list(of: SubscriptionName, which?: Client.Which): AsyncIterableIterator<Client.DeadLetter>;
    redrive(
      of: SubscriptionName,
      which: Client.Which & { perSecond?: number; dryRun?: boolean },
    ): Promise<{ count: number }>;
    purge(
      of: SubscriptionName,
      which: Client.Which & { dryRun?: boolean },
    ): Promise<{ count: number }>;
  };
  on<E extends keyof Events>(
    event: E,
    listener: (details: Events[E]) => void,
    options?: Abortable,
  ): () => void;
  health(): Client.Health;
  close(options?: { timeoutMs?: number }): Promise<void>;
}
interface PeykError extends Error {
  readonly code: Client.ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly field?: string;
  readonly limit?: number;
  readonly issues?: readonly Client.StandardSchemaV1.Issue[];
  readonly failed?: readonly { index: number; error: PeykError }[];
}
interface Broker extends AsyncDisposable {
  readonly url?: string | undefined;
  connect(options?: ConnectOptions): Promise<Peyk>;
  close(options?: { timeoutMs?: number }): Promise<void>;
}
interface TestBroker extends Broker {
  advance(ms: number): Promise<void>;
  idle(): Promise<void>;
  published(pattern?: string): readonly Message[];
  cutConnections(): void;
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Compiles only if every value of the first type is one of the second. */
type Fits<Given extends Wanted, Wanted> = [Given, Wanted];

export type Held = [
  Fits<
    typeof client.connect,
    (url?: string | readonly string[], options?: ConnectOptions) => Promise<Peyk>
  >,
  Fits<typeof client.topic, <T>(name: string) => Topic<T>>,
  Fits<InstanceType<typeof client.PeykError>, PeykError>,
  Fits<typeof startBroker, (options: BrokerOptions) => Promise<Broker>>,
  Fits<typeof startTestBroker, (options?: Partial<BrokerOptions>) => Promise<TestBroker>>,
  Fits<PublishOptions, Client.PublishOptions>,
  Fits<MessagesOptions, Client.MessagesOptions>,
  Fits<LiveOptions, Client.LiveOptions>,
  Fits<ConnectOptions, Client.ConnectOptions>,
];

test("the package has these names, and no other", () => {
  expect(Object.keys(client).sort()).toEqual(["PeykError", "Reject", "Retry", "connect", "topic"]);
  expect(client.PeykError.is(new client.PeykError("closed", "x"), "closed")).toBe(true);
  expect(new client.Retry({ delayMs: 5 }).delayMs).toBe(5);
  expect(new client.Reject("no such order").message).toBe("no such order");
});
