import { PeykError, type DeliveredRun, type SettleVerb } from "./protocol/index.js";
import { ReceivedMessage } from "./message.js";
import type { SubscriptionName } from "./topic.js";
import type { DeadLetterReason, Delivery } from "./types.js";

/** What a delivery is told beside its verb. */
export interface SettleDetails {
  readonly delayMs?: number | undefined;
  readonly reason?: string | undefined;
  readonly ms?: number | undefined;
  readonly note?: string | undefined;
}

/** Whoever hands deliveries out and settles them. */
export interface DeliveryOwner {
  settle(delivery: ReceivedDelivery, verb: SettleVerb, details: SettleDetails): Promise<void>;
}

/** What is not the rule: an earlier attempt failed, or it comes from a dead-letter queue. */
export interface Special {
  readonly failedAttempts: number;
  readonly note: string;
  readonly deadLetter: DeadLetterReason | undefined;
}

export interface DeliverySource {
  readonly name: SubscriptionName;
  readonly maxAttempts: number;
}

type Fate =
  /** Nothing was said about it yet. */
  | "open"
  /** It was settled here; the broker may not have confirmed it. */
  | "settled"
  | "lost";

/** One hand-over of a message; made for each, so it holds little and decodes late. */
export class ReceivedDelivery<T = unknown> extends ReceivedMessage<T> implements Delivery<T> {
  readonly #owner: DeliveryOwner;
  readonly #source: DeliverySource;
  readonly #special: Special | undefined;
  /** Within its consumer. */
  readonly number: number;
  #fate: Fate = "open";
  /** Told once when it is settled here, or lost. */
  onSettled: (() => void) | undefined;
  #abort: AbortController | undefined;

  constructor(
    run: DeliveredRun,
    index: number,
    place: {
      readonly owner: DeliveryOwner;
      readonly source: DeliverySource;
      readonly special: Special | undefined;
      readonly number: number;
    },
  ) {
    super(run, index);
    this.#owner = place.owner;
    this.#source = place.source;
    this.#special = place.special;
    this.number = place.number;
  }

  get fate(): Fate {
    return this.#fate;
  }

  set fate(fate: Fate) {
    this.#fate = fate;
    if (fate !== "open") this.onSettled?.();
  }

  get subscription(): SubscriptionName {
    return this.#source.name;
  }

  get attempt(): number {
    return 1 + (this.#special?.failedAttempts ?? 0);
  }

  get maxAttempts(): number {
    return this.#source.maxAttempts;
  }

  get note(): string {
    return this.#special?.note ?? "";
  }

  get deadLetter(): DeadLetterReason | undefined {
    return this.#special?.deadLetter;
  }

  /** An AbortController costs more than all the rest: made when somebody looks at it. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.fate === "lost" && !this.#abort.signal.aborted) this.#abort.abort(leaseLost(this));
    return this.#abort.signal;
  }

  /** The lease is lost: says so to whoever works on it. */
  lose(error: PeykError = leaseLost(this)): void {
    if (this.fate === "open") this.fate = "lost";
    this.#abort?.abort(error);
  }

  ack(): Promise<void> {
    return this.#settle("ack", {});
  }

  nack(options: { readonly delayMs?: number; readonly reason?: string } = {}): Promise<void> {
    return this.#settle("nack", options);
  }

  reject(reason: string): Promise<void> {
    return this.#settle("reject", { reason });
  }

  release(): Promise<void> {
    return this.#settle("release", {});
  }

  extend(options: { readonly ms?: number; readonly note?: string } = {}): Promise<void> {
    return this.#settle("extend", options);
  }

  #settle(verb: SettleVerb, details: SettleDetails): Promise<void> {
    const settled = this.#owner.settle(this, verb, details);
    // Not awaiting it is safe: the lease_lost event tells the same.
    settled.catch(() => {});
    return settled;
  }
}

export function leaseLost(delivery: ReceivedDelivery): PeykError {
  const detail = `the lease on ${delivery.id} (attempt ${delivery.attempt}) was lost: somebody else has it, or will`;
  return new PeykError("lease_lost", detail);
}
