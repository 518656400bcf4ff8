import { PeykError } from "@peyk/client/protocol";
import { Consumer } from "./consumer.js";
import type { ConsumerOptions } from "./consumer.js";
import type { QueueContext } from "./queue-context.js";
import type { Queue } from "./queue.js";

export const MAX_SOURCES = 1_000;

/**
 * Makes a consumer of one or more queues, which share its credit; `DeliveryBatch.source` is an index into `queues`. All of
 * them or none: throws `conflict` if one is held exclusively, `invalid_argument` for bad credit, no queue, too many of
 * them or the same one twice, and what closed a queue if one is no more.
 */
export function attachConsumer(
  context: QueueContext,
  queues: readonly Queue[],
  options: ConsumerOptions,
): Consumer {
  checkQueues(queues);
  const consumer = new Consumer(context, queues, options);
  for (const queue of queues) queue.checkAttach();
  queues.forEach((queue, source) => queue.attach(consumer, source));
  return consumer;
}

function checkQueues(queues: readonly Queue[]): void {
  const options = { field: "subscriptions", limit: MAX_SOURCES };
  if (queues.length === 0 || queues.length > MAX_SOURCES) {
    const detail = `a consumer of ${queues.length} subscriptions was asked for; 1 to ${MAX_SOURCES} are allowed`;
    throw new PeykError("invalid_argument", detail, options);
  }
  if (new Set(queues).size < queues.length) {
    throw new PeykError("invalid_argument", "a subscription is named twice", options);
  }
}
