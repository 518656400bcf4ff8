/** Options and infos of topics and subscriptions between the SDK's shapes and those of the wire. */
import { timeOf } from "./argument-checks.js";
import { PeykError, type peyk } from "./protocol/index.js";
import type { SubscriptionName } from "./topic.js";
import type {
  BrokerStatus,
  SubscriptionInfo,
  SubscriptionOptions,
  TopicInfo,
  TopicOptions,
} from "./types.js";

const TOPIC_OPTIONS = [
  ...["retainMs", "retainBytes", "expireUnsettledMs", "maxBacklogBytes", "overflow"],
];
const SUBSCRIPTION_OPTIONS = [
  ...["start", "ackDeadlineMs", "maxAttempts", "retry", "maxExtensionMs"],
  ...["deadLetterRetainMs", "mode"],
];

/** Options that are described and not built yet. */
const LATER = new Set(["filter", "ordered", "onKeyFailure"]);

/** JavaScript does not see a misspelt option, and nobody may wait for what never happens. */
function checkNames(options: object, known: readonly string[]): void {
  const field = Object.keys(options).find((name) => !known.includes(name));
  if (field === undefined) return;
  const name = field.slice(0, 64);
  if (LATER.has(field)) {
    throw new PeykError("unsupported", `${name} is not supported by this version`, { field });
  }
  const detail = `there is no option ${name}; there are ${known.join(", ")}`;
  throw new PeykError("invalid_argument", detail, { field: name });
}

export function encodeTopicOptions(options: TopicOptions): peyk.v1.ITopicOptions {
  checkNames(options, TOPIC_OPTIONS);
  const { retainMs, retainBytes, expireUnsettledMs, maxBacklogBytes, overflow } = options;
  return { retainMs, retainBytes, expireUnsettledMs, maxBacklogBytes, overflow };
}

export function decodeTopic(info: peyk.v1.TopicInfo): TopicInfo {
  const options = info.options;
  return {
    name: info.name,
    options: {
      retainMs: options?.retainMs ?? 0,
      retainBytes: options?.retainBytes ?? 0,
      expireUnsettledMs: options?.expireUnsettledMs ?? 0,
      maxBacklogBytes: options?.maxBacklogBytes ?? 0,
      overflow: (options?.overflow ?? "reject") as TopicInfo["options"]["overflow"],
    },
    createdAt: new Date(info.createdAtMs),
    autoCreated: info.autoCreated,
    nextPosition: info.nextPosition,
    subscriptions: info.subscriptions,
    storedMessages: info.storedMessages,
    storedBytes: info.storedBytes,
    publishPerSecond: info.publishPerSecond,
  };
}

export function encodeSubscriptionOptions(
  options: SubscriptionOptions,
): peyk.v1.ISubscriptionOptions {
  checkNames(options, SUBSCRIPTION_OPTIONS);
  const { start, retry, ackDeadlineMs, maxAttempts, maxExtensionMs, deadLetterRetainMs, mode } =
    options;
  return {
    ...encodeStart(start),
    ackDeadlineMs,
    maxAttempts,
    retry: retry && { ...retry },
    maxExtensionMs,
    deadLetterRetainMs,
    mode,
  };
}

function encodeStart(start: SubscriptionOptions["start"]): peyk.v1.ISubscriptionOptions {
  if (start === undefined) return {};
  if (typeof start === "string") return { start };
  if ("position" in start) return { startPosition: start.position };
  return { startTimeMs: timeOf("start", start) };
}

export function decodeSubscription(info: peyk.v1.SubscriptionInfo): SubscriptionInfo {
  const { options, stats } = info;
  return {
    name: info.name as SubscriptionName,
    options: {
      ackDeadlineMs: options?.ackDeadlineMs ?? 0,
      maxAttempts: options?.maxAttempts ?? 0,
      retry: {
        minMs: options?.retry?.minMs ?? 0,
        maxMs: options?.retry?.maxMs ?? 0,
        factor: options?.retry?.factor ?? 0,
        jitter: options?.retry?.jitter ?? 0,
      },
      maxExtensionMs: options?.maxExtensionMs ?? 0,
      deadLetterRetainMs: options?.deadLetterRetainMs ?? 0,
      mode: (options?.mode ?? "shared") as SubscriptionInfo["options"]["mode"],
    },
    createdAt: new Date(info.createdAtMs),
    autoCreated: info.autoCreated,
    ready: stats?.ready ?? 0,
    buffered: stats?.buffered ?? 0,
    running: stats?.running ?? 0,
    retrying: stats?.retrying ?? 0,
    dead: stats?.dead ?? 0,
    oldestUnsettledMs: stats?.oldestUnsettledMs ?? 0,
    deliverPerSecond: stats?.deliverPerSecond ?? 0,
    ackPerSecond: stats?.ackPerSecond ?? 0,
    consumers: info.consumers.map((consumer) => ({
      clientName: consumer.clientName,
      unsettled: consumer.unsettled,
      freeCreditMessages: consumer.freeCreditMessages,
      connected: consumer.connected,
      ...(!consumer.connected && { returnsInMs: consumer.returnsInMs ?? 0 }),
    })),
  };
}

export function decodeStatus(status: peyk.v1.Status): BrokerStatus {
  return {
    version: status.version,
    state: status.state,
    startedAt: new Date(status.startedAtMs),
    connections: status.connections,
    topics: status.topics,
    subscriptions: status.subscriptions,
    diskBytes: status.diskBytes,
    residentBytes: status.residentBytes,
    publishPerSecond: status.publishPerSecond,
    deliverPerSecond: status.deliverPerSecond,
    eventLoopDelayP99Ms: status.eventLoopDelayP99Ms,
    eventLoopDelayP999Ms: status.eventLoopDelayP999Ms,
    eventLoopDelayMaxMs: status.eventLoopDelayMaxMs,
    counters: { ...status.counters },
  };
}
