import type { Clock } from "../runtime/clock.js";
import type { Closable, Engine, Run } from "./engine.js";

/** Gets what is published to a pattern, a batch at a time. Called once per turn, with the same runs for all listeners. */
export type LiveListener = (batch: LiveBatch) => void;

/** What was published to one pattern in one turn; shared by its listeners, so that each may be sent the same bytes. */
export interface LiveBatch {
  readonly runs: readonly Run[];
  readonly count: number;
  readonly byteLength: number;
}

/** Listeners by pattern: one tail of the engine and one batch a turn for all who listen to the same one. */
export class LiveHub {
  readonly #engine: Pick<Engine, "tail">;
  readonly #clock: Pick<Clock, "defer">;
  readonly #channels = new Map<string, Channel>();

  constructor(engine: Pick<Engine, "tail">, clock: Pick<Clock, "defer">) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Calls `listener` with what is published to matching topics from now on. */
  listen(pattern: string, listener: LiveListener): Closable {
    let channel = this.#channels.get(pattern);
    if (!channel) {
      channel = new Channel(this.#clock);
      channel.tail = this.#engine.tail(pattern, (run) => channel?.add(run));
      this.#channels.set(pattern, channel);
    }
    const { listeners, tail } = channel;
    listeners.add(listener);
    return {
      close: () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        tail?.close();
        this.#channels.delete(pattern);
      },
    };
  }

  close(): void {
    for (const { tail } of this.#channels.values()) tail?.close();
    this.#channels.clear();
  }
}

class Channel {
  readonly listeners = new Set<LiveListener>();
  tail: Closable | undefined;
  readonly #clock: Pick<Clock, "defer">;
  #runs: Run[] = [];

  constructor(clock: Pick<Clock, "defer">) {
    this.#clock = clock;
  }

  add(run: Run): void {
    this.#runs.push(run);
    if (this.#runs.length === 1) this.#clock.defer(() => this.#flush());
  }

  #flush(): void {
    const runs = this.#runs;
    this.#runs = [];
    let count = 0;
    let byteLength = 0;
    for (const run of runs) {
      count += run.count;
      byteLength += run.batch.byteLength(run.from, run.count);
    }
    const batch = { runs, count, byteLength };
    for (const listener of this.listeners) listener(batch);
  }
}
