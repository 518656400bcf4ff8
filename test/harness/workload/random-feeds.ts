import type { Ref, Run } from "../../../src/broker/engine.js";
import type { EngineLife } from "../engine-life.js";
import { idOf } from "../messages.js";
import type { SeededRandom } from "../seeded-random.js";
import { sightingsOf } from "./sightings.js";
import {
  lengthOfRun,
  type HeldMessage,
  type KnownSubscription,
  type OpenFeed,
  type WorkloadState,
} from "./workload-state.js";

/** Consumers: they want messages, hold them and give them back. */
export class RandomFeeds {
  readonly #state: WorkloadState;
  readonly #random: SeededRandom;

  constructor(state: WorkloadState, random: SeededRandom) {
    this.#state = state;
    this.#random = random;
  }

  /** Asks for some messages, at first of a feed that is opened for it. */
  want(life: EngineLife): void {
    const random = this.#random;
    const owners = [...this.#state.subscriptions.values()].filter(({ isDeleting }) => !isDeleting);
    if (owners.length === 0) return;
    const owner = random.pick(owners);
    const feedOf = random.chance(0.75) ? owner.id : owner.deadLetters;
    const open = this.#state.feeds.get(feedOf) ?? this.#openFeed(life, owner, feedOf);
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
    this.#state.feeds.set(feedOf, open);
    return open;
  }

  #onRun(life: EngineLife, open: OpenFeed, run: Run): void {
    if (life.survivor) return;
    for (const sighting of sightingsOf(run)) {
      this.#state.sets.handedOut(open.owner.id, sighting, life.clock.now());
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
      if (isLost) this.#state.sets.returned(open.owner.id, message);
      return !isLost;
    });
  }

  /** A consumer within the process gets some of what a feed handed out. */
  handOver(life: EngineLife): void {
    const feeds = [...this.#state.feeds.values()].filter(
      ({ held, owner }) => held.length > 0 && !owner.isMoving && !owner.isDeleting,
    );
    if (feeds.length === 0) return;
    const { owner, feedOf, held } = this.#random.pick(feeds);
    const from = this.#random.int(held.length);
    const count = lengthOfRun(held, from, 1 + this.#random.int(20));
    const given = held.slice(from, from + count);
    const [first] = given;
    if (!first) return;
    for (const { message } of given) this.#state.sets.handOver(owner.id, message, false);
    const ref = { log: first.log, first: first.position, count };
    // Then nothing is written of it.
    const { isFull } = life.engine.storage();
    life.engine.handOver(feedOf, ref, () => {
      if (life.survivor || isFull) return;
      // What was settled or given back meanwhile says more.
      const stillHeld = new Set(this.#state.feeds.get(feedOf)?.held);
      for (const each of given) {
        if (stillHeld.has(each)) this.#state.sets.handOver(owner.id, each.message, true);
      }
    });
  }

  /** Some that are held are returned. */
  giveBack(life: EngineLife): void {
    const feeds = [...this.#state.feeds.values()].filter(({ held }) => held.length > 0);
    if (feeds.length === 0) return;
    const open = this.#random.pick(feeds);
    const from = this.#random.int(open.held.length);
    const back = open.held.splice(from, 1 + this.#random.int(10));
    for (const { message } of back) this.#state.sets.returned(open.owner.id, message);
    open.feed.giveBack(back.map(({ log, position }) => ({ log, first: position, count: 1 })));
    this.#afterReturn(life, open, back);
  }

  /** Once another commit is answered, that they were returned is written. */
  #afterReturn(life: EngineLife, { owner }: OpenFeed, back: readonly HeldMessage[]): void {
    life.engine.commit({ atomic: false, appends: [], settles: [] }, () => {
      if (life.survivor) return;
      for (const { message } of back) this.#state.sets.takenBack(owner.id, message);
    });
  }

  /** All that a feed holds is returned. */
  closeFeed(life: EngineLife): void {
    const feeds = [...this.#state.feeds.values()];
    if (feeds.length === 0) return;
    const open = this.#random.pick(feeds);
    open.feed.close();
    this.#state.feeds.delete(open.feedOf);
    for (const { message } of open.held) this.#state.sets.returned(open.owner.id, message);
    this.#afterReturn(life, open, open.held);
    open.held = [];
  }
}
