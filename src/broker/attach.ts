import { PeykError } from "@peyk/client/protocol";
import { Consumer } from "./consumer.js";
import type { ConsumerOptions } from "./consumer.js";
import type { QueueContext } from "./queue-context.js";
import type { Queue } from "./queue.js";

/**
 * Makes a consumer of one or more queues, which share its credit; `DeliveryBatch.source` is an index into `queues`. All of
 * them or none: throws `conflict` if one is held exclusively, `invalid_argument` for too much credit or the same one
 * twice, and what closed a queue if one is no more.
 */
export function attachConsumer(
  context: QueueContext,
  queues: readonly Queue[],
  options: ConsumerOptions,
): Consumer {
  if (new Set(queues).size < queues.length) {
    throw new PeykError("invalid_argument", "a subscription is named twice", {
      field: "subscriptions",
    });
  }
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
