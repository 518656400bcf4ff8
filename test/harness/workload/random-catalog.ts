import { SUBSCRIPTION_SETTINGS, TOPIC_SETTINGS } from "../engine-harness.js";
import type { EngineLife } from "../engine-life.js";
import type { SeededRandom } from "../seeded-random.js";
import type { WorkloadState } from "./workload-state.js";

const MAX_TOPICS = 4;
const MAX_SUBSCRIPTIONS = 5;
const MAX_PRODUCERS = 3;

/** Topics, subscriptions and producers that come and go. */
export class RandomCatalog {
  readonly #state: WorkloadState;
  readonly #random: SeededRandom;

  constructor(state: WorkloadState, random: SeededRandom) {
    this.#state = state;
    this.#random = random;
  }

  createTopic(life: EngineLife): void {
    if (this.#state.topics.size + this.#state.pendingTopics.size >= MAX_TOPICS) return;
    const name = `t.${this.#state.nextName++}`;
    const isRetained = this.#random.chance(0.3);
    const expireMs = this.#random.chance(0.2) ? 180_000 : 0;
    const pending = { name, isRetained, expireMs, isDeleting: false };
    this.#state.pendingTopics.set(name, pending);
    const settings = {
      ...TOPIC_SETTINGS,
      retainMs: isRetained ? 1e9 : 0,
      expireUnsettledMs: expireMs,
    };
    const change = { kind: "create-topic", name, settings, autoCreated: false } as const;
    life.engine.change(change).then(
      (event) => {
        if (event.kind !== "topic" || life.survivor) return;
        this.#state.pendingTopics.delete(name);
        this.#state.topics.set(event.topic.id, { ...pending, id: event.topic.id });
      },
      () => {},
    );
  }

  subscribe(life: EngineLife): void {
    const state = this.#state;
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

  deleteTopic(life: EngineLife): void {
    const topics = [...this.#state.topics.values()].filter(({ isDeleting }) => !isDeleting);
    const isBusy = [...this.#state.subscriptions.values()].some(
      ({ busy, isMoving }) => busy > 0 || isMoving,
    );
    if (topics.length < 2 || isBusy) return;
    const topic = this.#random.pick(topics);
    topic.isDeleting = true;
    life.engine.change({ kind: "delete-topic", topic: topic.id }).then(
      () => {
        if (!life.survivor) this.#state.forgetTopic(topic.id);
      },
      () => {},
    );
  }

  unsubscribe(life: EngineLife): void {
    const owner = this.#state.drawFree(this.#random);
    if (!owner || this.#state.subscriptions.size < 2) return;
    owner.isDeleting = true;
    for (const feedOf of [owner.id, owner.deadLetters]) {
      this.#state.feeds.get(feedOf)?.feed.close();
      this.#state.feeds.delete(feedOf);
    }
    for (const item of this.#state.sets.items(owner.id)) item.isHandedOut = false;
    life.engine.change({ kind: "delete-subscription", subscription: owner.id }).then(
      () => {
        if (!life.survivor) this.#state.forgetSubscription(owner.id);
      },
      () => {},
    );
  }

  producerComesOrGoes(life: EngineLife): void {
    const { producers } = this.#state;
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
