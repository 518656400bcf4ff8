import type { ServerEvents } from "./log-events.js";
import type { TransportCounters } from "./transport/context.js";
import type { ListenerCounters } from "./transport/listener.js";

/** Numbers that only go up, since the start; `status` tells them. */
export interface Counters extends TransportCounters, ListenerCounters {
  /** Leases that ended without their consumer's doing. */
  leasesLost: number;
  /** Ends of the journal that were written when the last process died: 1 if there was one at this start, else 0. */
  tornTails: number;
}

export const createCounters = (): Counters => ({
  framesRejected: 0,
  liveMessagesMissed: 0,
  originsRejected: 0,
  upgradesRejected: 0,
  connectionsRefused: 0,
  leasesLost: 0,
  tornTails: 0,
});

/** The same events; those that end leases are counted. */
export const countLosses = (events: ServerEvents, counters: Counters): ServerEvents => ({
  ...events,
  leaseLost: (subscription, lost) => {
    counters.leasesLost += lost.count;
    events.leaseLost(subscription, lost);
  },
  consumerLost: (subscription, lost) => {
    counters.leasesLost += lost.running + lost.buffered;
    events.consumerLost(subscription, lost);
  },
});
