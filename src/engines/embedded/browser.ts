import type { Run, SubscriptionStats, TopicStats } from "../../broker/engine.js";
import type { Core } from "./core.js";
import type { Cursor } from "./cursor.js";
import { toRecent } from "./reader.js";
import type { RecentRecord } from "./recent.js";
import type { Log, SubscriptionState } from "./state.js";

/** Looks at what is stored and touches nothing. */
export class Browser {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async read(
    topicId: number,
    from: number,
    limit: { readonly messages: number; readonly bytes: number },
  ): Promise<readonly Run[]> {
    const topic = this.#core.state.topics.get(topicId);
    if (!topic) return [];
    const runs: Run[] = [];
    let { messages, bytes } = limit;
    for (const log of topic.logs.values()) {
      let position = from;
      while (messages > 0 && bytes > 0) {
        const records = await this.#records(log, position);
        if (records.length === 0) break;
        for (const record of records) {
          const first = Math.max(position, record.first);
          const count = Math.min(record.first + record.count - first, messages);
          position = record.first + record.count;
          if (count <= 0 || bytes <= 0) continue;
          const run = this.#run(log, record, first, count);
          runs.push(run);
          messages -= count;
          bytes -= record.batch.byteLength(run.from, count);
        }
      }
    }
    return runs.sort((a, b) => a.first - b.first);
  }

  async peek(
    subscription: number,
    state: "ready" | "retrying",
    count: number,
  ): Promise<readonly Run[]> {
    const owner = this.#core.state.subscriptions.get(subscription);
    if (!owner) return [];
    const runs: Run[] = [];
    for (const cursor of owner.cursors.values()) {
      const left = count - runs.reduce((sum, run) => sum + run.count, 0);
      if (left <= 0) break;
      if (state === "retrying") runs.push(...(await this.#retrying(cursor, left)));
      else runs.push(...(await this.#ready(cursor, left)));
    }
    return runs;
  }

  async stats(subscription: number): Promise<SubscriptionStats> {
    const owner = this.#core.state.subscriptions.get(subscription);
    if (!owner) return { unsettled: 0, retrying: 0, dead: 0, oldestUnsettledAtMs: undefined };
    const { deadLetters } = owner.subscription;
    const queue =
      deadLetters === undefined ? undefined : this.#core.state.subscriptions.get(deadLetters);
    const cursors = [...owner.cursors.values()];
    return {
      unsettled: sum(cursors, (cursor) => cursor.unsettledCount),
      retrying: this.#core.feeds.get(subscription)?.waitingCount ?? countRetries(cursors),
      dead: sum([...(queue?.cursors.values() ?? [])], (cursor) => cursor.unsettledCount),
      oldestUnsettledAtMs: await this.#oldest(owner),
    };
  }

  topicStats(id: number): TopicStats {
    const topic = this.#core.state.topics.get(id);
    if (!topic) return { nextPosition: 1, storedMessages: 0, storedBytes: 0 };
    let storedMessages = 0;
    let storedBytes = 0;
    for (const log of topic.logs.values()) {
      for (const segment of this.#core.files.filesOf(log.id)) {
        const { messages, bytes } = segment.contentOf(log.id);
        storedMessages += messages;
        storedBytes += bytes;
      }
    }
    return { nextPosition: topic.positions.next, storedMessages, storedBytes };
  }

  async #oldest(owner: SubscriptionState): Promise<number | undefined> {
    const times: number[] = [];
    for (const cursor of owner.cursors.values()) {
      if (cursor.unsettledCount === 0) continue;
      const time = await this.#core.reader.timeAt(cursor.positions.log, cursor.floor);
      if (time !== undefined) times.push(time);
    }
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  async #ready(cursor: Cursor, count: number): Promise<Run[]> {
    const log = this.#core.state.logs.get(cursor.positions.log);
    if (!log || log.kind !== "messages") return [];
    const runs: Run[] = [];
    let position = cursor.nextUnsettled(cursor.floor);
    while (runs.length < count && position < cursor.positions.durableNext) {
      const [record] = await this.#records(log, position);
      if (!record) break;
      const first = Math.max(position, record.first);
      if (!cursor.isSettled(first) && !cursor.retries.has(first)) {
        runs.push(this.#run(log, record, first, 1));
      }
      position = cursor.nextUnsettled(first + 1);
    }
    return runs;
  }

  async #retrying(cursor: Cursor, count: number): Promise<Run[]> {
    const log = this.#core.state.logs.get(cursor.positions.log);
    if (!log || log.kind !== "messages") return [];
    const runs: Run[] = [];
    for (const [position, retry] of cursor.retries) {
      if (runs.length >= count) break;
      const record = await this.#core.reader.message(log.id, position);
      if (!record) continue;
      const { failures, crashes } = retry;
      runs.push({ ...this.#run(log, record, position, 1), failures, crashes });
    }
    return runs;
  }

  async #records(log: Log, position: number): Promise<readonly RecentRecord[]> {
    const recent = this.#core.reader.findRecent(log.id, position);
    if (recent) return [recent];
    const read = await this.#core.reader.read(log.id, position, 64 * 1024);
    return read.flatMap(({ record }) => (record ? [toRecent(record)] : []));
  }

  #run(log: Log, record: RecentRecord, first: number, count: number): Run {
    const topic = this.#core.state.topics.get(log.owner)?.topic ?? { id: 0, name: "", epoch: 0 };
    return {
      log: log.id,
      first,
      count,
      batch: record.batch,
      from: first - record.first,
      topic,
      firstPosition: first,
      publishedAtMs: record.timeMs,
      failures: 0,
      crashes: 0,
      note: undefined,
      death: undefined,
    };
  }
}

const sum = <Item>(items: readonly Item[], valueOf: (item: Item) => number): number =>
  items.reduce((total, item) => total + valueOf(item), 0);

const countRetries = (cursors: readonly Cursor[]): number =>
  sum(cursors, (cursor) => cursor.retries.size);
