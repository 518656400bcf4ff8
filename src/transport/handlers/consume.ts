import {
  limits,
  PeykError,
  readClientFrame,
  readCredit,
  readSettle,
  writeServerFrame,
  writeSettled,
  type SettledRange,
  type SettleRange,
} from "@peyk/client/protocol";
import type { Consumer } from "../../broker/consumer.js";
import type { Peer, Request } from "../context.js";
import { checkNumber } from "./numbers.js";

/** Deliveries that are settled at a time, acks apart: a nack of so many takes about 10 ms, an ack next to nothing. */
const PART_DELIVERIES = 2_000;

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
  const { consumer: number, ranges } = readSettle(packet, start, end);
  const consumer = consumerOf(peer, number);
  if (costOf(ranges) > PART_DELIVERIES) return settleInParts(peer, id, consumer, ranges);
  settlePart(peer, consumer, ranges, (settled) => {
    peer.answer(id, (writer) => writeSettled(writer, id, settled));
  });
}

function settlePart(
  peer: Peer,
  consumer: Consumer,
  ranges: readonly SettleRange[],
  done: (settled: readonly SettledRange[]) => void,
): void {
  const { session } = peer;
  const { length } = ranges;
  peer.settling(length);
  consumer.settle(ranges, (settled) => {
    peer.settled(session, length);
    done(settled);
  });
}

/** The same for many deliveries: the event loop gets its turn between the parts. */
function settleInParts(
  peer: Peer,
  id: number,
  consumer: Consumer,
  ranges: readonly SettleRange[],
): void {
  const parts = partsOf(ranges);
  const answers: (readonly SettledRange[])[] = [];
  let begun = 0;
  let answered = 0;
  peer.handleRest(() => {
    const index = begun;
    begun += 1;
    settlePart(peer, consumer, parts[index] ?? [], (settled) => {
      answers[index] = settled;
      answered += 1;
      if (answered < parts.length) return;
      peer.answer(id, (writer) => writeSettled(writer, id, answers.flat()));
    });
    return begun < parts.length;
  });
}

/** A range of acks costs as much as one delivery of anything else. */
function costOf(ranges: readonly SettleRange[]): number {
  let cost = 0;
  for (const { verb, count } of ranges) cost += verb === "ack" ? 1 : count;
  return cost;
}

function partsOf(ranges: readonly SettleRange[]): SettleRange[][] {
  const parts: SettleRange[][] = [];
  let room = 0;
  for (const range of ranges) {
    for (let done = 0; done < range.count;) {
      if (room === 0) {
        parts.push([]);
        room = PART_DELIVERIES;
      }
      const count = Math.min(room, range.count - done);
      parts.at(-1)?.push({ ...range, firstDelivery: range.firstDelivery + done, count });
      done += count;
      room -= count;
    }
  }
  return parts;
}

function consumerOf(peer: Peer, number: number): Consumer {
  const attached = peer.session.consumers.get(number);
  if (attached) return attached.consumer;
  throw noConsumer(number);
}

const noConsumer = (number: number): PeykError =>
  new PeykError("not_found", `the session has no consumer ${number}`, { field: "consumer" });
