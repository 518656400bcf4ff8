import {
  limits,
  PeykError,
  readClientFrame,
  readCredit,
  readSettle,
  writeServerFrame,
  writeSettled,
} from "@peyk/client/protocol";
import type { Peer, Request } from "../context.js";

/** Subscribe: attaches a consumer, and makes what it consumes if it is new and may be. */
export async function onSubscribe(peer: Peer, { id, packet, start, end }: Request): Promise<void> {
  const subscribe = readClientFrame("subscribe", packet, start, end);
  const { session } = peer;
  const number = subscribe.consumer;
  if (session.consumers.has(number) || session.attaching.has(number)) {
    const detail = `consumer ${number} is in use; choose another number`;
    throw new PeykError("invalid_argument", detail, { field: "consumer" });
  }
  if (session.consumers.size + session.attaching.size >= limits.MAX_CONSUMERS) {
    const detail = `the session has ${limits.MAX_CONSUMERS} consumers; no more are allowed`;
    throw new PeykError("resource_exhausted", detail, { limit: limits.MAX_CONSUMERS });
  }
  session.attaching.add(number);
  try {
    const { consumer, sources } = await peer.context.broker.attach(subscribe.subscriptions, {
      name: session.clientName,
      credit: {
        messages: subscribe.creditMessages,
        bytes: subscribe.creditBytes,
        concurrency: subscribe.concurrency,
      },
      ackOnDelivery: subscribe.ackOnDelivery,
      port: session.portFor(number),
      create: subscribe.create,
      mustExist: subscribe.mustExist,
    });
    if (!peer.isOpen) return consumer.detach("clean");
    session.addConsumer(number, consumer);
    peer.answer(id, (writer) =>
      writeServerFrame(writer, id, "subscribed", {
        sources: sources.map(({ subscription, wasCreated }) => ({
          subscription: subscription.name,
          maxAttempts: subscription.settings.maxAttempts,
          ackDeadlineMs: subscription.settings.ackDeadlineMs,
          created: wasCreated,
        })),
      }),
    );
  } finally {
    session.attaching.delete(number);
  }
}

/** Unsubscribe: what the consumer holds goes back uncounted. */
export function onUnsubscribe(peer: Peer, { id, packet, start, end }: Request): void {
  const { consumer: number } = readClientFrame("unsubscribe", packet, start, end);
  const consumer = peer.session.removeConsumer(number);
  if (!consumer) throw noConsumer(number);
  consumer.detach("clean");
  peer.answer(id, (writer) => writeServerFrame(writer, id, "done", {}));
}

/** Credit: how much a consumer may hold from now on. */
export function onCredit(peer: Peer, { id, packet, start, end }: Request): void {
  const credit = readCredit(packet, start, end);
  const consumer = peer.session.consumers.get(credit.consumer);
  if (!consumer) throw noConsumer(credit.consumer);
  consumer.setCredit(credit);
}

/** Settle: answered once its effect is durable. */
export function onSettle(peer: Peer, { id, packet, start, end }: Request): void {
  const settle = readSettle(packet, start, end);
  const consumer = peer.session.consumers.get(settle.consumer);
  if (!consumer) throw noConsumer(settle.consumer);
  consumer.settle(settle.ranges, (ranges) => {
    peer.answer(id, (writer) => writeSettled(writer, id, ranges));
  });
}

const noConsumer = (number: number): PeykError =>
  new PeykError("not_found", `the session has no consumer ${number}`, { field: "consumer" });
