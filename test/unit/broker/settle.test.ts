import { describe, expect, test } from "vitest";
import type { Settle } from "../../../src/broker/engine.js";
import { QueueHarness, rangeOf } from "./queue-harness.js";
import type { AttachOptions, Said } from "./queue-harness.js";

const setUp = (count: number, options: AttachOptions = {}) => {
  const harness = new QueueHarness();
  const queue = harness.queue();
  const session = harness.attach(queue, options);
  harness.publish(queue, count);
  const settled = (): Settle[] => harness.engine.units.flatMap(({ settles }) => settles);
  return { harness, queue, session, settled };
};

describe("settling", () => {
  test("stores a range of acks as one settle, and answers when it is durable", () => {
    const { harness, queue, session, settled } = setUp(10);
    const answers = session.ack(1, 10);
    expect(answers).toEqual([]);
    expect(session.consumer.heldMessages).toBe(0);
    harness.settle();
    expect(answers).toEqual([{ firstDelivery: 1, count: 10, outcome: "ok" }]);
    expect(settled()).toMatchObject([{ log: 1, first: 1, count: 10, outcome: { kind: "done" } }]);
    expect(queue.counters.acked).toBe(10);
  });

  test("puts all ranges of a frame into one unit, and joins those that follow one another", () => {
    const { harness, session } = setUp(10);
    const answers = session.settleAll([
      rangeOf(1, 3, { verb: "ack" }),
      rangeOf(4, 2, { verb: "ack" }),
      rangeOf(8, 1, { verb: "nack", delayMs: 50 }),
      rangeOf(9, 2, { verb: "nack", delayMs: 50 }),
    ]);
    harness.settle();
    expect(harness.engine.units).toHaveLength(1);
    expect(harness.engine.units[0]?.settles.map(({ first, count }) => [first, count])).toEqual([
      [1, 5],
      [8, 3],
    ]);
    expect(answers).toEqual([
      { firstDelivery: 1, count: 5, outcome: "ok" },
      { firstDelivery: 8, count: 3, outcome: "ok", retryInMs: 50 },
    ]);
  });

  test("keeps the queues of a consumer apart where their positions follow one another", () => {
    const harness = new QueueHarness();
    const queues = [harness.queue(), harness.queue()] as const;
    harness.publish(queues[1], 2);
    harness.engine.lose(2, [{ log: 1, first: 1, count: 2 }], "expired");
    const session = harness.attach(queues);
    harness.publish(queues[0], 2);
    harness.publish(queues[1], 1);
    expect(session.positions).toEqual([1, 2, 3]);
    session.ack(1, 3);
    harness.settle();
    expect(harness.engine.units[0]?.settles).toMatchObject([
      { subscription: 1, first: 1, count: 2 },
      { subscription: 2, first: 3, count: 1 },
    ]);
  });

  test("tells deliveries apart that are held, settled, lost and unknown", () => {
    const { harness, session } = setUp(6);
    session.ack(2, 2);
    session.settle(5, 1, { verb: "release" });
    harness.clock.flush();
    const answers = session.ack(1, 9);
    harness.settle();
    expect(answers).toEqual([
      { firstDelivery: 1, count: 1, outcome: "ok" },
      { firstDelivery: 2, count: 2, outcome: "already_settled" },
      { firstDelivery: 4, count: 1, outcome: "ok" },
      { firstDelivery: 5, count: 1, outcome: "lease_lost" },
      { firstDelivery: 6, count: 1, outcome: "ok" },
      { firstDelivery: 7, count: 3, outcome: "unknown" },
    ]);
  });

  test("refuses an ack of an expired lease, and leaves the new holder his", () => {
    const { harness, queue, session } = setUp(1);
    const other = harness.attach(queue, { name: "other" });
    session.consumer.setCredit({ messages: 0, bytes: 0, concurrency: 0 });
    harness.advance(31_000);
    expect(other.positions).toEqual([1]);
    const late = session.ack(1);
    harness.settle();
    expect(late).toMatchObject([{ outcome: "lease_lost" }]);
    const answers = other.ack(1);
    harness.settle();
    expect(answers).toMatchObject([{ outcome: "ok" }]);
  });

  test("answers a second ack when the first one is durable", () => {
    const { harness, session } = setUp(1);
    const first = session.ack(1);
    const second = session.ack(1);
    expect([first, second]).toEqual([[], []]);
    harness.settle();
    expect(first).toMatchObject([{ outcome: "ok" }]);
    expect(second).toMatchObject([{ outcome: "already_settled" }]);
  });

  test("takes a nack or release that is repeated for done, and an ack after it for late", () => {
    const { harness, session } = setUp(1);
    session.settle(1, 1, { verb: "nack", delayMs: 5_000 });
    const repeated = session.settle(1, 1, { verb: "nack", delayMs: 5_000 });
    const late = session.ack(1);
    harness.settle();
    expect(repeated).toMatchObject([{ outcome: "already_settled" }]);
    expect(late).toMatchObject([{ outcome: "lease_lost" }]);
  });

  test("reports a settle that the engine refused as lost, and so does a repeated one", () => {
    const { harness, queue, session } = setUp(2);
    const message = harness.engine.messages(queue.subscription.id)[0];
    if (message) message.state = "lost";
    const answers = session.settleAll([
      rangeOf(1, 1, { verb: "ack" }),
      rangeOf(2, 1, { verb: "nack", delayMs: 9 }),
    ]);
    const repeated = session.ack(1);
    harness.settle();
    expect(answers.map(({ outcome }) => outcome)).toEqual(["lease_lost", "ok"]);
    expect([repeated, session.ack(1)]).toMatchObject([
      [{ outcome: "lease_lost" }],
      [{ outcome: "lease_lost" }],
    ]);
    expect(queue.counters).toMatchObject({ acked: 0, retried: 1 });
  });

  test("reports a settle of which the engine knows nothing as unconfirmed, and counts it not", () => {
    const { harness, queue, session } = setUp(3);
    harness.engine.isLosingAnswers = true;
    const answers = session.ack(1, 3);
    harness.settle();
    expect(answers).toEqual([{ firstDelivery: 1, count: 3, outcome: "unconfirmed" }]);
    expect(queue.counters.acked).toBe(0);
  });

  test("gives back what is released, at once and uncounted", () => {
    const { harness, queue, session } = setUp(3);
    expect(session.settle(1, 3, { verb: "release" })).toMatchObject([{ outcome: "ok", count: 3 }]);
    expect(harness.engine.units).toEqual([]);
    harness.settle();
    expect(session.seen.slice(3).map(({ failures }) => failures)).toEqual([0, 0, 0]);
    expect(queue.counters.released).toBe(3);
  });

  test("answers in order, whatever each has to wait for", () => {
    const { harness, session } = setUp(3);
    const order: string[] = [];
    const answered = (name: string) => (): void => void order.push(name);
    const settle = (said: Said, name: string): void => {
      session.consumer.settle([rangeOf(1, 1, said)], answered(name));
    };
    settle({ verb: "ack" }, "ack");
    session.consumer.settle([rangeOf(2, 1, { verb: "extend" })], answered("extend"));
    session.consumer.settle([rangeOf(3, 1, { verb: "ack" })], answered("second ack"));
    expect(order).toEqual([]);
    harness.engine.complete(1);
    expect(order).toEqual(["ack", "extend"]);
    harness.engine.complete(1);
    expect(order).toEqual(["ack", "extend", "second ack"]);
  });
});

describe("failed attempts", () => {
  test("come back after the backoff, counted, and are told of", () => {
    const { harness, session } = setUp(2);
    const answers = session.settle(1, 2, { verb: "nack", reason: "no database" });
    harness.settle();
    expect(answers).toEqual([{ firstDelivery: 1, count: 2, outcome: "ok", retryInMs: 1_000 }]);
    harness.advance(1_000);
    expect(session.seen.slice(2).map(({ failures }) => failures)).toEqual([1, 1]);
    expect(harness.events.retries).toMatchObject([
      { from: 0, count: 2, attempt: 1, maxAttempts: 5, error: "no database", delayMs: 1_000 },
    ]);
  });

  test("end in the dead-letter queue at the last one: five deliveries, one dead letter", () => {
    const { harness, queue, session } = setUp(1);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(session.seen.at(-1)).toMatchObject({ delivery: attempt, failures: attempt - 1 });
      session.settle(attempt, 1, { verb: "nack", delayMs: 0, reason: `error ${attempt}` });
      harness.advance(1);
    }
    harness.advance(1_000_000);
    expect(session.seen).toHaveLength(5);
    const death = { reason: "attempts", error: "error 5", attempts: 5, lastConsumer: "worker" };
    expect(harness.engine.messages(1)).toMatchObject([{ state: "dead", death }]);
    expect(harness.events.dead).toMatchObject([{ from: 0, count: 1, death }]);
    expect(queue.counters).toMatchObject({ retried: 4, deadLettered: 1, acked: 0 });
  });

  test("are answered without a time where they were the last, and then count as settled", () => {
    const { harness, queue, session } = setUp(1);
    const settings = { ...queue.subscription.settings, maxAttempts: 1 };
    queue.update({ ...queue.subscription, settings });
    const answers = session.settle(1, 1, { verb: "nack" });
    const repeated = session.ack(1);
    harness.settle();
    expect(answers).toEqual([{ firstDelivery: 1, count: 1, outcome: "ok" }]);
    expect(repeated).toMatchObject([{ outcome: "already_settled" }]);
  });

  test("are dead letters at once when rejected", () => {
    const { harness, session } = setUp(1);
    session.settle(1, 1, { verb: "reject", reason: "not JSON" });
    harness.settle();
    expect(harness.events.dead).toMatchObject([
      { death: { reason: "rejected", error: "not JSON", attempts: 1 } },
    ]);
  });

  test("do not hold credit while they wait", () => {
    const { harness, session } = setUp(11, { messages: 10 });
    expect(session.seen).toHaveLength(10);
    session.settle(1, 10, { verb: "nack", delayMs: 3_600_000 });
    harness.settle();
    expect(session.positions.at(-1)).toBe(11);
  });

  test("vary their delay message by message", () => {
    const { harness, queue, session, settled } = setUp(10);
    const retry = { minMs: 10_000, maxMs: 10_000, factor: 2, jitter: 0.2 };
    queue.update({ ...queue.subscription, settings: { ...queue.subscription.settings, retry } });
    session.settle(1, 10, { verb: "nack" });
    harness.settle();
    const delays = settled().map(({ outcome }) => (outcome.kind === "retry" ? outcome.delayMs : 0));
    expect(new Set(delays).size).toBeGreaterThan(5);
    expect(delays.every((ms) => ms >= 8_000 && ms <= 12_000)).toBe(true);
  });
});

describe("a range far beyond what was delivered", () => {
  test("costs little", () => {
    const { harness, session } = setUp(1);
    const answers = session.ack(1, 10_000);
    harness.settle();
    expect(answers).toEqual([
      { firstDelivery: 1, count: 1, outcome: "ok" },
      { firstDelivery: 2, count: 9_999, outcome: "unknown" },
    ]);
  });
});
