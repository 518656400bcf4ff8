/** Topics, subscriptions, dead letters and the broker's state: what is asked for, answered by the administration. */
import type { peyk } from "@peyk/client/protocol";
import type { Peer } from "../context.js";
import { plain, read } from "./plain.js";

export const ADMINISTRATION = {
  createTopic: plain("createTopic", "topic", (peer, { name, options }) =>
    peer.context.administration.createTopic(name, options),
  ),
  updateTopic: plain("updateTopic", "topic", (peer, { name, options }) =>
    peer.context.administration.updateTopic(name, options),
  ),
  getTopic: plain("getTopic", "topic", async (peer, { name }) =>
    peer.context.administration.topic(name),
  ),
  listTopics: read("listTopics", "topics", async (peer, { pattern, after, limit }) =>
    peer.context.administration.listTopics({ pattern, after, limit }),
  ),
  peekTopic: read("peekTopic", "peekedMessages", (peer, { name, count }) =>
    peer.context.administration.peekTopic(name, count),
  ),
  purgeTopic: plain("purgeTopic", "count", (peer, { name, dryRun }) =>
    peer.context.administration.purgeTopic(name, dryRun),
  ),
  deleteTopic: plain("deleteTopic", "done", async (peer, { name, force }) => {
    await peer.context.administration.deleteTopic(name, force);
    return {};
  }),

  createSubscription: plain("createSubscription", "subscription", (peer, { name, options }) =>
    peer.context.administration.createSubscription(name, options),
  ),
  updateSubscription: plain("updateSubscription", "subscription", (peer, { name, options }) =>
    peer.context.administration.updateSubscription(name, options),
  ),
  getSubscription: read("getSubscription", "subscription", async (peer, { name }) => {
    const subscription = await peer.context.administration.subscription(name);
    return withConsumers(peer, [subscription])[0] ?? subscription;
  }),
  listSubscriptions: read(
    "listSubscriptions",
    "subscriptions",
    async (peer, { pattern, after, limit }) => {
      const { administration } = peer.context;
      const page = await administration.listSubscriptions({ pattern, after, limit });
      return { ...page, subscriptions: withConsumers(peer, page.subscriptions ?? []) };
    },
  ),
  peekSubscription: read("peekSubscription", "peekedMessages", (peer, { name, state, count }) =>
    peer.context.administration.peekSubscription(name, state, count),
  ),
  purgeSubscription: plain("purgeSubscription", "count", (peer, { name, dryRun }) =>
    peer.context.administration.purgeSubscription(name, dryRun),
  ),
  deleteSubscription: plain("deleteSubscription", "done", async (peer, { name, force }) => {
    await peer.context.administration.deleteSubscription(name, force);
    return {};
  }),

  listDeadLetters: read("listDeadLetters", "deadLetters", (peer, body) => {
    const { subscription, which, after, limit } = body;
    const { deadLetters } = peer.context.administration;
    return deadLetters.list(subscription, { which, after, limit });
  }),
  redriveDeadLetters: plain("redriveDeadLetters", "count", (peer, body) => {
    const { subscription, which, perSecond, dryRun } = body;
    const { deadLetters } = peer.context.administration;
    return deadLetters.redrive(subscription, which, { perSecond, dryRun });
  }),
  purgeDeadLetters: plain("purgeDeadLetters", "count", (peer, { subscription, which, dryRun }) =>
    peer.context.administration.deadLetters.purge(subscription, which, dryRun),
  ),
  getStatus: plain("getStatus", "status", async (peer) => peer.context.status()),
} as const;

/** Who consumes them is known to sessions, not to the broker. */
function withConsumers(
  { context }: Peer,
  subscriptions: readonly peyk.v1.ISubscriptionInfo[],
): peyk.v1.ISubscriptionInfo[] {
  const consumers = context.sessions.consumers();
  return subscriptions.map((subscription) => ({
    ...subscription,
    consumers: [...(consumers.get(subscription.name ?? "") ?? [])],
  }));
}
