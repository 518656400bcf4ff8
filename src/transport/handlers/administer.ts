/** Topics, subscriptions, dead letters and the broker's state: what is asked for, answered by the administration. */
import { plain } from "./plain.js";

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
  listTopics: plain("listTopics", "topics", async (peer, { pattern, after, limit }) =>
    peer.context.administration.listTopics({ pattern, after, limit }),
  ),
  peekTopic: plain("peekTopic", "peekedMessages", (peer, { name, count }) =>
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
  getSubscription: plain("getSubscription", "subscription", (peer, { name }) =>
    peer.context.administration.subscription(name),
  ),
  listSubscriptions: plain(
    "listSubscriptions",
    "subscriptions",
    (peer, { pattern, after, limit }) =>
      peer.context.administration.listSubscriptions({ pattern, after, limit }),
  ),
  peekSubscription: plain("peekSubscription", "peekedMessages", (peer, { name, state, count }) =>
    peer.context.administration.peekSubscription(name, state, count),
  ),
  purgeSubscription: plain("purgeSubscription", "count", (peer, { name, dryRun }) =>
    peer.context.administration.purgeSubscription(name, dryRun),
  ),
  deleteSubscription: plain("deleteSubscription", "done", async (peer, { name, force }) => {
    await peer.context.administration.deleteSubscription(name, force);
    return {};
  }),

  listDeadLetters: plain("listDeadLetters", "deadLetters", (peer, body) => {
    const { subscription, which, after, limit } = body;
    return peer.context.administration.listDeadLetters(subscription, { which, after, limit });
  }),
  redriveDeadLetters: plain("redriveDeadLetters", "count", (peer, body) => {
    const { subscription, which, perSecond, dryRun } = body;
    const { administration } = peer.context;
    return administration.redrive(subscription, which, { perSecond, dryRun });
  }),
  purgeDeadLetters: plain("purgeDeadLetters", "count", (peer, { subscription, which, dryRun }) =>
    peer.context.administration.purgeDeadLetters(subscription, which, dryRun),
  ),
  getStatus: plain("getStatus", "status", async (peer) => peer.context.status()),
} as const;
