import { PeykError } from "@peyk/client/protocol";
import type { ConsumerCredit, SettleRange } from "@peyk/client/protocol";
import type { Source, Taker } from "./attachment.js";
import type { ConsumerNotice, ConsumerPort, LostLeases } from "./consumer-port.js";
import { resolveCredit } from "./credit.js";
import { BUFFERED, LOST, RETURNED } from "./delivery-ring.js";
import type { Chunk } from "./delivery-ring.js";
import type { LossReason, Run } from "./engine.js";
import { HandOverPort } from "./hand-over-port.js";
import { Holdings, sizeOf } from "./holdings.js";
import type { QueueContext } from "./queue-context.js";
import type { LeaseEnd } from "./queue-events.js";
import type { RefSet } from "./ref-set.js";
import type { Failure } from "./retry.js";
import { SettleJob } from "./settle-job.js";
import type { Answered } from "./settle-job.js";
import { SettleJobs } from "./settle-jobs.js";
import { Settling } from "./settling.js";

export interface ConsumerOptions {
  /** The client's name, for dead letters, logs and refusals. */
  readonly name: string;
  readonly credit: ConsumerCredit;
  /** At most once: messages are settled by being sent. */
  readonly ackOnDelivery: boolean;
  /** The client is part of this process: what it is given may be the end of it. */
  readonly sharesProcess: boolean;
  readonly port: ConsumerPort;
}

type Presence =
  | { readonly name: "connected" }
  /** Holds what it has, gets nothing new; what it would have been told waits. */
  | { readonly name: "suspended"; readonly notices: ConsumerNotice[] }
  | { readonly name: "detached" };

/** Whether it shares the messages with others, or is about to have, or has, one poison message and nothing else. */
type Duty =
  | { readonly name: "shared" }
  | { readonly name: "reserved"; readonly queue: Source }
  | { readonly name: "alone" };

const CONNECTED: Presence = { name: "connected" };
const DETACHED: Presence = { name: "detached" };
const SHARED: Duty = { name: "shared" };
const ALONE: Duty = { name: "alone" };

/**
 * One attachment of a session: what it holds of one or more queues, under one credit, one concurrency and one sequence
 * of delivery numbers from 1. Made by `attachConsumer`.
 */
export class Consumer implements Taker {
  readonly name: string;
  readonly ackOnDelivery: boolean;
  readonly #context: QueueContext;
  readonly #sources: readonly Source[];
  readonly #port: ConsumerPort;
  readonly #holdings: Holdings;
  readonly #settling: Settling;
  readonly #jobs: SettleJobs;
  readonly #wake = (): void => this.#wakeSources();
  /** Queues that are no more, and why. */
  readonly #gone = new Map<number, PeykError>();
  #credit: ConsumerCredit;
  #presence: Presence = CONNECTED;
  #duty: Duty = SHARED;

  constructor(context: QueueContext, sources: readonly Source[], options: ConsumerOptions) {
    this.name = options.name;
    this.ackOnDelivery = options.ackOnDelivery;
    this.#context = context;
    this.#sources = sources;
    this.#port = this.#portFor(options);
    this.#credit = resolveCredit(options.credit, context.maxCredit);
    this.#holdings = new Holdings(
      context,
      (source) => this.#source(source).subscription.settings,
      () => this.#onLeaseDue(),
    );
    this.#jobs = new SettleJobs(context, this.#holdings.ring);
    context.held.join(this.#wake);
    this.#settling = new Settling(this.#holdings, {
      sources,
      consumer: options.name,
      random: context.random,
    });
  }

  // ---- For the session ---------------------------------------------------------------------------------------------

  get lastDelivery(): number {
    return this.#holdings.ring.next - 1;
  }

  get heldMessages(): number {
    return this.#holdings.ring.unsettled;
  }

  get heldBytes(): number {
    return this.#holdings.bytes;
  }

  /** Whether this queue of it still exists. */
  takesFrom(source: number): boolean {
    return !this.#gone.has(source);
  }

  get runningMessages(): number {
    return this.#holdings.leases.running;
  }

  /** Changes what it may hold, from now on. Throws `invalid_argument`. */
  setCredit(credit: ConsumerCredit): void {
    this.#credit = resolveCredit(credit, this.#context.maxCredit);
    if (this.#credit.messages === 0) this.reserve(undefined);
    this.#changed();
  }

  /**
   * Settles deliveries, or extends them. Each lease ends, or goes on, at once; `answered` is called once, with ranges that
   * cover those given in their order, when all of it is durable, and before this returns if nothing is to be stored and
   * nothing is waiting. The ranges have been checked, as `readSettle` does.
   */
  settle(ranges: readonly SettleRange[], answered: Answered): void {
    const job = new SettleJob(answered);
    for (const range of ranges) {
      this.#settling.apply(range, job);
      this.#startNext();
    }
    this.#changed();
    this.#jobs.submit(job);
  }

  /** Gives it nothing new, while its session has no connection or its socket is behind. Leases and deadlines go on. */
  suspend(): void {
    if (this.#presence.name !== "connected") return;
    this.#presence = { name: "suspended", notices: [] };
    this.reserve(undefined);
    this.#changed();
  }

  /** Ends `suspend`: tells what happened meanwhile, and gives it new messages again. */
  resume(): void {
    if (this.#presence.name !== "suspended") return;
    const { notices } = this.#presence;
    this.#presence = CONNECTED;
    this.#changed();
    for (const notice of notices) this.#port.notice(notice);
  }

  /**
   * Sends again, under the same numbers, every unsettled delivery above the last one that the client received; their ack
   * deadlines begin again. Tells again which queues are no more. Call it before `resume`. Throws `invalid_argument` if
   * there was no such delivery.
   */
  redeliver(afterDelivery: number): void {
    if (!(afterDelivery >= 0 && afterDelivery <= this.lastDelivery)) {
      const detail = `lastDelivery is ${afterDelivery}, the last one sent is ${this.lastDelivery}`;
      throw new PeykError("invalid_argument", detail, { field: "lastDelivery" });
    }
    for (const chunk of this.#holdings.ring.chunks(afterDelivery + 1)) {
      const { delivery: firstDelivery, source, run, from, count } = chunk;
      this.#holdings.leases.restart(chunk);
      this.#port.deliver({ firstDelivery, source, run, from, count });
    }
    if (this.#gone.size > 0) this.#tellGoneAgain();
  }

  /**
   * Takes it away from its queues. A clean end gives everything back uncounted. After a crash (its session ended by itself)
   * what was running has failed; what was buffered goes back uncounted. Settles on their way are still answered.
   */
  detach(how: "clean" | "crash"): void {
    if (this.#presence.name === "detached") return;
    this.#presence = DETACHED;
    const job = new SettleJob();
    const lost = this.#sources.map(() => ({ consumer: this.name, running: 0, buffered: 0 }));
    for (const chunk of this.#holdings.ring.chunks()) {
      const isRunning = chunk.state !== BUFFERED;
      const counts = lost[chunk.source];
      if (counts) counts[isRunning ? "running" : "buffered"] += chunk.count;
      if (how === "crash" && isRunning) this.#settling.fail(chunk, this.#failure(how), LOST, job);
      else this.#settling.release(chunk, RETURNED, job);
    }
    this.#holdings.leases.close();
    this.#context.held.leave(this.#wake);
    if (this.#port instanceof HandOverPort) this.#port.close();
    this.#jobs.submit(job);
    this.#sources.forEach((source, index) => {
      source.leave(this);
      const counts = lost[index];
      if (how === "crash" && counts && this.takesFrom(index))
        this.#context.events.consumerLost(source.subscription, counts);
    });
  }

  // ---- For its queues ----------------------------------------------------------------------------------------------

  get freeMessages(): number {
    if (this.#presence !== CONNECTED || this.#duty !== SHARED) return 0;
    const { ring } = this.#holdings;
    const free = this.#credit.messages - ring.unsettled;
    if (free <= 0) return 0;
    return this.freeBytes > 0 || ring.unsettled === 0 ? free : 0;
  }

  get freeBytes(): number {
    const { bytes, ring } = this.#holdings;
    const free = Math.min(this.#credit.bytes - bytes, this.#context.held.freeFor(bytes));
    // Who holds nothing gets a message, however large.
    return ring.unsettled === 0 ? Math.max(free, 1) : free;
  }

  get creditMessages(): number {
    return this.#presence === CONNECTED ? this.#credit.messages : 0;
  }

  get creditBytes(): number {
    return this.#credit.bytes;
  }

  get isSharing(): boolean {
    return this.creditMessages > 0 && this.#duty === SHARED;
  }

  get reservedFor(): Source | undefined {
    return this.#duty.name === "reserved" ? this.#duty.queue : undefined;
  }

  reserve(queue: Source | undefined): void {
    if (this.#duty === ALONE) return;
    this.#duty = queue === undefined ? SHARED : { name: "reserved", queue };
    if (queue === undefined) this.#wakeSources();
  }

  fit(run: Run, from: number, count: number): number {
    const most = Math.min(count, this.freeMessages);
    if (most <= 0) return 0;
    const freeBytes = this.freeBytes;
    if (sizeOf(run, from, most) <= freeBytes) return most;
    let fitting = 0;
    for (let above = most; above - fitting > 1;) {
      const middle = (fitting + above) >> 1;
      if (sizeOf(run, from, middle) <= freeBytes) fitting = middle;
      else above = middle;
    }
    return fitting === 0 && this.heldMessages === 0 ? 1 : fitting;
  }

  take(source: number, run: Run, from: number, count: number): void {
    const queue = this.#source(source);
    queue.counters.delivered += count;
    if (this.ackOnDelivery) return this.#sendSettled(source, run, from, count);
    const firstDelivery = this.#holdings.add(source, run, from, count);
    this.#startNext();
    // What this queue gave, the others can no longer give.
    if (this.#sources.length > 1) this.#wakeSources();
    this.#port.deliver({ firstDelivery, source, run, from, count });
  }

  takeAlone(source: number, run: Run, from: number): void {
    this.#duty = this.ackOnDelivery ? SHARED : ALONE;
    this.take(source, run, from, 1);
  }

  lose(source: number, refs: RefSet, reason: LossReason): void {
    const lost: LostLeases[] = [];
    for (const chunk of this.held(source)) {
      const { run, from, delivery } = chunk;
      for (const { offset, count, isIn } of refs.parts(run.log, run.first + from, chunk.count)) {
        if (!isIn) continue;
        const part = { ...chunk, delivery: delivery + offset, from: from + offset, count };
        this.#lose(part, reason, lost);
      }
    }
    this.#tellLost(lost);
  }

  drop(source: number, error: PeykError): void {
    const lost: LostLeases[] = [];
    for (const chunk of this.held(source)) this.#lose(chunk, "deleted", lost);
    this.#tellLost(lost);
    this.#gone.set(source, error);
    this.#tellGone(source, error, this.#gone.size);
  }

  *held(source: number): Generator<Chunk, void> {
    for (const chunk of this.#holdings.ring.chunks()) if (chunk.source === source) yield chunk;
  }

  // ---- Inside ------------------------------------------------------------------------------------------------------

  #portFor({ port, sharesProcess, ackOnDelivery }: ConsumerOptions): ConsumerPort {
    // What is settled by being sent never comes back.
    if (!sharesProcess || ackOnDelivery) return port;
    const { engine } = this.#context;
    return new HandOverPort(port, engine, (source) => this.#source(source).subscription.id);
  }

  #sendSettled(source: number, run: Run, from: number, count: number): void {
    const delivery = this.#holdings.ring.skip(count);
    this.#port.deliver({ firstDelivery: delivery, source, run, from, count });
    const job = new SettleJob();
    this.#settling.settleSent({ delivery, count, state: BUFFERED, source, run, from }, job);
    this.#jobs.submit(job);
  }

  #onLeaseDue(): void {
    const { leases, ring } = this.#holdings;
    const job = new SettleJob();
    const lost: LostLeases[] = [];
    for (const delivery of leases.expired()) {
      const chunk = ring.chunkAt(delivery, delivery + 1);
      if (chunk === undefined) continue;
      const { subscription, counters } = this.#source(chunk.source);
      this.#settling.fail(chunk, this.#failure("deadline"), LOST, job);
      counters.expired += 1;
      pushLost(lost, delivery, 1, "deadline");
      const { run, from, count } = chunk;
      const details = { run, from, count, consumer: this.name, reason: "deadline" } as const;
      this.#context.events.leaseLost(subscription, details);
    }
    leases.rearm();
    if (job.hasSettles) this.#jobs.submit(job);
    this.#tellLost(lost);
  }

  #lose(chunk: Chunk, reason: LossReason, lost: LostLeases[]): void {
    const { run, from, count } = chunk;
    this.#holdings.end(chunk, LOST);
    pushLost(lost, chunk.delivery, count, reason);
    const { subscription } = this.#source(chunk.source);
    const details = { run, from, count, consumer: this.name, reason };
    this.#context.events.leaseLost(subscription, details);
  }

  #tellLost(leases: readonly LostLeases[]): void {
    if (leases.length === 0) return;
    this.#changed();
    this.#tell({ kind: "lost", leases });
  }

  #tellGone(source: number, error: PeykError, goneCount: number): void {
    const isLast = goneCount === this.#sources.length;
    this.#tell({ kind: "detached", source, isLast, error });
  }

  /** What was told before may have been on its way when the connection ended. */
  #tellGoneAgain(): void {
    if (this.#presence.name === "suspended") {
      const notices = this.#presence.notices.filter(({ kind }) => kind !== "detached");
      this.#presence = { name: "suspended", notices };
    }
    let count = 0;
    for (const [source, error] of this.#gone) this.#tellGone(source, error, ++count);
  }

  #tell(notice: ConsumerNotice): void {
    if (this.#presence.name === "suspended") this.#presence.notices.push(notice);
    else if (this.#presence.name === "connected") this.#port.notice(notice);
  }

  /** What it holds or may hold is different: the next deliveries start, and its queues look what it can be given. */
  #changed(): void {
    if (this.#duty === ALONE && this.heldMessages === 0) this.#duty = SHARED;
    this.#startNext();
    this.#wakeSources();
  }

  #wakeSources(): void {
    for (const source of this.#sources) source.wake();
  }

  #startNext(): void {
    this.#holdings.leases.start(this.#credit.concurrency);
  }

  #failure(reason: "deadline" | "crash"): Failure {
    const error =
      reason === "deadline"
        ? "it was not settled before its ack deadline"
        : "its consumer was lost while it was running";
    return { error, reason, consumer: this.name, delayMs: undefined, note: undefined };
  }

  #source(index: number): Source {
    const source = this.#sources[index];
    if (source === undefined) throw new Error(`consumer ${this.name} has no source ${index}`);
    return source;
  }
}

function pushLost(lost: LostLeases[], delivery: number, count: number, reason: LeaseEnd): void {
  const last = lost.at(-1);
  if (last && last.firstDelivery + last.count === delivery && last.reason === reason) {
    lost[lost.length - 1] = { ...last, count: last.count + count };
  } else {
    lost.push({ firstDelivery: delivery, count, reason });
  }
}
