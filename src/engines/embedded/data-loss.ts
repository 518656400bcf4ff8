import type { Core } from "./core.js";
import { quoteForShell } from "./errors.js";
import { ReferenceSource } from "./reference-source.js";
import type { Settler } from "./settler.js";
import { topicOf, type SubscriptionState } from "./state.js";

/** What cannot be read any more is dead: it goes where somebody sees it, and delivery goes on. */
export class DataLoss {
  readonly #core: Core;
  readonly #settler: Settler;

  constructor(core: Core, settler: Settler) {
    this.#core = core;
    this.#settler = settler;
  }

  /** These messages of a subscription, or references of its own log, cannot be read. */
  found(owner: SubscriptionState, logId: number, first: number, count: number): void {
    if (this.#core.journal.failure) return;
    const log = this.#core.state.logs.get(logId);
    const cursor = log && owner.cursors.get(log.positions.log);
    if (!log || !cursor) return;
    const { location } = this.#core.files.disk;
    const error = `its bytes on disk are damaged; see: peyk journal verify ${quoteForShell(location)}`;
    const death = { reason: "data-loss" as const, error, attempts: 0, lastConsumer: "" };
    this.#core.journal.begin();
    for (let position = first; position < first + count; position += 1) {
      if (cursor.isSettled(position)) continue;
      if (log.kind === "messages" || this.#isRedriven(owner, logId, position)) {
        this.#settler.die(owner, log, cursor, { first: position, count: 1 }, death);
      } else {
        const subscription = owner.subscription.id;
        this.#core.enter({ settled: { subscription, log: logId, first: position, count: 1 } });
      }
    }
  }

  /** Whether it is a reference that can be read itself, to a message of a topic that is still there. */
  #isRedriven(owner: SubscriptionState, logId: number, position: number): boolean {
    const source = this.#core.feeds.get(owner.subscription.id)?.source(logId);
    const origin = source instanceof ReferenceSource ? source.origin(position) : undefined;
    if (!origin || owner.subscription.deadLetters === undefined) return false;
    return topicOf(this.#core.state, origin.log) !== undefined;
  }
}
