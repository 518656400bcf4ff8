import type { LossReason } from "../../broker/engine.js";
import type { Core } from "./core.js";
import type { Cursor } from "./cursor.js";
import type { Range } from "./liveness.js";

/**
 * Settles everything below `floor` for one subscription, handed out or not. `ranges`: where all messages from its floor up
 * to that one are, in any order.
 */
export function dropBelow(
  core: Core,
  cursor: Cursor,
  floor: number,
  ranges: readonly Range[],
  reason: LossReason,
): void {
  const { subscription, positions } = cursor;
  const dropped = ranges.reduce((sum, { first, count }) => {
    const end = Math.min(first + count, floor);
    return sum + cursor.countUnsettled(first, Math.max(end - first, 0));
  }, 0);
  const unsettledLeft = cursor.unsettledCount - dropped;
  core.enterCount({ floorMoved: { subscription, log: positions.log, floor, unsettledLeft } });
  core.tellLost(subscription, positions, floor, reason);
}
