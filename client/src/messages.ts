import type { Clock, Timer } from "./clock.js";
import type { HandlerConsumer } from "./consumer.js";
import type { ReceivedDelivery } from "./delivery.js";
import { PeykError } from "./protocol/index.js";
import type { Delivery, LogListener, MessagesOptions } from "./types.js";
import { asError, onAbort } from "./waiting.js";

/** After so long a wait for a delivery that was handed out and not settled, it is named in the log, in ms. */
const FORGOTTEN_MS = 10_000;

type Result = IteratorResult<Delivery>;

interface Taker {
  readonly take: (result: Result) => void;
  readonly fail: (error: unknown) => void;
}

export interface IteratorParts {
  readonly clock: Clock;
  readonly log: LogListener;
  /** Makes the consumer underneath, which is never handed out. */
  readonly open: (
    handler: (delivery: ReceivedDelivery) => Promise<void>,
  ) => Promise<HandlerConsumer>;
}

/**
 * Deliveries as an iterator: at most `concurrency` unsettled ones are out. Leaving the loop nacks what was handed out and
 * not settled, and releases what only waited. After `count` the loop ends once all of them are settled.
 */
export class MessageIterator implements AsyncIterableIterator<Delivery>, AsyncDisposable {
  readonly #options: MessagesOptions;
  readonly #parts: IteratorParts;
  readonly #concurrency: number;
  readonly #forgetSignal: () => void;
  #consumer: Promise<HandlerConsumer | undefined> | undefined;
  #opened: HandlerConsumer | undefined;
  /** Came and wait for `next`. */
  readonly #waiting = new Map<ReceivedDelivery, () => void>();
  /** Handed out and not settled. */
  readonly #out = new Map<ReceivedDelivery, () => void>();
  readonly #takers: Taker[] = [];
  #arrivedCount = 0;
  #handedOutCount = 0;
  #idle: Timer | undefined;
  #forgotten: Timer | undefined;
  #isDone = false;
  #error: unknown;

  constructor(options: MessagesOptions, parts: IteratorParts) {
    const { count, idleMs, concurrency = 1, signal } = options;
    if (count !== undefined) checkWhole("count", count);
    if (idleMs !== undefined) checkWhole("idleMs", idleMs);
    this.#options = options;
    this.#parts = parts;
    this.#concurrency = Math.min(concurrency, count ?? Infinity);
    // One that is aborted already ends the loop at once, also in here.
    let forget = (): void => {};
    this.#forgetSignal = () => forget();
    forget = onAbort(signal, (reason) => this.#fail(reason));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    if (this.#error !== undefined) return Promise.reject(asError(this.#error));
    if (this.#isDone) return Promise.resolve({ done: true, value: undefined });
    this.#consumer ??= this.#start();
    const [first] = this.#waiting;
    if (first && !this.#isThrough) return Promise.resolve(this.#handOut(...first));
    return new Promise((take, fail) => {
      this.#takers.push({ take, fail });
      this.#checkCount();
      this.#watch();
    });
  }

  /** Ends it: the loop was left, or nothing more is wanted. */
  async return(): Promise<Result> {
    await this.#end();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  // ---- The consumer underneath ---------------------------------------------------------------------------------------

  async #start(): Promise<HandlerConsumer | undefined> {
    try {
      const consumer = await this.#parts.open((delivery) => this.#arrived(delivery));
      consumer.onClosing = () => this.#closing();
      consumer.onEnd = (error) => {
        if (error) this.#fail(error);
        else void this.#end();
      };
      this.#opened = consumer;
      this.#limit();
      if (this.#takers.length > 0) this.#watch();
      return consumer;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** The handler of the consumer: through with a delivery once it is settled. */
  #arrived(delivery: ReceivedDelivery): Promise<void> {
    return new Promise((resolve) => {
      this.#arrivedCount += 1;
      delivery.onSettled = () => this.#settled(delivery);
      const taker = this.#isThrough ? undefined : this.#takers.shift();
      if (taker) taker.take(this.#handOut(delivery, resolve));
      else this.#waiting.set(delivery, resolve);
      this.#limit();
    });
  }

  #settled(delivery: ReceivedDelivery): void {
    const resolve = this.#out.get(delivery) ?? this.#waiting.get(delivery);
    this.#out.delete(delivery);
    this.#waiting.delete(delivery);
    // Told before the settle itself, so that the broker sends no more than are wanted in its place.
    this.#limit();
    resolve?.();
    this.#checkCount();
  }

  /** `count` takes exactly so many: no more may come than are still wanted. */
  #limit(): void {
    const { count } = this.#options;
    const consumer = this.#opened;
    if (count === undefined || !consumer || this.#isDone) return;
    const left = count - this.#arrivedCount;
    const unsettled = this.#out.size + this.#waiting.size;
    if (left <= 0) return consumer.pause();
    const wanted = Math.max(1, Math.min(this.#concurrency, unsettled + left));
    if (wanted !== consumer.concurrency) consumer.concurrency = wanted;
  }

  /** The client or the broker ends it: what nobody has seen goes back, and the loop ends. */
  #closing(): void {
    for (const delivery of [...this.#waiting.keys()]) void delivery.release();
    for (const { take } of this.#takers.splice(0)) take({ done: true, value: undefined });
    this.#stopTimers();
  }

  // ---- Handing out ---------------------------------------------------------------------------------------------------

  /** All that `count` allows were handed out. */
  get #isThrough(): boolean {
    return this.#handedOutCount >= (this.#options.count ?? Infinity);
  }

  #handOut(delivery: ReceivedDelivery, resolve: () => void): Result {
    this.#stopTimers();
    this.#waiting.delete(delivery);
    this.#out.set(delivery, resolve);
    this.#handedOutCount += 1;
    return { done: false, value: delivery };
  }

  #checkCount(): void {
    if (this.#isThrough && this.#out.size === 0 && this.#takers.length > 0) void this.#end();
  }

  /** Somebody waits for the next one. */
  #watch(): void {
    const { clock, log } = this.#parts;
    const { idleMs } = this.#options;
    this.#stopTimers();
    if (idleMs !== undefined && this.#opened && !this.#isThrough) {
      this.#idle = clock.setTimer(idleMs, () => void this.#end(), true);
    }
    this.#forgotten = clock.setTimer(FORGOTTEN_MS, () => {
      if (this.#out.size < this.#concurrency && !this.#isThrough) return;
      for (const { id, subscription } of this.#out.keys()) {
        const text = `messages() waits for ${id} of ${subscription}, which was handed out and not settled`;
        log("warn", text, { subscription, id });
      }
    });
  }

  #stopTimers(): void {
    this.#idle?.cancel();
    this.#forgotten?.cancel();
  }

  // ---- The end -------------------------------------------------------------------------------------------------------

  #fail(error: unknown): void {
    if (this.#isDone) return;
    this.#error = error;
    for (const { fail } of this.#takers.splice(0)) fail(error);
    void this.#end();
  }

  async #end(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#stopTimers();
    this.#forgetSignal();
    for (const delivery of [...this.#waiting.keys()]) void delivery.release();
    for (const delivery of [...this.#out.keys()]) {
      void delivery.nack({ reason: "the loop over messages() was left" });
    }
    const consumer = await this.#consumer;
    if (consumer) {
      consumer.onEnd = () => {};
      consumer.onClosing = () => {};
      await consumer.close();
    }
    for (const { take } of this.#takers.splice(0)) take({ done: true, value: undefined });
  }
}

function checkWhole(field: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  const detail = `${field} is ${value}; it must be a whole number of at least 1`;
  throw new PeykError("invalid_argument", detail, { field });
}
