import type {
  Append,
  AppendRange,
  Outcome,
  Settle,
  Unit,
  UnitResult,
} from "../../../src/broker/engine.js";
import type { EngineLife } from "../engine-life.js";
import { encodeMessages } from "../messages.js";
import type { SeededRandom } from "../seeded-random.js";
import { fateAfter, GONE, type Fate } from "../three-sets.js";
import {
  lengthOfRun,
  type HeldMessage,
  type KnownProducer,
  type KnownSubscription,
  type KnownTopic,
  type OpenFeed,
  type OpenSettle,
  type WorkloadState,
} from "./workload-state.js";

export interface WorkloadOptions {
  /** How often a message is large: 16 KiB and more, up to 1 MiB. */
  readonly largeShare: number;
  /** Whether the disk is full now and then. */
  readonly fillsDisk: boolean;
}

interface SentAppend {
  readonly append: Append;
  readonly ids: readonly number[];
  readonly topic: KnownTopic;
  readonly producer: KnownProducer | undefined;
}

interface SentSettle {
  readonly settle: Settle;
  readonly open: OpenFeed;
  readonly settles: readonly OpenSettle[];
  readonly held: readonly HeldMessage[];
}

/** Commits of random content, and what their answers say. */
export class RandomCommits {
  readonly #state: WorkloadState;
  readonly #random: SeededRandom;
  readonly #options: WorkloadOptions;

  constructor(state: WorkloadState, random: SeededRandom, options: WorkloadOptions) {
    this.#state = state;
    this.#random = random;
    this.#options = options;
  }

  /** Commits new messages, outcomes of those that are held, or both; `settlesMostly` says which alone. */
  commit(life: EngineLife, settlesMostly: boolean): void {
    const random = this.#random;
    const unit = this.#state.nextUnit++;
    const appends: SentAppend[] = [];
    const settles: SentSettle[] = [];
    const both = random.chance(0.2);
    if (!settlesMostly || both) {
      for (let count = 1 + random.int(2); count > 0; count -= 1) this.#addAppend(appends);
    }
    if (settlesMostly || both) {
      for (let count = 1 + random.int(3); count > 0; count -= 1) {
        this.#addSettle(settles, unit, life);
      }
    }
    if (appends.length === 0 && settles.length === 0) return;
    const atomic = appends.length > 0 && random.chance(0.4);
    this.#send(life, unit, appends);
    const request: Unit = {
      atomic,
      appends: appends.map(({ append }) => append),
      settles: settles.map(({ settle }) => settle),
    };
    life.engine.commit(request, (result) => this.#done(atomic, appends, settles, result));
  }

  /** New messages count as sent now; of those sent again only those that are known not to be stored. */
  #send(life: EngineLife, unit: number, appends: readonly SentAppend[]): void {
    for (const { ids, topic } of appends) {
      for (const id of ids) {
        const known = this.#state.sets.messages.get(id);
        const isNew = !known || known.state === "absent";
        if (isNew) this.#state.send(id, topic, unit, life.clock.now());
        else if (known.state === "unknown") this.#sendUnknown(id, topic, unit, life.clock.now());
      }
    }
  }

  /** It may have been stored before the crash, for who was there then, or is stored now, for who is here now. */
  #sendUnknown(id: number, topic: KnownTopic, unit: number, nowMs: number): void {
    const before = new Map(
      [...this.#state.subscriptions.keys()].map((each) => [each, this.#state.sets.item(each, id)]),
    );
    const old = this.#state.sets.messages.get(id);
    this.#state.send(id, topic, unit, nowMs);
    const message = this.#state.sets.messages.get(id);
    if (message && old) message.sentAtMs = Math.min(old.sentAtMs, message.sentAtMs);
    // A purge took the one before, if there was one; this one came after it, if it is stored.
    const purge = old?.purge === "none" ? "none" : "maybe";
    if (message && old) Object.assign(message, { state: "unknown", purge });
    for (const [subscription, item] of before) {
      const now = this.#state.sets.item(subscription, id);
      if (now && item) now.fates = [...item.fates, ...now.fates];
      if (now) Object.assign(now, { isCertain: false });
    }
  }

  #addAppend(appends: SentAppend[]): void {
    const random = this.#random;
    const topics = [...this.#state.topics.values()].filter(({ isDeleting }) => !isDeleting);
    if (topics.length === 0) return;
    const topic = random.pick(topics);
    const isUsed = (producer: KnownProducer): boolean =>
      appends.some((append) => append.producer === producer);
    const producers = this.#state.producers.filter((each) => each.isAttached && !isUsed(each));
    if (producers.length > 0 && random.chance(0.5)) {
      appends.push(this.#produce(topic, random.pick(producers)));
    } else {
      const ids = this.#newIds();
      appends.push({ append: this.#append(topic, ids), ids, topic, producer: undefined });
    }
  }

  /** The next messages of a producer, or some that it sent before. */
  #produce(topic: KnownTopic, producer: KnownProducer): SentAppend {
    const random = this.#random;
    const again = producer.sent.length > 0 && random.chance(0.4) && random.pick(producer.sent);
    if (again) {
      const from = random.chance(0.7) ? 0 : random.int(again.ids.length);
      const ids = again.ids.slice(from, from + 1 + random.int(again.ids.length - from));
      const known = this.#state.sets.messages.get(ids[0] ?? 0);
      const sameTopic = known && this.#state.topics.get(known.topic);
      // A message of a deleted topic is forgotten by the oracle, but not by the producer.
      const isPossible = sameTopic && !sameTopic.isDeleting && this.#areAllOf(ids, sameTopic);
      if (isPossible && !this.#areRefusable(ids)) {
        const firstSequence = again.firstSequence + from;
        const append = this.#append(sameTopic, ids, { id: producer.id, firstSequence });
        return { append, ids, topic: sameTopic, producer };
      }
    }
    const ids = this.#newIds();
    const firstSequence = producer.nextSequence;
    producer.nextSequence += ids.length;
    producer.sent.push({ firstSequence, ids });
    const append = this.#append(topic, ids, { id: producer.id, firstSequence });
    return { append, ids, topic, producer };
  }

  /** Whether some may be refused, though the same is taken right after it. */
  #areRefusable(ids: readonly number[]): boolean {
    const { messages } = this.#state.sets;
    return this.#options.fillsDisk && ids.some((id) => messages.get(id)?.state === "sent");
  }

  #areAllOf(ids: readonly number[], topic: KnownTopic): boolean {
    return ids.every((id) => this.#state.sets.messages.get(id)?.topic === topic.id);
  }

  #newIds(): number[] {
    const count = 1 + this.#random.int(this.#random.pick([1, 3, 10, 40]));
    const first = this.#state.nextMessage;
    this.#state.nextMessage += count;
    return Array.from({ length: count }, (_, index) => first + index);
  }

  /** The size follows from the number, so that a message sent again is the same. */
  #append(topic: KnownTopic, ids: readonly number[], producer?: Append["producer"]): Append {
    const messages = ids.map((id) => ({ id, payloadBytes: this.#payloadBytes(id) }));
    const priority = this.#random.pick([0, 0, 0, 0, 3, 9]);
    return { topic: topic.id, priority, batch: encodeMessages(messages), producer };
  }

  #payloadBytes(id: number): number {
    const share = ((id * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
    const { largeShare } = this.#options;
    if (share > largeShare) return 8 + Math.floor(share * 300);
    if (share > largeShare / 4) return 16_000 + Math.floor((share / largeShare) * 10_000);
    return share > largeShare / 40 ? 70_000 : 1_048_576;
  }

  #addSettle(settles: SentSettle[], unit: number, life: EngineLife): void {
    const random = this.#random;
    const feeds = [...this.#state.feeds.values()].filter(
      ({ held, owner }) => held.length > 0 && !owner.isMoving && !owner.isDeleting,
    );
    if (feeds.length === 0) return;
    const open = random.pick(feeds);
    const from = random.chance(0.5) ? 0 : random.int(open.held.length);
    const count = lengthOfRun(open.held, from, 1 + random.int(random.pick([1, 5, 50])));
    const held = open.held.slice(from, from + count);
    const [first] = held;
    if (!first) return;
    open.held.splice(from, count);
    const outcome = this.#outcome();
    const settle = {
      subscription: open.feedOf,
      log: first.log,
      first: first.position,
      count,
      outcome,
    };
    const open1 = held.flatMap(({ message }) =>
      this.#begin(open.owner, message, outcome, unit, life),
    );
    open.owner.busy += 1;
    settles.push({ settle, open, settles: open1, held });
  }

  #begin(
    { id }: KnownSubscription,
    message: number,
    outcome: Outcome,
    unit: number,
    life: EngineLife,
  ): OpenSettle[] {
    const item = this.#state.sets.item(id, message);
    if (!item) return [];
    const before = item.fates;
    const change = (fate: Fate): Fate => fateAfter(fate, outcome, life.clock.now());
    this.#state.sets.begin(item, change, true);
    const open = { item, before, after: before.map(change), unit };
    this.#state.openSettles.add(open);
    return [open];
  }

  #outcome(): Outcome {
    const random = this.#random;
    const draw = random.fraction();
    if (draw < 0.65) return { kind: "done" };
    if (draw < 0.78) {
      const death = {
        reason: "rejected",
        error: "no ".repeat(random.int(40)),
        attempts: 3,
      } as const;
      return { kind: "dead", death: { ...death, lastConsumer: "c" } };
    }
    return {
      kind: "retry",
      failures: 1 + random.int(5),
      crashes: random.int(2),
      delayMs: random.pick([0, 0, 5, 1_000, 90_000]),
      note: random.chance(0.3) ? `note ${random.int(1_000)}` : undefined,
    };
  }

  #done(
    atomic: boolean,
    appends: readonly SentAppend[],
    settles: readonly SentSettle[],
    result: UnitResult,
  ): void {
    const isRefused = result.appends.some((ranges) =>
      ranges.some(({ kind }) => kind === "refused"),
    );
    appends.forEach((sent, index) => this.#appended(sent, result.appends[index] ?? []));
    settles.forEach((sent, index) => {
      for (const open of sent.settles) this.#state.openSettles.delete(open);
      sent.open.owner.busy -= 1;
      const answer = result.settles[index];
      if (answer === "done") this.#settled(sent);
      else if (answer === "lost") this.#lost(sent);
      else this.#notSettled(sent, atomic && isRefused);
    });
  }

  #appended({ ids, producer }: SentAppend, ranges: readonly AppendRange[]): void {
    let at = 0;
    for (const range of ranges) {
      for (let index = 0; index < range.count; index += 1) {
        const id = ids[at++] ?? 0;
        const known = this.#state.sets.messages.get(id);
        if (!known) continue;
        if (range.kind === "stored" || range.kind === "duplicate") {
          if (range.kind === "stored" && known.state === "stored") {
            throw new Error(`message ${id} is stored a second time`);
          }
          if (range.kind === "duplicate" && !producer)
            throw new Error(`message ${id} is no duplicate`);
          this.#state.sets.stored(id, range.firstPosition + index);
        } else if (range.kind === "refused") {
          if (known.state === "sent") this.#state.sets.refused(id);
        } else throw new Error(`it is unknown whether message ${id} was stored`);
      }
    }
    if (at !== ids.length) throw new Error(`${ids.length} messages have ${at} answers`);
  }

  #settled({ settles }: SentSettle): void {
    for (const { item, after } of settles) {
      item.isHandedOut = false;
      this.#state.sets.confirm(item, after);
      this.#state.sets.settled(item);
    }
  }

  #lost({ settles }: SentSettle): void {
    for (const { item, before } of settles) {
      item.isHandedOut = false;
      this.#state.sets.confirm(item, [...before, GONE]);
    }
  }

  /** Refused as a part of an atomic unit: they are still held. Or there was no room: they come again. */
  #notSettled({ settles, open, held }: SentSettle, isHeld: boolean): void {
    for (const { item, before } of settles) {
      item.isHandedOut = isHeld;
      this.#state.sets.confirm(item, before);
    }
    if (!isHeld) return;
    if (this.#state.feeds.get(open.feedOf) === open) open.held.push(...held);
    else for (const { item } of settles) item.isHandedOut = false;
  }
}
