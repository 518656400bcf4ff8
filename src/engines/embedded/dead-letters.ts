import type { LossReason, Which } from "../../broker/engine.js";
import type { Core } from "./core.js";
import { readReferences, type Reference } from "./references.js";
import type { Settler } from "./settler.js";
import type { SubscriptionState } from "./state.js";

/** References that are moved or dropped in one commit, at most. */
const PAGE = 1_000;

/** Which of them, and what a feed is told of those that it handed out. */
interface Selection {
  readonly isWanted: (reference: Reference) => boolean;
  readonly reason: LossReason;
}

const ALL: Selection = { isWanted: () => true, reason: "purged" };

/** What is done to dead letters that nobody consumes: moving them back, dropping them. */
export class DeadLetters {
  readonly #core: Core;
  readonly #settler: Settler;

  constructor(core: Core, settler: Settler) {
    this.#core = core;
    this.#settler = settler;
  }

  /** Moves dead letters of the queue `owner` back to where they came from. */
  async redrive(owner: SubscriptionState, which: Which): Promise<number> {
    const parent = this.#core.state.parents.get(owner.subscription.id);
    if (parent === undefined) return 0;
    return this.#each(owner, which, (page) => {
      const references = page.map(({ originLog, originPosition, redrives }) => ({
        log: originLog,
        position: originPosition,
        redrives: redrives + 1,
      }));
      this.#settle(owner, page);
      // They stay held: the log of what is redriven refers to them now.
      this.#settler.refer(parent, references);
    });
  }

  /** Forgets messages that a subscription's own log refers to. */
  purge(owner: SubscriptionState, which: Which): Promise<number> {
    return this.#forget(owner, which, ALL);
  }

  /** Forgets those that are messages of `logs`: they are too old. */
  expire(owner: SubscriptionState, which: Which, logs: ReadonlySet<number>): Promise<number> {
    const isWanted = ({ originLog }: Reference): boolean => logs.has(originLog);
    return this.#forget(owner, which, { isWanted, reason: "expired" });
  }

  /** Forgets references to messages of logs that are gone. */
  forgetLogs(owner: SubscriptionState, logs: ReadonlySet<number>): Promise<number> {
    const isGone = ({ originLog }: Reference): boolean => logs.has(originLog);
    return this.#each(owner, { count: Infinity }, (page) => this.#settle(owner, page), {
      isWanted: isGone,
      reason: "deleted",
    });
  }

  #forget(owner: SubscriptionState, which: Which, selection: Selection): Promise<number> {
    return this.#each(
      owner,
      which,
      (page) => {
        const log = owner.references;
        for (const { position, originLog, originPosition, redrives } of page) {
          const origin = { log: originLog, position: originPosition, redrives };
          if (log) this.#settler.release(owner, log, position, origin);
        }
      },
      selection,
    );
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
    { isWanted, reason }: Selection = ALL,
  ): Promise<number> {
    const log = owner.references;
    const cursor = log && owner.cursors.get(log.id);
    if (!log || !cursor) return 0;
    const end = log.positions.durableNext;
    const limit = "count" in which ? which.count : Infinity;
    const wanted = "refs" in which ? which.refs : [{ log: log.id, first: 1, count: end }];
    let moved = 0;
    for (const ref of wanted) {
      if (ref.log !== log.id) continue;
      const refEnd = Math.min(end, ref.first + ref.count);
      let position = cursor.nextUnsettled(ref.first);
      while (position < refEnd && moved < limit && this.#exists(owner)) {
        const read = await readReferences(this.#core.reader, log.id, position);
        const page = read.references
          .filter((each) => each.position < refEnd && !cursor.isSettled(each.position))
          .filter(isWanted)
          .slice(0, Math.min(PAGE, limit - moved));
        if (page.length > 0 && this.#exists(owner)) {
          this.#core.journal.begin();
          move(page);
          this.#tellFeed(owner, log.id, page, reason);
          moved += page.length;
        }
        // Without a page, all that was read is settled, damaged or not asked for.
        const next = page.at(-1)?.position ?? Math.max(read.end - 1, position);
        position = cursor.nextUnsettled(next + 1);
      }
    }
    await this.#core.durable();
    return moved;
  }

  /** Meanwhile it may have been deleted. */
  #exists({ subscription }: SubscriptionState): boolean {
    return this.#core.state.subscriptions.has(subscription.id);
  }

  #tellFeed(
    owner: SubscriptionState,
    log: number,
    page: readonly Reference[],
    reason: LossReason,
  ): void {
    const refs = page.map(({ position }) => ({ log, first: position, count: 1 }));
    this.#core.feeds.get(owner.subscription.id)?.lost(refs, reason);
  }
}
