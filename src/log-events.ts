import type { BrokerEvents } from "./broker/broker.js";
import { quoteForShell } from "./engines/embedded/errors.js";
import type { RecoveryReport } from "./engines/embedded/recovery.js";
import type { LogListener } from "./options.js";
import type { TransportEvents } from "./transport/context.js";
import type { SessionEvents } from "./transport/sessions.js";

export interface ServerEvents extends BrokerEvents, SessionEvents, TransportEvents {
  engineFailed(error: Error): void;
}

/** Tells what a start found that was not as a clean stop leaves it. */
export function logRecovery(log: LogListener, report: RecoveryReport): void {
  const { tornBytes, damagedSnapshots, rebuiltFooters } = report;
  if (tornBytes + damagedSnapshots + rebuiltFooters === 0) return;
  log("warn", "journal recovered", { ...report });
}

/** Tells what cannot be read any more, once. `dataDir`: where it is. */
export function logDamage(
  log: LogListener,
  { file, offset }: { readonly file: string; readonly offset: number },
  dataDir: string,
): void {
  const hint = `peyk journal verify ${quoteForShell(dataDir)}`;
  log("error", "journal damaged", { file, offset, hint });
}

/** What happens inside the broker as log lines: one per change of state, none per message. */
export function createLogEvents(log: LogListener): ServerEvents {
  return {
    retryScheduled: ({ name }, { run, from, attempt, maxAttempts, error, delayMs, consumer }) => {
      const retryInMs = Math.round(delayMs);
      const position = run.firstPosition + from;
      const fields = {
        subscription: name,
        position,
        attempt,
        maxAttempts,
        error,
        retryInMs,
        consumer,
      };
      log("warn", "delivery failed", fields);
    },
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
    failed: ({ cause, message }) => {
      const error = cause instanceof Error ? cause : undefined;
      log("error", "internal error", { error: error?.message ?? message, stack: error?.stack });
    },
    engineFailed: (error) => log("error", "journal failed", { error: error.message }),
  };
}
