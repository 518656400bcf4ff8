import { PeykError } from "@peyk/client/protocol";
import type { Core } from "./core.js";
import type { SubscriptionState } from "./state.js";

/** Forgets messages on request. */
export class Purge {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Settles everything that topics have for a subscription. Resolves when durable with how many messages it were. */
  async subscription(owner: SubscriptionState): Promise<number> {
    let purged = 0;
    this.#core.journal.begin();
    for (const cursor of owner.cursors.values()) {
      const log = this.#core.state.logs.get(cursor.positions.log);
      if (log?.kind === "messages") purged += this.#settleAll(owner, log.id);
    }
    await this.#core.durable();
    return purged;
  }

  /** Settles everything a topic has, for all subscriptions; retention keeps nothing of it. */
  async topic(id: number): Promise<number> {
    const topic = this.#core.state.topics.get(id);
    if (!topic) throw new PeykError("not_found", "the topic does not exist any more");
    const { positions } = topic;
    let purged = 0;
    this.#core.journal.begin();
    for (const { subscription } of [...positions.cursors]) {
      const owner = this.#core.state.subscriptions.get(subscription);
      if (owner) purged = Math.max(purged, this.#settleAll(owner, positions.log));
    }
    this.#core.enter({ retainedFrom: { topic: id, position: positions.next } });
    await this.#core.durable();
    return purged;
  }

  #settleAll(owner: SubscriptionState, log: number): number {
    const cursor = owner.cursors.get(log);
    if (!cursor) return 0;
    const { positions, unsettledCount } = cursor;
    const subscription = owner.subscription.id;
    const floor = positions.next;
    this.#core.enter({ floorMoved: { subscription, log, floor, unsettledLeft: 0 } });
    this.#core.tellLost(subscription, positions, floor, "purged");
    return unsettledCount;
  }
}
