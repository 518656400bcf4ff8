import type { Run, SubscriptionStats, TopicStats } from "../../broker/engine.js";
import type { Core } from "./core.js";
import type { Cursor } from "./cursor.js";
import { NoteReader } from "./notes.js";
import { toRecent } from "./reader.js";
import type { RecentRecord } from "./recent.js";
import { readReferences, resolveReference } from "./references.js";
import { topicOf, type Log, type SubscriptionState, type TopicState } from "./state.js";

/** Read at once for somebody who looks at messages, in bytes. */
const READ_BYTES = 64 * 1024;

/** A peek ends when it has found so much, in bytes: it is all held until it is answered. */
const PEEK_BYTES = 2 * 1024 * 1024;

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
    const runs: Run[] = [];
    for (const log of topic?.logs.values() ?? [])
      runs.push(...(await this.#read(log, from, limit)));
    runs.sort((a, b) => a.first - b.first);
    return cutTo(runs, limit);
  }

  /** Of each log as much as all may be together: the others may begin later. */
  async #read(
    log: Log,
    from: number,
    limit: { readonly messages: number; readonly bytes: number },
  ): Promise<Run[]> {
    const runs: Run[] = [];
    const end = log.positions.durableNext;
    let { messages, bytes } = limit;
    for (let position = from; messages > 0 && bytes > 0 && position < end;) {
      const { records, end: readEnd } = await this.#records(log, position);
      if (readEnd <= position) break;
      for (const record of records) {
        const first = Math.max(position, record.first);
        const count = Math.min(record.first + record.count - first, messages);
        if (count <= 0 || bytes <= 0 || record.first >= end) continue;
        const run = this.#run(log, record, first, count);
        runs.push(run);
        messages -= count;
        bytes -= record.batch.byteLength(run.from, count);
      }
      position = readEnd;
    }
    return runs;
  }

  /** `after`: only what stands behind this position of a dead-letter queue. */
  async peek(
    subscription: number,
    state: "ready" | "retrying",
    count: number,
    after = 0,
  ): Promise<readonly Run[]> {
    const owner = this.#core.state.subscriptions.get(subscription);
    const runs: Run[] = [];
    for (const cursor of owner?.cursors.values() ?? []) {
      if (!owner || runs.length >= count || bytesOf(runs) >= PEEK_BYTES) break;
      const log = this.#core.state.logs.get(cursor.positions.log);
      const left = count - runs.length;
      if (state === "retrying") runs.push(...(await this.#retrying(owner, cursor, left)));
      else if (log?.kind === "references") {
        runs.push(...(await this.#readyReferences(log, cursor, left, after)));
      } else if (log) runs.push(...(await this.#ready(log, cursor, left)));
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
    if (!topic) return NO_TOPIC;
    let storedMessages = 0;
    let storedBytes = 0;
    for (const log of topic.logs.values()) {
      for (const segment of this.#core.files.filesOf(log.id)) {
        const { messages, bytes } = segment.extentOf(log.id);
        storedMessages += messages;
        storedBytes += bytes;
      }
    }
    const { next: nextPosition, unbrokenFrom } = topic.positions;
    const isNeeded = isSomethingNeeded(topic);
    return { nextPosition, unbrokenFrom, storedMessages, storedBytes, isNeeded };
  }

  async #oldest(owner: SubscriptionState): Promise<number | undefined> {
    let oldest: number | undefined;
    for (const cursor of owner.cursors.values()) {
      if (cursor.unsettledCount === 0) continue;
      const logs = this.#logsOf(cursor).map(({ id }) => id);
      const time = await this.#core.reader.timeAt(logs, cursor.floor);
      if (time !== undefined) oldest = Math.min(oldest ?? time, time);
    }
    return oldest;
  }

  /** All logs whose positions a cursor follows. */
  #logsOf(cursor: Cursor): Log[] {
    const log = this.#core.state.logs.get(cursor.positions.log);
    if (log?.kind !== "messages") return log ? [log] : [];
    return [...(this.#core.state.topics.get(log.owner)?.logs.values() ?? [])];
  }

  async #ready(main: Log, cursor: Cursor, count: number): Promise<Run[]> {
    const runs: Run[] = [];
    const end = main.positions.durableNext;
    for (const log of this.#logsOf(cursor)) {
      let left = count;
      let bytes = 0;
      for (let position = cursor.floor; left > 0 && bytes < PEEK_BYTES && position < end;) {
        const { records, end: readEnd } = await this.#records(log, position);
        if (readEnd <= position) break;
        for (const record of records) {
          if (record.first >= end) break;
          const ready = readyIn(cursor, Math.max(position, record.first), record, left);
          const found = ready.map((at) => this.#run(log, record, at, 1));
          runs.push(...found);
          bytes += bytesOf(found);
          left -= ready.length;
        }
        position = readEnd;
      }
    }
    return runs.sort((a, b) => a.first - b.first).slice(0, count);
  }

  async #readyReferences(log: Log, cursor: Cursor, count: number, after: number): Promise<Run[]> {
    const runs: Run[] = [];
    let bytes = 0;
    let position = cursor.nextUnsettled(after + 1);
    while (runs.length < count && bytes < PEEK_BYTES && position < log.positions.durableNext) {
      const { references, end } = await readReferences(this.#core.reader, log.id, position);
      for (const reference of references) {
        if (runs.length >= count || bytes >= PEEK_BYTES) break;
        if (cursor.isSettled(reference.position)) continue;
        const topic = topicOf(this.#core.state, reference.originLog);
        const { reader } = this.#core;
        const run = topic && (await resolveReference(reader, log.id, reference, topic));
        if (!run) continue;
        runs.push(run);
        bytes += bytesOf([run]);
      }
      position = cursor.nextUnsettled(Math.max(end, position + 1));
    }
    return runs;
  }

  async #retrying(owner: SubscriptionState, cursor: Cursor, count: number): Promise<Run[]> {
    const notes = new NoteReader(
      this.#core.reader,
      () => owner.notes?.id,
      () => {},
    );
    const runs: Run[] = [];
    let bytes = 0;
    for (const [position, retry] of cursor.retries) {
      if (runs.length >= count || bytes >= PEEK_BYTES) break;
      const log = this.#core.state.logs.get(retry.log);
      const run = log && (await this.#message(log, position));
      if (!run) continue;
      bytes += bytesOf([run]);
      const { failures, crashes } = retry;
      runs.push({ ...run, failures, crashes, note: await notes.read(retry.note) });
    }
    return runs;
  }

  async #message(log: Log, position: number): Promise<Run | undefined> {
    const { reader } = this.#core;
    if (log.kind === "messages") {
      const record = await reader.message(log.id, position);
      return record && this.#run(log, record, position, 1);
    }
    const { references } = await readReferences(reader, log.id, position);
    const reference = references.find((each) => each.position === position);
    const topic = reference && topicOf(this.#core.state, reference.originLog);
    return topic && resolveReference(reader, log.id, reference, topic);
  }

  /** Records from `position` on without those that cannot be read, and to where they go. */
  async #records(log: Log, position: number) {
    const recent = this.#core.reader.findRecent(log.id, position);
    if (recent) return { records: [recent], end: recent.first + recent.count };
    const read = await this.#core.reader.read(log.id, position, READ_BYTES);
    const last = read.at(-1);
    const end = last ? last.first + last.count : position;
    return { records: read.flatMap(({ record }) => (record ? [toRecent(record)] : [])), end };
  }

  #run(log: Log, record: RecentRecord, first: number, count: number): Run {
    const topic = topicOf(this.#core.state, log.id) ?? { id: 0, name: "", epoch: 0 };
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
      interrupted: false,
      note: undefined,
      death: undefined,
    };
  }
}

/** Positions of a record at or after `from` that are not settled and did not fail, at most `count`. */
function readyIn(cursor: Cursor, from: number, record: RecentRecord, count: number): number[] {
  const ready: number[] = [];
  const end = record.first + record.count;
  for (let at = cursor.nextUnsettled(from); at < end; at = cursor.nextUnsettled(at + 1)) {
    if (ready.length >= count) break;
    if (!cursor.retries.has(at)) ready.push(at);
  }
  return ready;
}

/** The first runs, as far as the limit goes; one may exceed the bytes. */
function cutTo(
  runs: readonly Run[],
  limit: { readonly messages: number; readonly bytes: number },
): Run[] {
  const cut: Run[] = [];
  let { messages, bytes } = limit;
  for (const run of runs) {
    if (messages <= 0 || bytes <= 0) break;
    const count = Math.min(run.count, messages);
    cut.push(count === run.count ? run : { ...run, count });
    messages -= count;
    bytes -= run.batch.byteLength(run.from, count);
  }
  return cut;
}

const sum = <Item>(items: readonly Item[], valueOf: (item: Item) => number): number =>
  items.reduce((total, item) => total + valueOf(item), 0);

const bytesOf = (runs: readonly Run[]): number =>
  sum(runs, ({ batch, from, count }) => batch.byteLength(from, count));

const countRetries = (cursors: readonly Cursor[]): number =>
  sum(cursors, (cursor) => cursor.retries.size);

const NO_TOPIC: TopicStats = {
  nextPosition: 1,
  unbrokenFrom: 1,
  storedMessages: 0,
  storedBytes: 0,
  isNeeded: false,
};

function isSomethingNeeded({ positions, retainedFrom }: TopicState): boolean {
  if (positions.isRetained && retainedFrom < positions.next) return true;
  for (const cursor of positions.cursors) {
    if (cursor.unsettledCount > 0 || cursor.holdsSettled) return true;
  }
  return false;
}
