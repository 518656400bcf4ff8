import {
  PeykError,
  SPECIAL,
  writeErrorFrame,
  writePublished,
  type RefusedMessage,
} from "@peyk/client/protocol";
import type { Peer, Request } from "../context.js";
import type { Session } from "../session.js";

/** What a message can ask for that this version does not do yet: refused, so that nobody waits for it in vain. */
const NOT_YET: readonly (readonly [bit: number, field: string])[] = [
  [SPECIAL.priority, "priority"],
  [SPECIAL.deliverAt, "deliverAt"],
  [SPECIAL.delay, "delayMs"],
  [SPECIAL.ttl, "ttlMs"],
  [SPECIAL.dedupId, "dedupId"],
];

const NOT_YET_BITS = NOT_YET.reduce((bits, [bit]) => bits | bit, 0);

/** Publish: checks each message by itself, stores the good ones, and answers for all of them in order. */
export function onPublish(peer: Peer, { id, packet, start, end }: Request): void {
  const walker = peer.publishWalker;
  walker.read(packet, start, end);
  if (walker.hasSpecials) refuseUnsupported(walker);
  const { count } = walker;
  const bytes = end - start;
  const { session } = peer;
  const { producer } = session;
  if (producer !== undefined && !session.hasPublished)
    checkBeginning(session, walker.firstSequence);
  peer.publishing(count, bytes);
  peer.context.broker.publish(
    {
      topic: walker.topic,
      count,
      runs: walker.runs(),
      refused: walker.refused,
      firstSequence: walker.firstSequence,
      producer,
      requireSubscription: walker.requireSubscription,
    },
    (result) => {
      peer.confirmed(count, bytes);
      peer.answer(id, (writer) => {
        if (result instanceof PeykError) writeErrorFrame(writer, id, result);
        else writePublished(writer, id, result);
      });
    },
  );
}

/** A producer of which nothing is remembered begins with 1: whether earlier messages were stored cannot be told. */
function checkBeginning(session: Session, firstSequence: number): void {
  if (firstSequence === 0) return;
  session.hasPublished = firstSequence === 1;
  if (session.hasPublished) return;
  const detail = `firstSequence is ${firstSequence}, and nothing is known of this producer; it must begin with 1`;
  throw new PeykError("producer_unknown", detail, { field: "firstSequence", limit: 1 });
}

function refuseUnsupported(walker: Peer["publishWalker"]): void {
  const refused: RefusedMessage[] = [];
  const already = new Map(walker.refused.map((each) => [each.index, each]));
  for (let index = 0; index < walker.count; index += 1) {
    const before = already.get(index);
    const asked = walker.specialsOf(index) & NOT_YET_BITS;
    if (before) refused.push(before);
    else if (asked !== 0) refused.push({ index, error: unsupported(asked) });
  }
  walker.refused = refused;
}

function unsupported(bits: number): PeykError {
  const field = NOT_YET.find(([bit]) => (bits & bit) !== 0)?.[1] ?? "";
  const detail = `${field} is not supported by this version of the broker`;
  return new PeykError("unsupported", detail, { field });
}
