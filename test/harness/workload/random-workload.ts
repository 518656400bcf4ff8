import type { EngineLife } from "../engine-life.js";
import type { SeededRandom } from "../seeded-random.js";
import { RandomCatalog } from "./random-catalog.js";
import { RandomCommits, type WorkloadOptions } from "./random-commits.js";
import { RandomFeeds } from "./random-feeds.js";
import { RandomMoves } from "./random-moves.js";
import { WorkloadState } from "./workload-state.js";

/** Does one random thing after the other with an engine, and tells the oracle of all of it. */
export class RandomWorkload {
  readonly state = new WorkloadState();
  readonly #random: SeededRandom;
  readonly #commits: RandomCommits;
  readonly #feeds: RandomFeeds;
  readonly #moves: RandomMoves;
  readonly #catalog: RandomCatalog;
  readonly #fillsDisk: boolean;

  constructor(random: SeededRandom, options: WorkloadOptions) {
    this.#random = random;
    this.#commits = new RandomCommits(this.state, random, options);
    this.#feeds = new RandomFeeds(this.state, random);
    this.#moves = new RandomMoves(this.state, random);
    this.#catalog = new RandomCatalog(this.state, random);
    this.#fillsDisk = options.fillsDisk;
  }

  /** Does one thing; what comes of it is told to the oracle when it is answered. */
  act(life: EngineLife): void {
    const random = this.#random;
    const actions: readonly (readonly [weight: number, action: () => void])[] = [
      [30, () => this.#commits.commit(life, false)],
      [30, () => this.#commits.commit(life, true)],
      [14, () => this.#feeds.want(life)],
      [5, () => this.#feeds.giveBack(life)],
      [8, () => this.#feeds.handOver(life)],
      [3, () => this.#feeds.closeFeed(life)],
      [8, () => life.clock.advance(random.int(2_000))],
      [1.5, () => life.isIdle && life.clock.advance(61_000)],
      [2, () => this.#moves.redrive(life)],
      [1, () => this.#moves.purge(life)],
      [0.7, () => this.#moves.purgeTopic(life)],
      [2.5, () => this.#catalog.createTopic(life)],
      [2.5, () => this.#catalog.subscribe(life)],
      [0.8, () => this.#catalog.deleteTopic(life)],
      [0.8, () => this.#catalog.unsubscribe(life)],
      [1, () => this.#catalog.producerComesOrGoes(life)],
      [this.#fillsDisk ? 1.5 : 0, () => this.#resizeDisk(life)],
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
    this.#moves.died();
    this.state.feeds.clear();
    for (const producer of this.state.producers) producer.isAttached = false;
  }
}
