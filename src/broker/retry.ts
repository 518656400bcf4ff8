import type { Random } from "../runtime/random.js";
import type { Outcome, RetryPolicy, Run, Subscription } from "./engine.js";

/** Why an attempt failed, and who held the message. */
export interface Failure {
  /** For the log and the dead-letter queue. */
  readonly error: string;
  readonly reason: "nack" | "reject" | "deadline" | "crash";
  readonly consumer: string;
  /** What the consumer asked for; undefined: after the subscription's backoff. */
  readonly delayMs: number | undefined;
  /** Left by an extension in this attempt; undefined: that of an earlier attempt stands. */
  readonly note: string | undefined;
}

/**
 * How long a message waits after its `failures`-th failed attempt (1 for the first): `minMs` times `factor` for each
 * further one, up to `maxMs`, then varied by the jitter, so that it may exceed `maxMs` by that share. Whole ms, because
 * stores count so.
 */
export function backoffMs(policy: RetryPolicy, failures: number, random: Random): number {
  if (policy.minMs <= 0) return 0;
  const meanMs = Math.min(policy.minMs * policy.factor ** (failures - 1), policy.maxMs);
  const share = 1 + policy.jitter * (2 * random.fraction() - 1);
  return Math.max(Math.round(meanMs * share), 0);
}

/**
 * What comes after a failed attempt at a message of `run`: another one, or the dead-letter queue. A dead-letter queue has
 * none of its own, so what fails there comes back without limit, a rejected message too.
 */
export function outcomeOfFailure(
  subscription: Subscription,
  run: Run,
  failure: Failure,
  random: Random,
): Outcome {
  const { maxAttempts, retry } = subscription.settings;
  const failures = run.failures + 1;
  const isLast = maxAttempts > 0 && failures >= maxAttempts;
  if (subscription.deadLetters !== undefined && (isLast || failure.reason === "reject")) {
    const reason = failure.reason === "reject" ? "rejected" : "attempts";
    const { error, consumer } = failure;
    return { kind: "dead", death: { reason, error, attempts: failures, lastConsumer: consumer } };
  }
  return {
    kind: "retry",
    failures,
    crashes: run.crashes + (failure.reason === "crash" ? 1 : 0),
    delayMs: failure.delayMs ?? backoffMs(retry, failures, random),
    note: failure.note ?? run.note,
  };
}

/** Whether messages that fail together come back each after a delay of its own. */
export function isDelayVaried(
  { settings: { retry } }: Subscription,
  { kind }: Outcome,
  { delayMs }: Failure,
): boolean {
  return kind === "retry" && delayMs === undefined && retry.minMs > 0 && retry.jitter > 0;
}

/** Whether one engine settle can carry both. */
export function isSameOutcome(one: Outcome, other: Outcome): boolean {
  if (one === other) return true;
  if (one.kind === "done") return other.kind === "done";
  if (one.kind === "retry") {
    return (
      other.kind === "retry" &&
      one.failures === other.failures &&
      one.crashes === other.crashes &&
      one.delayMs === other.delayMs &&
      one.note === other.note
    );
  }
  if (other.kind !== "dead") return false;
  const { death } = one;
  return (
    death.reason === other.death.reason &&
    death.error === other.death.error &&
    death.attempts === other.death.attempts &&
    death.lastConsumer === other.death.lastConsumer
  );
}
