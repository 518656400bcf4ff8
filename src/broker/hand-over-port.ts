import { Fifo } from "../runtime/fifo.js";
import type { ConsumerNotice, ConsumerPort, DeliveryBatch } from "./consumer-port.js";
import type { Engine, SubscriptionId } from "./engine.js";

interface Step {
  isReady: boolean;
  readonly act: () => void;
}

/**
 * The port of a consumer that shares this process, and may take it down: what it gets is in the journal before it gets it,
 * one entry per batch (design, "Poison"). What follows a batch waits with it.
 */
export class HandOverPort implements ConsumerPort {
  readonly #port: ConsumerPort;
  readonly #engine: Pick<Engine, "handOver">;
  readonly #subscriptionOf: (source: number) => SubscriptionId;
  readonly #steps = new Fifo<Step>();

  constructor(
    port: ConsumerPort,
    engine: Pick<Engine, "handOver">,
    subscriptionOf: (source: number) => SubscriptionId,
  ) {
    this.#port = port;
    this.#engine = engine;
    this.#subscriptionOf = subscriptionOf;
  }

  deliver(batch: DeliveryBatch): void {
    const { run, from, count, source } = batch;
    const step: Step = { isReady: false, act: () => this.#port.deliver(batch) };
    this.#steps.push(step);
    const ref = { log: run.log, first: run.first + from, count };
    this.#engine.handOver(this.#subscriptionOf(source), ref, () => {
      step.isReady = true;
      this.#advance();
    });
  }

  notice(notice: ConsumerNotice): void {
    this.#steps.push({ isReady: true, act: () => this.#port.notice(notice) });
    this.#advance();
  }

  /** The consumer is gone: what waits is not delivered any more. */
  close(): void {
    this.#steps.keep(() => false);
  }

  #advance(): void {
    for (let step = this.#steps.first; step?.isReady; step = this.#steps.first) {
      this.#steps.shift();
      step.act();
    }
  }
}
