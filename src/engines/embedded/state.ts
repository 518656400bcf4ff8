import type { Subscription, Topic } from "../../broker/engine.js";
import { decodeSubscription, decodeTopic } from "./catalog-entries.js";
import { Cursor } from "./cursor.js";
import { journal, type Entry } from "./entries.js";
import { Positions } from "./positions.js";
import { Producers } from "./producers.js";

export type LogKind = "messages" | "references" | "notes";

/** One append-only sequence of records. */
export interface Log {
  readonly id: number;
  readonly kind: LogKind;
  /** The topic, or the subscription that owns it. */
  readonly owner: number;
  readonly priority: number;
  readonly positions: Positions;
}

export interface TopicState {
  topic: Topic;
  /** By priority; the one of priority 0 always exists and names the topic's positions. */
  readonly logs: Map<number, Log>;
  readonly positions: Positions;
  /** Settled messages from here on are kept. */
  retainedFrom: number;
  /** Entries of commits up to this one are in here already (it was loaded from a snapshot). */
  readonly loadedAt: number;
}

export interface SubscriptionState {
  subscription: Subscription;
  /** By the log that names the positions. */
  readonly cursors: Map<number, Cursor>;
  /** Its own logs: what was redriven to it (for a dead-letter queue: its dead letters), and notes. */
  references: Log | undefined;
  notes: Log | undefined;
  readonly loadedAt: number;
}

/**
 * Everything the journal says, messages aside: what exists, how far each subscription is, what waits. Live requests and
 * the replay at start go through the same `apply`, so that they cannot differ.
 */
export class State {
  readonly topics = new Map<number, TopicState>();
  readonly subscriptions = new Map<number, SubscriptionState>();
  readonly logs = new Map<number, Log>();
  readonly producers = new Producers();
  /** By dead-letter queue: the subscription whose dead letters it holds. */
  readonly parents = new Map<number, number>();
  /** Cold files in use, by number. */
  readonly coldFiles = new Set<number>();
  /** Files that are in use no more, and may be there still. */
  readonly replacedFiles = new Set<number>();
  boot = 0;
  nextId = 1;
  nextLog = 1;
  nextFile = 1;
  lastTimeMs = 0;
  /** What a snapshot says of logs that the replay is yet to make. */
  readonly #awaited = new Map<number, ((log: Log) => void)[]>();
  /** Replayed entries of things that do not exist any more. */
  ignoredEntries = 0;

  /** Takes in one entry of commit `commit`; what a snapshot already held of it is left out. */
  apply(entry: Entry, commit: number): void {
    if (entry.settled) this.#settled(entry.settled, commit);
    else if (entry.produced) this.producers.produced(entry.produced, commit);
    else if (entry.retried) this.#retried(entry.retried, commit);
    else if (entry.handedOver) this.#handedOver(entry.handedOver, commit);
    else if (entry.takenBack) this.#takenBack(entry.takenBack, commit);
    else if (entry.died) this.#died(entry.died, commit);
    else if (entry.released) this.#released(entry.released, commit);
    else if (entry.floorMoved) this.#floorMoved(entry.floorMoved, commit);
    else this.#applyToCatalog(entry, commit);
  }

  /** Messages, references or notes were stored at these positions. */
  appended(logId: number, first: number, count: number, commit: number): void {
    const log = this.logs.get(logId);
    if (!log) return;
    if (commit > this.#loadedAt(log)) {
      log.positions.skipTo(first);
      log.positions.next = Math.max(log.positions.next, first + count);
      log.positions.storedCount += count;
    }
    for (const cursor of log.positions.cursors) {
      const owner = this.subscriptions.get(cursor.subscription);
      if (owner && commit > owner.loadedAt) cursor.added(first, count);
    }
  }

  /** The cursor of a subscription over the positions of `logId`. */
  cursor(subscription: number, logId: number): Cursor | undefined {
    const log = this.logs.get(logId);
    return log && this.subscriptions.get(subscription)?.cursors.get(log.positions.log);
  }

  /** `logId`: its log of priority 0, made with it. */
  addTopic(topic: Topic, logId: number, loadedAt: number): TopicState {
    const positions = new Positions(logId);
    const state = { topic, logs: new Map<number, Log>(), positions, retainedFrom: 1, loadedAt };
    this.topics.set(topic.id, state);
    this.nextId = Math.max(this.nextId, topic.id + 1);
    positions.isRetained = isRetained(topic);
    this.addLog({ id: logId, kind: "messages", owner: topic.id, priority: 0 });
    return state;
  }

  addSubscription(subscription: Subscription, loadedAt: number): SubscriptionState {
    const cursors = new Map<number, Cursor>();
    const state = { subscription, cursors, references: undefined, notes: undefined, loadedAt };
    this.subscriptions.set(subscription.id, state);
    if (subscription.deadLetters !== undefined) {
      this.parents.set(subscription.deadLetters, subscription.id);
    }
    this.nextId = Math.max(this.nextId, subscription.id + 1);
    return state;
  }

  /** Makes a log of a topic (then `priority` counts) or of a subscription, which must exist. */
  addLog(created: {
    readonly id: number;
    readonly kind: LogKind;
    readonly owner: number;
    readonly priority: number;
  }): Log | undefined {
    this.nextLog = Math.max(this.nextLog, created.id + 1);
    if (this.logs.has(created.id)) return this.logs.get(created.id);
    const log = created.kind === "messages" ? this.#addTopicLog(created) : this.#addOwnLog(created);
    if (!log) return undefined;
    this.logs.set(log.id, log);
    for (const callback of this.#awaited.get(log.id) ?? []) callback(log);
    this.#awaited.delete(log.id);
    return log;
  }

  /** Calls back with a log, at once or when it is made. */
  whenLog(id: number, callback: (log: Log) => void): void {
    const log = this.logs.get(id);
    if (log) callback(log);
    else this.#awaited.set(id, [...(this.#awaited.get(id) ?? []), callback]);
  }

  /** The replay is over: what is still awaited was deleted. */
  forgetAwaited(): void {
    this.#awaited.clear();
  }

  addCursor(state: SubscriptionState, positions: Positions, floor: number): Cursor {
    const existing = state.cursors.get(positions.log);
    if (existing) return existing;
    const cursor = new Cursor(state.subscription.id, positions, floor);
    state.cursors.set(positions.log, cursor);
    return cursor;
  }

  #addTopicLog(created: Omit<Log, "positions">): Log | undefined {
    const state = this.topics.get(created.owner);
    if (!state) return undefined;
    const log = { ...created, positions: state.positions };
    state.logs.set(created.priority, log);
    return log;
  }

  #addOwnLog(created: Omit<Log, "positions">): Log | undefined {
    const state = this.subscriptions.get(created.owner);
    if (!state) return undefined;
    const log = { ...created, positions: new Positions(created.id) };
    if (created.kind === "notes") state.notes = log;
    else state.references = log;
    return log;
  }

  #applyToCatalog(entry: Entry, commit: number): void {
    if (entry.reserved) this.#reserved(entry.reserved, commit);
    else if (entry.topicSaved) this.#topicSaved(entry.topicSaved, commit);
    else if (entry.topicDeleted) this.#deleteTopic(entry.topicDeleted.id ?? 0);
    else if (entry.subscriptionSaved) {
      this.#subscriptionSaved(decodeSubscription(entry.subscriptionSaved), commit);
    } else if (entry.subscriptionDeleted) {
      this.#deleteSubscription(entry.subscriptionDeleted.id ?? 0);
    } else if (entry.logCreated) this.#logCreated(entry.logCreated);
    else if (entry.cursorsCreated) this.#cursorsCreated(entry.cursorsCreated, commit);
    else if (entry.producerForgotten) this.producers.forget(entry.producerForgotten, commit);
    else if (entry.booted) this.#booted(entry.booted, commit);
    else if (entry.fileReplaced) this.#fileReplaced(entry.fileReplaced);
    else if (entry.retainedFrom) this.#retainedFrom(entry.retainedFrom, commit);
  }

  #settled(entry: NonNullable<Entry["settled"]>, commit: number): void {
    this.#cursorFor(entry, commit)?.settle(number(entry.first), entry.count ?? 0);
  }

  #retried(entry: NonNullable<Entry["retried"]>, commit: number): void {
    const cursor = this.#cursorFor(entry, commit);
    if (!cursor) return;
    cursor.failed(number(entry.first), entry.count ?? 0, {
      log: entry.log ?? 0,
      failures: entry.failures ?? 0,
      crashes: entry.crashes ?? 0,
      dueAtMs: number(entry.dueAtMs),
      firstFailedAtMs: number(entry.firstFailedAtMs),
      note: number(entry.note),
      interrupted: false,
    });
  }

  #handedOver(entry: NonNullable<Entry["handedOver"]>, commit: number): void {
    const cursor = this.#cursorFor(entry, commit);
    cursor?.handOver(entry.log ?? 0, number(entry.first), entry.count ?? 0);
  }

  #takenBack(entry: NonNullable<Entry["takenBack"]>, commit: number): void {
    this.#cursorFor(entry, commit)?.handOvers?.remove(number(entry.first), entry.count ?? 0);
  }

  /** Whoever held something within the process before this start is gone. */
  #booted(entry: NonNullable<Entry["booted"]>, commit: number): void {
    this.boot = Math.max(this.boot, number(entry.boot));
    for (const { cursors, loadedAt } of this.subscriptions.values()) {
      if (commit <= loadedAt) continue;
      for (const cursor of cursors.values()) if (cursor.handOvers) cursor.interrupt();
    }
  }

  #died(entry: NonNullable<Entry["died"]>, commit: number): void {
    const cursor = this.#cursorFor(entry, commit);
    cursor?.settle(number(entry.first), entry.count ?? 0);
    cursor?.held.add(number(entry.first), entry.count ?? 0);
  }

  #released(entry: NonNullable<Entry["released"]>, commit: number): void {
    this.#cursorFor(entry, commit)?.held.remove(number(entry.first), entry.count ?? 0);
  }

  #floorMoved(entry: NonNullable<Entry["floorMoved"]>, commit: number): void {
    const cursor = this.#cursorFor(entry, commit);
    cursor?.moveFloor(number(entry.floor), number(entry.unsettledLeft));
  }

  #cursorFor(
    entry: { readonly subscription?: number | undefined; readonly log?: number | undefined },
    commit: number,
  ): Cursor | undefined {
    const owner = this.subscriptions.get(entry.subscription ?? 0);
    const log = this.logs.get(entry.log ?? 0);
    const cursor = log && owner?.cursors.get(log.positions.log);
    if (!owner || !cursor) this.ignoredEntries += 1;
    return owner && commit > owner.loadedAt ? cursor : undefined;
  }

  #reserved(entry: NonNullable<Entry["reserved"]>, commit: number): void {
    const state = this.topics.get(entry.topic ?? 0);
    if (!state || commit <= state.loadedAt) return;
    const { positions } = state;
    positions.reservedUntil = Math.max(positions.reservedUntil, number(entry.until));
  }

  #topicSaved(entry: NonNullable<Entry["topicSaved"]>, commit: number): void {
    const topic = decodeTopic(entry);
    const existing = this.topics.get(topic.id);
    if (!existing) this.addTopic(topic, entry.log ?? 0, 0);
    else if (commit > existing.loadedAt) {
      existing.topic = topic;
      existing.positions.isRetained = isRetained(topic);
    }
  }

  #subscriptionSaved(subscription: Subscription, commit: number): void {
    const existing = this.subscriptions.get(subscription.id);
    if (!existing) this.addSubscription(subscription, 0);
    else if (commit > existing.loadedAt) existing.subscription = subscription;
  }

  #deleteTopic(id: number): void {
    const state = this.topics.get(id);
    if (!state) return;
    this.topics.delete(id);
    for (const cursor of state.positions.cursors) {
      this.subscriptions.get(cursor.subscription)?.cursors.delete(state.positions.log);
    }
    state.positions.cursors.clear();
    for (const log of state.logs.values()) this.logs.delete(log.id);
  }

  #deleteSubscription(id: number): void {
    const state = this.subscriptions.get(id);
    if (!state) return;
    this.subscriptions.delete(id);
    this.parents.delete(id);
    for (const cursor of state.cursors.values()) cursor.close();
    if (state.references) this.logs.delete(state.references.id);
    if (state.notes) this.logs.delete(state.notes.id);
  }

  #logCreated(entry: NonNullable<Entry["logCreated"]>): void {
    const { LOG_KIND_REFERENCES, LOG_KIND_NOTES } = journal.LogKind;
    const kind =
      entry.kind === LOG_KIND_REFERENCES
        ? "references"
        : entry.kind === LOG_KIND_NOTES
          ? "notes"
          : "messages";
    const { id = 0, owner = 0, priority = 0 } = entry;
    this.addLog({ id: id ?? 0, kind, owner: owner ?? 0, priority: priority ?? 0 });
  }

  #cursorsCreated(entry: NonNullable<Entry["cursorsCreated"]>, commit: number): void {
    const state = this.subscriptions.get(entry.subscription ?? 0);
    if (!state || commit <= state.loadedAt) return;
    for (const start of entry.cursors ?? []) {
      const log = this.logs.get(start.log ?? 0);
      if (!log) continue;
      const cursor = this.addCursor(state, log.positions, number(start.floor));
      cursor.unsettledCount = number(start.unsettled);
    }
  }

  /** Numbers of files are never used twice, or an old entry could name a new file. */
  #fileReplaced(entry: NonNullable<Entry["fileReplaced"]>): void {
    for (const file of entry.files ?? []) {
      this.coldFiles.delete(file);
      this.replacedFiles.add(file);
      this.nextFile = Math.max(this.nextFile, file + 1);
    }
    if (!entry.by) return;
    this.coldFiles.add(entry.by);
    this.nextFile = Math.max(this.nextFile, entry.by + 1);
  }

  #retainedFrom(entry: NonNullable<Entry["retainedFrom"]>, commit: number): void {
    const state = this.topics.get(entry.topic ?? 0);
    if (!state || commit <= state.loadedAt) return;
    state.retainedFrom = Math.max(state.retainedFrom, number(entry.position));
  }

  #loadedAt(log: Log): number {
    const owners: ReadonlyMap<number, { readonly loadedAt: number }> =
      log.kind === "messages" ? this.topics : this.subscriptions;
    return owners.get(log.owner)?.loadedAt ?? 0;
  }
}

/** Whether settled messages of a topic are kept for a while. */
export const isRetained = ({ settings }: Topic): boolean =>
  settings.retainMs > 0 || settings.retainBytes > 0;

/** 64-bit fields are typed for every reader; ours gives numbers (NumberReader). */
export const number = (value: unknown): number => Number(value ?? 0);

/** The topic that a log of messages belongs to. */
export function topicOf(state: State, logId: number): Topic | undefined {
  const log = state.logs.get(logId);
  return log?.kind === "messages" ? state.topics.get(log.owner)?.topic : undefined;
}

/** The logs of a topic, one for each priority in use. */
export const logIds = (topic: TopicState): number[] => [...topic.logs.values()].map(({ id }) => id);
