import type {
  Append,
  AppendRange,
  Outcome,
  Ref,
  Run,
  Settle,
  Unit,
  UnitResult,
} from "../../src/broker/engine.js";
import { SUBSCRIPTION_SETTINGS, TOPIC_SETTINGS } from "./engine-harness.js";
import type { EngineLife } from "./engine-life.js";
import { encodeMessages, idOf } from "./messages.js";
import type { SeededRandom } from "./seeded-random.js";
import { fateAfter, GONE, LIVE, type Fate, type Item, type Sighting } from "./three-sets.js";
import {
  WorkloadState,
  type HeldMessage,
  type KnownProducer,
  type KnownSubscription,
  type KnownTopic,
  type OpenFeed,
  type OpenSettle,
} from "./workload-state.js";

const MAX_TOPICS = 4;
const MAX_SUBSCRIPTIONS = 5;
const MAX_PRODUCERS = 3;

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

/** Does one random thing after the other with an engine, and tells the oracle of all of it. */
export class RandomWorkload {
  readonly state = new WorkloadState();
  readonly #random: SeededRandom;
  readonly #options: WorkloadOptions;
  /** Of purges and redrives that were not answered: what was sent meanwhile may be moved too. */
  readonly #unansweredMoves = new Set<() => void>();

  constructor(random: SeededRandom, options: WorkloadOptions) {
    this.#random = random;
    this.#options = options;
  }

  /** Does one thing; what comes of it is told to the oracle when it is answered. */
  act(life: EngineLife): void {
    const random = this.#random;
    const actions: readonly (readonly [weight: number, action: () => void])[] = [
      [30, () => this.#commit(life, false)],
      [30, () => this.#commit(life, true)],
      [14, () => this.#want(life)],
      [5, () => this.#giveBack(life)],
      [8, () => this.#handOver(life)],
      [3, () => this.#closeFeed(life)],
      [8, () => life.clock.advance(random.int(2_000))],
      [1.5, () => life.isIdle && life.clock.advance(61_000)],
      [2, () => this.#redrive(life)],
      [1, () => this.#purge(life)],
      [0.7, () => this.#purgeTopic(life)],
      [2.5, () => this.#createTopic(life)],
      [2.5, () => this.#subscribe(life)],
      [0.8, () => this.#deleteTopic(life)],
      [0.8, () => this.#unsubscribe(life)],
      [1, () => this.#producerComesOrGoes(life)],
      [this.#options.fillsDisk ? 1.5 : 0, () => this.#resizeDisk(life)],
    ];
    let left = random.fraction() * actions.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, action] of actions) {
      left -= weight;
      if (left < 0) return action();
    }
  }

  /** Leaves little or much room. */
  #resizeDisk({ disk }: EngineLife): void {
    const freeBytes = this.#random.pick([0, 500, 10_000, 300_000, 2 ** 40]);
    disk.resize(disk.usedBytes + freeBytes);
  }

  /** The process is gone, and with it all feeds. */
  died(): void {
    for (const moveNewer of this.#unansweredMoves) moveNewer();
    this.#unansweredMoves.clear();
    this.state.feeds.clear();
    for (const producer of this.state.producers) producer.isAttached = false;
  }

  // ---- Commits -----------------------------------------------------------------------------------------------------

  #commit(life: EngineLife, settlesMostly: boolean): void {
    const random = this.#random;
    const unit = this.state.nextUnit++;
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
        const known = this.state.sets.messages.get(id);
        const isNew = !known || known.state === "absent";
        if (isNew) this.state.send(id, topic, unit, life.clock.now());
        else if (known.state === "unknown") this.#sendUnknown(id, topic, unit, life.clock.now());
      }
    }
  }

  /** It may have been stored before the crash, for who was there then, or is stored now, for who is here now. */
  #sendUnknown(id: number, topic: KnownTopic, unit: number, nowMs: number): void {
    const before = new Map(
      [...this.state.subscriptions.keys()].map((each) => [each, this.state.sets.item(each, id)]),
    );
    const old = this.state.sets.messages.get(id);
    this.state.send(id, topic, unit, nowMs);
    const message = this.state.sets.messages.get(id);
    if (message && old) message.sentAtMs = Math.min(old.sentAtMs, message.sentAtMs);
    // A purge took the one before, if there was one; this one came after it, if it is stored.
    const purge = old?.purge === "none" ? "none" : "maybe";
    if (message && old) Object.assign(message, { state: "unknown", purge });
    for (const [subscription, item] of before) {
      const now = this.state.sets.item(subscription, id);
      if (now && item) now.fates = [...item.fates, ...now.fates];
      if (now) Object.assign(now, { isCertain: false });
    }
  }

  #addAppend(appends: SentAppend[]): void {
    const random = this.#random;
    const topics = [...this.state.topics.values()].filter(({ isDeleting }) => !isDeleting);
    if (topics.length === 0) return;
    const topic = random.pick(topics);
    const isUsed = (producer: KnownProducer): boolean =>
      appends.some((append) => append.producer === producer);
    const producers = this.state.producers.filter((each) => each.isAttached && !isUsed(each));
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
      const known = this.state.sets.messages.get(ids[0] ?? 0);
      const sameTopic = known && this.state.topics.get(known.topic);
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
    const { messages } = this.state.sets;
    return this.#options.fillsDisk && ids.some((id) => messages.get(id)?.state === "sent");
  }

  #areAllOf(ids: readonly number[], topic: KnownTopic): boolean {
    return ids.every((id) => this.state.sets.messages.get(id)?.topic === topic.id);
  }

  #newIds(): number[] {
    const count = 1 + this.#random.int(this.#random.pick([1, 3, 10, 40]));
    const first = this.state.nextMessage;
    this.state.nextMessage += count;
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
    const feeds = [...this.state.feeds.values()].filter(
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
    const item = this.state.sets.item(id, message);
    if (!item) return [];
    const before = item.fates;
    const change = (fate: Fate): Fate => fateAfter(fate, outcome, life.clock.now());
    this.state.sets.begin(item, change, true);
    const open = { item, before, after: before.map(change), unit };
    this.state.openSettles.add(open);
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
      for (const open of sent.settles) this.state.openSettles.delete(open);
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
        const known = this.state.sets.messages.get(id);
        if (!known) continue;
        if (range.kind === "stored" || range.kind === "duplicate") {
          if (range.kind === "stored" && known.state === "stored") {
            throw new Error(`message ${id} is stored a second time`);
          }
          if (range.kind === "duplicate" && !producer)
            throw new Error(`message ${id} is no duplicate`);
          this.state.sets.stored(id, range.firstPosition + index);
        } else if (range.kind === "refused") {
          if (known.state === "sent") this.state.sets.refused(id);
        } else throw new Error(`it is unknown whether message ${id} was stored`);
      }
    }
    if (at !== ids.length) throw new Error(`${ids.length} messages have ${at} answers`);
  }

  #settled({ settles }: SentSettle): void {
    for (const { item, after } of settles) {
      item.isHandedOut = false;
      this.state.sets.confirm(item, after);
      this.state.sets.settled(item);
    }
  }

  #lost({ settles }: SentSettle): void {
    for (const { item, before } of settles) {
      item.isHandedOut = false;
      this.state.sets.confirm(item, [...before, GONE]);
    }
  }

  /** Refused as a part of an atomic unit: they are still held. Or there was no room: they come again. */
  #notSettled({ settles, open, held }: SentSettle, isHeld: boolean): void {
    for (const { item, before } of settles) {
      item.isHandedOut = isHeld;
      this.state.sets.confirm(item, before);
    }
    if (!isHeld) return;
    if (this.state.feeds.get(open.feedOf) === open) open.held.push(...held);
    else for (const { item } of settles) item.isHandedOut = false;
  }

  // ---- Feeds -------------------------------------------------------------------------------------------------------

  #want(life: EngineLife): void {
    const random = this.#random;
    const owners = [...this.state.subscriptions.values()].filter(({ isDeleting }) => !isDeleting);
    if (owners.length === 0) return;
    const owner = random.pick(owners);
    const feedOf = random.chance(0.75) ? owner.id : owner.deadLetters;
    const open = this.state.feeds.get(feedOf) ?? this.#openFeed(life, owner, feedOf);
    open.feed.want(random.int(random.pick([2, 20, 200])), random.pick([100, 2_000, 1_000_000]));
  }

  #openFeed(life: EngineLife, owner: KnownSubscription, feedOf: number): OpenFeed {
    const held: HeldMessage[] = [];
    const feed = life.engine.feed(feedOf, {
      run: (run) => this.#onRun(life, open, run),
      blocked: () => {},
      lost: (refs) => this.#onLost(open, refs),
    });
    const open: OpenFeed = { owner, feedOf, feed, held };
    this.state.feeds.set(feedOf, open);
    return open;
  }

  #onRun(life: EngineLife, open: OpenFeed, run: Run): void {
    if (life.survivor) return;
    for (const sighting of sightingsOf(run)) {
      this.state.sets.handedOut(open.owner.id, sighting, life.clock.now());
    }
    for (let index = 0; index < run.count; index += 1) {
      const message = idOf(run.batch, run.from + index);
      open.held.push({ message, log: run.log, position: run.first + index });
    }
  }

  #onLost(open: OpenFeed, refs: readonly Ref[]): void {
    open.held = open.held.filter(({ log, position, message }) => {
      const isLost = refs.some(
        (ref) => ref.log === log && position >= ref.first && position < ref.first + ref.count,
      );
      if (isLost) this.state.sets.returned(open.owner.id, message);
      return !isLost;
    });
  }

  /** A consumer within the process gets some of what a feed handed out. */
  #handOver(life: EngineLife): void {
    const feeds = [...this.state.feeds.values()].filter(
      ({ held, owner }) => held.length > 0 && !owner.isMoving && !owner.isDeleting,
    );
    if (feeds.length === 0) return;
    const { owner, feedOf, held } = this.#random.pick(feeds);
    const from = this.#random.int(held.length);
    const count = lengthOfRun(held, from, 1 + this.#random.int(20));
    const given = held.slice(from, from + count);
    const [first] = given;
    if (!first) return;
    for (const { message } of given) this.state.sets.handOver(owner.id, message, false);
    const ref = { log: first.log, first: first.position, count };
    // Then nothing is written of it.
    const { isFull } = life.engine.storage();
    life.engine.handOver(feedOf, ref, () => {
      if (life.survivor || isFull) return;
      // What was settled or given back meanwhile says more.
      const stillHeld = new Set(this.state.feeds.get(feedOf)?.held);
      for (const each of given) {
        if (stillHeld.has(each)) this.state.sets.handOver(owner.id, each.message, true);
      }
    });
  }

  #giveBack(life: EngineLife): void {
    const feeds = [...this.state.feeds.values()].filter(({ held }) => held.length > 0);
    if (feeds.length === 0) return;
    const open = this.#random.pick(feeds);
    const from = this.#random.int(open.held.length);
    const back = open.held.splice(from, 1 + this.#random.int(10));
    for (const { message } of back) this.state.sets.returned(open.owner.id, message);
    open.feed.giveBack(back.map(({ log, position }) => ({ log, first: position, count: 1 })));
    this.#afterReturn(life, open, back);
  }

  /** Once another commit is answered, that they were returned is written. */
  #afterReturn(life: EngineLife, { owner }: OpenFeed, back: readonly HeldMessage[]): void {
    life.engine.commit({ atomic: false, appends: [], settles: [] }, () => {
      if (life.survivor) return;
      for (const { message } of back) this.state.sets.takenBack(owner.id, message);
    });
  }

  #closeFeed(life: EngineLife): void {
    const feeds = [...this.state.feeds.values()];
    if (feeds.length === 0) return;
    const open = this.#random.pick(feeds);
    open.feed.close();
    this.state.feeds.delete(open.feedOf);
    for (const { message } of open.held) this.state.sets.returned(open.owner.id, message);
    this.#afterReturn(life, open, open.held);
    open.held = [];
  }

  // ---- Moving many -------------------------------------------------------------------------------------------------

  #free(): KnownSubscription | undefined {
    const free = [...this.state.subscriptions.values()].filter(
      ({ isDeleting, isMoving, busy }) => !isDeleting && !isMoving && busy === 0,
    );
    return free.length > 0 ? this.#random.pick(free) : undefined;
  }

  #redrive(life: EngineLife): void {
    const owner = this.#free();
    if (!owner) return;
    const count = this.#random.chance(0.5) ? Infinity : 1 + this.#random.int(4);
    const after = (fate: Fate): Fate =>
      fate.kind === "dead" ? { ...LIVE, redrives: fate.redrives + 1 } : fate;
    const isDrop = this.#random.chance(0.3);
    const change = isDrop ? (fate: Fate) => (fate.kind === "dead" ? GONE : fate) : after;
    const answer = isDrop
      ? life.engine.purge(owner.deadLetters, { count })
      : life.engine.redrive(owner.deadLetters, { count });
    this.#move([owner], ({ fates }) => fates.some(({ kind }) => kind === "dead"), change, {
      answer,
      isAll: count === Infinity && owner.deadLetterRetainMs === 0,
    });
  }

  #purge(life: EngineLife): void {
    const owner = this.#free();
    if (!owner) return;
    const change = (fate: Fate): Fate => (fate.kind === "live" ? GONE : fate);
    const answer = life.engine.purge(owner.id);
    this.#move([owner], ({ fates }) => fates.some(({ kind }) => kind === "live"), change, {
      answer,
      isAll: true,
    });
  }

  #purgeTopic(life: EngineLife): void {
    const topics = [...this.state.topics.values()].filter(({ isDeleting }) => !isDeleting);
    const owners = [...this.state.subscriptions.values()];
    const areFree = owners.every(({ busy, isMoving, isDeleting }) => {
      return busy === 0 && !isMoving && !isDeleting;
    });
    if (topics.length === 0 || !areFree || this.state.pendingSubscriptions.size > 0) return;
    const topic = this.#random.pick(topics);
    // What was redriven is referred to by the subscription itself, and stays.
    const change = (fate: Fate): Fate =>
      fate.kind === "live" && fate.redrives === 0 ? GONE : fate;
    const all = [...this.state.sets.messages.values()];
    const purged = all.filter((message) => message.topic === topic.id);
    for (const message of purged) message.purge = "maybe";
    const answer = life.engine.purgeTopic(topic.id);
    answer.then(
      () => {
        for (const message of purged) message.purge = "done";
      },
      () => {},
    );
    const isOfTopic = ({ message, fates }: Item): boolean =>
      message.topic === topic.id && fates.some(({ kind }) => kind === "live");
    this.#move(owners, isOfTopic, change, { answer, isAll: true });
  }

  /** What is sent or dies while it is under way may be moved too; nothing else is done to these messages. */
  #move(
    owners: readonly KnownSubscription[],
    isMoved: (item: Item) => boolean,
    change: (fate: Fate) => Fate,
    { answer, isAll }: { readonly answer: Promise<number>; readonly isAll: boolean },
  ): void {
    const { sets } = this.state;
    const items = owners.flatMap(({ id }) => sets.items(id).filter(isMoved));
    const known = new Set(items);
    for (const owner of owners) owner.isMoving = true;
    for (const item of items) sets.begin(item, change, false);
    const moveNewer = (): void => {
      for (const item of owners.flatMap(({ id }) => sets.items(id).filter(isMoved))) {
        if (known.has(item)) continue;
        sets.begin(item, change, false);
        item.openMoves -= 1;
      }
    };
    this.#unansweredMoves.add(moveNewer);
    const moved = (): void => {
      this.#unansweredMoves.delete(moveNewer);
      for (const owner of owners) owner.isMoving = false;
      for (const item of items) {
        item.openMoves -= 1;
        if (!isAll || item.fates.some(({ kind }) => kind === "absent")) continue;
        const fates = item.fates.filter((fate) => change(fate) === fate);
        if (fates.length > 0) sets.confirm(item, fates);
      }
      moveNewer();
    };
    answer.then(moved, () => {});
  }

  // ---- Catalog -----------------------------------------------------------------------------------------------------

  #createTopic(life: EngineLife): void {
    if (this.state.topics.size + this.state.pendingTopics.size >= MAX_TOPICS) return;
    const name = `t.${this.state.nextName++}`;
    const isRetained = this.#random.chance(0.3);
    const expireMs = this.#random.chance(0.2) ? 180_000 : 0;
    const pending = { name, isRetained, expireMs, isDeleting: false };
    this.state.pendingTopics.set(name, pending);
    const settings = {
      ...TOPIC_SETTINGS,
      retainMs: isRetained ? 1e9 : 0,
      expireUnsettledMs: expireMs,
    };
    const change = { kind: "create-topic", name, settings, autoCreated: false } as const;
    life.engine.change(change).then(
      (event) => {
        if (event.kind !== "topic" || life.survivor) return;
        this.state.pendingTopics.delete(name);
        this.state.topics.set(event.topic.id, { ...pending, id: event.topic.id });
      },
      () => {},
    );
  }

  #subscribe(life: EngineLife): void {
    const { state } = this;
    if (state.subscriptions.size + state.pendingSubscriptions.size >= MAX_SUBSCRIPTIONS) return;
    const topics = [...state.topics.values()];
    if (topics.length === 0) return;
    const source = this.#random.chance(0.4) ? "t.*" : this.#random.pick(topics).name;
    const name = `${source}/g${state.nextName++}`;
    const start = { at: this.#random.chance(0.5) ? "earliest" : "latest" } as const;
    const deadLetterRetainMs = this.#random.chance(0.2) ? 240_000 : 0;
    const pending = { name, source, start, deadLetterRetainMs, sentSince: [] };
    state.pendingSubscriptions.set(name, pending);
    const settings = { ...SUBSCRIPTION_SETTINGS, deadLetterRetainMs };
    const kind = "create-subscription";
    life.engine.change({ kind, name, source, settings, start, autoCreated: false }).then(
      (event) => {
        if (event.kind !== "subscription" || life.survivor) return;
        state.subscribed(event.subscription.id, event.subscription.deadLetters ?? 0, pending);
      },
      () => {},
    );
  }

  #deleteTopic(life: EngineLife): void {
    const topics = [...this.state.topics.values()].filter(({ isDeleting }) => !isDeleting);
    const isBusy = [...this.state.subscriptions.values()].some(
      ({ busy, isMoving }) => busy > 0 || isMoving,
    );
    if (topics.length < 2 || isBusy) return;
    const topic = this.#random.pick(topics);
    topic.isDeleting = true;
    life.engine.change({ kind: "delete-topic", topic: topic.id }).then(
      () => {
        if (!life.survivor) this.state.forgetTopic(topic.id);
      },
      () => {},
    );
  }

  #unsubscribe(life: EngineLife): void {
    const owner = this.#free();
    if (!owner || this.state.subscriptions.size < 2) return;
    owner.isDeleting = true;
    for (const feedOf of [owner.id, owner.deadLetters]) {
      this.state.feeds.get(feedOf)?.feed.close();
      this.state.feeds.delete(feedOf);
    }
    for (const item of this.state.sets.items(owner.id)) item.isHandedOut = false;
    life.engine.change({ kind: "delete-subscription", subscription: owner.id }).then(
      () => {
        if (!life.survivor) this.state.forgetSubscription(owner.id);
      },
      () => {},
    );
  }

  #producerComesOrGoes(life: EngineLife): void {
    const { producers } = this.state;
    const known = producers.length > 0 && this.#random.pick(producers);
    if (known && known.isAttached && this.#random.chance(0.3)) {
      known.isAttached = false;
      life.engine.detachProducer(known.id);
    } else if (known && !known.isAttached) {
      const { isKnown } = life.engine.attachProducer(known.id);
      known.isAttached = isKnown || known.sent.length === 0;
      if (!known.isAttached) producers.splice(producers.indexOf(known), 1);
    } else if (producers.length < MAX_PRODUCERS) {
      const id = Buffer.from(this.#random.bytes(16)).toString("hex");
      producers.push({ id, nextSequence: 1, sent: [], isAttached: true });
      life.engine.attachProducer(id);
    }
  }
}

/** How many held messages from `from` on are one range of a log, at most `count`. */
function lengthOfRun(held: readonly HeldMessage[], from: number, count: number): number {
  const first = held[from];
  let length = 1;
  while (length < count) {
    const next = held[from + length];
    if (next?.log !== first?.log || next?.position !== (first?.position ?? 0) + length) break;
    length += 1;
  }
  return length;
}

/** What a run shows of its messages. */
export function sightingsOf(run: Run): Sighting[] {
  return Array.from({ length: run.count }, (_, index) => ({
    message: idOf(run.batch, run.from + index),
    kind: run.death ? ("dead" as const) : ("live" as const),
    failures: run.failures,
    crashes: run.crashes,
    note: run.note,
    redrives: run.death?.redrives,
    topic: run.topic.id,
    position: run.firstPosition + index,
    interrupted: run.interrupted,
  }));
}
