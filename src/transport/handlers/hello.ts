import {
  limits,
  MIN_PROTOCOL_VERSION,
  PeykError,
  PROTOCOL_VERSION,
  writeServerFrame,
  type peyk,
} from "@peyk/client/protocol";
import type { ProducerId } from "../../broker/engine.js";
import type { Peer } from "../context.js";
import { encodeError } from "../error-body.js";
import type { Session } from "../session.js";

/** Throws what a client is refused with. */
export function checkHello({ context }: Peer, hello: peyk.v1.Hello): void {
  checkVersion(hello);
  context.authenticate(hello.credentials?.token ?? "");
  if (context.refusal) throw context.refusal;
}

/** What the first part of a Hello says, with the consumers of the next one, too. */
export function joinHellos(first: peyk.v1.Hello, next: peyk.v1.Hello): peyk.v1.Hello {
  const { version, minVersion, clientName, clientSoftware, credentials, producerId } = first;
  const { sessionId = new Uint8Array(0), secret = new Uint8Array(0) } = first.resume ?? {};
  const consumers = [...(first.resume?.consumers ?? []), ...(next.resume?.consumers ?? [])];
  const limit = limits.MAX_CONSUMERS;
  if (consumers.length > limit) {
    const detail = `a session of ${consumers.length} consumers was asked for; at most ${limit} are allowed`;
    throw new PeykError("invalid_argument", detail, { field: "consumers", limit });
  }
  const resume = { sessionId, secret, consumers, more: next.resume?.more ?? false };
  return { version, minVersion, clientName, clientSoftware, credentials, producerId, resume };
}

/** Lets a client in, or takes up its session again. Throws what it is refused with. */
export function sayHello(peer: Peer, hello: peyk.v1.Hello): void {
  const { context } = peer;
  checkHello(peer, hello);
  const producer = producerOf(hello);
  const former = formerSession(peer, hello.resume, producer);
  const session = former ?? context.sessions.create(hello.clientName || "unnamed", producer);
  if (former) context.bySession.get(former)?.taken();
  peer.opened(session);
  const lastSequence =
    producer === undefined ? 0 : context.broker.engine.attachProducer(producer).lastSequence;
  if (lastSequence > 0) session.hasPublished = true;
  writeServerFrame(peer.outbox.writer, 0, "welcome", {
    version: PROTOCOL_VERSION,
    sessionId: session.id,
    sessionSecret: session.secret,
    resumed: former !== undefined,
    server: {
      version: context.config.version,
      boot: context.broker.engine.boot,
      capabilities: context.broker.engine.capabilities,
    },
    limits: limitsOf(peer),
    producerKnown: lastSequence > 0,
    lastSequence,
  });
  peer.outbox.written();
  if (former) resumeConsumers(peer, former, hello.resume?.consumers ?? []);
}

/** The session that a client wants to take up again; `undefined` if it is over, or another client's. */
function formerSession(
  { context: { sessions } }: Peer,
  resume: peyk.v1.Resume | undefined,
  producer: ProducerId | undefined,
): Session | undefined {
  const former = resume && sessions.find(resume.sessionId, resume.secret);
  return former?.producer === producer ? former : undefined;
}

function checkVersion({ version, minVersion }: peyk.v1.Hello): void {
  if (version >= MIN_PROTOCOL_VERSION && minVersion <= PROTOCOL_VERSION) return;
  const detail =
    `the client speaks protocol versions ${minVersion} to ${version}, ` +
    `this broker ${MIN_PROTOCOL_VERSION} to ${PROTOCOL_VERSION}`;
  throw new PeykError("unsupported", detail, { field: "version", limit: PROTOCOL_VERSION });
}

function resumeConsumers(
  peer: Peer,
  session: Session,
  positions: readonly peyk.v1.ConsumerPosition[],
): void {
  peer.context.sessions.resumed(session);
  for (const consumer of session.resume(positions)) {
    const detached = encodeError(new PeykError("not_found", "the session has no such consumer"));
    writeServerFrame(peer.outbox.writer, 0, "consumerNotice", { consumer, detached });
    peer.outbox.written();
  }
}

/** Its size was checked when Hello was read. */
const producerOf = ({ producerId }: peyk.v1.Hello): ProducerId | undefined =>
  producerId.byteLength === 0 ? undefined : Buffer.from(producerId).toString("hex");

const limitsOf = ({ context: { config } }: Peer): peyk.v1.ILimits => ({
  maxPacketBytes: config.maxPacketBytes,
  maxPayloadBytes: config.maxPayloadBytes,
  maxBatchMessages: limits.MAX_BATCH_MESSAGES,
  maxSettleRanges: limits.MAX_SETTLE_RANGES,
  maxUnconfirmedMessages: config.maxUnconfirmedMessages,
  maxUnconfirmedBytes: config.maxUnconfirmedBytes,
  maxCreditMessages: config.maxCreditMessages,
  maxCreditBytes: config.maxCreditBytes,
  pingIntervalMs: config.pingIntervalMs,
  resumeGraceMs: config.resumeGraceMs,
});
