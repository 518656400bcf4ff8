import type { Clock } from "../runtime/clock.js";
import type { QueueCounters } from "./queue-events.js";
import { Rate } from "./rate.js";

/** How fast one subscription is delivered and acked. Costs nothing between the calls of `update`. */
export class Meter {
  readonly #counters: Readonly<QueueCounters>;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #allDelivered: Rate;
  readonly #delivered = new Rate();
  readonly #acked = new Rate();
  #deliveredBefore = 0;
  #ackedBefore = 0;

  /** `allDelivered` counts the deliveries of all subscriptions. */
  constructor(
    counters: Readonly<QueueCounters>,
    clock: Pick<Clock, "monotonic">,
    allDelivered: Rate,
  ) {
    this.#counters = counters;
    this.#clock = clock;
    this.#allDelivered = allDelivered;
  }

  /** Takes over what was counted since the last time; called for each batch that is sent. */
  update(): void {
    const { delivered, acked } = this.#counters;
    const now = this.#clock.monotonic();
    const deliveredNow = delivered - this.#deliveredBefore;
    this.#deliveredBefore = delivered;
    this.#delivered.add(now, deliveredNow);
    this.#allDelivered.add(now, deliveredNow);
    this.#acked.add(now, acked - this.#ackedBefore);
    this.#ackedBefore = acked;
  }

  rates(): { readonly deliverPerSecond: number; readonly ackPerSecond: number } {
    this.update();
    const now = this.#clock.monotonic();
    return {
      deliverPerSecond: this.#delivered.perSecond(now),
      ackPerSecond: this.#acked.perSecond(now),
    };
  }
}
