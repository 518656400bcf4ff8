import { messageId } from "./broker/shapes.js";
import type { BrokerEvents } from "./broker/broker.js";
import { quoteForShell } from "./engines/embedded/errors.js";
import type { LogListener } from "./options.js";
import type { TransportEvents } from "./transport/context.js";
import type { Session } from "./transport/session.js";
import type { SessionEvents } from "./transport/sessions.js";

/** What a shell takes as it is; an origin comes from whoever made the page. */
const PASTABLE = /^https?:\/\/[a-z0-9.:[\]-]+$/;

export interface FoundAtStart {
  readonly replayedCommits: number;
  readonly tornBytes: number;
  readonly damagedSnapshots: number;
  readonly rebuiltFooters: number;
}

export interface ServerEvents extends BrokerEvents, SessionEvents, TransportEvents {
  /** A web page may not connect; told once for each origin. */
  pageRefused(origin: string): void;
  /** What the start found in the journal: more than nothing only if the last stop was no clean one. */
  recovered(found: FoundAtStart): void;
  /** A record of the journal in `dataDir` turned out to be damaged; told once for each. */
  damaged(record: { readonly file: string; readonly offset: number }, dataDir: string): void;
  engineFailed(error: Error): void;
}

/** What happens inside the broker as log lines: one per change of state, none per message. */
export const createLogEvents = (log: LogListener): ServerEvents => ({
  ...createMessageLog(log),
  ...createClientLog(log),
  failed: ({ cause, message }) => {
    const error = cause instanceof Error ? cause : undefined;
    log("error", "internal error", { error: error?.message ?? message, stack: error?.stack });
  },
  recovered: (found) => logRecovery(log, found),
  damaged: ({ file, offset }, dataDir) => {
    const hint = `peyk journal verify ${quoteForShell(dataDir)}`;
    log("error", "journal damaged", { file, offset, hint });
  },
  engineFailed: (error) => log("error", "journal failed", { error: error.message }),
});

/** What becomes of messages. `id` is that of the first of `count`. */
function createMessageLog(log: LogListener): BrokerEvents {
  return {
    // Written out, because this may come for each of a hundred thousand messages a second: spreading is slow.
    retryScheduled: ({ name }, retry) =>
      log("warn", "delivery failed", {
        subscription: name,
        id: messageId(retry.run, retry.from),
        count: retry.count,
        attempt: retry.attempt,
        maxAttempts: retry.maxAttempts,
        error: retry.error,
        retryInMs: Math.round(retry.delayMs),
        consumer: retry.consumer,
      }),
    deadLettered: ({ name: subscription }, { run, from, count, death }) => {
      const { reason, error, attempts } = death;
      const what = { subscription, id: messageId(run, from), count };
      const hint = `peyk dlq list ${subscription}`;
      log("error", "message dead-lettered", { ...what, reason, error, attempts, hint });
    },
    leaseLost: ({ name: subscription }, { run, from, count, consumer, reason }) => {
      const what = { subscription, id: messageId(run, from), count };
      log("warn", "lease lost", { ...what, consumer, reason });
    },
    consumerLost: ({ name }, { consumer, running, buffered }) =>
      log("warn", "consumer gone", { subscription: name, consumer, running, buffered }),
    publishedToNobody: (topic) => {
      const hint = `peyk subscription create ${topic}/workers`;
      log("warn", "published to nobody", { topic, hint });
    },
    idleTopicRemoved: (topic) =>
      log("info", "topic removed", { topic, reason: "unused for a day" }),
    subscriptionsOverlap: (created, other) =>
      log("warn", "subscriptions overlap", { created, other, hint: "each gets its own copy" }),
  };
}

/** Who comes and goes. */
function createClientLog(log: LogListener): SessionEvents & Pick<ServerEvents, "pageRefused"> {
  const of = ({ clientName, heldMessages }: Session) => ({
    consumer: clientName,
    messages: heldMessages,
  });
  return {
    lost: (session, graceMs) => {
      for (const [subscription, messages] of session.heldBySubscription()) {
        const fields = { subscription, consumer: session.clientName, messages };
        log("warn", "consumer lost", { ...fields, returnInMs: graceMs });
      }
    },
    resumed: (session) => log("info", "consumer resumed", of(session)),
    expired: (session) => log("warn", "consumer did not come back", of(session)),
    pageRefused: (origin) => {
      const hint = PASTABLE.test(origin) ? `peyk serve --allow-origin ${origin}` : undefined;
      log("warn", "page refused", { origin, hint });
    },
  };
}

function logRecovery(log: LogListener, found: FoundAtStart): void {
  const isAmiss = found.tornBytes + found.damagedSnapshots + found.rebuiltFooters > 0;
  if (!isAmiss && found.replayedCommits === 0) return;
  log(isAmiss ? "warn" : "info", "journal recovered", { ...found });
}
