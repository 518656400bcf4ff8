import type { Clock, Timer } from "./clock.js";
import type { HandlerConsumer } from "./consumer.js";
import type { ReceivedDelivery } from "./delivery.js";
import { PeykError } from "./protocol/index.js";
import type { Delivery, LogListener, MessagesOptions } from "./types.js";

/** After so long a wait for a delivery that was handed out and not settled, it is named in the log, in ms. */
const FORGOTTEN_MS = 10_000;

type Taker = (result: IteratorResult<Delivery>) => void;

/**
 * Deliveries as an iterator: at most `concurrency` unsettled ones are out. Leaving the loop nacks what was handed out and
 * not settled, and releases what only waited.
 */
export class MessageIterator implements AsyncIterableIterator<Delivery>, AsyncDisposable {
  readonly #options: MessagesOptions;
  readonly #clock: Clock;
  readonly #log: LogListener;
  readonly #open: (
    handler: (delivery: ReceivedDelivery) => Promise<void>,
  ) => Promise<HandlerConsumer>;
  #consumer: Promise<HandlerConsumer> | undefined;
  readonly #waiting: ReceivedDelivery[] = [];
  readonly #out = new Map<ReceivedDelivery, () => void>();
  readonly #takers: { readonly take: Taker; readonly fail: (error: unknown) => void }[] = [];
  #handedOut = 0;
  #idle: Timer | undefined;
  #forgotten: Timer | undefined;
  #isDone = false;
  #error: unknown;

  constructor(
    options: MessagesOptions,
    parts: {
      readonly clock: Clock;
      readonly log: LogListener;
      readonly open: (
        handler: (delivery: ReceivedDelivery) => Promise<void>,
      ) => Promise<HandlerConsumer>;
    },
  ) {
    this.#options = options;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#open = parts.open;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Delivery>> {
    if (this.#error !== undefined) return Promise.reject(this.#error as Error);
    if (this.#isDone || this.#handedOut >= (this.#options.count ?? Infinity)) {
      return this.return();
    }
    this.#consumer ??= this.#start();
    const delivery = this.#waiting.shift();
    if (delivery) return Promise.resolve(this.#handOut(delivery));
    return new Promise((take, fail) => {
      this.#takers.push({ take, fail });
      this.#watch();
    });
  }

  /** Ends it: the loop was left, or nothing more is wanted. */
  async return(): Promise<IteratorResult<Delivery>> {
    await this.#end();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  async #start(): Promise<HandlerConsumer> {
    const consumer = await this.#open((delivery) => this.#arrived(delivery));
    consumer.onEnd = (error) =>
      this.#fail(error ?? new PeykError("closed", "the consumer is closed"));
    return consumer;
  }

  /** The handler of the consumer underneath: through with a delivery once it is settled. */
  #arrived(delivery: ReceivedDelivery): Promise<void> {
    return new Promise((resolve) => {
      this.#out.set(delivery, resolve);
      delivery.onSettled = () => {
        this.#out.delete(delivery);
        resolve();
      };
      const taker = this.#takers.shift();
      if (taker) taker.take(this.#handOut(delivery));
      else this.#waiting.push(delivery);
    });
  }

  #handOut(delivery: ReceivedDelivery): IteratorResult<Delivery> {
    this.#idle?.cancel();
    this.#forgotten?.cancel();
    this.#handedOut += 1;
    return { done: false, value: delivery };
  }

  #watch(): void {
    const { idleMs } = this.#options;
    if (idleMs !== undefined) {
      this.#idle?.cancel();
      this.#idle = this.#clock.setTimer(idleMs, () => void this.#end());
    }
    this.#forgotten?.cancel();
    this.#forgotten = this.#clock.setTimer(FORGOTTEN_MS, () => {
      for (const delivery of this.#out.keys()) {
        const text = `messages() waits for ${delivery.id}, which was handed out and not settled`;
        this.#log("warn", text, { subscription: delivery.subscription });
      }
    });
  }

  #fail(error: unknown): void {
    if (this.#isDone) return;
    this.#error = error;
    for (const { fail } of this.#takers.splice(0)) fail(error);
  }

  async #end(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#idle?.cancel();
    this.#forgotten?.cancel();
    for (const delivery of this.#waiting.splice(0)) void delivery.release();
    for (const delivery of [...this.#out.keys()]) {
      void delivery.nack({ reason: "the loop over messages() was left" });
    }
    for (const { take } of this.#takers.splice(0)) take({ done: true, value: undefined });
    const consumer = await this.#consumer?.catch(() => undefined);
    if (consumer) {
      consumer.onEnd = () => {};
      await consumer.close();
    }
  }
}
