import { checkNote, extension, nackDelay } from "./argument-checks.js";
import type { DeliverySlice, DeliverySource } from "./delivery-slice.js";
import { ReceivedMessage } from "./message.js";
import { PeykError, type SettleVerb } from "./protocol/index.js";
import type { SubscriptionName } from "./topic.js";
import type { DeadLetterReason, Delivery } from "./types.js";
import { refused, textOf } from "./waiting.js";

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

type Fate =
  /** Nothing was said about it yet. */
  | "open"
  /** It was settled here; the broker may not have confirmed it. */
  | "settled"
  | "lost";

/** One hand-over of a message; made for each, so it holds little and decodes late. */
export class ReceivedDelivery<T = unknown> extends ReceivedMessage<T> implements Delivery<T> {
  /** Within its consumer. */
  readonly number: number;
  /** Told once when it is settled here, or lost. */
  onSettled: (() => void) | undefined;
  /** Why its value cannot be had; a handler that ends with it could never do better. */
  refusal: unknown;
  readonly #owner: DeliveryOwner;
  readonly #slice: DeliverySlice;
  #fate: Fate = "open";
  #abort: AbortController | undefined;

  constructor(owner: DeliveryOwner, slice: DeliverySlice, index: number) {
    super(slice.run, index);
    this.#owner = owner;
    this.#slice = slice;
    this.number = slice.firstDelivery + index;
  }

  get fate(): Fate {
    return this.#fate;
  }

  get source(): DeliverySource {
    return this.#slice.source;
  }

  get subscription(): SubscriptionName {
    return this.#slice.source.name;
  }

  get attempt(): number {
    return 1 + (this.#slice.detailOf(this.number)?.failedAttempts ?? 0);
  }

  get maxAttempts(): number {
    return this.#slice.source.maxAttempts;
  }

  get note(): string | undefined {
    return this.#slice.detailOf(this.number)?.note || undefined;
  }

  get deadLetter(): DeadLetterReason | undefined {
    const wire = this.#slice.detailOf(this.number)?.deadLetter;
    if (!wire) return undefined;
    const { reason, error, attempts, lastConsumer, redrives } = wire;
    const firstFailedAt = new Date(wire.firstFailedAtMs);
    const deadAt = new Date(wire.deadAtMs);
    return { reason, error, attempts, firstFailedAt, deadAt, lastConsumer, redrives };
  }

  /** An AbortController costs more than all the rest: made when somebody looks at it. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#fate === "lost" && !this.#abort.signal.aborted) this.#abort.abort(leaseLost(this));
    return this.#abort.signal;
  }

  /** What became of it here is decided; the first word counts. */
  settled(): void {
    if (this.#fate !== "open") return;
    this.#fate = "settled";
    this.onSettled?.();
  }

  /** The lease is lost: says so to whoever works on it. */
  lose(error: PeykError = leaseLost(this)): void {
    const wasOpen = this.#fate === "open";
    this.#fate = "lost";
    this.#abort?.abort(error);
    if (wasOpen) this.onSettled?.();
  }

  ack(): Promise<void> {
    return this.#settle("ack", {});
  }

  nack(options: { readonly delayMs?: number; readonly reason?: string } = {}): Promise<void> {
    return this.#settleWith("nack", () => ({
      delayMs: options.delayMs === undefined ? undefined : nackDelay(options.delayMs),
      reason: options.reason === undefined ? undefined : textOf(options.reason),
    }));
  }

  reject(reason: string): Promise<void> {
    return this.#settle("reject", { reason: textOf(reason ?? "") });
  }

  release(): Promise<void> {
    return this.#settle("release", {});
  }

  extend(options: { readonly ms?: number; readonly note?: string } = {}): Promise<void> {
    const { ms, note } = options;
    return this.#settleWith("extend", () => {
      checkNote(note);
      return { ms: ms === undefined ? undefined : extension(ms), note };
    });
  }

  protected override decode(): T {
    try {
      return super.decode();
    } catch (error) {
      this.refusal = error;
      throw error;
    }
  }

  #settle(verb: SettleVerb, details: SettleDetails): Promise<void> {
    return this.#owner.settle(this, verb, details);
  }

  /** What cannot be is refused here: it would be refused there with all that is said in the same frame. */
  #settleWith(verb: SettleVerb, detailsOf: () => SettleDetails): Promise<void> {
    let details: SettleDetails;
    try {
      details = detailsOf();
    } catch (error) {
      return refused(error as PeykError);
    }
    return this.#settle(verb, details);
  }
}

export function leaseLost(delivery: ReceivedDelivery): PeykError {
  const why = whys.get(delivery) ?? "somebody else has it, or will";
  const detail = `the lease on ${delivery.id} (${attemptOf(delivery)}) was lost: ${why}`;
  return new PeykError("lease_lost", detail);
}

/** Says why, for all that is told of it from now on. */
export function noteLoss(delivery: ReceivedDelivery, why: string): void {
  whys.set(delivery, why);
}

/** "attempt 2 of 5" */
export function attemptOf({ attempt, maxAttempts }: ReceivedDelivery): string {
  return `attempt ${attempt}${maxAttempts === 0 ? "" : ` of ${maxAttempts}`}`;
}

/** Few leases are lost, so deliveries themselves do not carry why. */
const whys = new WeakMap<ReceivedDelivery, string>();

/** The reasons of a LostLease, as they end a sentence. */
export const LOSS_REASONS: Readonly<Record<string, string>> = {
  deadline: "its ack deadline passed",
  purged: "it was purged",
  deleted: "its subscription or topic was deleted",
  expired: "it expired",
  seek: "its subscription was moved",
  redelivered: "somebody else has it",
};
