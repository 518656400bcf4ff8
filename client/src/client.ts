import { createDeadLetters, createSubscriptionAdmin, createTopicAdmin } from "./admin.js";
import type { Clock } from "./clock.js";
import { HandlerConsumer, type ConsumerContext } from "./consumer.js";
import type { ReceivedDelivery } from "./delivery.js";
import { Emitter } from "./emitter.js";
import { Link, type LinkEvents } from "./link.js";
import { LiveListener } from "./live.js";
import type { ReceivedMessage } from "./message.js";
import { MessageIterator } from "./messages.js";
import {
  limits,
  PeykError,
  readDeliver,
  readLiveMessages,
  readServerFrame,
  RunReader,
  toPeykError,
  type peyk,
  type ServerFrameKind,
} from "./protocol/index.js";
import { Publisher } from "./publisher.js";
import { Requests } from "./requests.js";
import type { OpenSocket } from "./socket.js";
import { resolveFrom, resolveTo, type From, type To, type Topic } from "./topic.js";
import type {
  Abortable,
  BrokerStatus,
  ConnectOptions,
  Consumer,
  Delivery,
  Entries,
  Events,
  Handler,
  Health,
  Live,
  LiveOptions,
  LogListener,
  Message,
  MessagesOptions,
  Peyk,
  Published,
  PublishedMany,
  PublishOptions,
  SubscribeOptions,
} from "./types.js";
import { decodeStatus } from "./wire-options.js";

/** How long close() waits for confirms and handlers by default, in ms. */
const CLOSE_TIMEOUT_MS = 30_000;

/** Errors of single messages that publishMany keeps. */
const MAX_FAILED = 100;

/** What differs between runtimes, and between a network and memory. */
export interface ClientParts {
  readonly urls: readonly string[];
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly defaultName: string;
  readonly software: string;
}

/** Connects, and resolves with a client once the broker has let it in. */
export async function connectWith(options: ConnectOptions, parts: ClientParts): Promise<Peyk> {
  const client = new Client(options, parts);
  await client.ready;
  return client;
}

class Client implements Peyk {
  readonly topics: Peyk["topics"];
  readonly subscriptions: Peyk["subscriptions"];
  readonly dlq: Peyk["dlq"];
  /** Settles once: when the broker has let it in, or will not. */
  readonly ready: Promise<void>;
  readonly #clock: Clock;
  readonly #log: LogListener;
  readonly #emitter: Emitter;
  readonly #link: Link;
  readonly #publisher: Publisher;
  readonly #requests: Requests;
  readonly #runReader = new RunReader();
  readonly #consumers = new Map<number, HandlerConsumer>();
  readonly #lives = new Map<number, LiveListener>();
  #nextConsumer = 1;
  #nextLive = 1;
  #closing: Promise<void> | undefined;
  #onReady: { resolve(): void; reject(error: PeykError): void } | undefined;

  constructor(options: ConnectOptions, parts: ClientParts) {
    const requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
    this.#clock = parts.clock;
    this.#log = createLog(options.log);
    this.#emitter = new Emitter(this.#log);
    this.ready = new Promise((resolve, reject) => (this.#onReady = { resolve, reject }));
    const { token = "" } = options;
    this.#link = new Link(
      {
        ...parts,
        name: (options.name ?? parts.defaultName).slice(0, limits.MAX_CLIENT_NAME_CHARS),
        producerId: crypto.getRandomValues(new Uint8Array(limits.PRODUCER_ID_BYTES)),
        token: typeof token === "string" ? () => token : token,
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      },
      this.#linkEvents(),
    );
    this.#requests = new Requests(this.#link, this.#clock, requestTimeoutMs);
    this.#publisher = new Publisher(
      this.#link,
      this.#clock,
      {
        requestTimeoutMs,
        maxUnconfirmedMessages: options.maxUnconfirmed?.messages ?? limits.MAX_UNCONFIRMED_MESSAGES,
        maxUnconfirmedBytes: options.maxUnconfirmed?.bytes ?? limits.MAX_UNCONFIRMED_BYTES,
      },
      this.#log,
    );
    this.topics = createTopicAdmin(this.#requests);
    this.subscriptions = createSubscriptionAdmin(this.#requests);
    this.dlq = createDeadLetters(this.#requests);
  }

  publish<In>(to: To<In>, value: NoInfer<In>, options?: PublishOptions): Promise<Published> {
    return this.#publisher.publish(to, value, options);
  }

  async publishMany<In>(
    to: To<In>,
    entries: Entries<NoInfer<In>>,
    options: Abortable = {},
  ): Promise<PublishedMany> {
    const failed: { index: number; error: PeykError }[] = [];
    let failures = 0;
    let stored = 0;
    let duplicates = 0;
    let index = 0;
    const pending: Promise<void>[] = [];
    for await (const { value, ...entryOptions } of entries) {
      options.signal?.throwIfAborted();
      await this.#publisher.room();
      const at = index++;
      const confirmed = this.publish(to, value as NoInfer<In>, entryOptions).then(
        (published) => {
          if (published.duplicate) duplicates += 1;
          else stored += 1;
        },
        (error: unknown) => {
          failures += 1;
          if (failed.length < MAX_FAILED) failed.push({ index: at, error: error as PeykError });
        },
      );
      pending.push(confirmed);
      if (pending.length >= 10_000) await Promise.all(pending.splice(0));
    }
    await Promise.all(pending);
    if (failures === 0) return { stored, duplicates };
    const [first] = failed;
    const detail = `${failures} of ${index} messages were not stored; the first: ${first?.error.message ?? ""}`;
    throw new PeykError(first?.error.code ?? "internal", detail, { failed });
  }

  async subscribe<T>(
    from: From<T>,
    handler: Handler<Delivery<T>>,
    options: SubscribeOptions = {},
  ): Promise<Consumer> {
    return this.#consume(from, handler as Handler<ReceivedDelivery>, options);
  }

  messages<T>(
    from: From<T>,
    options: MessagesOptions = {},
  ): AsyncIterableIterator<Delivery<T>> & AsyncDisposable {
    const { count, idleMs: _, ...subscribe } = options;
    // `count` takes exactly so many: nothing waits here beyond them.
    const buffer = subscribe.buffer ?? (count === undefined ? undefined : { messages: 0 });
    const iterator = new MessageIterator(options, {
      clock: this.#clock,
      log: this.#log,
      open: (handler) => this.#consume(from, handler, { ...subscribe, ...(buffer && { buffer }) }),
    });
    return iterator as unknown as AsyncIterableIterator<Delivery<T>> & AsyncDisposable;
  }

  async live<T>(
    pattern: string | Topic<any, T>, // eslint-disable-line @typescript-eslint/no-explicit-any -- any topic that gives T
    handler: Handler<Message<T>>,
    options: LiveOptions = {},
  ): Promise<Live> {
    const { name, schema } = resolveTo(pattern as To<unknown>);
    const listener = new LiveListener(
      {
        link: this.#link,
        requests: this.#requests,
        emitter: this.#emitter,
        log: this.#log,
        ended: (ended) => this.#lives.delete(ended.number),
      },
      {
        number: this.#nextLive++,
        pattern: name,
        handler: handler as Handler<ReceivedMessage>,
        schema,
        options,
      },
    );
    this.#lives.set(listener.number, listener);
    try {
      await listener.attach();
    } catch (error) {
      this.#lives.delete(listener.number);
      throw error;
    }
    return listener;
  }

  async status(): Promise<BrokerStatus> {
    return decodeStatus(await this.#requests.make("getStatus", {}, "status"));
  }

  on<E extends keyof Events>(
    event: E,
    listener: (details: Events[E]) => void,
    options?: Abortable,
  ): () => void {
    return this.#emitter.on(event, listener, options);
  }

  health(): Health {
    const { lastReceivedAt, state } = this.#link;
    const agoMs = this.#clock.monotonic() - lastReceivedAt;
    let running = 0;
    for (const consumer of this.#consumers.values()) running += consumer.runningCount;
    return {
      state,
      lastReceivedAt: lastReceivedAt === 0 ? undefined : new Date(this.#clock.now() - agoMs),
      unconfirmed: this.#publisher.unconfirmed,
      consumers: this.#consumers.size,
      running,
    };
  }

  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(timeoutMs: number): Promise<void> {
    const gone = new PeykError("closed", "the client is closed");
    if (this.#link.isOpen) {
      const done = Promise.all([
        ...[...this.#consumers.values()].map((consumer) => consumer.close({ timeoutMs })),
        this.#publisher.idle(),
      ]);
      await this.#within(timeoutMs, done);
    }
    this.#publisher.close(gone);
    this.#requests.close(gone);
    this.#link.close();
  }

  #within(timeoutMs: number, done: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(timeoutMs, resolve);
      const finish = (): void => {
        timer.cancel();
        resolve();
      };
      done.then(finish, finish);
    });
  }

  async #consume(
    from: From<unknown>,
    handler: Handler<ReceivedDelivery>,
    options: SubscribeOptions,
  ): Promise<HandlerConsumer> {
    const context: ConsumerContext = {
      link: this.#link,
      clock: this.#clock,
      requests: this.#requests,
      emitter: this.#emitter,
      log: this.#log,
      ended: (consumer) => this.#consumers.delete(consumer.number),
    };
    const number = this.#nextConsumer++;
    const consumer = new HandlerConsumer(context, number, resolveFrom(from), handler, options);
    this.#consumers.set(number, consumer);
    try {
      await consumer.attach();
    } catch (error) {
      this.#consumers.delete(number);
      throw error;
    }
    return consumer;
  }

  #linkEvents(): LinkEvents {
    return {
      opened: (welcome, resumed) => this.#opened(welcome, resumed),
      interrupted: (cause) => {
        this.#log("warn", `${cause.message}; connecting again`, { cause });
      },
      state: (state, cause, retryInMs) => {
        if (state === "closed") this.#ended(cause);
        this.#emitter.emit("state", {
          state,
          ...(cause && { cause }),
          ...(retryInMs !== undefined && { retryInMs }),
        });
      },
      frame: (kind, packet, start, end) => this.#frame(kind, packet, start, end),
      positions: () =>
        [...this.#consumers.values()].map((consumer) => ({
          consumer: consumer.number,
          lastDelivery: consumer.lastDelivery,
        })),
    };
  }

  #opened(welcome: peyk.v1.Welcome, resumed: boolean): void {
    const isFirst = this.#onReady !== undefined;
    this.#publisher.maxPayloadBytes = welcome.limits?.maxPayloadBytes ?? limits.MAX_PAYLOAD_BYTES;
    this.#publisher.resend(welcome.producerKnown);
    this.#requests.resend();
    if (isFirst) {
      this.#onReady?.resolve();
      this.#onReady = undefined;
      return;
    }
    let leasesLost = 0;
    for (const consumer of [...this.#consumers.values()]) {
      if (resumed) consumer.resumed();
      else leasesLost += consumer.restart();
    }
    for (const live of this.#lives.values()) {
      live.reattach().catch((error: unknown) => {
        this.#log("error", `live ${live.pattern} could not go on`, { error });
      });
    }
    this.#emitter.emit("resumed", { leasesLost });
  }

  /** The link is closed, by us or for good. */
  #ended(cause: PeykError | undefined): void {
    const error = cause ?? new PeykError("closed", "the client is closed");
    this.#onReady?.reject(error);
    this.#onReady = undefined;
    if (!cause) return;
    this.#publisher.close(error);
    this.#requests.close(error);
    for (const consumer of [...this.#consumers.values()]) consumer.detached(error);
  }

  #frame(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void {
    if (kind === "deliver") {
      const deliver = readDeliver(packet, start, end, this.#runReader);
      this.#consumers.get(deliver.consumer)?.deliver(deliver);
    } else if (kind === "liveMessages") {
      const messages = readLiveMessages(packet, start, end, this.#runReader);
      this.#lives.get(messages.live)?.receive(messages);
    } else if (kind === "consumerNotice") {
      this.#notice(readServerFrame("consumerNotice", packet, start, end));
    } else if (kind === "goAway") {
      const { reason } = readServerFrame("goAway", packet, start, end);
      this.#log("info", `the broker says goodbye: ${reason}`, {});
    }
  }

  #notice({ consumer: number, lost, detached }: peyk.v1.ConsumerNotice): void {
    const consumer = this.#consumers.get(number);
    for (const { firstDelivery, count } of lost) consumer?.leasesEnded(firstDelivery, count);
    if (detached) consumer?.detached(toPeykError(detached));
  }
}

function createLog(log: ConnectOptions["log"]): LogListener {
  if (log === false) return () => {};
  if (log) return log;
  return (level, text, fields) => {
    if (level === "info") return;
    const details = Object.keys(fields).length > 0 ? [fields] : [];
    console[level](`peyk: ${text}`, ...details); // eslint-disable-line no-console -- the default of `log`
  };
}
