import type { Feed, FeedEvents, Ref, Run } from "../../broker/engine.js";
import type { Clock } from "../../runtime/clock.js";
import { Fifo } from "../../runtime/fifo.js";
import {
  DeadlineHeap,
  NOT_IN_HEAP,
  type Alarm,
  type Deadline,
  type Timers,
} from "../../runtime/timers.js";
import type { Source } from "./feed-source.js";

/** Messages of one source that come again: at once, or when they are due. */
class Again implements Deadline {
  dueAt = 0;
  heapIndex = NOT_IN_HEAP;
  readonly source: Source;
  first: number;
  count: number;

  constructor(source: Source, first: number, count: number) {
    this.source = source;
    this.first = first;
    this.count = count;
  }
}

/** What a feed needs of its engine. */
export interface FeedHost {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Messages per subscription that may wait for a retry; at that limit nothing new is handed out. */
  readonly maxWaitingRetries: number;
  /** Asks for `pump` once the I/O events of this turn are handled. */
  schedule(feed: EmbeddedFeed): void;
  closed(feed: EmbeddedFeed): void;
}

/**
 * What one subscription has to deliver, in this order: what was given back or is due again, then what is new. New
 * messages of several logs take turns.
 */
export class EmbeddedFeed implements Feed {
  readonly #host: FeedHost;
  readonly #events: FeedEvents;
  readonly #sources = new Map<number, Source>();
  /** Sources that may have something new, in turns. */
  readonly #fresh = new Set<Source>();
  readonly #again = new Fifo<Again>();
  readonly #waiting = new DeadlineHeap<Again>();
  #waitingCount = 0;
  readonly #alarm: Alarm;
  #wantedMessages = 0;
  #wantedBytes = 0;
  #isClosed = false;

  constructor(host: FeedHost, events: FeedEvents) {
    this.#host = host;
    this.#events = events;
    this.#alarm = host.timers.createAlarm(() => this.#retriesDue());
  }

  /** Messages that wait for their next attempt. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Begins to take messages of another log; what failed there before comes when it is due. */
  addSource(source: Source): void {
    this.#sources.set(source.log, source);
    this.#fresh.add(source);
    const now = this.#host.clock.now();
    for (const [position, retry] of source.cursor.retries) {
      this.retry(source.log, position, 1, Math.max(0, retry.dueAtMs - now));
    }
  }

  source(log: number): Source | undefined {
    return this.#sources.get(log);
  }

  want(messages: number, bytes: number): void {
    this.#wantedMessages = messages;
    this.#wantedBytes = bytes;
    if (messages > 0 && this.#mayHaveMore()) this.#host.schedule(this);
  }

  giveBack(refs: readonly Ref[]): void {
    const back: Again[] = [];
    for (const ref of refs) {
      const source = this.#sources.get(ref.log);
      if (source) back.push(new Again(source, ref.first, ref.count));
    }
    this.#again.unshift(back);
    this.#host.schedule(this);
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm.clear();
    this.#host.closed(this);
  }

  /** There are new durable messages in `log`, or the disk has answered. */
  wake(log: number): void {
    const source = this.#sources.get(log);
    if (!source) return;
    this.#fresh.add(source);
    if (this.#wantedMessages > 0) this.#host.schedule(this);
  }

  /** These failed and come again after `delayMs`. */
  retry(log: number, first: number, count: number, delayMs: number): void {
    const source = this.#sources.get(log);
    if (!source) return;
    const again = new Again(source, first, count);
    if (delayMs <= 0) {
      this.#again.push(again);
      this.#host.schedule(this);
      return;
    }
    this.#waiting.set(again, this.#host.clock.monotonic() + delayMs);
    this.#waitingCount += count;
    this.#setAlarm();
  }

  /** These were handed out and are gone. */
  lost(refs: readonly Ref[], reason: Parameters<FeedEvents["lost"]>[1]): void {
    this.#events.lost(refs, reason);
  }

  /** Takes a log out, whose messages are gone. */
  removeSource(log: number): void {
    const source = this.#sources.get(log);
    if (!source) return;
    this.#sources.delete(log);
    this.#fresh.delete(source);
    this.#again.keep((again) => again.source !== source);
    this.#events.lost([{ log, first: 0, count: Number.MAX_SAFE_INTEGER }], "deleted");
  }

  /** Hands out what is there, up to what is wanted. */
  pump(): void {
    if (this.#isClosed) return;
    while (this.#hasRoom() && this.#takeAgain());
    if (this.#waitingCount >= this.#host.maxWaitingRetries) return;
    for (const source of this.#fresh) {
      if (!this.#hasRoom()) return;
      this.#fresh.delete(source);
      if (this.#takeNew(source)) this.#fresh.add(source);
    }
  }

  /** Hands out what comes again; false if there is nothing, or the disk was asked for it. */
  #takeAgain(): boolean {
    const again = this.#again.first;
    if (!again) return false;
    const taken = again.source.takeAgain(again.first, again.count, this.#room());
    if (taken === "loading") return false;
    if (taken === "empty") {
      this.#again.shift();
      return true;
    }
    const end = again.first + again.count;
    again.first = taken.first + taken.count;
    again.count = end - again.first;
    if (again.count <= 0) this.#again.shift();
    this.#handOut(taken);
    return true;
  }

  /** Hands out one run of new messages; whether there may be more. The source wakes the feed when the disk answers. */
  #takeNew(source: Source): boolean {
    const taken = source.takeNew(this.#room());
    if (taken === "empty" || taken === "loading") return false;
    this.#handOut(taken);
    return true;
  }

  #handOut(run: Run): void {
    this.#wantedMessages -= run.count;
    this.#wantedBytes -= run.batch.byteLength(run.from, run.count);
    this.#events.run(run);
  }

  #room() {
    return { messages: this.#wantedMessages, bytes: this.#wantedBytes };
  }

  #hasRoom(): boolean {
    return this.#wantedMessages > 0 && this.#wantedBytes > 0;
  }

  #mayHaveMore(): boolean {
    return this.#fresh.size > 0 || this.#again.length > 0;
  }

  #setAlarm(): void {
    const next = this.#waiting.first;
    if (next && next.dueAt !== this.#alarm.dueAt) this.#alarm.set(next.dueAt);
  }

  #retriesDue(): void {
    const now = this.#host.clock.monotonic();
    for (;;) {
      const next = this.#waiting.first;
      if (!next || next.dueAt > now) break;
      this.#waiting.remove(next);
      this.#waitingCount -= next.count;
      this.#again.push(next);
    }
    this.#setAlarm();
    this.#host.schedule(this);
  }
}
