import { backoffMs } from "./backoff.js";
import type { Clock } from "./clock.js";
import { createBody, type Window } from "./consumer-credit.js";
import type { DeliverySource } from "./delivery-slice.js";
import { PeykError } from "./protocol/index.js";
import type { Random } from "./random.js";
import type { RequestOptions, Requests } from "./requests.js";
import type { ResolvedSource } from "./topic.js";
import type { SubscribeOptions } from "./types.js";

/** What the broker knows of a consumer, and what it said of the subscriptions. */
export class Attachment {
  /** pending: the broker was asked to know the consumer, and may already deliver. */
  state: "none" | "pending" | "attached" = "none";
  /** In the order of the subscriptions that were asked for; empty until the broker answered. */
  sources: readonly DeliverySource[] = [];
  readonly #requests: Requests;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #consumer: number;
  #wanted: readonly ResolvedSource[];
  /** Those of `#wanted` that are no more; the others keep their indexes until it is attached anew. */
  readonly #gone = new Set<number>();
  readonly #options: SubscribeOptions;

  constructor(
    parts: { readonly requests: Requests; readonly clock: Clock; readonly random: Random },
    consumer: number,
    wanted: readonly ResolvedSource[],
    options: SubscribeOptions,
  ) {
    this.#requests = parts.requests;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#consumer = consumer;
    this.#wanted = wanted;
    this.#options = options;
  }

  /** The shortest ack deadline of the sources. */
  get ackDeadlineMs(): number {
    return Math.min(...this.sources.map(({ ackDeadlineMs }) => ackDeadlineMs));
  }

  /** What it takes from. */
  get subscriptions(): readonly ResolvedSource[] {
    return this.#wanted.filter((_, index) => !this.#gone.has(index));
  }

  /** A subscription is no more. */
  lose(source: number): void {
    this.#gone.add(source);
  }

  /** Resolves when the broker knows the consumer. */
  async attach(window: Window, options: RequestOptions): Promise<void> {
    this.state = "pending";
    this.#wanted = this.subscriptions;
    this.#gone.clear();
    const body = createBody(this.#consumer, this.#wanted, this.#options, window);
    const { signal, timeoutMs = this.#requests.timeoutMs } = options;
    try {
      const { sources } = await this.#requests.make("subscribe", body, "subscribed", {
        timeoutMs,
        ...(signal && { signal }),
        onLate: () => void this.detach(),
      });
      this.sources = sources.map((source, index) => ({
        name: source.subscription as DeliverySource["name"],
        maxAttempts: source.maxAttempts,
        ackDeadlineMs: source.ackDeadlineMs,
        schema: this.#wanted[index]?.schema,
      }));
    } catch (error) {
      this.state = "none";
      throw error;
    }
    this.state = "attached";
  }

  /** Tries again and again while it is wanted. Resolves with the error that makes it hopeless. */
  async attachAgain(
    attach: () => Promise<void>,
    isWanted: () => boolean,
  ): Promise<PeykError | undefined> {
    for (let attempt = 0; isWanted(); attempt += 1) {
      try {
        await attach();
        return undefined;
      } catch (error) {
        if (!PeykError.is(error) || !error.retryable) return error as PeykError;
      }
      const waitMs = backoffMs(attempt, this.#random.fraction());
      await new Promise<void>((resolve) => this.#clock.setTimer(waitMs, resolve));
    }
    return undefined;
  }

  /** Resolves when the broker has forgotten the consumer; the session may be gone, and the consumer with it. */
  async detach(options: RequestOptions = {}): Promise<void> {
    const body = { consumer: this.#consumer };
    await this.#requests.make("unsubscribe", body, "done", options).catch(() => {});
  }
}
