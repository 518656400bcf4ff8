import type { PeykError } from "@peyk/client/protocol";
import type { BrokerEvents } from "./broker/broker.js";
import type { LogListener } from "./options.js";
import type { TransportEvents } from "./transport/context.js";
import type { SessionEvents } from "./transport/sessions.js";

export interface FoundAtStart {
  readonly replayedCommits: number;
  readonly tornBytes: number;
  readonly damagedSnapshots: number;
  readonly rebuiltFooters: number;
}

export interface ServerEvents extends BrokerEvents, SessionEvents, TransportEvents {
  /** What the start found in the journal: more than nothing only if the last stop was no clean one. */
  recovered(found: FoundAtStart): void;
  engineFailed(error: Error): void;
}

/** What happens inside the broker as log lines: one per change of state, none per message. */
export function createLogEvents(log: LogListener): ServerEvents {
  return {
    retryScheduled: ({ name }, retry) =>
      log("warn", "delivery failed", {
        subscription: name,
        position: retry.run.firstPosition + retry.from,
        count: retry.count,
        attempt: retry.attempt,
        maxAttempts: retry.maxAttempts,
        error: retry.error,
        retryInMs: Math.round(retry.delayMs),
        consumer: retry.consumer,
      }),
    deadLettered: ({ name }, { run, from, count, death }) =>
      log("error", "message dead-lettered", {
        subscription: name,
        position: run.firstPosition + from,
        count,
        reason: death.reason,
        error: death.error,
        attempts: death.attempts,
        hint: `peyk dlq list ${name}`,
      }),
    leaseLost: ({ name }, { consumer, count, reason }) =>
      log("warn", "lease lost", { subscription: name, consumer, count, reason }),
    consumerLost: ({ name }, { consumer, running, buffered }) =>
      log("warn", "consumer gone", { subscription: name, consumer, running, buffered }),
    publishedToNobody: (topic) =>
      log("warn", "published to nobody", {
        topic,
        hint: `peyk subscription create ${topic}/<group>`,
      }),
    subscriptionsOverlap: (created, other) =>
      log("warn", "subscriptions overlap", { created, other, hint: "each gets its own copy" }),
    lost: (session, graceMs) => {
      for (const [subscription, messages] of session.heldBySubscription()) {
        const fields = { subscription, consumer: session.clientName, messages };
        log("warn", "consumer lost", { ...fields, returnInMs: graceMs });
      }
    },
    resumed: (session) =>
      log("info", "consumer resumed", {
        consumer: session.clientName,
        messages: session.heldMessages,
      }),
    expired: (session) =>
      log("warn", "consumer did not come back", {
        consumer: session.clientName,
        messages: session.heldMessages,
      }),
    failed: (error) => logBug(log, error),
    recovered: (found) => logRecovery(log, found),
    engineFailed: (error) => log("error", "journal failed", { error: error.message }),
  };
}

function logRecovery(log: LogListener, found: FoundAtStart): void {
  const isAmiss = found.tornBytes + found.damagedSnapshots + found.rebuiltFooters > 0;
  if (!isAmiss && found.replayedCommits === 0) return;
  log(isAmiss ? "warn" : "info", "journal recovered", { ...found });
}

function logBug(log: LogListener, { cause, message }: PeykError): void {
  const error = cause instanceof Error ? cause : undefined;
  log("error", "internal error", { error: error?.message ?? message, stack: error?.stack });
}
