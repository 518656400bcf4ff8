import type { Catalog, Feed, Start } from "../../../src/broker/engine.js";
import { matches } from "@peyk/client/protocol";
import type { SeededRandom } from "../seeded-random.js";
import {
  isUntouched,
  LIVE,
  ThreeSets,
  type Evidence,
  type Fate,
  type Item,
} from "../three-sets.js";
import type { SentMessage } from "../three-sets.js";

export interface KnownTopic {
  readonly id: number;
  readonly name: string;
  readonly isRetained: boolean;
  /** 0: never. */
  readonly expireMs: number;
  isDeleting: boolean;
}

export interface KnownSubscription {
  readonly id: number;
  readonly name: string;
  readonly source: string;
  readonly deadLetters: number;
  readonly deadLetterRetainMs: number;
  isDeleting: boolean;
  /** Answers that are awaited for what it holds. */
  busy: number;
  /** Its messages are being purged or moved: nothing else is done to them meanwhile. */
  isMoving: boolean;
}

/** A subscription whose creation is not confirmed: what is sent meanwhile may or may not be for it. */
export interface PendingSubscription {
  readonly name: string;
  readonly source: string;
  readonly start: Start;
  readonly deadLetterRetainMs: number;
  readonly sentSince: SentMessage[];
}

export interface HeldMessage {
  readonly message: number;
  readonly log: number;
  readonly position: number;
}

/** What a feed handed out and nobody settled, of a subscription or of its dead-letter queue. */
export interface OpenFeed {
  readonly owner: KnownSubscription;
  readonly feedOf: number;
  readonly feed: Feed;
  held: HeldMessage[];
}

export interface KnownProducer {
  readonly id: string;
  nextSequence: number;
  readonly sent: { readonly firstSequence: number; readonly ids: readonly number[] }[];
  isAttached: boolean;
}

/** A settle that was not answered when the process died. */
export interface OpenSettle {
  readonly item: Item;
  readonly before: readonly Fate[];
  readonly after: readonly Fate[];
  readonly unit: number;
}

/** How many held messages from `from` on are one range of a log, at most `count`. */
export function lengthOfRun(held: readonly HeldMessage[], from: number, count: number): number {
  const first = held[from];
  let length = 1;
  while (length < count) {
    const next = held[from + length];
    if (next?.log !== first?.log || next?.position !== (first?.position ?? 0) + length) break;
    length += 1;
  }
  return length;
}

/** How much older than its messages a commit may be, with all that the clock is moved meanwhile. */
const COMMIT_AGE_MS = 90_000;

/** What a workload knows of its topics, subscriptions, producers and messages, over all lives of a journal. */
export class WorkloadState {
  readonly sets = new ThreeSets();
  readonly topics = new Map<number, KnownTopic>();
  readonly subscriptions = new Map<number, KnownSubscription>();
  readonly pendingTopics = new Map<string, Omit<KnownTopic, "id">>();
  readonly pendingSubscriptions = new Map<string, PendingSubscription>();
  readonly producers: KnownProducer[] = [];
  /** By the subscription whose feed it is. */
  readonly feeds = new Map<number, OpenFeed>();
  readonly openSettles = new Set<OpenSettle>();
  /** A topic was being deleted at a crash: references to its messages go when they are read. */
  hasStaleReferences = false;
  nextMessage = 1;
  nextName = 1;
  nextUnit = 1;

  /** A message goes to all subscriptions that match its topic. */
  send(id: number, topic: KnownTopic, unit: number, nowMs: number): void {
    const message = this.sets.send(id, topic.id, unit, nowMs);
    for (const owner of this.subscriptions.values()) {
      if (!matches(owner.source, topic.name)) continue;
      this.sets.address(message, owner.id, !owner.isDeleting);
    }
    for (const pending of this.pendingSubscriptions.values()) {
      if (matches(pending.source, topic.name)) pending.sentSince.push(message);
    }
  }

  /** A subscription exists now, or was found after a crash. */
  subscribed(id: number, deadLetters: number, pending: PendingSubscription): void {
    const { name, source, deadLetterRetainMs } = pending;
    const flags = { isDeleting: false, busy: 0, isMoving: false };
    this.subscriptions.set(id, { id, name, source, deadLetters, deadLetterRetainMs, ...flags });
    this.pendingSubscriptions.delete(name);
    this.sets.addSubscription(id);
    if (pending.start.at === "earliest") this.#addressRetained(id, source);
    for (const message of pending.sentSince) {
      if (!this.sets.messages.has(message.id) || message.state === "absent") continue;
      // An earliest start has those for certain that were confirmed before it was asked for.
      if (!this.sets.item(id, message.id)) this.sets.address(message, id, false);
    }
  }

  /** Matches what is known of the catalog with what is there after a crash; returns what should not be there. */
  reconcile({ topics, subscriptions }: Catalog): { topics: number[]; subscriptions: number[] } {
    const strangers = { topics: [] as number[], subscriptions: [] as number[] };
    this.hasStaleReferences ||= [...this.topics.values()].some(({ isDeleting }) => isDeleting);
    const queues = new Set(subscriptions.map(({ deadLetters }) => deadLetters));
    for (const id of [...this.topics.keys()]) {
      if (!topics.some((topic) => topic.id === id)) this.forgetTopic(id);
    }
    for (const id of [...this.subscriptions.keys()]) {
      if (!subscriptions.some((each) => each.id === id)) this.forgetSubscription(id);
    }
    for (const topic of topics) {
      const pending = this.pendingTopics.get(topic.name);
      const known = this.topics.get(topic.id);
      if (known) known.isDeleting = false;
      else if (pending) this.topics.set(topic.id, { ...pending, id: topic.id });
      else strangers.topics.push(topic.id);
    }
    for (const found of subscriptions) {
      if (queues.has(found.id)) continue;
      const pending = this.pendingSubscriptions.get(found.name);
      const known = this.subscriptions.get(found.id);
      if (known) Object.assign(known, { isDeleting: false, busy: 0, isMoving: false });
      else if (pending) this.subscribed(found.id, found.deadLetters ?? 0, pending);
      else strangers.subscriptions.push(found.id);
    }
    this.pendingTopics.clear();
    this.pendingSubscriptions.clear();
    return strangers;
  }

  /** A subscription with which nothing is being done; undefined if there is none. */
  drawFree(random: SeededRandom): KnownSubscription | undefined {
    const free = [...this.subscriptions.values()].filter(
      ({ isDeleting, isMoving, busy }) => !isDeleting && !isMoving && busy === 0,
    );
    return free.length > 0 ? random.pick(free) : undefined;
  }

  forgetTopic(id: number): void {
    this.topics.delete(id);
    this.sets.removeTopic(id);
  }

  forgetSubscription(id: number): void {
    this.subscriptions.delete(id);
    this.sets.removeSubscription(id);
  }

  /** Whether a message may have become too old to be kept. */
  mayBeExpired(item: Item, nowMs: number): boolean {
    // A message has the time of its commit, which may have been begun before it came.
    const ageMs = nowMs - item.message.sentAtMs + COMMIT_AGE_MS;
    const expireMs = this.topics.get(item.message.topic)?.expireMs ?? 0;
    const retainMs = this.subscriptions.get(item.subscription)?.deadLetterRetainMs ?? 0;
    const isLive = item.fates.some(({ kind }) => kind === "live");
    const isDead = item.fates.some(({ kind }) => kind === "dead");
    return (
      (isLive && expireMs > 0 && ageMs >= expireMs) || (isDead && retainMs > 0 && ageMs >= retainMs)
    );
  }

  /**
   * What is open and will be known after the audit: to be called before it, what it returns after it. `areSettlesClear`:
   * what is gone was settled, and not lost by a power cut.
   */
  openQuestions(nowMs: number, areSettlesClear: boolean): (() => Evidence | undefined)[] {
    const questions: (() => Evidence | undefined)[] = [];
    for (const { id } of this.subscriptions.values()) {
      for (const item of this.sets.items(id)) {
        const isOpen = item.isCertain && isUntouched(item.fates);
        if (!isOpen || this.mayBeExpired(item, nowMs)) continue;
        questions.push(() => {
          const isPresent = item.fates.some(({ kind }) => kind === "live");
          this.sets.resolve(item.message, isPresent);
          return { unit: item.message.unit, isPresent, what: `message ${item.message.id}` };
        });
      }
    }
    for (const { item, before, after, unit } of areSettlesClear ? this.openSettles : []) {
      const isOpen = this.sets.item(item.subscription, item.message.id) === item;
      const isClear = before.length === 1 && item.fates.length === 2;
      if (!isOpen || !isClear || this.mayBeExpired(item, nowMs)) continue;
      questions.push(() => {
        const [seen] = item.fates;
        if (item.fates.length !== 1 || !seen) return undefined;
        const isPresent = after.some((fate) => isSameFate(fate, seen));
        if (!isPresent && !before.some((fate) => isSameFate(fate, seen))) return undefined;
        return { unit, isPresent, what: `the settle of message ${item.message.id}` };
      });
    }
    return questions;
  }

  #addressRetained(subscription: number, source: string): void {
    for (const message of this.sets.messages.values()) {
      const topic = this.topics.get(message.topic);
      if (!topic?.isRetained || !matches(source, topic.name)) continue;
      if (message.purge === "done" || message.state === "absent") continue;
      const isCertain = message.state === "stored" && message.purge === "none";
      this.sets.address(message, subscription, isCertain);
      const item = this.sets.item(subscription, message.id);
      if (isCertain && item) item.fates = [LIVE];
    }
  }
}

function isSameFate(a: Fate, b: Fate): boolean {
  const isSame = a.kind === b.kind && a.failures === b.failures && a.redrives === b.redrives;
  return isSame && a.crashes === b.crashes && a.note === b.note;
}
