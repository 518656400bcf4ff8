import { parseSubscriptionName, PeykError } from "@peyk/client/protocol";
import { Consumer } from "./consumer.js";
import type { ConsumerOptions } from "./consumer.js";
import type { QueueContext } from "./queue-context.js";
import type { Queue } from "./queue.js";

/** Refuses names that no subscriptions have, and the same one twice. To be asked before any of them is made. */
export function checkSources(names: readonly string[]): void {
  for (const name of names) parseSubscriptionName(name);
  if (new Set(names).size === names.length) return;
  throw new PeykError("invalid_argument", "a subscription is named twice", {
    field: "subscriptions",
  });
}

/**
 * Makes a consumer of one or more queues, which share its credit; `DeliveryBatch.source` is an index into `queues`. All of
 * them or none: throws `conflict` if one is held exclusively, `invalid_argument` for too much credit, and what closed a
 * queue if one is no more.
 */
export function attachConsumer(
  context: QueueContext,
  queues: readonly Queue[],
  options: ConsumerOptions,
): Consumer {
  const consumer = new Consumer(context, queues, options);
  for (const queue of queues) queue.checkAttach();
  try {
    queues.forEach((queue, source) => queue.attach(consumer, source));
  } catch (error) {
    // One is being deleted: those before it do not keep half a consumer.
    consumer.detach("clean");
    throw error;
  }
  return consumer;
}
