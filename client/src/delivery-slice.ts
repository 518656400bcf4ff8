import type { Deliver, DeliveredRun, DeliveryDetail } from "./protocol/index.js";
import type { StandardSchemaV1 } from "./standard-schema.js";
import type { SubscriptionName } from "./topic.js";

/** A subscription that a consumer takes from, as the broker described it. */
export interface DeliverySource {
  readonly name: SubscriptionName;
  readonly maxAttempts: number;
  readonly ackDeadlineMs: number;
  readonly schema: StandardSchemaV1 | undefined;
}

/** A run that came, and the delivery number of its first message. */
export class DeliverySlice {
  readonly run: DeliveredRun;
  readonly firstDelivery: number;
  /** Messages of it that were taken. */
  taken = 0;
  readonly #deliver: Deliver;
  #source: DeliverySource | undefined;

  constructor(
    deliver: Deliver,
    place: {
      readonly run: DeliveredRun;
      readonly source: DeliverySource | undefined;
      readonly firstDelivery: number;
    },
  ) {
    this.#deliver = deliver;
    this.run = place.run;
    this.#source = place.source;
    this.firstDelivery = place.firstDelivery;
  }

  get source(): DeliverySource {
    if (!this.#source) throw new Error("deliveries are handed out after their source is known");
    return this.#source;
  }

  describe(sources: readonly DeliverySource[]): void {
    this.#source ??= sources[this.#deliver.source];
  }

  get left(): number {
    return this.run.batch.count - this.taken;
  }

  /** What is not the rule for one delivery: an earlier attempt failed, or it comes from a dead-letter queue. */
  detailOf(number: number): DeliveryDetail | undefined {
    const { details, firstDelivery } = this.#deliver;
    if (details.length === 0) return undefined;
    const at = number - firstDelivery;
    return details.find(({ offset, count }) => at >= offset && at < offset + count);
  }
}
