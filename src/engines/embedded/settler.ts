import type { Death, Settle, SettleResult } from "../../broker/engine.js";
import type { Core } from "./core.js";
import type { Cursor } from "./cursor.js";
import { journal as codec } from "./entries.js";
import { RecordKind } from "./format.js";
import type { Range } from "./liveness.js";
import { ReferenceSource } from "./reference-source.js";
import { encodeReferences, type Origin } from "./references.js";
import type { Log, SubscriptionState } from "./state.js";

/** When what could not be settled for want of room comes again, in ms. */
const FULL_DELAY_MS = 1_000;

/** What a settle is about, as long as it exists. */
interface Target {
  readonly owner: SubscriptionState;
  readonly log: Log;
  readonly cursor: Cursor;
}

/** Takes in what became of messages: done, to be tried again, dead. */
export class Settler {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Whether `settle` would be done. */
  wouldSettle(settle: Settle): boolean {
    const target = this.#targetOf(settle);
    return target !== undefined && this.#unsettledParts(target, settle).length > 0;
  }

  /** `lost` where nothing of it is unsettled any more: it was purged, has expired, or its subscription is gone. */
  settle(settle: Settle): SettleResult {
    const target = this.#targetOf(settle);
    if (!target) return "lost";
    const parts = this.#unsettledParts(target, settle);
    if (parts.length === 0) return "lost";
    if (this.#core.files.isSpareLow) {
      const { subscription, log, first, count } = settle;
      this.#core.feeds.get(subscription)?.retry(log, first, count, FULL_DELAY_MS);
      return "unknown";
    }
    for (const part of parts) this.#apply(target, part, settle.outcome);
    return "done";
  }

  /** Moves messages to the dead-letter queue, in the same commit that settles them. */
  die(owner: SubscriptionState, log: Log, cursor: Cursor, range: Range, death: Death): void {
    const deadAtMs = this.#core.journal.open.timeMs;
    const { first, count } = range;
    const subscription = owner.subscription.id;
    const references = [];
    for (let position = first; position < first + count; position += 1) {
      const origin = this.#originOf(owner, log, position);
      if (!origin) continue;
      const { log: originLog, position: originPosition, redrives } = origin;
      const firstFailedAtMs = cursor.retries.get(position)?.firstFailedAtMs || deadAtMs;
      const note = { ...death, firstFailedAtMs, deadAtMs };
      references.push({ log: originLog, position: originPosition, redrives, death: note });
    }
    const settled = { subscription, log: log.id, first, count };
    // What is referred to by one of its own logs is held already.
    if (log.kind === "messages") this.#core.enter({ died: settled });
    else this.#core.enter({ settled });
    this.#returned(owner, log, range);
    this.refer(owner.subscription.deadLetters ?? subscription, references);
  }

  /** Adds references to a subscription's own log, but for messages of topics that were deleted meanwhile. */
  refer(subscription: number, all: Parameters<typeof encodeReferences>[0]): void {
    const { subscriptions, logs } = this.#core.state;
    const owner = subscriptions.get(subscription);
    const references = all.filter((reference) => logs.has(reference.log ?? 0));
    if (!owner || references.length === 0) return;
    const log = owner.references ?? this.#createOwnLog(owner, "references");
    if (!log) return;
    for (const { body, count } of encodeReferences(references)) {
      const first = log.positions.next;
      this.#core.journal.open.record(RecordKind.references, log.id, first, count, body);
      this.#core.appended(log.id, first, count);
    }
  }

  /** Settles a position of an own log, and lets go of the message that it referred to. */
  release(owner: SubscriptionState, log: Log, position: number, origin: Origin): void {
    const { state } = this.#core;
    const { id } = owner.subscription;
    const holder = state.parents.get(id) ?? id;
    const released = { subscription: holder, log: origin.log, first: origin.position, count: 1 };
    this.#core.enter({ released });
    this.#core.enter({ settled: { subscription: id, log: log.id, first: position, count: 1 } });
  }

  #targetOf({ subscription, log: logId }: Settle): Target | undefined {
    const { state } = this.#core;
    const owner = state.subscriptions.get(subscription);
    const log = state.logs.get(logId);
    const cursor = log && owner?.cursors.get(log.positions.log);
    return owner && log && cursor ? { owner, log, cursor } : undefined;
  }

  /** What of a range is not settled and may have been handed out. */
  #unsettledParts({ owner, log, cursor }: Target, { first, count }: Settle): Range[] {
    const end = Math.min(first + count, cursor.positions.durableNext);
    const parts: Range[] = [];
    let at = cursor.nextUnsettled(first);
    while (at < end) {
      const partEnd = cursor.unsettledEnd(at, end);
      parts.push({ first: at, count: partEnd - at });
      at = cursor.nextUnsettled(partEnd);
    }
    if (log.kind === "messages") return parts;
    return parts.flatMap((part) => this.#handedOut(owner, log, part));
  }

  /** References are known only while they are handed out. */
  #handedOut(owner: SubscriptionState, log: Log, { first, count }: Range): Range[] {
    const parts: Range[] = [];
    for (let position = first; position < first + count; position += 1) {
      if (!this.#originOf(owner, log, position)) continue;
      const last = parts.at(-1);
      if (last && last.first + last.count === position) {
        parts[parts.length - 1] = { first: last.first, count: last.count + 1 };
      } else {
        parts.push({ first: position, count: 1 });
      }
    }
    return parts;
  }

  #apply(target: Target, part: Range, outcome: Settle["outcome"]): void {
    const { owner, log, cursor } = target;
    if (outcome.kind === "retry") this.#retry(target, part, outcome);
    else if (outcome.kind === "dead") this.die(owner, log, cursor, part, outcome.death);
    else if (log.kind === "references") this.#releaseAll(owner, log, part);
    else {
      this.#core.enter({
        settled: { subscription: owner.subscription.id, log: log.id, ...part },
      });
    }
  }

  #releaseAll(owner: SubscriptionState, log: Log, part: Range): void {
    for (let position = part.first; position < part.first + part.count; position += 1) {
      const origin = this.#originOf(owner, log, position);
      if (origin) this.release(owner, log, position, origin);
    }
    this.#returned(owner, log, part);
  }

  #retry(
    { owner, log, cursor }: Target,
    { first, count }: Range,
    outcome: Extract<Settle["outcome"], { kind: "retry" }>,
  ): void {
    const { id: subscription } = owner.subscription;
    const { failures, crashes, delayMs, note } = outcome;
    const now = this.#core.clock.now();
    // An interrupted attempt that was the first has no time: it is counted now.
    const firstFailedAtMs = cursor.retries.get(first)?.firstFailedAtMs || now;
    this.#core.enter({
      retried: {
        subscription,
        log: log.id,
        first,
        count,
        failures,
        crashes,
        dueAtMs: now + Math.ceil(delayMs),
        firstFailedAtMs,
        note: note === undefined ? 0 : this.#storeNote(owner, note),
      },
    });
    // A feed that is opened meanwhile finds it among the failures.
    const feed = this.#core.feeds.get(subscription);
    if (!feed) return;
    this.#core.journal.open.whenDurable(() => feed.retry(log.id, first, count, delayMs));
  }

  #storeNote(owner: SubscriptionState, note: string): number {
    const log = owner.notes ?? this.#createOwnLog(owner, "notes");
    if (!log) return 0;
    const position = log.positions.next;
    this.#core.journal.open.record(RecordKind.notes, log.id, position, 1, Buffer.from(note));
    this.#core.appended(log.id, position, 1);
    return position;
  }

  /** Where the message is that was handed out under a position. */
  #originOf(owner: SubscriptionState, log: Log, position: number): Origin | undefined {
    if (log.kind === "messages") return { log: log.id, position, redrives: 0 };
    const source = this.#core.feeds.get(owner.subscription.id)?.source(log.id);
    return source instanceof ReferenceSource ? source.origin(position) : undefined;
  }

  #returned(owner: SubscriptionState, log: Log, { first, count }: Range): void {
    this.#core.feeds.get(owner.subscription.id)?.source(log.id)?.returned(first, count);
  }

  #createOwnLog(owner: SubscriptionState, kind: "references" | "notes"): Log | undefined {
    const { state } = this.#core;
    const id = state.nextLog;
    const { id: subscription } = owner.subscription;
    const kinds = codec.LogKind;
    const kindNumber = kind === "references" ? kinds.LOG_KIND_REFERENCES : kinds.LOG_KIND_NOTES;
    this.#core.enter({ logCreated: { id, kind: kindNumber, owner: subscription, priority: 0 } });
    if (kind === "references") {
      const cursors = [{ log: id, floor: 1, unsettled: 0 }];
      this.#core.enter({ cursorsCreated: { subscription, cursors } });
    }
    return state.logs.get(id);
  }
}
