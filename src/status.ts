import { monitorEventLoopDelay } from "node:perf_hooks";
import type { peyk } from "@peyk/client/protocol";
import type { TransportContext } from "./transport/context.js";
import { VERSION } from "./version.js";

export type BrokerState = "serving" | "draining" | "full" | "failed";

/** How often the event loop's delay is looked at, in ms. */
const RESOLUTION_MS = 10;

/** What was measured longer ago than this is forgotten at the next look, in ms. */
const DELAY_WINDOW_MS = 60_000;

/** How late the event loop runs what is due. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #since = 0;

  start(nowMs: number): void {
    this.#since = nowMs;
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** In ms, over the last minute or so. */
  p99(nowMs: number): number {
    const nanoseconds = this.#histogram.count === 0 ? 0 : this.#histogram.percentile(99);
    if (nowMs - this.#since > DELAY_WINDOW_MS) {
      this.#histogram.reset();
      this.#since = nowMs;
    }
    return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  }
}

/** What GetStatus and the pages tell. */
export function statusOf(
  context: TransportContext,
  parts: {
    readonly state: BrokerState;
    readonly startedAtMs: number;
    readonly loopDelay: LoopDelay;
    readonly counters: Readonly<Record<string, number>>;
  },
): peyk.v1.IStatus {
  const { broker, sessions, connections } = context;
  const { names, engine } = broker;
  const now = context.clock.monotonic();
  return {
    version: VERSION,
    boot: engine.boot,
    startedAtMs: parts.startedAtMs,
    state: parts.state,
    connections: connections.size,
    sessions: sessions.size,
    topics: names.topicCount,
    subscriptions: names.subscriptionCount,
    diskBytes: engine.storage?.().diskBytes ?? 0,
    residentBytes: residentBytes(),
    publishPerSecond: broker.published.perSecond(now),
    deliverPerSecond: broker.delivered.perSecond(now),
    eventLoopDelayP99Ms: parts.loopDelay.p99(now),
    counters: Object.fromEntries(
      Object.entries(parts.counters).map(([name, count]) => [snakeCase(name), count]),
    ),
  };
}

const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** 0 where it cannot be told: it stands in a file, and there may be no descriptor left to open it with. */
function residentBytes(): number {
  try {
    return process.memoryUsage.rss();
  } catch {
    return 0;
  }
}
