import { monitorEventLoopDelay } from "node:perf_hooks"; // eslint-disable-line no-restricted-imports -- measured, decides nothing
import type { peyk } from "@peyk/client/protocol";
import type { TransportContext } from "./transport/context.js";
import { VERSION } from "./version.js";

export type BrokerState = "serving" | "draining" | "full" | "failed";

/** How often the event loop's delay is looked at, in ms. */
const RESOLUTION_MS = 10;

/** What was measured longer ago than this is forgotten at the next look, in ms. */
const DELAY_WINDOW_MS = 60_000;

export interface LoopDelays {
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

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
  read(nowMs: number): LoopDelays {
    const histogram = this.#histogram;
    const isEmpty = histogram.count === 0;
    const delays = {
      p99: isEmpty ? 0 : lateness(histogram.percentile(99)),
      p999: isEmpty ? 0 : lateness(histogram.percentile(99.9)),
      max: isEmpty ? 0 : lateness(histogram.max),
    };
    if (nowMs - this.#since > DELAY_WINDOW_MS) {
      histogram.reset();
      this.#since = nowMs;
    }
    return delays;
  }
}

/** What was measured, in ns, is how long after the last look the next one came. */
const lateness = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

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
  const delays = parts.loopDelay.read(now);
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
    eventLoopDelayP99Ms: delays.p99,
    eventLoopDelayP999Ms: delays.p999,
    eventLoopDelayMaxMs: delays.max,
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
