import { describe, expect, test } from "vitest";
import { QueueHarness } from "./queue-harness.js";

const setUp = (options: { sharesProcess?: boolean; ackOnDelivery?: boolean } = {}) => {
  const harness = new QueueHarness();
  const queue = harness.queue();
  const session = harness.attach(queue, { sharesProcess: true, ...options });
  return { harness, queue, session };
};

describe("a consumer within the process", () => {
  test("gets a batch once it is written that it gets it, one entry per batch", () => {
    const { harness, queue, session } = setUp();
    harness.engine.isSlowToWrite = true;
    harness.publish(queue, 3);
    expect(harness.engine.handOvers).toEqual([{ subscription: 1, log: 1, first: 1, count: 3 }]);
    expect(session.seen).toEqual([]);
    harness.engine.write();
    expect(session.positions).toEqual([1, 2, 3]);
  });

  test("is told in order, also what happened before a batch was written", () => {
    const { harness, queue, session } = setUp();
    harness.engine.isSlowToWrite = true;
    harness.publish(queue, 2);
    harness.publish(queue, 1);
    harness.engine.lose(1, [{ log: 1, first: 1, count: 2 }], "purged");
    const order: string[] = [];
    session.onDeliver = ({ firstDelivery }) => void order.push(`delivery ${firstDelivery}`);
    session.onLost = (delivery) => void order.push(`lost ${delivery}`);
    harness.engine.write();
    harness.engine.write();
    expect(order).toEqual(["delivery 1", "delivery 3", "lost 1", "lost 2"]);
  });

  test("gets nothing any more once it is detached", () => {
    const { harness, queue, session } = setUp();
    harness.engine.isSlowToWrite = true;
    harness.publish(queue, 2);
    session.consumer.detach("clean");
    harness.engine.write();
    expect(session.seen).toEqual([]);
    expect(queue.counters.released).toBe(2);
  });

  test.each([
    ["another process", { sharesProcess: false }],
    ["a consumer that acks on delivery", { ackOnDelivery: true }],
  ])("differs from %s, for which nothing is written", (_name, options) => {
    const { harness, queue, session } = setUp(options);
    harness.publish(queue, 2);
    expect(session.seen).toHaveLength(2);
    expect(harness.engine.handOvers).toEqual([]);
  });
});

describe("an attempt that the end of the process interrupted", () => {
  test("counts as a crash: it comes again after the backoff", () => {
    const { harness, queue, session } = setUp();
    harness.publish(queue, 2, { interrupted: true });
    expect(session.seen).toEqual([]);
    expect(harness.engine.messages(1)).toMatchObject([
      { failures: 1, crashes: 1 },
      { failures: 1, crashes: 1 },
    ]);
    expect(harness.events.retries).toMatchObject([
      { count: 2, attempt: 1, delayMs: 1_000, error: "the process stopped while it was running" },
    ]);
    harness.advance(1_000);
    expect(session.seen.map(({ failures }) => failures)).toEqual([1, 1]);
    expect(queue.counters.retried).toBe(2);
  });

  test("of a message that crashed it twice has it handed over alone", () => {
    const { harness, queue, session } = setUp();
    harness.publish(queue, 1, { failures: 1, crashes: 1, interrupted: true });
    harness.publish(queue, 2);
    harness.advance(2_000);
    expect(session.positions).toEqual([2, 3]);
    session.ack(1, 2);
    harness.settle();
    expect(session.positions).toEqual([2, 3, 1]);
    harness.publish(queue, 1);
    expect(session.positions).toHaveLength(3);
  });

  test("is the last one where no more are allowed: it is dead-lettered without being handed over", () => {
    const { harness, queue, session } = setUp();
    harness.publish(queue, 1, { failures: 4, crashes: 4, interrupted: true });
    harness.publish(queue, 1);
    expect(session.positions).toEqual([2]);
    const death = { reason: "attempts", attempts: 5, lastConsumer: "" };
    expect(harness.engine.messages(1)[0]).toMatchObject({ state: "dead", death });
    expect(harness.events.dead).toMatchObject([{ death }]);
    expect(queue.counters.deadLettered).toBe(1);
  });

  test("varies its delay message by message", () => {
    const { harness, queue } = setUp();
    const retry = { minMs: 10_000, maxMs: 10_000, factor: 2, jitter: 0.2 };
    queue.update({ ...queue.subscription, settings: { ...queue.subscription.settings, retry } });
    harness.publish(queue, 10, { interrupted: true });
    const due = harness.engine.messages(1).map(({ dueAt }) => dueAt);
    expect(new Set(due).size).toBeGreaterThan(5);
  });
});
