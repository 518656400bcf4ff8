/** Options of topics and subscriptions as clients give them, checked and completed. */
import { PeykError, type peyk } from "@peyk/client/protocol";
import type { RetryPolicy, Start, SubscriptionSettings, TopicSettings } from "./engine.js";

type TopicOptions = peyk.v1.ITopicOptions;
type SubscriptionOptions = peyk.v1.ISubscriptionOptions;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Longest time that anything is kept (Google Pub/Sub's limit). */
const MAX_RETAIN_MS = 31 * DAY_MS;

/** Largest size of anything: 1 PiB. */
const MAX_BYTES = 2 ** 50;

export const DEFAULT_TOPIC: TopicSettings = {
  retainMs: 0,
  retainBytes: 0,
  expireUnsettledMs: 7 * DAY_MS,
  maxBacklogBytes: 0,
  overflow: "reject",
};

export const DEFAULT_SUBSCRIPTION: SubscriptionSettings = {
  ackDeadlineMs: 30 * SECOND_MS,
  maxAttempts: 5,
  retry: { minMs: SECOND_MS, maxMs: 10 * MINUTE_MS, factor: 2, jitter: 0.2 },
  maxExtensionMs: 60 * MINUTE_MS,
  deadLetterRetainMs: 14 * DAY_MS,
  mode: "shared",
  ordered: true,
  onKeyFailure: "skip",
  filter: "",
};

/** What `options` say, and of the rest what `base` has. Throws `invalid_argument` or `unsupported`. */
export function resolveTopic(
  options: TopicOptions | undefined,
  base: TopicSettings = DEFAULT_TOPIC,
): TopicSettings {
  const { retainMs, retainBytes, expireUnsettledMs, maxBacklogBytes, overflow } = options ?? {};
  return {
    retainMs: inRange("retainMs", retainMs ?? base.retainMs, 0, MAX_RETAIN_MS),
    retainBytes: inRange("retainBytes", retainBytes ?? base.retainBytes, 0, MAX_BYTES),
    expireUnsettledMs: inRange(
      "expireUnsettledMs",
      expireUnsettledMs ?? base.expireUnsettledMs,
      10 * MINUTE_MS,
      MAX_RETAIN_MS,
    ),
    maxBacklogBytes: inRange(
      "maxBacklogBytes",
      maxBacklogBytes ?? base.maxBacklogBytes,
      0,
      MAX_BYTES,
    ),
    overflow: oneOf("overflow", overflow ?? base.overflow, OVERFLOWS),
  };
}

/** The same for a subscription. */
export function resolveSubscription(
  options: SubscriptionOptions | undefined,
  base: SubscriptionSettings = DEFAULT_SUBSCRIPTION,
): SubscriptionSettings {
  const given = options ?? {};
  if (given.filter) throw unsupported("filter", "a filter");
  if (given.onKeyFailure && given.onKeyFailure !== "skip") {
    throw unsupported("onKeyFailure", `onKeyFailure "${given.onKeyFailure}"`);
  }
  const { ackDeadlineMs, maxAttempts, maxExtensionMs, deadLetterRetainMs } = given;
  return {
    ackDeadlineMs: inRange(
      "ackDeadlineMs",
      ackDeadlineMs ?? base.ackDeadlineMs,
      SECOND_MS,
      600 * SECOND_MS,
    ),
    maxAttempts: inRange("maxAttempts", maxAttempts ?? base.maxAttempts, 0, 1_000),
    retry: resolveRetry(given.retry, base.retry),
    maxExtensionMs: inRange(
      "maxExtensionMs",
      maxExtensionMs ?? base.maxExtensionMs,
      0,
      12 * HOUR_MS,
    ),
    deadLetterRetainMs: inRange(
      "deadLetterRetainMs",
      deadLetterRetainMs ?? base.deadLetterRetainMs,
      HOUR_MS,
      MAX_RETAIN_MS,
    ),
    mode: oneOf("mode", given.mode ?? base.mode, MODES),
    ordered: given.ordered ?? base.ordered,
    onKeyFailure: base.onKeyFailure,
    filter: base.filter,
  };
}

/** Where a new subscription begins. */
export function resolveStart(options: SubscriptionOptions | undefined): Start {
  const { start, startTimeMs, startPosition } = options ?? {};
  const given = [start, startTimeMs, startPosition].filter((value) => value !== undefined);
  if (given.length > 1) {
    const detail = "start, startTimeMs and startPosition exclude one another; give one of them";
    throw new PeykError("invalid_argument", detail, { field: "start" });
  }
  if (startTimeMs !== undefined) return { at: "time", timeMs: startTimeMs };
  if (startPosition !== undefined) return { at: "position", position: startPosition };
  return { at: oneOf("start", start ?? "latest", ["latest", "earliest"] as const) };
}

/** Whether two sets of settings are the same: creating again what exists so is fine. */
export function sameSettings(one: object, other: object): boolean {
  const names = Object.keys(one);
  const haveSame = (name: string): boolean =>
    isSame(Reflect.get(one, name), Reflect.get(other, name));
  return names.length === Object.keys(other).length && names.every(haveSame);
}

const isSame = (one: unknown, other: unknown): boolean =>
  isObject(one) && isObject(other) ? sameSettings(one, other) : one === other;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const OVERFLOWS = ["reject", "drop-oldest", "dead-letter"] as const;
const MODES = ["shared", "exclusive", "failover"] as const;

function resolveRetry(options: peyk.v1.IRetryPolicy | undefined, base: RetryPolicy): RetryPolicy {
  const retry = {
    minMs: inRange("retry.minMs", options?.minMs ?? base.minMs, 0, DAY_MS),
    maxMs: inRange("retry.maxMs", options?.maxMs ?? base.maxMs, 0, DAY_MS),
    factor: inRange("retry.factor", options?.factor ?? base.factor, 1, 100),
    jitter: inRange("retry.jitter", options?.jitter ?? base.jitter, 0, 1),
  };
  if (retry.maxMs >= retry.minMs) return retry;
  const detail = `retry.maxMs is ${retry.maxMs}, less than retry.minMs, which is ${retry.minMs}`;
  throw new PeykError("invalid_argument", detail, { field: "retry.maxMs", limit: retry.minMs });
}

function inRange(field: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  const detail = `${field} is ${value}; it must be from ${min} to ${max}`;
  const limit = value < min ? min : max;
  throw new PeykError("invalid_argument", detail, { field, limit });
}

function oneOf<Value extends string>(
  field: string,
  value: string,
  allowed: readonly Value[],
): Value {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  const detail = `${field} is "${value.slice(0, 64)}"; it must be one of ${allowed.join(", ")}`;
  throw new PeykError("invalid_argument", detail, { field });
}

const unsupported = (field: string, what: string): PeykError =>
  new PeykError("unsupported", `${what} is not supported by this version of the broker`, { field });
