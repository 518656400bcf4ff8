import type { DeliveryRing } from "./delivery-ring.js";
import type { QueueContext } from "./queue-context.js";
import type { SettleJob } from "./settle-job.js";

/**
 * The jobs of one consumer that are not finished, oldest first. Each is answered after all that came before it, because
 * its answer may depend on them: a second ack is `already_settled` only once the first one is durable.
 */
export class SettleJobs {
  readonly #context: Pick<QueueContext, "engine" | "events">;
  readonly #ring: DeliveryRing;
  #oldest: SettleJob | undefined;
  #newest: SettleJob | undefined;

  constructor(context: Pick<QueueContext, "engine" | "events">, ring: DeliveryRing) {
    this.#context = context;
    this.#ring = ring;
  }

  /** Gives back what it releases, and hands the engine what it is to store; finishes it when that is durable. */
  submit(job: SettleJob): void {
    if (this.#newest === undefined) this.#oldest = job;
    else this.#newest.next = job;
    this.#newest = job;
    job.giveBack();
    if (!job.hasSettles) return this.#finish();
    this.#context.engine.commit(job.unit(), (result) => {
      job.store(result);
      this.#finish();
    });
  }

  #finish(): void {
    for (let job = this.#oldest; job?.isStored; job = this.#oldest) {
      this.#oldest = job.next;
      if (this.#oldest === undefined) this.#newest = undefined;
      job.finish(this.#ring, this.#context.events);
    }
  }
}
