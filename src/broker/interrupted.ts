import type { Source } from "./attachment.js";
import type { Chunk } from "./delivery-ring.js";
import { DeliveryRing, RUNNING } from "./delivery-ring.js";
import type { Run } from "./engine.js";
import type { QueueContext } from "./queue-context.js";
import { isDelayVaried, outcomeOfFailure } from "./retry.js";
import type { Failure } from "./retry.js";
import { SettleJob } from "./settle-job.js";

/** Nobody remembers who held it. */
const FAILURE: Failure = {
  error: "the process stopped while it was running",
  reason: "crash",
  consumer: "",
  delayMs: undefined,
  note: undefined,
};

/**
 * Ends the attempts at messages that a consumer within the process held when the process stopped: as after any crash of a
 * consumer, they are tried again after the backoff, or dead-lettered.
 */
export function failInterrupted(context: QueueContext, source: Source, run: Run): void {
  const { subscription } = source;
  const job = new SettleJob();
  for (let from = 0; from < run.count;) {
    const outcome = outcomeOfFailure(subscription, run, FAILURE, context.random);
    const count = isDelayVaried(subscription, outcome, FAILURE) ? 1 : run.count - from;
    const chunk: Chunk = { delivery: 0, count, state: RUNNING, source: 0, run, from };
    job.fail(source, chunk, outcome, FAILURE);
    from += count;
  }
  context.engine.commit(job.unit(), (result) => {
    job.store(result);
    job.finish(NO_DELIVERIES, context.events);
  });
}

/** What was interrupted was no delivery of this process. */
const NO_DELIVERIES = new DeliveryRing(() => {});
