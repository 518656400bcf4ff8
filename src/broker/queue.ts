import { PeykError } from "@peyk/client/protocol";
import type { Attachment, Source, Taker } from "./attachment.js";
import { BUFFERED } from "./delivery-ring.js";
import { dispatch } from "./dispatch.js";
import type { Feed, LossReason, Ref, Run, Subscription } from "./engine.js";
import { failInterrupted } from "./interrupted.js";
import type { QueueContext } from "./queue-context.js";
import { createCounters } from "./queue-events.js";
import type { QueueCounters, Slice } from "./queue-events.js";
import { ReadyList } from "./ready-list.js";
import { RefSet } from "./ref-set.js";

/** A message that was running so often when its consumer died is handed over alone. */
const POISON_CRASHES = 2;

/** While poison messages are set aside, no more is asked of the feed than would fill this up. */
const MAX_POISON = { messages: 1_000, bytes: 64 * 1024 * 1024 };

export interface QueueStats extends QueueCounters {
  /** Handed out by the feed, and by the queue not yet. */
  readonly ready: number;
  /** Held by consumers, waiting for their turn there. */
  readonly buffered: number;
  readonly running: number;
  readonly consumers: number;
  /** How many of them could be given something now. */
  readonly freeConsumers: number;
}

/** Messages that a consumer holds. */
export interface Held extends Slice {
  readonly state: "buffered" | "running";
  readonly consumer: string;
  readonly firstDelivery: number;
}

type State =
  | { readonly name: "idle" }
  /** Has consumers, and a feed for them. */
  | { readonly name: "open"; readonly feed: Feed }
  | { readonly name: "closed"; readonly error: PeykError };

/**
 * One subscription's policy: which consumer gets what, and how much is asked of the engine for it. What consumers hold is
 * theirs to know (`Consumer`); the engine keeps the rest.
 *
 * Everything is done together once per turn of the event loop: runs that arrive, credit that gets free and consumers
 * that come and go only wake the queue.
 */
export class Queue implements Source {
  readonly counters = createCounters();
  readonly #context: QueueContext;
  #subscription: Subscription;
  #state: State = { name: "idle" };
  /** In the order of their arrival; replaced, never changed. */
  #attachments: readonly Attachment[] = [];
  /** Those of them that get messages: all, or the first one. */
  #served: readonly Attachment[] = [];
  readonly #ready = new ReadyList();
  readonly #poison = new ReadyList();
  /** Is kept free for the next poison message; see `Taker.reservedFor`. */
  #reserved: Taker | undefined;
  /** Where the dispatch begins among equals. */
  #turn = 0;
  #isAwake = false;
  /** What the feed was asked for and has not handed out. */
  #wantedMessages = 0;
  #wantedBytes = 0;

  constructor(context: QueueContext, subscription: Subscription) {
    this.#context = context;
    this.#subscription = subscription;
  }

  get subscription(): Subscription {
    return this.#subscription;
  }

  // ---- For the broker ----------------------------------------------------------------------------------------------

  /** New settings apply from the next event on: a lower attempt limit at the next failure, a deadline to new leases. */
  update(subscription: Subscription): void {
    this.#subscription = subscription;
    this.#setAttachments(this.#attachments);
    this.wake();
  }

  /** The subscription is no more: its leases end, and its consumers are told. */
  close(error: PeykError): void {
    if (this.#state.name === "closed") return;
    const attachments = this.#attachments;
    this.#leaveOpen({ name: "closed", error });
    for (const { taker, source } of attachments) taker.drop(source, error);
  }

  /** The broker stops: its consumers are detached, and what they hold goes back uncounted. Nobody is told. */
  stop(error: PeykError): void {
    for (const { taker } of this.#attachments) taker.detach("clean");
    this.#leaveOpen({ name: "closed", error });
  }

  stats(): QueueStats {
    let buffered = 0;
    let running = 0;
    let freeConsumers = 0;
    for (const { taker, source } of this.#attachments) {
      if (taker.freeMessages > 0) freeConsumers += 1;
      for (const { state, count } of taker.held(source)) {
        if (state === BUFFERED) buffered += count;
        else running += count;
      }
    }
    const ready = this.#ready.messages + this.#poison.messages;
    const consumers = this.#attachments.length;
    return { ...this.counters, ready, buffered, running, consumers, freeConsumers };
  }

  /** At most `limit` of the messages that consumers hold in a state, in no special order. For peeking. */
  held(state: Held["state"], limit: number): Held[] {
    const found: Held[] = [];
    let left = limit;
    for (const { taker, source } of this.#attachments) {
      for (const chunk of taker.held(source)) {
        if (left <= 0) return found;
        if ((chunk.state === BUFFERED) !== (state === "buffered")) continue;
        const { run, from, delivery: firstDelivery } = chunk;
        const count = Math.min(chunk.count, left);
        found.push({ run, from, count, state, consumer: taker.name, firstDelivery });
        left -= count;
      }
    }
    return found;
  }

  // ---- For consumers -----------------------------------------------------------------------------------------------

  /** Throws `conflict` if another consumer has the subscription for itself, or what ended the subscription. */
  checkAttach(): void {
    if (this.#state.name === "closed") throw this.#state.error;
    const [holder] = this.#attachments;
    if (holder === undefined || this.#subscription.settings.mode !== "exclusive") return;
    throw new PeykError(
      "conflict",
      `subscription ${this.#subscription.name} is exclusive, and consumer ` +
        `${JSON.stringify(holder.taker.name.slice(0, 64))} has it`,
    );
  }

  /** `source` is what the consumer knows this queue by. The first one opens the feed. */
  attach(taker: Taker, source: number): void {
    this.checkAttach();
    if (this.#state.name === "idle") this.#open();
    this.#setAttachments([...this.#attachments, { taker, source }]);
    this.wake();
  }

  leave(taker: Taker): void {
    this.#setAttachments(this.#attachments.filter((attachment) => attachment.taker !== taker));
    if (this.#state.name !== "open") return;
    if (this.#attachments.length > 0) this.wake();
    else this.#leaveOpen({ name: "idle" });
  }

  wake(): void {
    if (this.#isAwake || this.#state.name !== "open") return;
    this.#isAwake = true;
    this.#context.clock.defer(() => this.#work());
  }

  giveBack(refs: readonly Ref[]): void {
    if (refs.length > 0 && this.#state.name === "open") this.#state.feed.giveBack(refs);
  }

  // ---- Inside ------------------------------------------------------------------------------------------------------

  #open(): void {
    const feed = this.#context.engine.feed(this.#subscription.id, {
      run: (run) => this.#onRun(run),
      // Keys are not looked at: messages of one key may be held by several consumers at a time.
      blocked: () => {},
      lost: (refs, reason) => this.#onLost(refs, reason),
    });
    this.#state = { name: "open", feed };
  }

  /** Closing the feed gives back what is in hand. */
  #leaveOpen(next: State): void {
    const state = this.#state;
    this.#state = next;
    this.#unreserve();
    this.#ready.trim(0);
    this.#poison.trim(0);
    this.#wantedMessages = 0;
    this.#wantedBytes = 0;
    if (state.name === "open") state.feed.close();
  }

  #setAttachments(attachments: readonly Attachment[]): void {
    const { mode } = this.#subscription.settings;
    this.#attachments = attachments;
    this.#served = mode === "shared" ? attachments : attachments.slice(0, 1);
    if (this.#served.every(({ taker }) => taker !== this.#reserved)) this.#unreserve();
  }

  #onRun(run: Run): void {
    if (run.interrupted) {
      this.#wantedMessages = Math.max(this.#wantedMessages - run.count, 0);
      const bytes = run.batch.byteLength(run.from, run.count);
      this.#wantedBytes = Math.max(this.#wantedBytes - bytes, 0);
      failInterrupted(this.#context, this, run);
      return this.wake();
    }
    const list = run.crashes >= POISON_CRASHES ? this.#poison : this.#ready;
    const bytesBefore = list.bytes;
    list.push(run);
    this.#wantedMessages = Math.max(this.#wantedMessages - run.count, 0);
    this.#wantedBytes = Math.max(this.#wantedBytes - (list.bytes - bytesBefore), 0);
    this.wake();
  }

  #onLost(refs: readonly Ref[], reason: LossReason): void {
    const lost = new RefSet(refs);
    this.#ready.remove(lost);
    this.#poison.remove(lost);
    for (const { taker, source } of this.#attachments) taker.lose(source, lost, reason);
    this.wake();
  }

  #work(): void {
    this.#isAwake = false;
    if (this.#state.name !== "open") return;
    this.#turn = dispatch(this.#ready, this.#served, this.#turn);
    this.#dispatchPoison();
    this.#giveBackSurplus();
    this.#ask();
  }

  /**
   * Poison messages go to consumers that hold nothing else. One at a time is kept free for them, and at least one goes on
   * with the others' messages, unless there is only one.
   */
  #dispatchPoison(): void {
    for (let slice = this.#poison.first; slice !== undefined; slice = this.#poison.first) {
      const attachment = this.#emptyForPoison();
      if (attachment === undefined) return;
      const { run, from } = slice;
      if (attachment.taker === this.#reserved) this.#reserved = undefined;
      this.#poison.shift(1);
      attachment.taker.takeAlone(attachment.source, run, from);
    }
    this.#unreserve();
  }

  /** An attachment that holds nothing; if there is none, one is reserved until it does. */
  #emptyForPoison(): Attachment | undefined {
    const reserved = this.#served.find(({ taker }) => taker.reservedFor === this);
    if (reserved?.taker.heldMessages === 0) return reserved;
    const active = this.#served.filter(({ taker }) => taker.creditMessages > 0);
    const sharing = active.filter(({ taker }) => taker.isSharing);
    if (sharing.length === 0 || (sharing.length === 1 && active.length > 1)) return undefined;
    const least = sharing.reduce((one, other) =>
      other.taker.heldMessages < one.taker.heldMessages ? other : one,
    );
    if (least.taker.heldMessages === 0) return least;
    if (reserved === undefined) {
      this.#reserved = least.taker;
      least.taker.reserve(this);
    }
    return undefined;
  }

  #unreserve(): void {
    if (this.#reserved?.reservedFor === this) this.#reserved.reserve(undefined);
    this.#reserved = undefined;
  }

  /** Keeps no more in hand than its consumers could hold at once. */
  #giveBackSurplus(): void {
    let most = 0;
    for (const { taker } of this.#served) most += taker.creditMessages;
    if (this.#ready.messages > most) this.giveBack(this.#ready.trim(most));
    if (most === 0) this.giveBack(this.#poison.trim(0));
  }

  /**
   * Asks for the free credit of its consumers, less what is in hand. One that is busy with a poison message counts in full:
   * what others sent must be there when it is done, or the next poison message would be first again.
   */
  #ask(): void {
    if (this.#state.name !== "open") return;
    let messages = -this.#ready.messages;
    let bytes = -this.#ready.bytes;
    for (const { taker } of this.#served) {
      const free = taker.freeMessages;
      if (free > 0) {
        messages += free;
        bytes += taker.freeBytes;
      } else if (taker.creditMessages > 0 && !taker.isSharing) {
        messages += taker.creditMessages;
        bytes += taker.creditBytes;
      }
    }
    if (this.#poison.messages > 0) {
      messages = Math.min(messages, MAX_POISON.messages - this.#poison.messages);
      bytes = Math.min(bytes, MAX_POISON.bytes - this.#poison.bytes);
    }
    if (messages <= 0 || bytes <= 0) messages = bytes = 0;
    if (messages === this.#wantedMessages && bytes === this.#wantedBytes) return;
    this.#wantedMessages = messages;
    this.#wantedBytes = bytes;
    this.#state.feed.want(messages, bytes);
  }
}
