import {
  readClientFrame,
  writeServerFrame,
  type PlainClientKind,
  type PlainServerKind,
} from "@peyk/client/protocol";
import type { Peer, Request } from "../context.js";

type Body<Kind extends PlainClientKind> = ReturnType<typeof readClientFrame<Kind>>;
type AnswerBody<Kind extends PlainServerKind> = Parameters<typeof writeServerFrame<Kind>>[3];

/** A handler for a frame that generated code reads: what `handle` resolves to is the answer, of kind `answerKind`. */
export function plain<Kind extends PlainClientKind, AnswerKind extends PlainServerKind>(
  kind: Kind,
  answerKind: AnswerKind,
  handle: (peer: Peer, body: Body<Kind>) => Promise<AnswerBody<AnswerKind>>,
): (peer: Peer, request: Request) => Promise<void> {
  return async (peer, { id, packet, start, end }) => {
    const answer = await handle(peer, readClientFrame(kind, packet, start, end));
    peer.answer(id, (writer) => writeServerFrame(writer, id, answerKind, answer));
  };
}
