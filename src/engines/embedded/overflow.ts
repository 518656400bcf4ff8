import type { Death } from "../../broker/engine.js";
import type { Backlogs } from "./backlogs.js";
import type { Core } from "./core.js";
import type { Cursor } from "./cursor.js";
import { dropBelow } from "./drop-below.js";
import type { Settler } from "./settler.js";
import { logIds, type Log, type SubscriptionState, type TopicState } from "./state.js";

/** Messages that become dead letters in one commit, at most. */
const PAGE = 1_000;

/** Makes room in a topic that is over its backlog limit: its oldest messages are dropped, or become dead letters. */
export class Overflow {
  readonly #core: Core;
  readonly #settler: Settler;
  readonly #backlogs: Backlogs;
  #isStopped = false;

  constructor(core: Core, settler: Settler, backlogs: Backlogs) {
    this.#core = core;
    this.#settler = settler;
    this.#backlogs = backlogs;
  }

  /** What is under way ends with its next commit. */
  stop(): void {
    this.#isStopped = true;
  }

  async run(topic: TopicState): Promise<void> {
    // What it is too much of may just be on its way to the disk.
    await this.#core.durable();
    if (!this.#isLimited(topic) || !(await this.#backlogs.measure(topic))) return;
    if (!this.#isLimited(topic) || topic.topic.settings.overflow === "reject") return;
    for (const { subscription } of [...topic.positions.cursors]) {
      const owner = this.#core.state.subscriptions.get(subscription);
      const cursor = owner?.cursors.get(topic.positions.log);
      if (!owner || !cursor) continue;
      const end = this.#backlogs.firstToKeep(topic, cursor);
      if (end <= cursor.floor) continue;
      if (topic.topic.settings.overflow === "drop-oldest") await this.#drop(topic, cursor, end);
      else for (const log of topic.logs.values()) await this.#bury(owner, log, cursor, end);
    }
  }

  /** It may have been deleted meanwhile, or have got other options. */
  #isLimited({ topic: { id, settings } }: TopicState): boolean {
    return this.#core.state.topics.has(id) && settings.maxBacklogBytes > 0;
  }

  async #drop(topic: TopicState, cursor: Cursor, end: number): Promise<void> {
    const from = cursor.floor;
    const ranges = await this.#core.reader.ranges(logIds(topic), from, end);
    if (!this.#mayWrite(cursor) || cursor.floor >= end) return;
    this.#core.journal.begin();
    dropBelow(this.#core, cursor, end, ranges, "overflow");
  }

  /** Moves what is unsettled in `log` below `end` to the dead-letter queue, oldest first. */
  async #bury(owner: SubscriptionState, log: Log, cursor: Cursor, end: number): Promise<void> {
    for (const { first, count } of await this.#core.reader.ranges([log.id], cursor.floor, end)) {
      const rangeEnd = first + count;
      let at = cursor.nextUnsettled(first);
      while (at < rangeEnd && this.#mayWrite(cursor)) {
        const failures = failuresOf(cursor, at);
        const most = cursor.unsettledEnd(at, Math.min(rangeEnd, at + PAGE));
        let partEnd = at + 1;
        while (partEnd < most && failuresOf(cursor, partEnd) === failures) partEnd += 1;
        const part = { first: at, count: partEnd - at };
        this.#core.journal.begin();
        this.#settler.die(owner, log, cursor, part, { ...DEATH, attempts: failures });
        this.#core.feeds.get(cursor.subscription)?.lost([{ log: log.id, ...part }], "overflow");
        await this.#core.durable();
        at = cursor.nextUnsettled(partEnd);
      }
    }
  }

  /** It may have been deleted meanwhile, and on a full disk what is left is for settles. */
  #mayWrite({ subscription, positions }: Cursor): boolean {
    const { state, files } = this.#core;
    if (this.#isStopped || files.isFull) return false;
    return state.logs.has(positions.log) && state.subscriptions.has(subscription);
  }
}

const DEATH: Omit<Death, "attempts"> = {
  reason: "overflow",
  error: "the topic was over its backlog limit, and this was among its oldest messages",
  lastConsumer: "",
};

const failuresOf = (cursor: Cursor, position: number): number =>
  cursor.retries.get(position)?.failures ?? 0;
