import type { SettledRange, SettleOutcome } from "@peyk/client/protocol";
import type { Source } from "./attachment.js";
import type { Chunk, DeliveryRing } from "./delivery-ring.js";
import type { Outcome, Ref, Settle, SettleResult, Unit, UnitResult } from "./engine.js";
import type { QueueEvents } from "./queue-events.js";
import { isSameOutcome } from "./retry.js";
import type { Failure } from "./retry.js";

export type Answered = (ranges: readonly SettledRange[]) => void;
type Extras = Pick<SettledRange, "extendedMs" | "retryInMs">;
type Growing<Range extends { readonly count: number }> = Omit<Range, "count"> & { count: number };

/** A failed attempt, of which the listener hears once it is durable. */
interface FailedAttempt {
  readonly chunk: Chunk;
  readonly failure: Failure;
  readonly settle: number;
}

const NO_EXTRAS: Extras = {};
const NO_SETTLE = -1;
const NO_APPENDS: Unit["appends"] = [];
const NO_RESULTS: readonly SettleResult[] = [];

/**
 * What ends together at one consumer: the ranges of a Settle frame, or the leases that expire at one moment. The leases
 * themselves end at once; this collects what the engine is to store, as one unit, and what is answered when it has.
 */
export class SettleJob {
  /** The one after it at the same consumer; `SettleJobs` sets it. */
  next: SettleJob | undefined;
  readonly #answered: Answered | undefined;
  readonly #answers: Growing<SettledRange>[] = [];
  /** Of each answer the engine settle that decides whether it stays "ok"; `NO_SETTLE` where nothing is stored. */
  readonly #decidedBy: number[] = [];
  readonly #settles: Growing<Settle>[] = [];
  /** The queue of each settle. */
  readonly #sources: Source[] = [];
  #failed: FailedAttempt[] | undefined;
  #released: Map<Source, Growing<Ref>[]> | undefined;
  #results = NO_RESULTS;
  #isStored = false;

  constructor(answered?: Answered) {
    this.#answered = answered;
  }

  /** Whether the engine has something to store. */
  get hasSettles(): boolean {
    return this.#settles.length > 0;
  }

  /** Whether nothing of it is waiting for the engine. */
  get isStored(): boolean {
    return this.#isStored || !this.hasSettles;
  }

  /** Answers deliveries for which nothing is stored. */
  answer(first: number, count: number, outcome: SettleOutcome, extras?: Extras): void {
    this.#push(first, count, outcome, NO_SETTLE, extras);
  }

  /** Settles a chunk; answered with "ok" if the engine stores it. Returns the index of the engine settle. */
  settle(source: Source, chunk: Chunk, outcome: Outcome, extras?: Extras): number {
    const { log } = chunk.run;
    const first = chunk.run.first + chunk.from;
    const lastIndex = this.#settles.length - 1;
    const last = this.#settles[lastIndex];
    if (
      last !== undefined &&
      this.#sources[lastIndex] === source &&
      last.log === log &&
      last.first + last.count === first &&
      isSameOutcome(last.outcome, outcome)
    ) {
      last.count += chunk.count;
    } else {
      const subscription = source.subscription.id;
      this.#settles.push({ subscription, log, first, count: chunk.count, outcome });
      this.#sources.push(source);
    }
    const index = this.#settles.length - 1;
    this.#push(chunk.delivery, chunk.count, "ok", index, extras);
    return index;
  }

  /** Settles a failed attempt. */
  fail(source: Source, chunk: Chunk, outcome: Outcome, failure: Failure): void {
    const extras = outcome.kind === "retry" ? { retryInMs: outcome.delayMs } : undefined;
    const settle = this.settle(source, chunk, outcome, extras);
    (this.#failed ??= []).push({ chunk, failure, settle });
  }

  /** Gives a chunk back to its queue, uncounted. */
  release(source: Source, chunk: Chunk): void {
    const { log } = chunk.run;
    const first = chunk.run.first + chunk.from;
    const released = (this.#released ??= new Map<Source, Growing<Ref>[]>());
    const refs = released.get(source) ?? [];
    const last = refs.at(-1);
    if (last?.log === log && last.first + last.count === first) last.count += chunk.count;
    else refs.push({ log, first, count: chunk.count });
    released.set(source, refs);
    source.counters.released += chunk.count;
  }

  /** Tells the queues what they get back. */
  giveBack(): void {
    this.#released?.forEach((refs, source) => source.giveBack(refs));
  }

  unit(): Unit {
    return { atomic: false, appends: NO_APPENDS, settles: this.#settles };
  }

  store(result: UnitResult): void {
    this.#results = result.settles;
    this.#isStored = true;
  }

  /** Counts, tells and answers what became of it. Call it after those that came before it at this consumer. */
  finish(ring: DeliveryRing, events: QueueEvents): void {
    for (let index = 0; index < this.#settles.length; index += 1) {
      if (this.#results[index] === "done") this.#count(index);
    }
    this.#failed?.forEach((failed) => {
      if (this.#results[failed.settle] === "done") this.#tell(failed, events);
    });
    this.#answered?.(this.#resolve(ring));
  }

  #push(
    firstDelivery: number,
    count: number,
    outcome: SettleOutcome,
    settle: number,
    extras: Extras | undefined,
  ): void {
    if (this.#answered === undefined) return;
    const { extendedMs, retryInMs } = extras ?? NO_EXTRAS;
    const answer = { firstDelivery, count, outcome, extendedMs, retryInMs };
    const last = this.#answers.at(-1);
    if (last && this.#decidedBy.at(-1) === settle && continues(last, answer)) {
      last.count += count;
    } else {
      this.#answers.push(answer);
      this.#decidedBy.push(settle);
    }
  }

  #count(index: number): void {
    const { count = 0, outcome } = this.#settles[index] ?? {};
    const counters = this.#sources[index]?.counters;
    if (counters === undefined) return;
    if (outcome?.kind === "done") counters.acked += count;
    else if (outcome?.kind === "retry") counters.retried += count;
    else counters.deadLettered += count;
  }

  #tell({ chunk, failure, settle }: FailedAttempt, events: QueueEvents): void {
    const subscription = this.#sources[settle]?.subscription;
    const outcome = this.#settles[settle]?.outcome;
    if (subscription === undefined || outcome === undefined) return;
    const { run, from, count } = chunk;
    if (outcome.kind === "dead") {
      events.deadLettered(subscription, { run, from, count, death: outcome.death });
    } else if (outcome.kind === "retry") {
      const { failures: attempt, delayMs } = outcome;
      const { maxAttempts } = subscription.settings;
      const { error, consumer } = failure;
      const retry = { run, from, count, attempt, maxAttempts, error, delayMs, consumer };
      events.retryScheduled(subscription, retry);
    }
  }

  /** The answers as they are now that the engine has spoken. */
  #resolve(ring: DeliveryRing): readonly SettledRange[] {
    const [only] = this.#answers;
    if (this.#answers.length === 1 && only && this.#isFinal(only, 0)) return this.#answers;
    const ranges: Growing<SettledRange>[] = [];
    this.#answers.forEach((answer, index) => {
      const { firstDelivery, count } = answer;
      const settle = this.#decidedBy[index] ?? NO_SETTLE;
      if (this.#isFinal(answer, index)) {
        pushRange(ranges, answer);
      } else if (settle === NO_SETTLE) {
        confirmSettled(firstDelivery, count, ring, ranges);
      } else {
        const outcome = this.#results[settle] === "lost" ? "lease_lost" : "unconfirmed";
        ring.markRefused(firstDelivery, count);
        pushRange(ranges, { firstDelivery, count, outcome });
      }
    });
    return ranges;
  }

  #isFinal(answer: SettledRange, index: number): boolean {
    const settle = this.#decidedBy[index] ?? NO_SETTLE;
    if (settle === NO_SETTLE) return answer.outcome !== "already_settled";
    return this.#results[settle] === "done";
  }
}

/** Asks again about what was settled before: the engine may have refused that in the meantime. */
function confirmSettled(
  first: number,
  count: number,
  ring: DeliveryRing,
  ranges: Growing<SettledRange>[],
): void {
  for (let firstDelivery = first; firstDelivery < first + count; firstDelivery += 1) {
    const outcome = ring.isRefused(firstDelivery) ? "lease_lost" : "already_settled";
    pushRange(ranges, { firstDelivery, count: 1, outcome });
  }
}

function pushRange(ranges: Growing<SettledRange>[], range: Growing<SettledRange>): void {
  const last = ranges.at(-1);
  if (last && continues(last, range)) last.count += range.count;
  else ranges.push(range);
}

function continues(last: SettledRange, next: SettledRange): boolean {
  return (
    last.firstDelivery + last.count === next.firstDelivery &&
    last.outcome === next.outcome &&
    last.extendedMs === next.extendedMs &&
    last.retryInMs === next.retryInMs
  );
}
