import {
  PeykError,
  readClientFrame,
  writeServerFrame,
  type PlainClientKind,
  type PlainServerKind,
} from "@peyk/client/protocol";
import type { Peer, Request } from "../context.js";

type Body<Kind extends PlainClientKind> = ReturnType<typeof readClientFrame<Kind>>;
type AnswerBody<Kind extends PlainServerKind> = Parameters<typeof writeServerFrame<Kind>>[3];

/** Requests to the administration that one connection may have unanswered: each answer may be large. */
const MAX_ADMINISTERING = 256;

type Handle<Kind extends PlainClientKind, AnswerKind extends PlainServerKind> = (
  peer: Peer,
  body: Body<Kind>,
) => Promise<AnswerBody<AnswerKind>>;

type Handler = (peer: Peer, request: Request) => Promise<void>;

/** A handler for a frame that generated code reads: what `handle` resolves to is the answer, of kind `answerKind`. */
export const plain = <Kind extends PlainClientKind, AnswerKind extends PlainServerKind>(
  kind: Kind,
  answerKind: AnswerKind,
  handle: Handle<Kind, AnswerKind>,
): Handler => administering(kind, answerKind, handle, (_peer, work) => work());

/** The same for what reads without changing anything, and may have a large answer: see `Reads`. */
export const read = <Kind extends PlainClientKind, AnswerKind extends PlainServerKind>(
  kind: Kind,
  answerKind: AnswerKind,
  handle: Handle<Kind, AnswerKind>,
): Handler => administering(kind, answerKind, handle, (peer, work) => peer.reads.next(work));

/** `when`: runs the work, answer included, when it may be done. */
function administering<Kind extends PlainClientKind, AnswerKind extends PlainServerKind>(
  kind: Kind,
  answerKind: AnswerKind,
  handle: Handle<Kind, AnswerKind>,
  when: (peer: Peer, work: () => Promise<void>) => Promise<void>,
): Handler {
  return async (peer, { id, packet, start, end }) => {
    const body = readClientFrame(kind, packet, start, end);
    if (peer.administering >= MAX_ADMINISTERING) throw tooMany();
    peer.administering += 1;
    try {
      await when(peer, async () => {
        const answer = await handle(peer, body);
        peer.answer(id, (writer) => writeServerFrame(writer, id, answerKind, answer));
      });
    } finally {
      peer.administering -= 1;
    }
  };
}

function tooMany(): PeykError {
  const detail = `${MAX_ADMINISTERING} requests of this connection are being handled; wait for their answers`;
  const options = { limit: MAX_ADMINISTERING, retryAfterMs: 100 };
  return new PeykError("resource_exhausted", detail, options);
}
