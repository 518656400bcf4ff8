import type { ConsumerCredit, SettleOutcome, SettleRange } from "@peyk/client/protocol";
import type { DeliveryBatch } from "../../src/broker/consumer-port.js";
import type { Death, SubscriptionSettings } from "../../src/broker/engine.js";
import type { StoredMessage } from "./fake-engine.js";

/** One message of one subscription, as it must be. */
export interface ModelMessage {
  readonly stored: StoredMessage;
  readonly size: number;
  state: "ready" | "leased" | "waiting" | "done" | "dead" | "lost";
  failures: number;
  crashes: number;
  /** When the last attempt failed, and the bounds of its delay. */
  failedAt: number;
  delayMs: { readonly min: number; readonly max: number };
  death: Pick<Death, "reason" | "attempts" | "lastConsumer"> | undefined;
}

export interface ModelDelivery {
  readonly number: number;
  readonly subscription: ModelSubscription;
  readonly message: ModelMessage;
  state: "buffered" | "running" | "settled" | "returned" | "lost";
  deadline: number;
  firstDeadline: number;
}

export interface ModelSubscription {
  readonly id: number;
  settings: SubscriptionSettings;
  readonly messages: ModelMessage[];
  attached: ModelConsumer[];
  delivered: number;
  released: number;
  expired: number;
}

export interface ModelConsumer {
  readonly name: string;
  readonly sources: readonly ModelSubscription[];
  readonly ackOnDelivery: boolean;
  credit: ConsumerCredit;
  state: "connected" | "suspended" | "detached";
  readonly deliveries: ModelDelivery[];
  /** Deliveries lost and not told yet. */
  readonly untold: number[];
}

/** What must be answered for one delivery; several where memory is bounded. */
export interface Expected {
  readonly delivery: number;
  readonly outcomes: readonly SettleOutcome[];
  readonly extendedMs?: number;
}

/** Ended deliveries so far behind may be answered less exactly. */
const EXACT_MEMORY = 64;

/**
 * Subscriptions and consumers in the plainest form: arrays, no limits, everything looked up by walking. It does not decide
 * who gets what: it is told of each delivery, and throws if that was not allowed.
 */
export class QueueModel {
  now = 0;
  readonly subscriptions: ModelSubscription[] = [];
  readonly consumers: ModelConsumer[] = [];

  unsettled(consumer: ModelConsumer): ModelDelivery[] {
    return consumer.deliveries.filter(({ state }) => state === "buffered" || state === "running");
  }

  running(consumer: ModelConsumer): ModelDelivery[] {
    return consumer.deliveries.filter(({ state }) => state === "running");
  }

  bytes(consumer: ModelConsumer): number {
    return this.unsettled(consumer).reduce((sum, { message }) => sum + message.size, 0);
  }

  publish(subscription: ModelSubscription, stored: readonly StoredMessage[]): void {
    for (const each of stored) {
      const { failures, crashes } = each;
      const size = each.batch.byteLength(each.index, 1);
      const place = { stored: each, size, state: "ready", failures, crashes } as const;
      const delayMs = { min: 0, max: 0 };
      subscription.messages.push({ ...place, failedAt: 0, delayMs, death: undefined });
    }
  }

  attach(consumer: ModelConsumer): void {
    this.consumers.push(consumer);
    for (const subscription of consumer.sources) subscription.attached.push(consumer);
  }

  /** What the session was given. A batch that begins with a known number is sent again. */
  delivered(consumer: ModelConsumer, batch: DeliveryBatch): void {
    const subscription = consumer.sources[batch.source];
    if (!subscription) throw new Error("delivers from an unknown source");
    if (batch.firstDelivery <= consumer.deliveries.length) return this.#again(consumer, batch);
    for (let index = 0; index < batch.count; index += 1) {
      const position = batch.run.first + batch.from + index;
      const message = subscription.messages.find(({ stored }) => stored.position === position);
      if (message === undefined) throw new Error(`delivers ${position}, which does not exist`);
      if (batch.firstDelivery + index !== consumer.deliveries.length + 1) throw new Error("skips");
      this.#checkDelivery(consumer, subscription, message);
      if (batch.run.failures !== message.failures) throw new Error("tells a wrong attempt");
      const number = consumer.deliveries.length + 1;
      const lease = { state: "buffered", deadline: 0, firstDeadline: 0 } as const;
      const delivery: ModelDelivery = { number, subscription, message, ...lease };
      consumer.deliveries.push(delivery);
      subscription.delivered += 1;
      message.state = consumer.ackOnDelivery ? "done" : "leased";
      if (consumer.ackOnDelivery) delivery.state = "settled";
    }
    this.#startNext(consumer);
  }

  settle(consumer: ModelConsumer, ranges: readonly SettleRange[]): Expected[] {
    return ranges.flatMap((range) => {
      const expected: Expected[] = [];
      for (let index = 0; index < range.count; index += 1) {
        const number = range.firstDelivery + index;
        expected.push(this.#settleOne(consumer, number, range));
      }
      this.#startNext(consumer);
      return expected;
    });
  }

  /** Lets time go on; leases end on the way, and others start where they did. */
  advance(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const running = this.consumers.flatMap((consumer) => this.running(consumer));
      const next = Math.min(...running.map(({ deadline }) => deadline));
      if (next > until) break;
      this.now = Math.max(this.now, next);
      for (const consumer of this.consumers) this.#expire(consumer);
    }
    this.now = until;
  }

  redeliver(consumer: ModelConsumer, after: number): ModelDelivery[] {
    const again = this.unsettled(consumer).filter(({ number }) => number > after);
    for (const delivery of again) if (delivery.state === "running") this.#run(delivery);
    return again;
  }

  setCredit(consumer: ModelConsumer, credit: ConsumerCredit): void {
    consumer.credit = credit;
    this.#startNext(consumer);
  }

  detach(consumer: ModelConsumer, how: "clean" | "crash"): void {
    consumer.state = "detached";
    for (const delivery of this.unsettled(consumer)) {
      if (how === "crash" && delivery.state === "running") {
        delivery.message.crashes += 1;
        this.#fail(consumer, delivery, "lost", "attempts");
      } else {
        this.#release(delivery);
      }
    }
    for (const subscription of consumer.sources) {
      subscription.attached = subscription.attached.filter((other) => other !== consumer);
    }
  }

  lose(message: ModelMessage): void {
    if (message.state === "done" || message.state === "dead") return;
    message.state = "lost";
    for (const consumer of this.consumers) {
      for (const delivery of this.unsettled(consumer)) {
        if (delivery.message !== message) continue;
        delivery.state = "lost";
        consumer.untold.push(delivery.number);
      }
      this.#startNext(consumer);
    }
  }

  #checkDelivery(consumer: ModelConsumer, of: ModelSubscription, message: ModelMessage): void {
    const { position } = message.stored;
    const held = this.unsettled(consumer);
    if (consumer.state !== "connected")
      throw new Error(`delivers to one that is ${consumer.state}`);
    if (message.state === "waiting") {
      const isDue = message.stored.isDurable && message.stored.dueAt <= this.now;
      if (!isDue) throw new Error(`delivers ${position} before its retry is due`);
    } else if (message.state !== "ready") {
      throw new Error(`delivers ${position}, which is ${message.state}`);
    }
    if (held.length >= consumer.credit.messages) throw new Error("exceeds the credit in messages");
    const bytes = this.bytes(consumer) + message.size;
    if (bytes > consumer.credit.bytes && held.length > 0) throw new Error("exceeds the bytes");
    if (of.settings.mode !== "shared" && of.attached[0] !== consumer)
      throw new Error("not its turn");
    if (held.some((other) => other.message.crashes >= 2)) throw new Error("joins a poison message");
    if (message.crashes >= 2 && held.length > 0) throw new Error("does not hand poison over alone");
  }

  #again(consumer: ModelConsumer, batch: DeliveryBatch): void {
    for (let index = 0; index < batch.count; index += 1) {
      const delivery = consumer.deliveries[batch.firstDelivery - 1 + index];
      const position = batch.run.first + batch.from + index;
      if (delivery?.message.stored.position !== position) throw new Error("sends another message");
      if (delivery.state !== "buffered" && delivery.state !== "running") {
        throw new Error(`sends delivery ${delivery.number} again, which is ${delivery.state}`);
      }
    }
  }

  #settleOne(consumer: ModelConsumer, number: number, range: SettleRange): Expected {
    const delivery = consumer.deliveries[number - 1];
    if (delivery === undefined) return { delivery: number, outcomes: ["unknown"] };
    const { verb } = range;
    const { state } = delivery;
    const answer = (...outcomes: SettleOutcome[]): Expected => ({ delivery: number, outcomes });
    if (state === "settled") return answer("already_settled");
    if (state === "lost") return answer("lease_lost");
    if (state === "returned") {
      if (verb !== "nack" && verb !== "release") return answer("lease_lost");
      const isOld = number <= consumer.deliveries.length - EXACT_MEMORY;
      return isOld ? answer("already_settled", "lease_lost") : answer("already_settled");
    }
    if (verb === "extend")
      return { ...answer("ok"), extendedMs: this.#extend(delivery, range.extendMs) };
    if (verb === "release") this.#release(delivery);
    else if (verb === "ack") {
      delivery.state = "settled";
      delivery.message.state = "done";
    } else {
      const ms = verb === "nack" ? range.delayMs : undefined;
      this.#fail(consumer, delivery, "returned", verb === "nack" ? "attempts" : "rejected", ms);
    }
    return answer("ok");
  }

  #extend(delivery: ModelDelivery, ms: number | undefined): number {
    if (delivery.state === "buffered") return 0;
    const { ackDeadlineMs, maxExtensionMs } = delivery.subscription.settings;
    const longest = delivery.firstDeadline + maxExtensionMs - this.now;
    delivery.deadline = this.now + Math.max(Math.min(ms ?? ackDeadlineMs, longest), 0);
    return delivery.deadline - this.now;
  }

  #expire(consumer: ModelConsumer): void {
    for (const delivery of this.running(consumer)) {
      if (delivery.deadline > this.now) continue;
      delivery.subscription.expired += 1;
      this.#fail(consumer, delivery, "lost", "attempts");
      consumer.untold.push(delivery.number);
    }
    this.#startNext(consumer);
  }

  #fail(
    consumer: ModelConsumer,
    delivery: ModelDelivery,
    ended: "returned" | "lost",
    reason: "attempts" | "rejected",
    delayMs?: number,
  ): void {
    const { message, subscription } = delivery;
    const { maxAttempts, retry } = subscription.settings;
    const attempts = message.failures + 1;
    const isDead = reason === "rejected" || (maxAttempts > 0 && attempts >= maxAttempts);
    delivery.state = isDead && ended === "returned" ? "settled" : ended;
    if (isDead) {
      const death = { reason, attempts, lastConsumer: consumer.name };
      return void Object.assign(message, { state: "dead", death });
    }
    const mean = delayMs ?? Math.min(retry.minMs * retry.factor ** (attempts - 1), retry.maxMs);
    const share = delayMs === undefined ? retry.jitter : 0;
    Object.assign(message, { state: "waiting", failures: attempts, failedAt: this.now });
    message.delayMs = { min: mean * (1 - share) - 1, max: mean * (1 + share) + 1 };
  }

  #release(delivery: ModelDelivery): void {
    delivery.state = "returned";
    delivery.message.state = "ready";
    delivery.subscription.released += 1;
  }

  #startNext(consumer: ModelConsumer): void {
    const concurrency = consumer.credit.concurrency || Infinity;
    let running = this.running(consumer).length;
    for (const delivery of this.unsettled(consumer)) {
      if (delivery.state !== "buffered" || running >= concurrency) continue;
      this.#run(delivery);
      running += 1;
    }
  }

  #run(delivery: ModelDelivery): void {
    delivery.state = "running";
    delivery.deadline = this.now + delivery.subscription.settings.ackDeadlineMs;
    delivery.firstDeadline = delivery.deadline;
  }
}
