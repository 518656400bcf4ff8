import type { CreditLimits } from "@peyk/client/protocol";
import type { Clock } from "../runtime/clock.js";
import type { Random } from "../runtime/random.js";
import type { Engine } from "./engine.js";
import type { HeldBytes } from "./held-bytes.js";
import type { LeaseClock } from "./lease-clock.js";
import type { QueueEvents } from "./queue-events.js";

/** What all queues and consumers of a broker share. */
export interface QueueContext {
  readonly engine: Pick<Engine, "commit" | "feed" | "handOver">;
  readonly clock: Pick<Clock, "defer">;
  readonly leaseClock: LeaseClock;
  readonly random: Random;
  readonly events: QueueEvents;
  /** Highest credit of a consumer. */
  readonly maxCredit: CreditLimits;
  readonly held: HeldBytes;
}
