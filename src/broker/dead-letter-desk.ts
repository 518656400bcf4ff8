import { limits, PeykError, type peyk } from "@peyk/client/protocol";
import type { Broker } from "./broker.js";
import type { Ref, Run, Subscription, SubscriptionId, Which } from "./engine.js";
import { messageId } from "./shapes.js";

type WhichInput = peyk.v1.IWhich | undefined;

/** Dead letters that are looked at together. */
const PAGE_MESSAGES = 100;

/** How long a step of a redrive takes when a rate is given, in ms. */
const REDRIVE_STEP_MS = 100;

/** Lists, moves back and forgets the dead letters of subscriptions. */
export class DeadLetterDesk {
  readonly #broker: Broker;
  /** Queues that are being redriven slowly. */
  readonly #redriving = new Set<SubscriptionId>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  async list(
    name: string,
    page: { readonly which: WhichInput; readonly after: string; readonly limit: number },
  ): Promise<peyk.v1.IDeadLetterPage> {
    const queue = this.#queueOf(name);
    const limit = Math.min(page.limit || limits.MAX_PEEK_MESSAGES, limits.MAX_PEEK_MESSAGES);
    const deadLetters: peyk.v1.IDeadLetter[] = [];
    let bytes = 0;
    let last = 0;
    for await (const run of this.#chosen(queue, page.which, positionOf(page.after))) {
      bytes += run.batch.byteLength(run.from, 1);
      const isFull = deadLetters.length === limit || bytes > limits.MAX_PACKET_BYTES;
      if (isFull && deadLetters.length > 0) return { deadLetters, next: String(last) };
      deadLetters.push(deadLetter(run));
      last = run.first;
    }
    return { deadLetters, next: "" };
  }

  async redrive(
    name: string,
    which: WhichInput,
    { perSecond, dryRun }: { readonly perSecond: number; readonly dryRun: boolean },
  ): Promise<peyk.v1.ICount> {
    if (!(perSecond >= 0 && perSecond < Infinity)) {
      const detail = `perSecond is ${perSecond}; it must be 0, for at once, or more`;
      throw new PeykError("invalid_argument", detail, { field: "perSecond", limit: 0 });
    }
    const queue = this.#queueOf(name);
    if (dryRun) return { count: await this.#count(queue, which) };
    const { engine } = this.#broker;
    if (perSecond === 0) {
      return { count: await engine.redrive(queue.id, await this.#which(queue, which)) };
    }
    return { count: await this.#redriveSlowly(queue, which, perSecond) };
  }

  async purge(name: string, which: WhichInput, dryRun: boolean): Promise<peyk.v1.ICount> {
    const queue = this.#queueOf(name);
    if (dryRun) return { count: await this.#count(queue, which) };
    return { count: await this.#broker.engine.purge(queue.id, await this.#which(queue, which)) };
  }

  /** What is dead at the beginning, and not what dies again meanwhile. */
  async #redriveSlowly(queue: Subscription, which: WhichInput, perSecond: number): Promise<number> {
    if (this.#redriving.has(queue.id)) {
      throw new PeykError("conflict", `${queue.name} is being redriven already`);
    }
    this.#redriving.add(queue.id);
    try {
      const refs = await this.#refs(queue, which);
      checkDuration(refs.length, perSecond);
      const step = Math.max(1, Math.round((perSecond * REDRIVE_STEP_MS) / 1000));
      let moved = 0;
      for (let at = 0; at < refs.length; at += step) {
        if (at > 0) await this.#pause((1000 * step) / perSecond);
        const some = refs.slice(at, at + step);
        moved += await this.#broker.engine.redrive(queue.id, { refs: some });
      }
      return moved;
    } finally {
      this.#redriving.delete(queue.id);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#broker.clock.setTimer(ms, resolve));
  }

  #queueOf(name: string): Subscription {
    const subscription = this.#broker.requireSubscription(name);
    const { deadLetters } = subscription;
    if (deadLetters === undefined) return subscription;
    const queue = this.#broker.names.subscriptionById(deadLetters);
    if (queue) return queue;
    const detail = `${name} has no dead-letter queue`;
    throw new PeykError("not_found", detail, { field: "subscription" });
  }

  async #count(queue: Subscription, which: WhichInput): Promise<number> {
    if (which?.ids?.length) return (await this.#refs(queue, which)).length;
    const { unsettled } = await this.#broker.engine.stats(queue.id);
    return which?.count ? Math.min(which.count, unsettled) : unsettled;
  }

  async #which(queue: Subscription, which: WhichInput): Promise<Which> {
    if (which?.ids?.length) return { refs: await this.#refs(queue, which) };
    return { count: which?.count || Infinity };
  }

  async #refs(queue: Subscription, which: WhichInput): Promise<Ref[]> {
    const refs: Ref[] = [];
    for await (const { log, first } of this.#chosen(queue, which, 0)) {
      refs.push({ log, first, count: 1 });
    }
    return refs;
  }

  /** Those of `which` behind a position, oldest first; never more than a page of them in memory. */
  async *#chosen(queue: Subscription, which: WhichInput, after: number): AsyncGenerator<Run> {
    const ids = which?.ids?.length ? new Set(which.ids) : undefined;
    let left = which?.count || Infinity;
    for await (const run of this.#dead(queue, after)) {
      if (left === 0 || ids?.size === 0) return;
      if (ids && !ids.delete(messageId(run))) continue;
      yield run;
      left -= 1;
    }
  }

  async *#dead(queue: Subscription, after: number): AsyncGenerator<Run> {
    let last = after;
    for (let count = PAGE_MESSAGES; ;) {
      const runs = await this.#broker.engine.peek(queue.id, "ready", count, last);
      const behind = last;
      for (const run of runs) {
        if (run.first <= behind) continue;
        last = run.first;
        yield run;
      }
      // An engine stops at a number of bytes, too: there is no more only when nothing new came.
      if (last > behind) continue;
      if (runs.length < count) return;
      // One that begins at the oldest every time must be asked for more.
      count *= 2;
    }
  }
}

/** Nobody's request may be open for ever. */
function checkDuration(count: number, perSecond: number): void {
  const limit = limits.MAX_REDRIVE_MS;
  const ms = (count * 1000) / perSecond;
  if (ms <= limit) return;
  const least = Math.ceil((count * 1000) / limit);
  const detail =
    `perSecond is ${perSecond}: ${count} dead letters would take longer than ${limit} ms; ` +
    `at least ${least} are needed, or fewer dead letters at a time`;
  throw new PeykError("invalid_argument", detail, { field: "perSecond", limit: least });
}

function positionOf(after: string): number {
  const position = after === "" ? 0 : Number(after);
  if (Number.isSafeInteger(position) && position >= 0) return position;
  throw new PeykError("invalid_argument", "after must be the next of an earlier answer", {
    field: "after",
  });
}

function deadLetter(run: Run): peyk.v1.IDeadLetter {
  return {
    id: messageId(run),
    topic: run.topic.name,
    publishedAtMs: run.publishedAtMs,
    reason: run.death && { ...run.death },
    message: run.batch.message(run.from),
  };
}
