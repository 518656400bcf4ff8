import {
  limits,
  MIN_PROTOCOL_VERSION,
  PeykError,
  PROTOCOL_VERSION,
  writeServerFrame,
  type peyk,
} from "@peyk/client/protocol";
import { encodeError } from "../error-body.js";
import type { Peer, Request } from "../context.js";
import type { Session } from "../session.js";

/** Lets a client in, or takes up its session again. Throws what it is refused with. */
export function sayHello(peer: Peer, hello: peyk.v1.Hello): void {
  const { context } = peer;
  checkVersion(hello);
  context.authenticate(hello.credentials?.token ?? "");
  if (context.isDraining) {
    throw new PeykError("unavailable", "the broker is stopping", { retryAfterMs: 1_000 });
  }
  const { resume } = hello;
  const former = resume && context.sessions.find(resume.sessionId, resume.secret);
  const session =
    former ?? context.sessions.create(hello.clientName || "unnamed", producerOf(hello));
  if (former) context.bySession.get(former)?.taken();
  peer.opened(session);
  const { producer } = session;
  const known = producer === undefined ? undefined : context.broker.engine.attachProducer(producer);
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
    producerKnown: known?.isKnown ?? false,
    lastSequence: known?.lastSequence ?? 0,
  });
  peer.outbox.written();
  if (former) resumeConsumers(peer, former, resume?.consumers ?? []);
}

function checkVersion({ version, minVersion }: peyk.v1.Hello): void {
  if (version >= MIN_PROTOCOL_VERSION && minVersion <= PROTOCOL_VERSION) return;
  const detail =
    `the client speaks protocol versions ${minVersion} to ${version}, ` +
    `this broker ${MIN_PROTOCOL_VERSION} to ${PROTOCOL_VERSION}`;
  throw new PeykError("unsupported", detail, { field: "version", limit: PROTOCOL_VERSION });
}

/** Sends again what the client has not received, under the same numbers; then it gets new messages again. */
function resumeConsumers(
  peer: Peer,
  session: Session,
  positions: readonly peyk.v1.ConsumerPosition[],
): void {
  const known = new Map(positions.map((each) => [each.consumer, each.lastDelivery]));
  for (const [number, consumer] of [...session.consumers]) {
    const lastDelivery = known.get(number);
    if (lastDelivery === undefined) session.removeConsumer(number)?.detach("clean");
    else {
      consumer.redeliver(Math.min(lastDelivery, consumer.lastDelivery));
      consumer.resume();
    }
    known.delete(number);
  }
  for (const consumer of known.keys()) {
    const detached = encodeError(new PeykError("not_found", "the session has no such consumer"));
    writeServerFrame(peer.outbox.writer, 0, "consumerNotice", { consumer, detached });
  }
  peer.outbox.written();
  peer.context.sessions.resumed(session);
}

function producerOf({ producerId }: peyk.v1.Hello): string | undefined {
  if (producerId.byteLength === 0) return undefined;
  if (producerId.byteLength === limits.PRODUCER_ID_BYTES) {
    return Buffer.from(producerId).toString("hex");
  }
  const detail = `the producer id has ${producerId.byteLength} bytes; it must have 16`;
  throw new PeykError("invalid_argument", detail, { field: "producerId", limit: 16 });
}

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
