import { matches } from "@peyk/client/protocol";
import type { Start } from "../../broker/engine.js";
import type { Core } from "./core.js";
import type { Range } from "./liveness.js";
import type { TopicState } from "./state.js";

/** Where a cursor begins, and how many messages there are from there on. */
export interface CursorStart {
  readonly log: number;
  readonly floor: number;
  readonly unsettled: number;
}

/** What was found out about a topic with retention; messages that are stored meanwhile come on top. */
interface Retained {
  readonly topic: TopicState;
  readonly floor: number;
  /** Where messages are from `floor` to `end`. */
  readonly ranges: readonly Range[];
  readonly end: number;
  /** What the topic had stored since the process started, when `end` was its next position. */
  readonly storedCount: number;
}

/** Finds where a new subscription begins in the topics that exist. */
export class Starts {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Reads what has to be read. Call `resolve` on its result in the turn in which the subscription is made. */
  async find(source: string, start: Start): Promise<readonly Retained[]> {
    if (start.at === "latest") return [];
    const topics = this.#matching(source).filter(({ positions }) => positions.isRetained);
    if (topics.length === 0) return [];
    const found: Retained[] = [];
    for (const topic of topics) {
      const { next: end, storedCount } = topic.positions;
      // What is in the indexes of files is what was written.
      await this.#core.durable();
      const wanted = await this.#floorOf(topic, start);
      const floor = Math.min(Math.max(wanted, topic.retainedFrom), end);
      const ranges = await this.#core.reader.ranges(logIds(topic), floor, end);
      found.push({ topic, floor, ranges, end, storedCount });
    }
    return found;
  }

  /** Without retention nothing is kept for those who come later: what is still there may have holes. */
  resolve(source: string, retained: readonly Retained[]): CursorStart[] {
    const byTopic = new Map(retained.map((each) => [each.topic, each]));
    return this.#matching(source).map((topic) => {
      const { positions } = topic;
      const known = byTopic.get(topic);
      // Purged meanwhile: what was counted is gone.
      if (!known || topic.retainedFrom > known.end) {
        return { log: positions.log, floor: positions.next, unsettled: 0 };
      }
      const floor = Math.max(known.floor, topic.retainedFrom);
      const newer = positions.storedCount - known.storedCount;
      return { log: positions.log, floor, unsettled: countFrom(known.ranges, floor) + newer };
    });
  }

  #matching(source: string): TopicState[] {
    const topics = [...this.#core.state.topics.values()];
    return topics.filter(({ topic }) => matches(source, topic.name));
  }

  async #floorOf(topic: TopicState, start: Start): Promise<number> {
    if (start.at === "position") return start.position;
    if (start.at !== "time") return topic.retainedFrom;
    let low = topic.retainedFrom;
    let high = topic.positions.durableNext;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const time = await this.#core.reader.timeAt(logIds(topic), middle);
      if (time !== undefined && time < start.timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const logIds = (topic: TopicState): number[] => [...topic.logs.values()].map(({ id }) => id);

const countFrom = (ranges: readonly Range[], floor: number): number =>
  ranges.reduce((sum, { first, count }) => {
    return sum + Math.max(first + count - Math.max(first, floor), 0);
  }, 0);
