import type { SettledRange, SettleOutcome, SettleRange } from "@peyk/client/protocol";

/** Where a message is: with its subscription, or in the dead-letter queue of that. */
export type Side = "live" | "dead";

/** Ended deliveries so far behind may be answered less exactly: a broker remembers only so much. */
const EXACT_MEMORY = 64;

/** A message that was running so often when its consumer died is handed over alone. */
const POISON_CRASHES = 2;

/** Stores count in whole ms. */
const ROUNDING_MS = 1;

/** Everything that happens at a moment has happened when so much time has passed, in ms. */
const PROMPT_MS = 50;

export interface ModelSettings {
  readonly ackDeadlineMs: number;
  readonly maxExtensionMs: number;
  /** 0: no limit. */
  readonly maxAttempts: number;
  readonly retry: { readonly minMs: number; readonly maxMs: number; readonly factor: number };
}

export interface ModelMessage {
  /** Its payload, by which it is known. */
  readonly text: string;
  side: Side;
  state: "ready" | "held" | "waiting" | "gone";
  /** On this side. */
  failures: number;
  crashes: number;
  /** When it comes back, while it is waiting. */
  dueAt: number;
}

export interface ModelDelivery {
  readonly number: number;
  readonly message: ModelMessage;
  /** buffered: waits for its turn at the consumer. The last three: it ended, by its consumer or not. */
  state: "buffered" | "running" | "settled" | "returned" | "lost";
  deadline: number;
  firstDeadline: number;
}

export interface ModelConsumer {
  readonly side: Side;
  credit: { readonly messages: number; readonly concurrency: number };
  /** suspended: its client is away, and may come back. */
  state: "connected" | "suspended" | "detached";
  readonly deliveries: ModelDelivery[];
  /** Deliveries that ended without its doing, of which it was not told yet. */
  readonly untold: Set<number>;
}

export interface Delivered {
  readonly delivery: number;
  readonly text: string;
  readonly failedAttempts: number;
}

/** What must be answered for one delivery; one of several where memory is bounded. */
interface Expected {
  readonly delivery: number;
  readonly outcomes: readonly SettleOutcome[];
  readonly extendedMs?: number;
}

/**
 * A subscription, its dead-letter queue and the consumers of both, in the plainest form: this is what a broker must do. It
 * does not decide who gets what: it is told of each delivery, and throws if that was not allowed.
 */
export class SubscriptionModel {
  now = 0;
  settings: ModelSettings;
  messages: ModelMessage[] = [];
  consumers: ModelConsumer[] = [];
  /** A purge goes from log to log: until it is done it may meet messages that somebody was given meanwhile. */
  purging: readonly ModelMessage[] = [];

  constructor(settings: ModelSettings) {
    this.settings = settings;
  }

  /** In the order in which they are started: the oldest `concurrency` of them run. */
  unsettled(consumer: ModelConsumer): ModelDelivery[] {
    return consumer.deliveries.filter(({ state }) => state === "buffered" || state === "running");
  }

  /** What the broker must say of itself when nothing is under way. */
  counts(): Readonly<Record<"ready" | "buffered" | "running" | "retrying" | "dead", number>> {
    const held = this.consumers.flatMap((consumer) => this.unsettled(consumer));
    const live = held.filter(({ message }) => message.side === "live");
    return {
      ready: this.#count("live", "ready"),
      buffered: live.filter(({ state }) => state === "buffered").length,
      running: live.filter(({ state }) => state === "running").length,
      retrying: this.#count("live", "waiting"),
      dead: this.messages.filter(({ side, state }) => side === "dead" && state !== "gone").length,
    };
  }

  // ---- What clients do -----------------------------------------------------------------------------------------------

  publish(texts: readonly string[]): void {
    for (const text of texts) {
      const attempts = { failures: 0, crashes: 0, dueAt: 0 };
      this.messages.push({ text, side: "live", state: "ready", ...attempts });
    }
  }

  attach(side: Side, credit: ModelConsumer["credit"]): ModelConsumer {
    const rest = { deliveries: [], untold: new Set<number>() };
    const consumer: ModelConsumer = { side, credit, state: "connected", ...rest };
    this.consumers.push(consumer);
    return consumer;
  }

  /** A lease begins. A delivery that is known is sent again, because its client may not have received it. */
  delivered(consumer: ModelConsumer, { delivery: number, text, failedAttempts }: Delivered): void {
    const known = consumer.deliveries[number - 1];
    const message = this.messages.find((each) => each.text === text);
    if (!message) throw new Error(`delivers "${text}", which was not published`);
    if (known) return checkSentAgain(known, message);
    if (number !== consumer.deliveries.length + 1) throw new Error(`skips to delivery ${number}`);
    const lease = { state: "buffered", deadline: 0, firstDeadline: 0 } as const;
    if (this.purging.includes(message)) {
      consumer.deliveries.push({ number, message, ...lease, state: "lost" });
      consumer.untold.add(number);
      return;
    }
    this.#checkMayHave(consumer, message);
    if (failedAttempts !== message.failures) {
      throw new Error(
        `says that "${text}" failed ${failedAttempts} times, not ${message.failures}`,
      );
    }
    message.state = "held";
    consumer.deliveries.push({ number, message, ...lease });
    this.#startNext(consumer);
  }

  /** Ends leases, or lets them go on. What is not held (any more) is only answered. */
  settle(consumer: ModelConsumer, ranges: readonly SettleRange[]): Expected[] {
    return ranges.flatMap((range) => {
      const expected = Array.from({ length: range.count }, (_, index) =>
        this.#settleOne(consumer, range.firstDelivery + index, range),
      );
      this.#startNext(consumer);
      return expected;
    });
  }

  setCredit(consumer: ModelConsumer, credit: ModelConsumer["credit"]): void {
    consumer.credit = credit;
    this.#startNext(consumer);
  }

  /** Its client comes back, and has not received what came after `lastDelivery`. Returns what must be sent again. */
  resume(consumer: ModelConsumer, lastDelivery: number): number[] {
    consumer.state = "connected";
    const again = this.unsettled(consumer).filter(({ number }) => number > lastDelivery);
    for (const delivery of again) if (delivery.state === "running") this.#run(delivery);
    return again.map(({ number }) => number);
  }

  /** clean: its client is done. crash: it did not come back; what was running there has failed. */
  detach(consumer: ModelConsumer, how: "clean" | "crash"): void {
    consumer.state = "detached";
    consumer.untold.clear();
    for (const delivery of this.unsettled(consumer)) {
      if (how === "crash" && delivery.state === "running") {
        delivery.message.crashes += 1;
        this.#fail(delivery, "lost");
      } else {
        delivery.state = "returned";
        delivery.message.state = "ready";
      }
    }
  }

  // ---- What else happens ---------------------------------------------------------------------------------------------

  /** It is later now: leases have ended, each at its time. */
  reach(now: number): void {
    for (;;) {
      const running = this.consumers.flatMap((consumer) =>
        this.unsettled(consumer).filter(({ state }) => state === "running"),
      );
      const next = Math.min(...running.map(({ deadline }) => deadline));
      if (next > now) break;
      this.now = Math.max(this.now, next);
      for (const consumer of this.consumers) this.#expire(consumer);
    }
    this.now = now;
  }

  /** The broker dies, or stops. Nobody's attempt has failed by that; its clients are strangers to the next one. */
  restart(): void {
    for (const consumer of this.consumers) this.detach(consumer, "clean");
    this.consumers = [];
  }

  /** Dead letters are messages of their subscription again, and have never failed. */
  redrive(): number {
    const dead = this.messages.filter(({ side, state }) => side === "dead" && state !== "gone");
    for (const message of dead) {
      this.#lose(message);
      Object.assign(message, { side: "live", state: "ready", failures: 0, crashes: 0 });
    }
    return dead.length;
  }

  /** Forgets everything on one side, held or not; `purging` ends when the broker has answered. */
  purge(side: Side): number {
    const purged = this.messages.filter((each) => each.side === side && each.state !== "gone");
    for (const message of purged) {
      this.#lose(message);
      message.state = "gone";
    }
    this.purging = purged;
    return purged.length;
  }

  /** The subscription is no more, and so are its messages, dead or not, and its consumers. */
  delete(): void {
    for (const consumer of this.consumers) this.detach(consumer, "clean");
    this.consumers = [];
    this.messages = [];
  }

  /** When everything came to rest: nobody waits who could be given something, and everybody was told what he lost. */
  checkRest(): void {
    for (const side of ["live", "dead"] as const) {
      const connected = this.consumers.filter(
        (each) => each.side === side && each.state === "connected",
      );
      for (const { untold } of connected) {
        if (untold.size > 0) throw new Error(`does not tell that ${[...untold].join()} were lost`);
      }
      const takes = connected.filter(({ credit }) => credit.messages > 0);
      const here = this.messages.filter((each) => each.side === side && this.#isThere(each));
      const isPoisoned = this.messages.some(
        (each) => each.side === side && each.state !== "gone" && each.crashes >= POISON_CRASHES,
      );
      const free = takes.filter((each) => this.unsettled(each).length < each.credit.messages);
      const idle = free.filter((each) => !isPoisoned || this.unsettled(each).length === 0);
      const isStuck = isPoisoned ? idle.length === takes.length : idle.length > 0;
      if (here.length > 0 && takes.length > 0 && isStuck) {
        throw new Error(
          `${here.length} messages wait (${side}), and so do ${idle.length} consumers`,
        );
      }
    }
  }

  // ---- Rules ---------------------------------------------------------------------------------------------------------

  #count(side: Side, state: ModelMessage["state"]): number {
    return this.messages.filter((each) => each.side === side && each.state === state).length;
  }

  #isThere({ state, dueAt }: ModelMessage): boolean {
    return state === "ready" || (state === "waiting" && dueAt + PROMPT_MS < this.now);
  }

  #checkMayHave(consumer: ModelConsumer, message: ModelMessage): void {
    const { text, side, state, dueAt, crashes } = message;
    const held = this.unsettled(consumer);
    if (consumer.state !== "connected")
      throw new Error(`delivers to one that is ${consumer.state}`);
    if (side !== consumer.side) throw new Error(`delivers "${text}" (${side}) to the other side`);
    if (state === "waiting" && dueAt - ROUNDING_MS > this.now) {
      throw new Error(`delivers "${text}" ${dueAt - this.now} ms before its retry is due`);
    }
    if (state !== "ready" && state !== "waiting") {
      throw new Error(`delivers "${text}", which is ${state}`);
    }
    if (held.length >= consumer.credit.messages) throw new Error("exceeds the credit");
    if (crashes >= POISON_CRASHES && held.length > 0)
      throw new Error("gives poison to one with work");
    if (held.some((other) => other.message.crashes >= POISON_CRASHES)) {
      throw new Error("gives work to one with poison");
    }
  }

  #settleOne(consumer: ModelConsumer, number: number, range: SettleRange): Expected {
    const delivery = consumer.deliveries[number - 1];
    const answer = (...outcomes: SettleOutcome[]): Expected => ({ delivery: number, outcomes });
    if (!delivery) return answer("unknown");
    const { verb } = range;
    switch (delivery.state) {
      case "settled":
        return answer("already_settled");
      case "lost":
        return answer("lease_lost");
      case "returned": {
        if (verb !== "nack" && verb !== "release") return answer("lease_lost");
        const isOld = number <= consumer.deliveries.length - EXACT_MEMORY;
        return isOld ? answer("already_settled", "lease_lost") : answer("already_settled");
      }
      default:
        break;
    }
    if (verb === "extend") {
      return { ...answer("ok"), extendedMs: this.#extend(delivery, range.extendMs) };
    }
    if (verb === "ack") {
      delivery.state = "settled";
      delivery.message.state = "gone";
    } else if (verb === "release") {
      delivery.state = "returned";
      delivery.message.state = "ready";
    } else {
      const delayMs = verb === "nack" ? range.delayMs : undefined;
      this.#fail(delivery, "returned", delayMs, verb === "reject");
    }
    return answer("ok");
  }

  /** A buffered delivery has no deadline yet. */
  #extend(delivery: ModelDelivery, ms: number | undefined): number {
    if (delivery.state === "buffered") return 0;
    const { ackDeadlineMs, maxExtensionMs } = this.settings;
    const longestMs = delivery.firstDeadline + maxExtensionMs - this.now;
    delivery.deadline = this.now + Math.max(Math.min(ms ?? ackDeadlineMs, longestMs), 0);
    return delivery.deadline - this.now;
  }

  #expire(consumer: ModelConsumer): void {
    for (const delivery of this.unsettled(consumer)) {
      if (delivery.state !== "running" || delivery.deadline > this.now) continue;
      this.#fail(delivery, "lost");
      consumer.untold.add(delivery.number);
    }
    this.#startNext(consumer);
  }

  /** An attempt has failed: another one comes later, or the message is a dead letter. What is one already has no limit. */
  #fail(
    delivery: ModelDelivery,
    ended: "returned" | "lost",
    delayMs?: number,
    isRejected = false,
  ): void {
    const { message } = delivery;
    const { maxAttempts, retry } = this.settings;
    const failures = message.failures + 1;
    const isLast = isRejected || (maxAttempts > 0 && failures >= maxAttempts);
    const isDead = message.side === "live" && isLast;
    delivery.state = isDead && ended === "returned" ? "settled" : ended;
    if (isDead) {
      Object.assign(message, { side: "dead", state: "ready", failures: 0, crashes: 0 });
      return;
    }
    const backoffMs = Math.min(retry.minMs * retry.factor ** (failures - 1), retry.maxMs);
    const dueAt = this.now + (delayMs ?? backoffMs);
    Object.assign(message, { state: "waiting", failures, dueAt });
  }

  /** Whoever holds it has lost it. */
  #lose(message: ModelMessage): void {
    for (const consumer of this.consumers) {
      for (const delivery of this.unsettled(consumer)) {
        if (delivery.message !== message) continue;
        delivery.state = "lost";
        consumer.untold.add(delivery.number);
      }
      this.#startNext(consumer);
    }
  }

  #startNext(consumer: ModelConsumer): void {
    const concurrency = consumer.credit.concurrency || Infinity;
    const unsettled = this.unsettled(consumer);
    let running = unsettled.filter(({ state }) => state === "running").length;
    for (const delivery of unsettled) {
      if (delivery.state !== "buffered" || running >= concurrency) continue;
      this.#run(delivery);
      running += 1;
    }
  }

  #run(delivery: ModelDelivery): void {
    delivery.state = "running";
    delivery.deadline = this.now + this.settings.ackDeadlineMs;
    delivery.firstDeadline = delivery.deadline;
  }
}

function checkSentAgain(known: ModelDelivery, message: ModelMessage): void {
  if (known.message !== message)
    throw new Error(`sends another message as delivery ${known.number}`);
  if (known.state === "buffered" || known.state === "running") return;
  throw new Error(`sends delivery ${known.number} again, which is ${known.state}`);
}

/** Throws if a broker answers something else. */
export function checkAnswers(
  expected: readonly Expected[],
  answers: readonly SettledRange[],
): void {
  const each = answers.flatMap(({ firstDelivery, count, outcome, extendedMs }) =>
    Array.from({ length: count }, (_, index) => ({
      delivery: firstDelivery + index,
      outcome,
      extendedMs: outcome === "ok" ? extendedMs : undefined,
    })),
  );
  if (each.length !== expected.length)
    throw new Error(`answers ${each.length} of ${expected.length}`);
  expected.forEach(({ delivery, outcomes, extendedMs }, index) => {
    const answer = each[index];
    const isRight =
      answer?.delivery === delivery &&
      outcomes.includes(answer.outcome) &&
      (extendedMs === undefined || answer.extendedMs === extendedMs);
    if (isRight) return;
    const wanted = `${outcomes.join(" or ")} ${extendedMs ?? ""}`;
    throw new Error(`answers ${JSON.stringify(answer)} for delivery ${delivery}, not ${wanted}`);
  });
}
