import type { SettleOutcome, SettleRange } from "@peyk/client/protocol";
import type { Random } from "../runtime/random.js";
import type { Source } from "./attachment.js";
import { NONE, RETURNED, SETTLED } from "./delivery-ring.js";
import type { Chunk, DeliveryState, EndedState } from "./delivery-ring.js";
import type { Outcome } from "./engine.js";
import type { Holdings } from "./holdings.js";
import { isDelayVaried, outcomeOfFailure } from "./retry.js";
import type { Failure } from "./retry.js";
import type { SettleJob } from "./settle-job.js";

const DONE: Outcome = { kind: "done" };

/** How leases of one consumer end, or go on: what each verb does to what it holds, and what the engine is to store. */
export class Settling {
  readonly #holdings: Holdings;
  readonly #sources: readonly Source[];
  readonly #consumer: string;
  readonly #random: Random;

  constructor(
    holdings: Holdings,
    options: {
      readonly sources: readonly Source[];
      readonly consumer: string;
      readonly random: Random;
    },
  ) {
    this.#holdings = holdings;
    this.#sources = options.sources;
    this.#consumer = options.consumer;
    this.#random = options.random;
  }

  /** Applies what a consumer says; deliveries that it does not hold (any more) are answered as such. */
  apply(range: SettleRange, job: SettleJob): void {
    const { ring } = this.#holdings;
    const end = range.firstDelivery + range.count;
    let delivery = range.firstDelivery;
    while (delivery < end) {
      const chunk = ring.chunkAt(delivery, end);
      if (chunk) {
        this.#settle(chunk, range, job);
        delivery += chunk.count;
      } else {
        const count = ring.countInSameState(delivery, end);
        job.answer(delivery, count, outcomeOfEnded(ring.stateOf(delivery), range));
        delivery += count;
      }
    }
  }

  /** Settles what was sent to a consumer that acks on delivery, and so holds nothing. */
  settleSent(chunk: Chunk, job: SettleJob): void {
    job.settle(this.#sourceOf(chunk), chunk, DONE);
  }

  /** Ends leases as failed attempts. Where the delay varies, each message comes back after its own. */
  fail(chunk: Chunk, failure: Failure, ended: EndedState | undefined, job: SettleJob): void {
    const source = this.#sourceOf(chunk);
    const { subscription } = source;
    let delivery = chunk.delivery;
    const end = delivery + chunk.count;
    while (delivery < end) {
      const note = this.#holdings.noteOf(delivery);
      const noted = note === undefined ? failure : { ...failure, note };
      const outcome = outcomeOfFailure(subscription, chunk.run, noted, this.#random);
      const isShared = !this.#holdings.hasNotes && !isDelayVaried(subscription, outcome, failure);
      const count = isShared ? end - delivery : 1;
      const part = partOf(chunk, delivery, count);
      this.#holdings.end(part, ended ?? (outcome.kind === "dead" ? SETTLED : RETURNED));
      job.fail(source, part, outcome, failure);
      delivery += count;
    }
  }

  /** Ends a lease uncounted. */
  release(chunk: Chunk, ended: EndedState, job: SettleJob): void {
    this.#holdings.end(chunk, ended);
    job.release(this.#sourceOf(chunk), chunk);
  }

  #settle(chunk: Chunk, range: SettleRange, job: SettleJob): void {
    switch (range.verb) {
      case "ack":
        this.#holdings.end(chunk, SETTLED);
        job.settle(this.#sourceOf(chunk), chunk, DONE);
        return;
      case "nack":
        return this.fail(chunk, this.#failure("nack", range), undefined, job);
      case "reject":
        return this.fail(chunk, this.#failure("reject", range), undefined, job);
      case "release":
        this.release(chunk, RETURNED, job);
        job.answer(chunk.delivery, chunk.count, "ok");
        return;
      case "extend":
        return this.#extend(chunk, range, job);
    }
  }

  #extend(chunk: Chunk, { extendMs, note }: SettleRange, job: SettleJob): void {
    const { ackDeadlineMs } = this.#sourceOf(chunk).subscription.settings;
    for (let offset = 0; offset < chunk.count; offset += 1) {
      const delivery = chunk.delivery + offset;
      const ms = extendMs ?? ackDeadlineMs;
      const extendedMs = this.#holdings.leases.extend(chunk, delivery, ms);
      if (note !== undefined) this.#holdings.setNote(delivery, note);
      job.answer(delivery, 1, "ok", { extendedMs });
    }
  }

  /** Only a nack has a delay of its own. */
  #failure(reason: "nack" | "reject", { reason: error, delayMs: asked }: SettleRange): Failure {
    const delayMs = reason === "nack" ? asked : undefined;
    return { error, reason, consumer: this.#consumer, delayMs, note: undefined };
  }

  #sourceOf(chunk: Chunk): Source {
    const source = this.#sources[chunk.source];
    if (source === undefined) throw new Error(`a delivery names source ${chunk.source}`);
    return source;
  }
}

/** `count` deliveries of a chunk, from `delivery` on. */
function partOf(
  { delivery: first, state, source, run, from }: Chunk,
  delivery: number,
  count: number,
): Chunk {
  return { delivery, count, state, source, run, from: from + delivery - first };
}

/** Whether a nack or release asks for what has been done already, so that sending it twice does no harm. */
function outcomeOfEnded(state: DeliveryState, { verb }: SettleRange): SettleOutcome {
  switch (state) {
    case NONE:
      return "unknown";
    case SETTLED:
      return "already_settled";
    case RETURNED:
      return verb === "nack" || verb === "release" ? "already_settled" : "lease_lost";
    default:
      return "lease_lost";
  }
}
