import { Attachment } from "./attachment.js";
import { Credit } from "./consumer-credit.js";
import type { Clock } from "./clock.js";
import { DeliveryQueue } from "./delivery-queue.js";
import {
  attemptOf,
  leaseLost,
  LOSS_REASONS,
  noteLoss,
  type ReceivedDelivery,
  type SettleDetails,
} from "./delivery.js";
import type { Emitter } from "./emitter.js";
import { handle, reportFailure, verdictOn } from "./handling.js";
import { Leases } from "./leases.js";
import type { Link } from "./link.js";
import { Pace } from "./pace.js";
import { PeykError, type Deliver, type SettleVerb } from "./protocol/index.js";
import type { Random } from "./random.js";
import type { RequestOptions, Requests } from "./requests.js";
import { SettleAnswer } from "./settle-answer.js";
import { Settler } from "./settler.js";
import type { ResolvedSource } from "./topic.js";
import type { Consumer, Handler, LogListener, SubscribeOptions } from "./types.js";
import { refused, textOf, within } from "./waiting.js";

/** How long close() waits for handlers by default, in ms. */
export const CLOSE_TIMEOUT_MS = 30_000;

/** Handlers that return at once are called for so long before other events get their turn, in ms. */
const SLICE_MS = 10;

/** Of handlers faster than this (ms), so many are called before the time is looked at. */
const FAST_MS = 0.1;
const FAST_COUNT = 64;

export interface ConsumerContext {
  readonly link: Link;
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
  readonly emitter: Emitter;
  readonly log: LogListener;
  ended(consumer: HandlerConsumer): void;
}

/** Why leases end with their session. */
const GONE = "the connection was gone for too long";

type State = "open" | "paused" | "closing" | "closed";

/** A consumer with a handler: takes what its credit allows, starts deliveries in order, settles by what the handler does. */
export class HandlerConsumer implements Consumer {
  readonly number: number;
  readonly sources: readonly ResolvedSource[];
  /** It is being closed: nothing that was not handed to a handler will be. */
  onClosing: () => void = () => {};
  /** It ended; with an error where the broker, or the link, ended it. */
  onEnd: (error: PeykError | undefined) => void = () => {};
  readonly #context: ConsumerContext;
  readonly #handler: Handler<ReceivedDelivery>;
  readonly #options: SubscribeOptions;
  readonly #isSettling: boolean;
  readonly #queue = new DeliveryQueue();
  readonly #pace = new Pace();
  readonly #settler: Settler;
  readonly #leases: Leases;
  readonly #credit: Credit;
  readonly #attachment: Attachment;
  #state: State = "open";
  #isWorkDeferred = false;
  #lostCount = 0;
  /** While every lease is being given up. */
  #forgettingWhy: string | undefined;
  #closing: Promise<void> | undefined;
  readonly #onQuiet: (() => void)[] = [];

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
    this.#isSettling = options.ack !== "on-delivery";
    const { link, clock, requests } = context;
    this.#attachment = new Attachment(context, number, sources, options);
    this.#credit = new Credit(link, number, options, this.#pace);
    this.#settler = new Settler({
      link,
      clock,
      consumer: number,
      timeoutMs: requests.timeoutMs,
      onLost: (delivery) => this.#lose(delivery, this.#forgettingWhy ?? "it was settled too late"),
      onRangeLost: (first, count) => this.leasesEnded(first, count),
    });
    const concurrency = (): number => this.concurrency;
    this.#leases = new Leases({ clock, settler: this.#settler, queue: this.#queue, concurrency });
  }

  // ---- For its owner -------------------------------------------------------------------------------------------------

  get concurrency(): number {
    return this.#credit.concurrency;
  }

  set concurrency(value: number) {
    this.#credit.concurrency = value;
    this.#sendCredit(true);
    this.#work();
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

  /** Deliveries whose handlers are not through. */
  get runningCount(): number {
    return this.#leases.size;
  }

  /** Where a resume shall go on; undefined if the broker does not know it yet. */
  get lastDelivery(): number | undefined {
    return this.#attachment.state === "attached" ? this.#queue.lastDelivery : undefined;
  }

  /** Resolves when the broker has confirmed it. */
  async attach(options: RequestOptions = this.#options): Promise<void> {
    const window = this.#credit.wanted(this.#state === "open");
    const attachment = this.#attachment;
    await attachment.attach(window, options);
    this.#credit.sent(window);
    if (this.#isSettling) this.#leases.ackDeadlineMs = attachment.ackDeadlineMs;
    this.#queue.describe(attachment.sources);
    if (this.#state === "closed") return attachment.detach();
    this.#sendCredit(false);
    if (this.#state === "open") this.#work();
    else this.#releaseWaiting();
  }

  deliver(deliver: Deliver): void {
    this.#queue.push(deliver, this.#attachment.sources[deliver.source]);
    if (this.#attachment.state !== "attached") return;
    if (this.#state === "open") this.#work();
    else this.#releaseWaiting();
  }

  /** The broker ended leases. */
  leasesEnded(first: number, count: number, reason = ""): void {
    this.#queue.lose(first, count);
    for (const delivery of this.#leases.deliveries()) {
      const isOne = delivery.number >= first && delivery.number < first + count;
      if (isOne) this.#lose(delivery, LOSS_REASONS[reason]);
    }
    this.#work();
  }

  /** The link is open again. Without its session all leases are gone, and it starts anew. Returns how many were lost. */
  reopened(isResumed: boolean): number {
    if (this.#attachment.state === "attached" && isResumed) {
      this.#settler.resend();
      this.#sendCredit(true);
      this.#work();
      return 0;
    }
    const lost = this.#forget(GONE);
    // A request for it that was not answered is made again by itself.
    if (this.#attachment.state !== "attached" || this.#state === "closed") return lost;
    this.#attachment.state = "none";
    if (this.#state !== "closing") void this.#reattach();
    return lost;
  }

  /** The broker says goodbye: what waits here is better off elsewhere. */
  leaving(): void {
    this.#releaseWaiting();
  }

  /** The broker will not have it any more, or no more for one of its sources: then it goes on with the others. */
  detached(error: PeykError, source?: number): void {
    if (this.#state === "closed") return;
    if (source !== undefined && this.#goesOnWithout(source, error)) return;
    this.#attachment.state = "none";
    this.#forget(error.message);
    this.#end(error);
    // Whoever closed the broker within this process knows.
    if (error.code === "closed") return;
    const names = this.sources.map(({ name }) => name).join(", ");
    this.#context.log("error", `the consumer of ${names} ended: ${error.message}`, { error });
  }

  /** Called by its deliveries. */
  settle(delivery: ReceivedDelivery, verb: SettleVerb, details: SettleDetails): Promise<void> {
    if (!this.#isSettling) return Promise.resolve();
    if (delivery.fate === "lost") return refused(leaseLost(delivery));
    if (this.#state === "closed") {
      return refused(new PeykError("closed", "the consumer is closed"));
    }
    let answer: SettleAnswer;
    if (verb === "extend") {
      answer = new SettleAnswer(({ extendedMs }) => {
        if (extendedMs) this.#leases.extended(delivery, extendedMs);
      });
    } else {
      answer = new SettleAnswer();
      delivery.settled();
    }
    this.#settler.add(delivery, verb, details, answer);
    return answer.promise;
  }

  // ---- Handlers ------------------------------------------------------------------------------------------------------

  /** Starts what may start. Handlers that return at once are the fast case: no promise, no timer, no bookkeeping. */
  #work(): void {
    if (this.#state !== "open" || this.#attachment.state !== "attached") return;
    if (this.#context.link.isLeaving) return this.#releaseWaiting();
    const { clock } = this.#context;
    const startedAt = clock.monotonic();
    const stride = (this.#pace.averageMs ?? Infinity) < FAST_MS ? FAST_COUNT : 1;
    let finished = 0;
    while (this.#leases.size < this.concurrency && this.#isOpen) {
      const delivery = this.#queue.shift(this);
      if (!delivery) break;
      if (!this.#start(delivery)) continue;
      finished += 1;
      if (finished % stride === 0 && clock.monotonic() - startedAt > SLICE_MS) {
        this.#deferWork();
        break;
      }
    }
    if (finished > 0) this.#pace.add(finished, clock.monotonic() - startedAt);
    this.#sendCredit(false);
    this.#leases.watch();
  }

  /** Handlers may pause or close it. */
  get #isOpen(): boolean {
    return this.#state === "open";
  }

  #deferWork(): void {
    if (this.#isWorkDeferred) return;
    this.#isWorkDeferred = true;
    this.#context.clock.defer(() => {
      this.#isWorkDeferred = false;
      this.#work();
    });
  }

  /** Calls the handler; true if it is through with the delivery. */
  #start(delivery: ReceivedDelivery): boolean {
    let result: unknown;
    try {
      result = handle(delivery, this.#handler);
    } catch (error) {
      this.#failed(delivery, error);
      return true;
    }
    if (!isThenable(result)) {
      this.#succeeded(delivery);
      return true;
    }
    const startedAt = this.#context.clock.monotonic();
    this.#leases.add(delivery, startedAt);
    result.then(
      () => this.#finished(delivery, startedAt, () => this.#succeeded(delivery)),
      (error: unknown) => this.#finished(delivery, startedAt, () => this.#failed(delivery, error)),
    );
    return false;
  }

  #finished(delivery: ReceivedDelivery, startedAt: number, conclude: () => void): void {
    if (this.#leases.remove(delivery)) {
      this.#pace.add(1, this.#context.clock.monotonic() - startedAt);
    }
    conclude();
    this.#work();
    this.#checkQuiet();
  }

  #succeeded(delivery: ReceivedDelivery): void {
    if (!this.#isSettling || delivery.fate !== "open") return;
    delivery.settled();
    this.#settler.ack(delivery);
  }

  #failed(delivery: ReceivedDelivery, error: unknown): void {
    const { emitter, log } = this.#context;
    if (!this.#isSettling) {
      const text = `${delivery.subscription} ${delivery.id} failed, and is not tried again: ${textOf(error)}`;
      return log("warn", text, { error });
    }
    if (delivery.fate !== "open") {
      const text = `${delivery.subscription} ${delivery.id} failed after it was settled: ${textOf(error)}`;
      return delivery.fate === "settled" ? log("warn", text, { error }) : undefined;
    }
    const { verb, details } = verdictOn(delivery, error);
    delivery.settled();
    const reporter = reportFailure(delivery, error, { emitter, log });
    this.#settler.add(delivery, verb, details, reporter);
  }

  // ---- Leases --------------------------------------------------------------------------------------------------------

  /** Its handler goes on for nothing, so it takes nobody's place. */
  #lose(delivery: ReceivedDelivery, why = "somebody else has it, or will"): void {
    if (delivery.fate === "lost") return;
    this.#lostCount += 1;
    noteLoss(delivery, why);
    const wasRunning = this.#leases.remove(delivery);
    delivery.lose();
    this.#context.emitter.emit("lease_lost", { delivery });
    const then = wasRunning ? "its handler goes on for nothing" : "it will be delivered again";
    const { id, subscription } = delivery;
    const text = `the lease on ${id} of ${subscription} (${attemptOf(delivery)}) was lost: ${why}; ${then}`;
    this.#context.log("warn", text, { subscription, id, why });
    this.#checkQuiet();
  }

  /** Every lease is gone. Returns how many. */
  #forget(why: string): number {
    const before = this.#lostCount;
    for (const { count } of this.#queue.restart()) this.#lostCount += count;
    for (const delivery of this.#leases.deliveries()) this.#lose(delivery, why);
    this.#forgettingWhy = why;
    this.#settler.abandon();
    this.#forgettingWhy = undefined;
    return this.#lostCount - before;
  }

  #releaseWaiting(): void {
    if (!this.#isSettling) return;
    for (const { first, count } of this.#queue.clear()) {
      this.#settler.addRange(first, count, "release");
    }
  }

  #sendCredit(always: boolean): void {
    if (this.#attachment.state !== "attached" || this.#state === "closed") return;
    this.#credit.send(this.#state === "open", always);
  }

  // ---- The end -------------------------------------------------------------------------------------------------------

  async #reattach(): Promise<void> {
    const attach = (): Promise<void> => this.attach({ timeoutMs: Infinity });
    const isWanted = (): boolean => this.#state !== "closed" && this.#state !== "closing";
    const error = await this.#attachment.attachAgain(attach, isWanted);
    if (error) this.detached(error);
  }

  async #close(timeoutMs: number): Promise<void> {
    if (this.#state === "closed") return;
    const { clock, link } = this.#context;
    const until = clock.monotonic() + timeoutMs;
    const leftMs = (): number => Math.max(0, until - clock.monotonic());
    this.#state = "closing";
    this.#sendCredit(true);
    this.#releaseWaiting();
    this.onClosing();
    if (this.#leases.size > 0) await within(clock, leftMs(), this.#quiet());
    for (const delivery of this.#leases.deliveries()) {
      this.#leases.remove(delivery);
      delivery.lose(new PeykError("closed", "the consumer was closed, and its time ran out"));
    }
    await within(clock, leftMs(), this.#settler.idle());
    if (link.isOpen && this.#attachment.state === "attached") {
      await this.#attachment.detach({ timeoutMs: Math.max(leftMs(), 1_000) });
    }
    if (this.#isOver) return;
    this.#end(undefined);
  }

  /** It may have been detached while it was closing. */
  get #isOver(): boolean {
    return this.#state === "closed";
  }

  #quiet(): Promise<void> {
    return new Promise((resolve) => this.#onQuiet.push(resolve));
  }

  #checkQuiet(): void {
    if (this.#leases.size > 0) return;
    for (const resolve of this.#onQuiet.splice(0)) resolve();
  }

  #goesOnWithout(source: number, error: PeykError): boolean {
    const before = this.#attachment.subscriptions;
    this.#attachment.lose(source);
    const left = this.#attachment.subscriptions;
    if (left.length === 0) return false;
    if (left.length === before.length) return true; // told again after a resume
    const gone = before.filter((each) => !left.includes(each)).map(({ name }) => name);
    const names = left.map(({ name }) => name).join(", ");
    const text = `the consumer of ${gone.join(", ")} ended: ${error.message}; it goes on with ${names}`;
    this.#context.log("error", text, { error });
    return true;
  }

  #end(error: PeykError | undefined): void {
    this.#state = "closed";
    this.#leases.stop();
    const closed = new PeykError("closed", "the consumer was closed before this was confirmed");
    this.#settler.abandon(error ?? closed);
    this.#context.ended(this);
    this.onEnd(error);
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" &&
  value !== null &&
  "then" in value &&
  typeof value.then === "function";
