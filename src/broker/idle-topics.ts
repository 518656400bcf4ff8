import type { Alarm, Timers } from "../runtime/timers.js";
import type { Engine, Topic, TopicId } from "./engine.js";
import type { Names } from "./names.js";
import { DEFAULT_TOPIC, sameSettings } from "./settings.js";

/** How long a topic must be unused before it goes, in ms (design, "Delivery in detail"). */
const UNUSED_MS = 24 * 60 * 60 * 1_000;

/** How often topics are looked at, in ms. */
const LOOK_MS = 60 * 60 * 1_000;

/** Topics looked at in one turn, and the pause until the next ones, in ms. */
const SLICE = 256;
const PAUSE_MS = 100;

/** What was seen of a topic that may go. */
interface Seen {
  readonly nextPosition: number;
  /** On the monotonic clock: nothing was published since. */
  readonly sinceMs: number;
}

/**
 * Topics that were made on first use and are not used any more: for a day nothing was published, nobody needs a message of
 * theirs, no subscription is theirs alone, and nobody changed their options. They go, so that a topic for each device does not only
 * grow; the next message makes them again.
 */
export class IdleTopics {
  readonly #engine: Engine;
  readonly #names: Names;
  readonly #now: () => number;
  readonly #remove: (topic: Topic) => void;
  readonly #alarm: Alarm;
  readonly #seen = new Map<TopicId, Seen>();
  /** Those that are to be looked at in this round. */
  #left: Topic[] = [];

  /** `now`: the monotonic clock, in ms. `remove`: called in the turn in which a topic was found to be unused. */
  constructor(
    engine: Engine,
    names: Names,
    time: { readonly timers: Timers; readonly now: () => number },
    remove: (topic: Topic) => void,
  ) {
    this.#engine = engine;
    this.#names = names;
    this.#now = time.now;
    this.#remove = remove;
    this.#alarm = time.timers.createAlarm(() => this.#look());
    this.#alarm.set(time.now() + LOOK_MS);
  }

  /** Whether nobody would miss it now, apart from who publishes to it next. */
  isUnused(topic: Topic): boolean {
    const current = this.#names.topic(topic.name)?.topic;
    return (
      current?.id === topic.id &&
      current.autoCreated &&
      sameSettings(current.settings, DEFAULT_TOPIC) &&
      !this.#names.hasOwnSubscription(topic.name) &&
      !this.#engine.topicStats(topic.id).isNeeded
    );
  }

  #look(): void {
    const isNewRound = this.#left.length === 0;
    if (isNewRound) this.#left = this.#names.topics();
    for (const topic of this.#left.splice(0, SLICE)) this.#lookAt(topic);
    const hasMore = this.#left.length > 0;
    if (!hasMore) this.#forgetGone();
    this.#alarm.set(this.#now() + (hasMore ? PAUSE_MS : LOOK_MS));
  }

  #lookAt(topic: Topic): void {
    const { nextPosition } = this.#engine.topicStats(topic.id);
    const seen = this.#seen.get(topic.id);
    if (!this.isUnused(topic)) {
      this.#seen.delete(topic.id);
    } else if (seen?.nextPosition !== nextPosition) {
      this.#seen.set(topic.id, { nextPosition, sinceMs: this.#now() });
    } else if (this.#now() - seen.sinceMs >= UNUSED_MS) {
      this.#seen.delete(topic.id);
      this.#remove(topic);
    }
  }

  #forgetGone(): void {
    for (const id of this.#seen.keys()) if (!this.#names.hasTopic(id)) this.#seen.delete(id);
  }
}
