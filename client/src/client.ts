import { checkHandler, checkOneOf } from "./argument-checks.js";
import { createDeadLetters, createSubscriptionAdmin, createTopicAdmin } from "./admin.js";
import { describeRuntime } from "#runtime";
import type { Clock } from "./clock.js";
import { CLOSE_TIMEOUT_MS, HandlerConsumer, type ConsumerContext } from "./consumer.js";
import type { ReceivedDelivery } from "./delivery.js";
import { Emitter } from "./emitter.js";
import { Link, type LinkEvents } from "./link.js";
import { LiveListener } from "./live.js";
import { createLog } from "./log.js";
import type { ReceivedMessage } from "./message.js";
import { MessageIterator } from "./messages.js";
import {
  checkPattern,
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
import { publishMany } from "./publish-many.js";
import { Publisher } from "./publisher.js";
import { systemRandom, type Random } from "./random.js";
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
import { within } from "./waiting.js";
import { decodeStatus } from "./wire-options.js";

/** How often it is looked whether everything is done at a broker that said goodbye, in ms. */
const LEAVE_LOOK_MS = 20;

/** What differs between runtimes, and between a network and memory. */
export interface ClientParts {
  readonly urls: readonly string[];
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  /** Default: that of the runtime. */
  readonly random?: Random;
  readonly defaultName: string;
  readonly software: string;
}

/** Connects, and resolves with a client once the broker has let it in. */
export async function connectWith(options: ConnectOptions, parts: ClientParts): Promise<Peyk> {
  checkOptions(options);
  const client = new Client(options, parts);
  await client.open();
  if (options.closeOnSignals) {
    const stop = describeRuntime().onSignals(() => void client.close());
    client.on("state", ({ state }) => {
      if (state === "closed") stop();
    });
  }
  return client;
}

class Client implements Peyk {
  readonly topics: Peyk["topics"];
  readonly subscriptions: Peyk["subscriptions"];
  readonly dlq: Peyk["dlq"];
  readonly #clock: Clock;
  readonly #random: Random;
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
  /** Until the broker has let it in, or will not. */
  #onReady: { resolve(): void; reject(error: PeykError): void } | undefined;

  constructor(options: ConnectOptions, parts: ClientParts) {
    const requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
    this.#clock = parts.clock;
    this.#random = parts.random ?? systemRandom;
    this.#log = createLog(options.log);
    this.#emitter = new Emitter(this.#log);
    const { token = "" } = options;
    this.#link = new Link(
      {
        ...parts,
        random: this.#random,
        name: (options.name ?? parts.defaultName).slice(0, limits.MAX_CLIENT_NAME_CHARS),
        producerId: this.#random.bytes(limits.PRODUCER_ID_BYTES),
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

  /** Settles once: when the broker has let it in, or will not. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onReady = { resolve, reject };
      this.#link.start();
    });
  }

  publish<In>(to: To<In>, value: NoInfer<In>, options?: PublishOptions): Promise<Published> {
    return this.#publisher.publish(to, value, options);
  }

  publishMany<In>(
    to: To<In>,
    entries: Entries<NoInfer<In>>,
    options: Abortable = {},
  ): Promise<PublishedMany> {
    const parts = { publisher: this.#publisher, clock: this.#clock };
    return publishMany<In>(parts, to, entries, options);
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
    const limit = count !== undefined && {
      buffer: { messages: 0, ...(subscribe.buffer?.bytes && { bytes: subscribe.buffer.bytes }) },
      concurrency: Math.min(subscribe.concurrency ?? 1, count),
    };
    const iterator = new MessageIterator(options, {
      clock: this.#clock,
      log: this.#log,
      open: (handler) => this.#consume(from, handler, { ...subscribe, ...limit }),
    });
    return iterator as unknown as AsyncIterableIterator<Delivery<T>> & AsyncDisposable;
  }

  async live<T>(
    pattern: string | Topic<any, T>, // eslint-disable-line @typescript-eslint/no-explicit-any -- any topic that gives T
    handler: Handler<Message<T>>,
    options: LiveOptions = {},
  ): Promise<Live> {
    const { name, schema } = resolveTo(pattern as To<unknown>);
    checkPattern(name);
    checkHandler(handler);
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
    const clock = this.#clock;
    const until = clock.monotonic() + timeoutMs;
    const consumers = [...this.#consumers.values()];
    const handled = Promise.all(consumers.map((consumer) => consumer.close({ timeoutMs })));
    await within(clock, timeoutMs, handled);
    // Afterwards, because handlers publish too.
    await within(clock, Math.max(0, until - clock.monotonic()), this.#publisher.idle());
    const gone = new PeykError("closed", "the client is closed");
    this.#publisher.close(gone);
    this.#requests.close(gone);
    this.#link.close();
  }

  async #consume(
    from: From<unknown>,
    handler: Handler<ReceivedDelivery>,
    options: SubscribeOptions,
  ): Promise<HandlerConsumer> {
    const context: ConsumerContext = {
      link: this.#link,
      clock: this.#clock,
      random: this.#random,
      requests: this.#requests,
      emitter: this.#emitter,
      log: this.#log,
      ended: (consumer) => this.#consumers.delete(consumer.number),
    };
    if (this.#closing) throw new PeykError("closed", "the client is being closed");
    checkHandler(handler);
    checkOneOf("ack", options.ack, ["handler", "on-delivery"]);
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
      opened: (...opened) => this.#opened(...opened),
      interrupted: (cause) => {
        this.#publisher.interrupted();
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
      complaint: (error) => this.#log("warn", `the broker complains: ${error.message}`, { error }),
      positions: () =>
        [...this.#consumers.values()].flatMap(({ number, lastDelivery }) =>
          lastDelivery === undefined ? [] : [{ consumer: number, lastDelivery }],
        ),
    };
  }

  #opened(welcome: peyk.v1.Welcome, isResumed: boolean, isEstranged: boolean): void {
    this.#publisher.maxPayloadBytes = welcome.limits?.maxPayloadBytes || limits.MAX_PAYLOAD_BYTES;
    const isFirst = this.#onReady !== undefined;
    this.#onReady?.resolve();
    this.#onReady = undefined;
    if (isFirst) return;
    // Consumers first: what is published again finds its subscriptions, also where all of them are new.
    this.#requests.resend();
    let leasesLost = 0;
    for (const consumer of [...this.#consumers.values()]) {
      leasesLost += consumer.reopened(isResumed);
    }
    for (const live of this.#lives.values()) void live.reopened();
    const knowsProducer = welcome.producerKnown;
    this.#publisher.resend({ knowsProducer, isSameSession: isResumed, isEstranged });
    this.#log("info", "connected again", { isResumed, leasesLost });
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
      this.#leave(readServerFrame("goAway", packet, start, end).reason);
    }
  }

  /** The broker stops: gives back what waits, finishes what runs, and connects again elsewhere or later. */
  #leave(reason: string): void {
    const cause = new PeykError("unavailable", `the broker says goodbye: ${reason}`);
    this.#log("info", cause.message, {});
    this.#link.leave();
    const consumers = [...this.#consumers.values()];
    for (const consumer of consumers) consumer.leaving();
    const look = (): void => {
      if (!this.#link.isLeaving) return;
      const isBusy = consumers.some(({ runningCount }) => runningCount > 0);
      if (isBusy || this.#link.pendingCount > 0) this.#clock.setTimer(LEAVE_LOOK_MS, look);
      else this.#link.moveOn(cause);
    };
    this.#clock.setTimer(LEAVE_LOOK_MS, look);
  }

  #notice({ consumer: number, lost, detached, source }: peyk.v1.ConsumerNotice): void {
    const consumer = this.#consumers.get(number);
    for (const { firstDelivery, count, reason } of lost) {
      consumer?.leasesEnded(firstDelivery, count, reason);
    }
    if (detached) consumer?.detached(toPeykError(detached), source);
  }
}

/** Throws `invalid_argument` for numbers that make no sense. */
function checkOptions({
  connectTimeoutMs,
  requestTimeoutMs,
  maxUnconfirmed,
}: ConnectOptions): void {
  const numbers = {
    connectTimeoutMs,
    requestTimeoutMs,
    "maxUnconfirmed.messages": maxUnconfirmed?.messages,
    "maxUnconfirmed.bytes": maxUnconfirmed?.bytes,
  };
  for (const [field, value] of Object.entries(numbers)) {
    if (value === undefined || value > 0) continue;
    const detail = `${field} is ${value}; it must be greater than 0`;
    throw new PeykError("invalid_argument", detail, { field });
  }
}
