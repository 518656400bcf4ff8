import { GONE, LIVE, type Fate, type Item } from "../three-sets.js";
import type { EngineLife } from "../engine-life.js";
import type { SeededRandom } from "../seeded-random.js";
import type { KnownSubscription, WorkloadState } from "./workload-state.js";

/** Redrives and purges: what moves many messages at once. */
export class RandomMoves {
  readonly #state: WorkloadState;
  readonly #random: SeededRandom;
  /** Of those that were not answered: what was sent meanwhile may be moved too. */
  readonly #unanswered = new Set<() => void>();

  constructor(state: WorkloadState, random: SeededRandom) {
    this.#state = state;
    this.#random = random;
  }

  /** The process is gone: nobody will ever say how far it came. */
  died(): void {
    for (const moveNewer of this.#unanswered) moveNewer();
    this.#unanswered.clear();
  }

  /** Some or all dead letters of a subscription go back to it, or are purged. */
  redrive(life: EngineLife): void {
    const owner = this.#state.drawFree(this.#random);
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

  purge(life: EngineLife): void {
    const owner = this.#state.drawFree(this.#random);
    if (!owner) return;
    const change = (fate: Fate): Fate => (fate.kind === "live" ? GONE : fate);
    const answer = life.engine.purge(owner.id);
    this.#move([owner], ({ fates }) => fates.some(({ kind }) => kind === "live"), change, {
      answer,
      isAll: true,
    });
  }

  purgeTopic(life: EngineLife): void {
    const topics = [...this.#state.topics.values()].filter(({ isDeleting }) => !isDeleting);
    const owners = [...this.#state.subscriptions.values()];
    const areFree = owners.every(({ busy, isMoving, isDeleting }) => {
      return busy === 0 && !isMoving && !isDeleting;
    });
    if (topics.length === 0 || !areFree || this.#state.pendingSubscriptions.size > 0) return;
    const topic = this.#random.pick(topics);
    // What was redriven is referred to by the subscription itself, and stays.
    const change = (fate: Fate): Fate =>
      fate.kind === "live" && fate.redrives === 0 ? GONE : fate;
    const all = [...this.#state.sets.messages.values()];
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
    const { sets } = this.#state;
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
    this.#unanswered.add(moveNewer);
    const moved = (): void => {
      this.#unanswered.delete(moveNewer);
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
}
