import type { Clock, Timer } from "./clock.js";
import { DeliveryQueue } from "./delivery-queue.js";
import type { DeliverySource, ReceivedDelivery, SettleDetails } from "./delivery.js";
import { leaseLost } from "./delivery.js";
import type { Emitter } from "./emitter.js";
import type { Link } from "./link.js";
import { Reject, Retry } from "./outcomes.js";
import { Pace } from "./pace.js";
import { validate } from "./payload.js";
import { limits, PeykError, writeCredit, type Deliver, type SettleVerb } from "./protocol/index.js";
import type { Requests } from "./requests.js";
import { Settler, type Waiter } from "./settler.js";
import type { ResolvedSource } from "./topic.js";
import type { Consumer, Handler, LogListener, SubscribeOptions } from "./types.js";
import { encodeSubscriptionOptions } from "./wire-options.js";

/** How long close() waits for handlers by default, in ms. */
const CLOSE_TIMEOUT_MS = 30_000;

/** A lease is extended once this share of the ack deadline is over. */
const EXTEND_AFTER = 2 / 3;

export interface ConsumerContext {
  readonly link: Link;
  readonly clock: Clock;
  readonly requests: Requests;
  readonly emitter: Emitter;
  readonly log: LogListener;
  ended(consumer: HandlerConsumer): void;
}

interface AttachedSource extends DeliverySource {
  readonly ackDeadlineMs: number;
  readonly schema: ResolvedSource["schema"];
}

interface Running {
  readonly delivery: ReceivedDelivery;
  readonly startedAt: number;
  /** When its ack deadline began. */
  leasedAt: number;
}

type State = "open" | "paused" | "closing" | "closed";

/** A consumer with a handler: takes what its credit allows, starts deliveries in order, settles by what the handler does. */
export class HandlerConsumer implements Consumer {
  readonly number: number;
  readonly sources: readonly ResolvedSource[];
  readonly #context: ConsumerContext;
  readonly #handler: Handler<ReceivedDelivery>;
  readonly #options: SubscribeOptions;
  readonly #queue = new DeliveryQueue();
  readonly #running = new Map<number, Running>();
  readonly #pace = new Pace();
  readonly #settler: Settler;
  #attached: readonly AttachedSource[] = [];
  #concurrency: number;
  #credit = 0;
  #state: State = "open";
  #extension: Timer | undefined;
  #closing: Promise<void> | undefined;
  readonly #onQuiet: (() => void)[] = [];
  /** Why the broker detached it; for those who wait for messages. */
  onEnd: (error: PeykError | undefined) => void = () => {};

  constructor(
    context: ConsumerContext,
    number: number,
    sources: readonly ResolvedSource[],
    handler: Handler<ReceivedDelivery>,
    options: SubscribeOptions,
  ) {
    this.#context = context;
    this.number = number;
    this.sources = sources;
    this.#handler = handler;
    this.#options = options;
    this.#concurrency = checkConcurrency(options.concurrency ?? 1);
    this.#settler = new Settler(
      context.link,
      number,
      (callback) => context.clock.defer(callback),
      (first, count) => this.#lost(first, count),
    );
  }

  // ---- For its owner -------------------------------------------------------------------------------------------------

  get concurrency(): number {
    return this.#concurrency;
  }

  set concurrency(value: number) {
    this.#concurrency = checkConcurrency(value);
    this.#sendCredit(true);
    this.#work();
  }

  get runningCount(): number {
    return this.#running.size;
  }

  pause(): void {
    if (this.#state !== "open") return;
    this.#state = "paused";
    this.#sendCredit(true);
    this.#releaseWaiting();
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "open";
    this.#sendCredit(true);
    this.#work();
  }

  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- For the client ------------------------------------------------------------------------------------------------

  /** Resolves when the broker has confirmed it. */
  async attach(): Promise<void> {
    const { buffer, ack, create, ...abortable } = this.#options;
    this.#credit = this.#wantedCredit();
    const { sources } = await this.#context.requests.make(
      "subscribe",
      {
        consumer: this.number,
        subscriptions: this.sources.map(({ name }) => name),
        creditMessages: this.#credit,
        creditBytes: buffer?.bytes ?? 0,
        concurrency: this.#concurrency,
        ackOnDelivery: ack === "on-delivery",
        create: create && encodeSubscriptionOptions(create),
      },
      "subscribed",
      abortable,
    );
    this.#attached = sources.map((source, index) => ({
      name: source.subscription as AttachedSource["name"],
      maxAttempts: source.maxAttempts,
      ackDeadlineMs: source.ackDeadlineMs,
      schema: this.sources[index]?.schema,
    }));
    this.#work();
  }

  get lastDelivery(): number {
    return this.#queue.lastDelivery;
  }

  deliver(deliver: Deliver): void {
    const source = this.#attached[deliver.source];
    this.#queue.push(deliver, source ?? this.#fallback(deliver.source));
    this.#work();
  }

  /** The broker ended leases. */
  leasesEnded(first: number, count: number): void {
    this.#lost(first, count);
  }

  /** The session goes on: what was said and not answered is said again. */
  resumed(): void {
    this.#settler.resend();
    this.#sendCredit(true);
  }

  /** The session is gone, and all leases with it: starts anew. Returns how many leases were lost. */
  restart(): number {
    const lost = this.#running.size + this.#queue.length;
    this.#forget();
    if (this.#state === "closing" || this.#state === "closed") return lost;
    this.attach().catch((error: unknown) => this.detached(error as PeykError));
    return lost;
  }

  /** The broker will not have it any more. */
  detached(error: PeykError): void {
    if (this.#state === "closed") return;
    this.#forget();
    this.#end(error);
    const names = this.sources.map(({ name }) => name).join(", ");
    this.#context.log("error", `the consumer of ${names} ended: ${error.message}`, { error });
  }

  settle(delivery: ReceivedDelivery, verb: SettleVerb, details: SettleDetails): Promise<void> {
    if (this.#options.ack === "on-delivery") return Promise.resolve();
    if (delivery.fate === "lost") return Promise.reject(leaseLost(delivery));
    return new Promise((resolve, reject) => {
      this.#say(delivery, verb, details, { delivery, settled: () => resolve(), failed: reject });
    });
  }

  // ---- Inside --------------------------------------------------------------------------------------------------------

  #say(
    delivery: ReceivedDelivery,
    verb: SettleVerb,
    details: SettleDetails,
    waiter?: Waiter,
  ): void {
    if (verb === "extend") {
      const running = this.#running.get(delivery.number);
      if (running) running.leasedAt = this.#context.clock.monotonic();
    } else delivery.fate = "settled";
    this.#settler.add(delivery.number, verb, details, waiter);
  }

  /** Starts what may start. Handlers that return at once are the fast case: no promise, no timer, no bookkeeping. */
  #work(): void {
    if (this.#state !== "open") return;
    const { clock } = this.#context;
    const startedAt = clock.monotonic();
    let finished = 0;
    while (this.#running.size < this.#concurrency && this.#state === "open") {
      const delivery = this.#queue.shift(this);
      if (!delivery) break;
      if (this.#start(delivery, startedAt)) finished += 1;
    }
    if (finished > 0) this.#pace.add(finished, clock.monotonic() - startedAt);
    this.#sendCredit(false);
    this.#watchLeases();
  }

  /** Calls the handler; true if it is through with the delivery. */
  #start(delivery: ReceivedDelivery, startedAt: number): boolean {
    let result: unknown;
    try {
      const schema = this.#schemaFor(delivery);
      result = schema ? this.#handleChecked(delivery, schema) : this.#handler(delivery);
    } catch (error) {
      this.#failed(delivery, error);
      return true;
    }
    if (!isThenable(result)) {
      this.#succeeded(delivery);
      return true;
    }
    this.#running.set(delivery.number, { delivery, startedAt, leasedAt: startedAt });
    result.then(
      () => this.#finished(delivery, startedAt, () => this.#succeeded(delivery)),
      (error: unknown) => this.#finished(delivery, startedAt, () => this.#failed(delivery, error)),
    );
    return false;
  }

  #schemaFor(delivery: ReceivedDelivery): AttachedSource["schema"] {
    return this.#attached.find(({ name }) => name === delivery.subscription)?.schema;
  }

  #handleChecked(
    delivery: ReceivedDelivery,
    schema: NonNullable<AttachedSource["schema"]>,
  ): unknown {
    const checked = validate(schema, delivery.value);
    if (!(checked instanceof Promise)) {
      delivery.setValue(checked);
      return this.#handler(delivery);
    }
    return checked.then((value) => {
      delivery.setValue(value);
      return this.#handler(delivery);
    });
  }

  #finished(delivery: ReceivedDelivery, startedAt: number, conclude: () => void): void {
    const running = this.#running.get(delivery.number);
    if (running?.delivery === delivery) this.#running.delete(delivery.number);
    this.#pace.add(1, this.#context.clock.monotonic() - startedAt);
    conclude();
    this.#work();
    if (this.#running.size > 0) return;
    for (const resolve of this.#onQuiet.splice(0)) resolve();
  }

  #succeeded(delivery: ReceivedDelivery): void {
    if (delivery.fate !== "open" || this.#options.ack === "on-delivery") return;
    delivery.fate = "settled";
    this.#settler.ack(delivery.number);
  }

  #failed(delivery: ReceivedDelivery, error: unknown): void {
    if (this.#options.ack === "on-delivery") {
      const text = `the handler of ${delivery.subscription} failed for ${delivery.id}, which is not tried again`;
      this.#context.log("warn", text, { error });
      return;
    }
    if (delivery.fate !== "open") return;
    const reason = textOf(error);
    const isFinal = error instanceof Reject || PeykError.is(error, "invalid_payload");
    const delayMs = error instanceof Retry ? error.delayMs : undefined;
    const waiter = {
      delivery,
      settled: (retryInMs: number | undefined) => this.#tellFailed(delivery, error, retryInMs),
      failed: () => {},
    };
    this.#say(delivery, isFinal ? "reject" : "nack", { reason, delayMs }, waiter);
  }

  /** A failing handler is visible by default. */
  #tellFailed(delivery: ReceivedDelivery, error: unknown, retryInMs: number | undefined): void {
    const next = retryInMs === undefined ? "dead-letter" : "retry";
    this.#context.emitter.emit("failed", {
      delivery,
      error,
      next,
      ...(retryInMs !== undefined && { retryInMs }),
    });
    const of = delivery.maxAttempts === 0 ? "" : ` of ${delivery.maxAttempts}`;
    const then =
      retryInMs === undefined
        ? `dead-lettered; see peyk dlq list ${delivery.subscription}`
        : `next in ${Math.round(retryInMs / 100) / 10} s`;
    const text = `${delivery.subscription} ${delivery.id} attempt ${delivery.attempt}${of} failed: ${textOf(error)}; ${then}`;
    this.#context.log("warn", text, { error });
  }

  #lost(first: number, count: number): void {
    this.#queue.lose(first, count);
    for (const { delivery } of [...this.#running.values()]) {
      if (delivery.number < first || delivery.number >= first + count) continue;
      this.#lose(delivery);
    }
  }

  #lose(delivery: ReceivedDelivery): void {
    if (delivery.fate === "lost") return;
    delivery.lose();
    this.#context.emitter.emit("lease_lost", { delivery });
    const text = `the lease on ${delivery.id} of ${delivery.subscription} was lost; its handler goes on for nothing`;
    this.#context.log("warn", text, {});
  }

  /** Every lease is gone. */
  #forget(): void {
    for (const { delivery } of this.#running.values()) this.#lose(delivery);
    this.#running.clear();
    this.#queue.clear();
    this.#queue.lastDelivery = 0;
    this.#settler.abandon();
    for (const resolve of this.#onQuiet.splice(0)) resolve();
  }

  #wantedCredit(): number {
    if (this.#state !== "open") return 0;
    const most = limits.MAX_CREDIT_MESSAGES - this.#concurrency;
    const ahead = this.#options.buffer?.messages ?? this.#pace.ahead(this.#concurrency, most);
    return this.#concurrency + Math.min(ahead, most);
  }

  /** Tells the broker how much may be here; small changes are not worth a frame. */
  #sendCredit(always: boolean): void {
    const wanted = this.#wantedCredit();
    const isClose = Math.abs(wanted - this.#credit) <= this.#credit / 4;
    if ((isClose && !always) || !this.#context.link.isOpen || this.#attached.length === 0) return;
    this.#credit = wanted;
    writeCredit(this.#context.link.writer, {
      consumer: this.number,
      messages: wanted,
      bytes: this.#options.buffer?.bytes ?? 0,
      concurrency: this.#concurrency,
    });
    this.#context.link.written();
  }

  #watchLeases(): void {
    if (this.#extension || this.#running.size === 0) return;
    if (this.#options.ack === "on-delivery") return;
    const shortest = Math.min(...this.#attached.map(({ ackDeadlineMs }) => ackDeadlineMs), 30_000);
    this.#extension = this.#context.clock.setTimer(shortest / 6, () => {
      this.#extension = undefined;
      this.#extendLeases();
      this.#watchLeases();
    });
  }

  #extendLeases(): void {
    const now = this.#context.clock.monotonic();
    for (const running of this.#running.values()) {
      const { delivery } = running;
      const source = this.#attached.find(({ name }) => name === delivery.subscription);
      const afterMs = (source?.ackDeadlineMs ?? 30_000) * EXTEND_AFTER;
      if (delivery.fate !== "open" || now - running.leasedAt < afterMs) continue;
      running.leasedAt = now;
      this.#settler.add(delivery.number, "extend", {});
    }
  }

  #releaseWaiting(): void {
    if (this.#options.ack === "on-delivery") return;
    for (const { first, count } of this.#queue.clear()) {
      for (let number = first; number < first + count; number += 1) {
        this.#settler.add(number, "release", {});
      }
    }
  }

  async #close(timeoutMs: number): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closing";
    this.#sendCredit(true);
    this.#releaseWaiting();
    await this.#quiet(timeoutMs);
    for (const { delivery } of this.#running.values()) {
      delivery.lose(new PeykError("closed", "the consumer is closing and ran out of time"));
    }
    if (this.#context.link.isOpen) {
      await this.#settler.idle();
      await this.#context.requests
        .make("unsubscribe", { consumer: this.number }, "done")
        .catch(() => {}); // the session may be gone, and the consumer with it
    }
    this.#end(undefined);
  }

  /** Resolves when no handler is running, or the time is up. */
  #quiet(timeoutMs: number): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#context.clock.setTimer(timeoutMs, resolve);
      this.#onQuiet.push(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #end(error: PeykError | undefined): void {
    this.#state = "closed";
    this.#extension?.cancel();
    this.#context.ended(this);
    this.onEnd(error);
  }

  #fallback(index: number): AttachedSource {
    const source = this.sources[index];
    return {
      name: source?.name ?? "unknown/unknown",
      maxAttempts: 0,
      ackDeadlineMs: 30_000,
      schema: source?.schema,
    };
  }
}

function checkConcurrency(value: number): number {
  const limit = limits.MAX_CREDIT_MESSAGES;
  if (Number.isSafeInteger(value) && value >= 1 && value <= limit) return value;
  const detail = `concurrency is ${value}; it must be a whole number from 1 to ${limit}`;
  throw new PeykError("invalid_argument", detail, { field: "concurrency", limit });
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" &&
  value !== null &&
  "then" in value &&
  typeof value.then === "function";

const textOf = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);
