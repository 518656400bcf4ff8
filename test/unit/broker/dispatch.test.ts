import { describe, expect, test } from "vitest";
import { QueueHarness } from "./queue-harness.js";
import type { FakeSession } from "./queue-harness.js";

const received = (sessions: readonly FakeSession[]): number[] =>
  sessions.map(({ seen }) => seen.length);

const equalConsumers = (harness: QueueHarness, messages: number) => {
  const queue = harness.queue();
  const sessions = Array.from({ length: 8 }, (_, index) =>
    harness.attach(queue, { name: `w${index}`, messages }),
  );
  return { queue, sessions };
};

describe("dispatch", () => {
  test("gives a single consumer whole runs", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 500 });
    for (let count = 0; count < 3; count += 1) harness.publish(queue, 100);
    expect(session.batches.map(({ count }) => count)).toEqual([100, 100, 100]);
  });

  test("shares one run among eight equal consumers", () => {
    const harness = new QueueHarness();
    const { queue, sessions } = equalConsumers(harness, 100);
    harness.publish(queue, 100);
    const shares = received(sessions);
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThanOrEqual(1.2);
    expect(sessions.every(({ batches }) => batches.length === 1)).toBe(true);
  });

  test("shares a long series of single messages among consumers that ack at once", () => {
    const harness = new QueueHarness();
    const { queue, sessions } = equalConsumers(harness, 10);
    for (let count = 0; count < 400; count += 1) {
      harness.publish(queue, 1);
      for (const session of sessions) {
        if (session.consumer.heldMessages > 0) session.ack(session.consumer.lastDelivery);
      }
    }
    const shares = received(sessions);
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThanOrEqual(1.2);
  });

  test("does not let a consumer with a larger credit take what others could do as well", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const sessions = [10_000, 1_000, 500].map((messages) => harness.attach(queue, { messages }));
    for (let count = 0; count < 100; count += 1) {
      harness.publish(queue, 30);
      for (const session of sessions) {
        const { heldMessages, lastDelivery } = session.consumer;
        if (heldMessages > 0) {
          session.settle(lastDelivery - heldMessages + 1, heldMessages, { verb: "ack" });
        }
      }
    }
    const shares = received(sessions);
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThanOrEqual(1.2);
  });

  test("shares several runs of one turn without cutting them to pieces", () => {
    const harness = new QueueHarness();
    const { queue, sessions } = equalConsumers(harness, 100);
    for (let count = 0; count < 8; count += 1) {
      harness.engine.publish(queue.subscription.id, new Array<number>(100).fill(10));
    }
    harness.settle();
    expect(received(sessions)).toEqual(new Array(8).fill(100));
    expect(sessions.every(({ batches }) => batches.length === 1)).toBe(true);
  });

  test("goes on with the one that is left when it was the turn of others", () => {
    const harness = new QueueHarness();
    const { queue, sessions } = equalConsumers(harness, 10);
    harness.publish(queue, 7);
    for (const { consumer } of sessions.slice(1)) consumer.detach("clean");
    harness.engine.pump();
    harness.settle();
    expect(sessions[0]?.positions).toHaveLength(7);
  });

  test("prefers the consumer with the most free credit", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const busy = harness.attach(queue, { messages: 10 });
    harness.publish(queue, 8);
    const free = harness.attach(queue, { messages: 10 });
    harness.publish(queue, 4);
    expect(received([busy, free])).toEqual([8, 4]);
  });

  test("finds work for a consumer that joins late, as credits are small", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const slow = harness.attach(queue, { messages: 1 });
    harness.publish(queue, 10);
    const late = harness.attach(queue, { messages: 1 });
    expect(received([slow, late])).toEqual([1, 1]);
  });

  test("never exceeds a credit in messages, and goes on where some gets free", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 3 });
    harness.publish(queue, 10);
    expect(session.consumer.heldMessages).toBe(3);
    session.ack(2);
    harness.settle();
    expect(session.positions).toEqual([1, 2, 3, 4]);
  });

  test("never exceeds a credit in bytes", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 10, bytes: 35 });
    harness.publish(queue, 0, { sizes: [10, 10, 10, 10, 10] });
    expect([session.consumer.heldMessages, session.consumer.heldBytes]).toEqual([3, 30]);
    session.ack(1);
    harness.settle();
    expect([session.consumer.heldMessages, session.consumer.heldBytes]).toEqual([3, 30]);
  });

  test("delivers a message above the credit in bytes to a consumer that holds nothing", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 10, bytes: 35 });
    harness.publish(queue, 0, { sizes: [10, 100, 10] });
    expect(session.positions).toEqual([1]);
    session.ack(1);
    harness.settle();
    expect(session.positions).toEqual([1, 2]);
    session.ack(2);
    harness.settle();
    expect(session.positions).toEqual([1, 2, 3]);
  });

  test("gives a large message to a consumer whose credit it fits, passing over the others", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const small = harness.attach(queue, { messages: 50, bytes: 35 });
    const large = harness.attach(queue, { messages: 5, bytes: 1_000 });
    harness.publish(queue, 1);
    expect(received([small, large])).toEqual([1, 0]);
    harness.publish(queue, 0, { sizes: [100] });
    expect(received([small, large])).toEqual([1, 1]);
  });

  test("keeps the order of a log at one consumer", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 7 });
    harness.publish(queue, 30);
    while (session.consumer.heldMessages > 0) {
      session.ack(1, session.consumer.lastDelivery);
      harness.settle();
    }
    expect(session.positions).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  test("shares one credit and one sequence of numbers among the queues of a consumer", () => {
    const harness = new QueueHarness();
    const queues = [harness.queue(), harness.queue()] as const;
    const session = harness.attach(queues, { messages: 5 });
    harness.publish(queues[0], 3);
    harness.publish(queues[1], 3);
    expect(session.seen.map(({ delivery, source }) => [delivery, source])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 1],
      [5, 1],
    ]);
    const answers = session.ack(2, 3);
    harness.settle();
    expect(answers).toEqual([{ firstDelivery: 2, count: 3, outcome: "ok" }]);
    expect(harness.engine.units[0]?.settles.map(({ subscription }) => subscription)).toEqual([
      1, 2,
    ]);
  });
});

describe("demand", () => {
  test("is the free credit of the consumers, less what is in hand", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 10, bytes: 100 });
    harness.attach(queue, { messages: 5, bytes: 50 });
    expect(harness.engine.demand(1)).toEqual({ messages: 15, bytes: 150 });
    harness.publish(queue, 4);
    expect(harness.engine.demand(1)).toEqual({ messages: 11, bytes: 110 });
    session.ack(1);
    harness.settle();
    expect(harness.engine.demand(1)).toEqual({ messages: 12, bytes: 120 });
  });

  test("is told once per turn, and only if it changed", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 10 });
    harness.publish(queue, 10);
    const before = harness.engine.wants.length;
    for (let delivery = 1; delivery <= 10; delivery += 1) session.ack(delivery);
    harness.settle();
    expect(harness.engine.wants.length).toBe(before + 1);
  });

  test("is nothing while the only consumer is paused, and what is in hand goes back", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 10 });
    harness.engine.publish(1, [10, 10, 10]);
    harness.engine.pump();
    session.consumer.setCredit({ messages: 0, bytes: 0, concurrency: 0 });
    harness.settle();
    expect(harness.engine.demand(1)).toEqual({ messages: 0, bytes: 0 });
    expect(harness.engine.messages(1).map(({ state }) => state)).toEqual([
      "ready",
      "ready",
      "ready",
    ]);
    session.consumer.setCredit({ messages: 10, bytes: 0, concurrency: 0 });
    harness.settle();
    expect(session.seen).toHaveLength(3);
  });

  test("leaves no more in hand than the consumers could hold", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 100 });
    harness.engine.publish(1, new Array<number>(100).fill(10));
    harness.engine.pump();
    session.consumer.setCredit({ messages: 4, bytes: 20, concurrency: 0 });
    harness.settle();
    expect(session.consumer.heldMessages).toBe(2);
    expect(queue.stats().ready).toBe(4);
  });
});

describe("credit", () => {
  test.each([
    ["messages", { messages: 10_001 }, 10_000],
    ["bytes", { bytes: 2 ** 40 }, 256 * 1024 * 1024],
  ])("refuses more %s than the broker allows", (_name, change, limit) => {
    const harness = new QueueHarness();
    const session = harness.attach(harness.queue());
    const credit = { messages: 1, bytes: 1, concurrency: 1, ...change };
    expect(() => session.consumer.setCredit(credit)).toThrow(
      expect.objectContaining({ code: "invalid_argument", field: "buffer", limit }),
    );
  });

  test("of 0 pauses, and leaves what is held", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 2);
    session.consumer.setCredit({ messages: 0, bytes: 0, concurrency: 0 });
    harness.publish(queue, 2);
    expect(session.seen).toHaveLength(2);
    session.ack(1, 2);
    harness.settle();
    expect(queue.counters.acked).toBe(2);
  });
});
