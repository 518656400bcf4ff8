import type { PeykError } from "@peyk/client/protocol";
import type { Run } from "./engine.js";
import type { LeaseEnd } from "./queue-events.js";

/** Messages for a client, under consecutive delivery numbers. */
export interface DeliveryBatch {
  readonly firstDelivery: number;
  /** Which of the consumer's queues they come from. */
  readonly source: number;
  readonly run: Run;
  /** Messages `from` to `from + count - 1` of `run`: those of `run.batch` from `run.from + from` on. */
  readonly from: number;
  readonly count: number;
}

/** Leases that ended without the consumer's doing: settles of these deliveries answer "lease_lost". */
export interface LostLeases {
  readonly firstDelivery: number;
  readonly count: number;
  readonly reason: LeaseEnd;
}

export type ConsumerNotice =
  | { readonly kind: "lost"; readonly leases: readonly LostLeases[] }
  /** This queue of the consumer is no more; the others go on. `isLast`: there is no other left. */
  | {
      readonly kind: "detached";
      readonly source: number;
      readonly isLast: boolean;
      readonly error: PeykError;
    };

/** The client's side, which the session supplies. Both are called in order, and may call the consumer back. */
export interface ConsumerPort {
  deliver(batch: DeliveryBatch): void;
  notice(notice: ConsumerNotice): void;
}
