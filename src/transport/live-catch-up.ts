import type { Engine, Run, Topic } from "../broker/engine.js";
import type { LiveBatch } from "../broker/live-hub.js";
import type { Clock } from "../runtime/clock.js";

/** Read at a time. */
const READ = { messages: 1_000, bytes: 256 * 1024 };

/** What is published meanwhile may wait here up to this size, in bytes; what comes beyond it is read like the rest. */
const MAX_HELD_BYTES = 1024 * 1024;

type CatchUpEngine = Pick<Engine, "commit" | "read" | "topicStats">;

export interface LiveCatchUpEvents {
  /** The socket does not take more for now; `goOn` is called when it does. */
  isBehind(): boolean;
  send(batch: LiveBatch): void;
  /** So many messages, and where `isUnknown` perhaps more, are not there any more. */
  missed(count: number, isUnknown: boolean): void;
  /** From now on everything comes live. */
  done(): void;
}

/**
 * Brings a live listener from a position it knows to the present: sends what is still stored, as fast as its socket takes
 * it, tells what is not, then what was published meanwhile. Each message is sent once, in order.
 */
export class LiveCatchUp {
  readonly #engine: CatchUpEngine;
  readonly #clock: Pick<Clock, "defer">;
  readonly #topic: Pick<Topic, "id">;
  readonly #unbrokenFrom: number;
  readonly #events: LiveCatchUpEvents;
  #epoch: number;
  /** The next position to be sent. */
  #at: number;
  /** Everything below is known to have been published. */
  #target: number;
  /** `#target` when the last read began. */
  #readTarget = 0;
  #held: Run[] = [];
  #heldBytes = 0;
  #state: "idle" | "busy" | "done" = "busy";

  /** Made when the listener's tail is open: what is published from then on comes to `hold`. */
  constructor(
    engine: CatchUpEngine,
    clock: Pick<Clock, "defer">,
    from: { readonly topic: Pick<Topic, "id" | "epoch">; readonly position: number },
    events: LiveCatchUpEvents,
  ) {
    const { nextPosition, unbrokenFrom } = engine.topicStats(from.topic.id);
    this.#engine = engine;
    this.#clock = clock;
    this.#topic = from.topic;
    this.#epoch = from.topic.epoch;
    this.#unbrokenFrom = unbrokenFrom;
    this.#at = from.position;
    this.#target = nextPosition;
    this.#events = events;
    // What was given a position before that may not be durable yet: nobody tells of it, but it can be read afterwards.
    engine.commit({ atomic: false, appends: [], settles: [] }, () => {
      if (this.#state === "done") return;
      this.#state = "idle";
      this.goOn();
    });
  }

  /** Reads on, unless it does already. */
  goOn(): void {
    if (this.#state !== "idle" || this.#events.isBehind()) return;
    this.#state = "busy";
    this.#readTarget = this.#target;
    this.#engine.read(this.#topic.id, this.#at, READ).then(
      (runs) => this.#onRead(runs),
      // A journal that cannot be read ends the broker; a listener has only lost sight of something.
      () => this.#onRead([]),
    );
  }

  /** Published meanwhile. */
  hold({ runs, byteLength }: LiveBatch): void {
    this.#heldBytes += byteLength;
    if (this.#heldBytes <= MAX_HELD_BYTES) {
      this.#held.push(...runs);
      return;
    }
    const last = runs.at(-1);
    if (last) this.#target = Math.max(this.#target, last.firstPosition + last.count);
    this.#held = [];
    this.#heldBytes = 0;
  }

  close(): void {
    this.#state = "done";
    this.#held = [];
  }

  #onRead(runs: readonly Run[]): void {
    if (this.#state === "done") return;
    if (runs.length === 0) {
      // What became durable during the read may have been read, and is about to be told as well.
      return this.#clock.defer(() => this.#finish());
    }
    this.#state = "idle";
    for (const run of runs) this.#send(run);
    this.goOn();
  }

  /** Nothing more is stored. */
  #finish(): void {
    if (this.#state === "done") return;
    if (this.#target > this.#readTarget) {
      this.#state = "idle";
      return this.goOn();
    }
    this.#skipTo(this.#target);
    for (const run of this.#held) this.#send(run);
    this.close();
    this.#events.done();
  }

  #send(run: Run): void {
    const { epoch } = run.topic;
    if (epoch !== this.#epoch) this.#beginAnew(epoch);
    const known = Math.max(0, this.#at - run.firstPosition);
    if (known >= run.count) return;
    const rest = known === 0 ? run : withoutFirst(run, known);
    this.#skipTo(rest.firstPosition);
    const { batch, from, count } = rest;
    this.#events.send({ runs: [rest], count, byteLength: batch.byteLength(from, count) });
    this.#at = rest.firstPosition + count;
  }

  /** The topic was deleted and made again. */
  #beginAnew(epoch: number): void {
    this.#epoch = epoch;
    this.#at = 1;
    this.#target = 1;
    this.#events.missed(0, true);
  }

  #skipTo(position: number): void {
    const from = this.#at;
    if (position <= from) return;
    this.#at = position;
    const counted = Math.max(0, position - Math.max(from, this.#unbrokenFrom));
    this.#events.missed(counted, from < this.#unbrokenFrom);
  }
}

/** What a run has behind its first `count` messages. */
const withoutFirst = (run: Run, count: number): Run => ({
  ...run,
  first: run.first + count,
  firstPosition: run.firstPosition + count,
  from: run.from + count,
  count: run.count - count,
});
