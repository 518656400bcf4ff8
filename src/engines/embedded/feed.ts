import type { Feed, FeedEvents, LossReason, Ref, Run } from "../../broker/engine.js";
import type { Clock } from "../../runtime/clock.js";
import type { Alarm, Timers } from "../../runtime/timers.js";
import type { Room, Source } from "./feed-source.js";
import { ReadSlots } from "./read-slots.js";
import { Again, Returns } from "./returns.js";

/** What a feed needs of its engine. */
export interface FeedHost {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Messages per subscription that may wait for a retry; at that limit nothing new is handed out. */
  readonly maxWaitingRetries: number;
  /** Asks for `pump` once the I/O events of this turn are handled. */
  schedule(feed: EmbeddedFeed): void;
  closed(feed: EmbeddedFeed): void;
  /** What was handed over to a consumer within the process is not held any more. */
  takenBack(ref: Ref): void;
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
  readonly #slots = new ReadSlots();
  readonly #returns = new Returns();
  /** Whose messages were handed out again last. */
  #lastAgain: Source | undefined;
  readonly #alarm: Alarm;
  #wantedMessages = 0;
  #wantedBytes = 0;
  #state: "opening" | "open" | "closed" = "opening";

  constructor(host: FeedHost, events: FeedEvents) {
    this.#host = host;
    this.#events = events;
    this.#alarm = host.timers.createAlarm(() => this.#retriesDue());
  }

  /** Messages that wait for their next attempt. */
  get waitingCount(): number {
    return this.#returns.waitingCount;
  }

  /** Begins to hand out. `blocked`: keys held by waiting retries. */
  start(blocked: readonly Uint8Array[]): void {
    if (this.#state !== "opening") return;
    this.#state = "open";
    if (blocked.length > 0) this.#events.blocked(blocked);
    this.wakeUp();
  }

  /** Begins to take messages of another log; what failed there before comes when it is due. */
  addSource(source: Source): void {
    this.#sources.set(source.log, source);
    this.#fresh.add(source);
    const now = this.#host.clock.now();
    for (const { first, count, retry } of source.cursor.failedRanges()) {
      // The priorities of a topic are logs of their own, with one cursor.
      if (retry.log !== source.log) continue;
      this.#comeAgain(new Again(source, first, count), Math.max(0, retry.dueAtMs - now));
    }
  }

  source(log: number): Source | undefined {
    return this.#sources.get(log);
  }

  want(messages: number, bytes: number): void {
    this.#wantedMessages = messages;
    this.#wantedBytes = bytes;
    this.wakeUp();
  }

  giveBack(refs: readonly Ref[]): void {
    for (const ref of refs) {
      const source = this.#sources.get(ref.log);
      if (!source) continue;
      source.returned(ref.first, ref.count);
      if (source.cursor.handOvers?.hasAny(ref)) this.#host.takenBack(ref);
      this.#returns.giveBack(source, ref);
    }
    this.wakeUp();
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#alarm.clear();
    for (const source of this.#sources.values()) {
      for (const ref of source.cursor.handOvers?.ranges() ?? []) {
        if (ref.log === source.log) this.#host.takenBack(ref);
      }
      source.close();
    }
    this.#host.closed(this);
  }

  /** There may be something to hand out in `log`: new durable messages, or the disk has answered. */
  wake(log: number): void {
    const source = this.#sources.get(log);
    if (!source) return;
    this.#fresh.add(source);
    this.wakeUp();
  }

  /** What was in the way is not any more. */
  wakeUp(): void {
    if (this.#state !== "open" || !this.#hasRoom()) return;
    if (this.#fresh.size > 0 || !this.#returns.isEmpty) this.#host.schedule(this);
  }

  /** These were handed out, failed, and come again after `delayMs`. */
  retry(log: number, first: number, count: number, delayMs: number): void {
    const source = this.#sources.get(log);
    if (!source || this.#state === "closed") return;
    source.returned(first, count);
    this.#comeAgain(new Again(source, first, count), delayMs);
  }

  /** These are settled, and may have been handed out or waited here. */
  lost(refs: readonly Ref[], reason: LossReason): void {
    for (const { log, first, count } of refs) this.#sources.get(log)?.returned(first, count);
    this.#returns.dropSettled();
    this.#events.lost(refs, reason);
  }

  /** Takes a log out, whose messages are gone. */
  removeSource(log: number): void {
    const source = this.#sources.get(log);
    if (!source) return;
    this.#sources.delete(log);
    this.#fresh.delete(source);
    this.#returns.remove(source);
    this.#nextReads(this.#slots.release(source));
    source.close();
    this.#events.lost([{ log, first: 0, count: Number.MAX_SAFE_INTEGER }], "deleted");
  }

  removeAllSources(): void {
    for (const log of [...this.#sources.keys()]) this.removeSource(log);
  }

  /** Hands out what is there, up to what is wanted. */
  pump(): void {
    if (this.#state !== "open") return;
    while (this.#hasRoom() && this.#takeAgain());
    // Nothing new overtakes what was given back, be it still on its way from the disk.
    if (!this.#returns.isEmpty || this.#isOverLimit()) return;
    for (const source of this.#fresh) {
      if (!this.#hasRoom()) return;
      this.#fresh.delete(source);
      this.#takeNew(source);
    }
  }

  /** Hands out what comes again; false if there is nothing, or the disk was asked for it. */
  #takeAgain(): boolean {
    const again = this.#returns.first();
    if (again?.source !== this.#lastAgain) {
      this.#lastAgain?.endAgain();
      this.#lastAgain = again?.source;
    }
    if (!again) return false;
    const taken = again.source.takeAgain(again.first, again.count, this.#room());
    if (taken === "loading" || taken === "parked") return false;
    if (taken === "empty") {
      this.#returns.shift();
      return true;
    }
    again.cutTo(taken.first + taken.count);
    if (again.count === 0) this.#returns.shift();
    this.#handOut(taken);
    return true;
  }

  /** Hands out one run of new messages. When the disk has to be asked, the source comes back when it has answered. */
  #takeNew(source: Source): void {
    const taken = source.takeNew(this.#room(), this.#slots.mayLoad(source));
    if (taken === "empty") this.#nextReads(this.#slots.release(source));
    else if (taken === "parked") this.#nextReads(this.#slots.park(source));
    else if (taken === "loading") this.#slots.reads(source);
    else {
      this.#fresh.add(source);
      this.#handOut(taken);
    }
  }

  #nextReads(source: Source | undefined): void {
    if (source) this.#fresh.add(source);
  }

  #handOut(run: Run): void {
    this.#wantedMessages -= run.count;
    this.#wantedBytes -= run.batch.byteLength(run.from, run.count);
    this.#events.run(run);
  }

  #comeAgain(again: Again, delayMs: number): void {
    if (delayMs > 0) {
      this.#returns.wait(again, this.#host.clock.monotonic() + delayMs);
      this.#setAlarm();
    } else {
      this.#returns.addDue(again);
      this.wakeUp();
    }
  }

  #retriesDue(): void {
    this.#returns.takeDue(this.#host.clock.monotonic());
    this.#setAlarm();
    this.wakeUp();
  }

  #setAlarm(): void {
    const { nextDueAt } = this.#returns;
    if (nextDueAt !== Infinity && nextDueAt !== this.#alarm.dueAt) this.#alarm.set(nextDueAt);
  }

  #room(): Room {
    return { messages: this.#wantedMessages, bytes: this.#wantedBytes };
  }

  #hasRoom(): boolean {
    return this.#wantedMessages > 0 && this.#wantedBytes > 0;
  }

  #isOverLimit(): boolean {
    return this.#returns.waitingCount >= this.#host.maxWaitingRetries;
  }
}
