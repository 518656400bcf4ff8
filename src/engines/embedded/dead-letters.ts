import type { Which } from "../../broker/engine.js";
import type { Core } from "./core.js";
import type { EmbeddedFeed } from "./feed.js";
import { readReferences, type Reference } from "./reference-source.js";
import type { Settler } from "./settler.js";
import type { SubscriptionState } from "./state.js";

/** References that are moved or dropped in one commit, at most. */
const PAGE = 1_000;

/** What is done to dead letters that nobody consumes: moving them back, dropping them. */
export class DeadLetters {
  readonly #core: Core;
  readonly #settler: Settler;

  constructor(core: Core, settler: Settler) {
    this.#core = core;
    this.#settler = settler;
  }

  /** Moves dead letters of the queue `owner` back to where they came from. */
  redrive(owner: SubscriptionState, which: Which): Promise<number> {
    const parent = this.#core.state.parents.get(owner.subscription.id);
    return this.#each(owner, which, (page) => {
      const references = page.map(({ originLog, originPosition, redrives }) => ({
        log: originLog,
        position: originPosition,
        redrives: redrives + 1,
      }));
      this.#settle(owner, page);
      // They stay held: the log of what is redriven refers to them now.
      if (parent !== undefined) this.#settler.refer(parent, references);
    });
  }

  /** Forgets messages that a subscription's own log refers to. */
  purge(owner: SubscriptionState, which: Which): Promise<number> {
    const log = owner.references;
    return this.#each(owner, which, (page) => {
      for (const { position, originLog, originPosition, redrives } of page) {
        const origin = { log: originLog, position: originPosition, redrives };
        if (log) this.#settler.release(owner, log, position, [origin]);
      }
    });
  }

  #settle(owner: SubscriptionState, page: readonly Reference[]): void {
    const log = owner.references;
    if (!log) return;
    const subscription = owner.subscription.id;
    for (const { position } of page) {
      this.#core.enter({ settled: { subscription, log: log.id, first: position, count: 1 } });
    }
  }

  /** Applies `move` to the unsettled references that `which` names, page by page. */
  async #each(
    owner: SubscriptionState,
    which: Which,
    move: (page: readonly Reference[]) => void,
  ): Promise<number> {
    const log = owner.references;
    const cursor = log && owner.cursors.get(log.id);
    if (!log || !cursor) return 0;
    const end = log.positions.durableNext;
    const limit = "count" in which ? which.count : Infinity;
    const wanted = "refs" in which ? which.refs : [{ log: log.id, first: 1, count: end }];
    let moved = 0;
    for (const ref of wanted) {
      let position = cursor.nextUnsettled(ref.first);
      const refEnd = Math.min(end, ref.first + ref.count);
      while (position < refEnd && moved < limit) {
        const read = await readReferences(this.#core.reader, log.id, position);
        const page = read
          .filter((each) => each.position < refEnd && !cursor.isSettled(each.position))
          .slice(0, Math.min(PAGE, limit - moved));
        const last = read.at(-1);
        if (!last) break;
        if (page.length > 0) {
          move(page);
          this.#tellFeed(owner, log.id, page);
          moved += page.length;
        }
        position = cursor.nextUnsettled((page.at(-1) ?? last).position + 1);
      }
    }
    await this.#core.durable();
    return moved;
  }

  #tellFeed(owner: SubscriptionState, log: number, page: readonly Reference[]): void {
    const feed: EmbeddedFeed | undefined = this.#core.feeds.get(owner.subscription.id);
    const refs = page.map(({ position }) => ({ log, first: position, count: 1 }));
    feed?.lost(refs, "purged");
  }
}
