import type { Death, Settle, SettleResult } from "../../broker/engine.js";
import type { Core } from "./core.js";
import type { Cursor } from "./cursor.js";
import { journal as codec } from "./entries.js";
import { RecordKind } from "./format.js";
import { ReferenceSource, type Origin } from "./reference-source.js";
import type { Log, SubscriptionState } from "./state.js";

/** Takes in what became of messages: done, to be tried again, dead. */
export class Settler {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  settle(settle: Settle): SettleResult {
    const { state } = this.#core;
    const owner = state.subscriptions.get(settle.subscription);
    const log = state.logs.get(settle.log);
    const cursor = log && owner?.cursors.get(log.positions.log);
    if (!owner || !log || !cursor) return "lost";
    const { outcome } = settle;
    if (outcome.kind === "done") this.#done(owner, log, settle);
    else if (outcome.kind === "retry") this.#retry(owner, cursor, settle, outcome);
    else this.die(owner, log, cursor, settle, outcome.death);
    return "done";
  }

  /** Moves messages to the dead-letter queue, in the same commit that settles them. */
  die(
    owner: SubscriptionState,
    log: Log,
    cursor: Cursor,
    { first, count }: { readonly first: number; readonly count: number },
    death: Death,
  ): void {
    const deadAtMs = this.#core.journal.open.timeMs;
    const origins = this.#origins(owner, log, first, count);
    const target = owner.subscription.deadLetters ?? owner.subscription.id;
    const references = origins.map((origin, index) => {
      const firstFailedAtMs = cursor.retries.get(first + index)?.firstFailedAtMs ?? deadAtMs;
      const { log: originLog, position, redrives } = origin;
      return {
        log: originLog,
        position,
        redrives,
        death: { ...death, firstFailedAtMs, deadAtMs },
      };
    });
    const subscription = owner.subscription.id;
    const settled = { subscription, log: log.id, first, count };
    // What is referred to by one of its own logs is held already.
    if (log.kind === "messages") this.#core.enter({ died: settled });
    else this.#core.enter({ settled });
    this.refer(target, references);
  }

  /** Adds references to a subscription's own log. */
  refer(
    subscription: number,
    references: Parameters<typeof codec.References.encode>[0]["references"],
  ): void {
    const owner = this.#core.state.subscriptions.get(subscription);
    if (!owner || !references || references.length === 0) return;
    const log = owner.references ?? this.#createOwnLog(owner, "references");
    if (!log) return;
    const first = log.positions.next;
    const body = codec.References.encode({ references }).finish();
    const { open } = this.#core.journal;
    open.record(RecordKind.references, log.id, first, references.length, body);
    this.#core.appended(log.id, first, references.length);
  }

  /** Lets go of the messages that positions of an own log referred to, and settles those. */
  release(owner: SubscriptionState, log: Log, first: number, origins: readonly Origin[]): void {
    const { state } = this.#core;
    const subscription = state.parents.get(owner.subscription.id) ?? owner.subscription.id;
    for (const origin of origins) {
      this.#core.enter({
        released: { subscription, log: origin.log, first: origin.position, count: 1 },
      });
    }
    const settled = { subscription: owner.subscription.id, log: log.id, first };
    this.#core.enter({ settled: { ...settled, count: origins.length } });
  }

  #done(owner: SubscriptionState, log: Log, { first, count }: Settle): void {
    if (log.kind === "references") {
      this.release(owner, log, first, this.#origins(owner, log, first, count));
      return;
    }
    const settled = { subscription: owner.subscription.id, log: log.id, first, count };
    this.#core.enter({ settled });
  }

  #retry(
    owner: SubscriptionState,
    cursor: Cursor,
    { log, first, count }: Settle,
    outcome: Extract<Settle["outcome"], { kind: "retry" }>,
  ): void {
    const { id: subscription } = owner.subscription;
    const now = this.#core.clock.now();
    this.#core.enter({
      retried: {
        subscription,
        log,
        first,
        count,
        failures: outcome.failures,
        crashes: outcome.crashes,
        dueAtMs: now + Math.ceil(outcome.delayMs),
        firstFailedAtMs: cursor.retries.get(first)?.firstFailedAtMs ?? now,
        note: outcome.note === undefined ? 0 : this.#storeNote(owner, outcome.note),
      },
    });
    const again = { subscription, log, first, count, delayMs: outcome.delayMs };
    this.#core.journal.open.whenDurable(() => {
      this.#core.feeds.get(again.subscription)?.retry(log, first, count, again.delayMs);
    });
  }

  #storeNote(owner: SubscriptionState, note: string): number {
    const log = owner.notes ?? this.#createOwnLog(owner, "notes");
    if (!log) return 0;
    const position = log.positions.next;
    this.#core.journal.open.record(RecordKind.notes, log.id, position, 1, Buffer.from(note));
    this.#core.appended(log.id, position, 1);
    return position;
  }

  #origins(owner: SubscriptionState, log: Log, first: number, count: number): Origin[] {
    const source = this.#core.feeds.get(owner.subscription.id)?.source(log.id);
    const origins: Origin[] = [];
    for (let position = first; position < first + count; position += 1) {
      if (log.kind === "messages") origins.push({ log: log.id, position, redrives: 0 });
      else if (source instanceof ReferenceSource) {
        const origin = source.origins.get(position);
        source.origins.delete(position);
        if (origin) origins.push(origin);
      }
    }
    return origins;
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
