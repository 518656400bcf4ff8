import {
  limits,
  PeykError,
  readClientFrame,
  readCredit,
  readSettle,
  writeServerFrame,
  writeSettled,
} from "@peyk/client/protocol";
import type { Consumer } from "../../broker/consumer.js";
import type { Peer, Request } from "../context.js";
import { checkNumber } from "./numbers.js";

/** Subscribe: attaches a consumer, and makes what it consumes if it is new and may be. */
export async function onSubscribe(peer: Peer, { id, packet, start, end }: Request): Promise<void> {
  const subscribe = readClientFrame("subscribe", packet, start, end);
  const { session } = peer;
  const number = subscribe.consumer;
  const taken = { has: (each: number) => session.consumers.has(each) || peer.attaching.has(each) };
  checkNumber("consumer", number, taken);
  if (session.consumers.size + peer.attaching.size >= limits.MAX_CONSUMERS) {
    const detail = `the session has ${limits.MAX_CONSUMERS} consumers; no more are allowed`;
    throw new PeykError("resource_exhausted", detail, { limit: limits.MAX_CONSUMERS });
  }
  peer.attaching.add(number);
  try {
    const { consumer, sources } = await peer.context.broker.attach(subscribe.subscriptions, {
      name: session.clientName,
      credit: {
        messages: subscribe.creditMessages,
        bytes: subscribe.creditBytes,
        concurrency: subscribe.concurrency,
      },
      ackOnDelivery: subscribe.ackOnDelivery,
      sharesProcess: peer.sharesProcess,
      port: session.portFor(number),
      create: subscribe.create,
      mustExist: subscribe.mustExist,
    });
    const { refusal } = peer.context;
    if (!peer.isOpen || refusal) consumer.detach("clean");
    if (refusal) throw refusal;
    if (!peer.isOpen) return;
    session.addConsumer(number, {
      consumer,
      sources: sources.map(({ subscription, meter }) => ({ name: subscription.name, meter })),
    });
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
    peer.attaching.delete(number);
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
export function onCredit(peer: Peer, { packet, start, end }: Request): void {
  const credit = readCredit(packet, start, end);
  consumerOf(peer, credit.consumer).setCredit(credit);
}

/** Settle: answered once its effect is durable. */
export function onSettle(peer: Peer, { id, packet, start, end }: Request): void {
  const settle = readSettle(packet, start, end);
  const { session } = peer;
  const { length } = settle.ranges;
  const consumer = consumerOf(peer, settle.consumer);
  peer.settling(length);
  consumer.settle(settle.ranges, (ranges) => {
    peer.settled(session, length);
    peer.answer(id, (writer) => writeSettled(writer, id, ranges));
  });
}

function consumerOf(peer: Peer, number: number): Consumer {
  const attached = peer.session.consumers.get(number);
  if (attached) return attached.consumer;
  throw noConsumer(number);
}

const noConsumer = (number: number): PeykError =>
  new PeykError("not_found", `the session has no consumer ${number}`, { field: "consumer" });
