import type { Death, LossReason, Run, Subscription } from "./engine.js";

/** Why a lease ended without its consumer's doing. */
export type LeaseEnd = "deadline" | LossReason;

/** Some messages of a run: `count` of them from `run.first + from` on. */
export interface Slice {
  readonly run: Run;
  readonly from: number;
  readonly count: number;
}

/** An attempt failed; another one follows. */
export interface Retry extends Slice {
  /** Which attempt failed, 1 for the first, of how many (0: no limit). */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly error: string;
  readonly delayMs: number;
  readonly consumer: string;
}

export interface DeadLettered extends Slice {
  readonly death: Death;
}

export interface LeaseLost extends Slice {
  readonly consumer: string;
  readonly reason: LeaseEnd;
}

export interface ConsumerLost {
  readonly consumer: string;
  /** These count as failed attempts. */
  readonly running: number;
  /** These went back uncounted. */
  readonly buffered: number;
}

/**
 * What is worth a log line, a metric or an event; nothing of it happens to a message that is delivered and acked. Retries
 * and dead letters are told once they are durable, the others at once.
 */
export interface QueueEvents {
  retryScheduled(subscription: Subscription, retry: Retry): void;
  deadLettered(subscription: Subscription, dead: DeadLettered): void;
  leaseLost(subscription: Subscription, lost: LeaseLost): void;
  /** A session ended without a clean close. */
  consumerLost(subscription: Subscription, lost: ConsumerLost): void;
}

/** What happened to one subscription's messages since the queue was made; settles count once they are durable. */
export interface QueueCounters {
  delivered: number;
  acked: number;
  /** Failed attempts that are followed by another one. */
  retried: number;
  deadLettered: number;
  /** Given back uncounted by a consumer, or for one that was detached. */
  released: number;
  /** Leases that ended by their deadline. */
  expired: number;
}

export function createCounters(): QueueCounters {
  return { delivered: 0, acked: 0, retried: 0, deadLettered: 0, released: 0, expired: 0 };
}
