import type { Attachment } from "./attachment.js";
import { sizeOf } from "./holdings.js";
import type { ReadyList } from "./ready-list.js";

/**
 * Hands out what is ready, always to the consumer of whose credit the largest share is free, in pieces that leave an equal
 * share to each of those that have any: one consumer gets whole runs, eight get an eighth of what is ready each. Equals
 * take turns, beginning at index `turn`; returns where the next call should begin.
 *
 * A message too large for everybody's free credit stops it until somebody holds nothing, so that smaller ones behind
 * cannot keep it waiting for ever.
 */
export function dispatch(
  ready: ReadyList,
  attachments: readonly Attachment[],
  turn: number,
): number {
  // Consumers may have left since the last call.
  let next = turn < attachments.length ? turn : 0;
  let shares = 0;
  while (ready.messages > 0) {
    if (shares === 0) shares = countAvailable(attachments);
    if (shares === 0) break;
    const piece = Math.ceil(ready.messages / shares);
    let index = mostFree(attachments, next, 0);
    if (!give(ready, attachments[index], piece)) {
      index = mostFree(attachments, next, sizeOfFirst(ready));
      if (!give(ready, attachments[index], piece)) break;
    }
    shares -= 1;
    next = index + 1 < attachments.length ? index + 1 : 0;
  }
  return next;
}

/**
 * Index of the attachment of whose credit the largest share is free, the first of equals from index `turn` on; -1 if none
 * has any. With `bytes`, only of those that would take a message of that size.
 */
function mostFree(attachments: readonly Attachment[], turn: number, bytes: number): number {
  const count = attachments.length;
  let best = -1;
  let bestFree = 0;
  for (let step = 0, index = turn; step < count; step += 1, index += 1) {
    if (index >= count) index -= count;
    const taker = attachments[index]?.taker;
    if (taker === undefined || taker.freeMessages <= 0) continue;
    const free = taker.freeMessages / taker.creditMessages;
    if (free <= bestFree) continue;
    if (bytes > 0 && bytes > taker.freeBytes && taker.heldMessages > 0) continue;
    best = index;
    bestFree = free;
  }
  return best;
}

function countAvailable(attachments: readonly Attachment[]): number {
  let count = 0;
  for (const { taker } of attachments) if (taker.freeMessages > 0) count += 1;
  return count;
}

/** Gives up to `piece` messages and returns whether it were any. */
function give(ready: ReadyList, to: Attachment | undefined, piece: number): boolean {
  let left = piece;
  for (let slice = ready.first; to && slice && left > 0; slice = ready.first) {
    const count = to.taker.fit(slice.run, slice.from, Math.min(slice.count, left));
    if (count === 0) break;
    ready.shift(count);
    left -= count;
    to.taker.take(to.source, slice.run, slice.from, count);
  }
  return left < piece;
}

function sizeOfFirst(ready: ReadyList): number {
  return ready.first === undefined ? 0 : sizeOf(ready.first.run, ready.first.from, 1);
}
