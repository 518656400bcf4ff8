import { matches } from "../../../client/src/protocol/index.js";
import type { SubscriptionName } from "../../../client/src/topic.js";
import type { TopicOptions } from "../../../client/src/types.js";

const MINUTE_MS = 60_000;

const BACKLOG_BYTES = 24 * 1024;

/** The topics of a simulated world. Of the first two nothing goes by itself; of each other one something does. */
export const TOPICS: Readonly<Record<string, TopicOptions>> = {
  "orders.eu": {},
  "orders.us": {},
  // The shortest time that there is.
  alarms: { expireUnsettledMs: 10 * MINUTE_MS },
  ticks: { maxBacklogBytes: BACKLOG_BYTES, overflow: "drop-oldest" },
  tasks: { maxBacklogBytes: BACKLOG_BYTES, overflow: "dead-letter" },
};

/** Somebody consumes them all the time. */
export const SERVED: readonly SubscriptionName[] = [
  "orders.eu/billing",
  "orders.us/billing",
  "orders.*/audit",
];

/** Nobody consumes them but one client, now and then; so messages wait in them until they are too old or too many. */
export const VISITED: readonly SubscriptionName[] = ["alarms/pager", "ticks/chart", "tasks/worker"];

export const SUBSCRIPTIONS: readonly SubscriptionName[] = [...SERVED, ...VISITED];

/** Dead letters of the visited ones go after this time: the shortest that there is. */
export const DEAD_LETTER_RETAIN_MS = 60 * MINUTE_MS;

/** A subscription gives up a message after so many attempts. */
export const MAX_ATTEMPTS = 4;

export const subscriptionsOf = (topic: string): readonly SubscriptionName[] =>
  SUBSCRIPTIONS.filter((name) => matches(name.replace(/\/.*/, ""), topic));
