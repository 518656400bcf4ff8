import { PeykError } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { QueueHarness } from "./queue-harness.js";

const setUp = (count: number, concurrency = 0) => {
  const harness = new QueueHarness();
  const queue = harness.queue();
  const session = harness.attach(queue, { concurrency, name: "mac:4711" });
  harness.publish(queue, count);
  return { harness, queue, session };
};

describe("a suspended consumer", () => {
  test("gets nothing new, keeps what it has, and its deadlines go on", () => {
    const { harness, queue, session } = setUp(2);
    session.consumer.suspend();
    harness.publish(queue, 3);
    expect(session.seen).toHaveLength(2);
    harness.advance(30_000);
    expect(queue.stats()).toMatchObject({ running: 0, retried: 2 });
    expect(session.notices).toEqual([]);
  });

  test("is told on its return what it lost meanwhile, and then served again", () => {
    const { harness, queue, session } = setUp(2);
    session.consumer.suspend();
    harness.advance(30_000);
    session.consumer.redeliver(2);
    session.consumer.resume();
    expect(session.lost).toEqual([{ firstDelivery: 1, count: 2, reason: "deadline" }]);
    harness.publish(queue, 1);
    expect(session.positions).toEqual([1, 2, 3]);
  });

  test("is told once on its return which queues are gone, also if it was told before", () => {
    const harness = new QueueHarness();
    const queues = [harness.queue(), harness.queue(), harness.queue()] as const;
    const session = harness.attach(queues);
    const error = new PeykError("not_found", "deleted");
    queues[0].close(error);
    session.consumer.suspend();
    queues[2].close(error);
    session.consumer.redeliver(0);
    session.consumer.resume();
    const gone = { kind: "detached", isLast: false, error };
    expect(session.notices.slice(1)).toEqual([
      { ...gone, source: 0 },
      { ...gone, source: 2 },
    ]);
  });

  test("is sent again, under the same numbers, what it has not received", () => {
    const { harness, session } = setUp(6);
    session.ack(5);
    harness.settle();
    session.consumer.suspend();
    session.consumer.redeliver(2);
    expect(session.seen.slice(6).map(({ delivery, position }) => [delivery, position])).toEqual([
      [3, 3],
      [4, 4],
      [6, 6],
    ]);
    session.consumer.resume();
    const answers = session.ack(1, 6);
    harness.settle();
    expect(answers.map(({ outcome, count }) => [outcome, count])).toEqual([
      ["ok", 4],
      ["already_settled", 1],
      ["ok", 1],
    ]);
  });

  test("begins anew with the deadlines of what is sent again", () => {
    const { harness, session } = setUp(2);
    harness.clock.advance(20_000);
    session.consumer.suspend();
    session.consumer.redeliver(1);
    session.consumer.resume();
    harness.clock.advance(10_000);
    expect(session.lost).toMatchObject([{ firstDelivery: 1, count: 1 }]);
    harness.clock.advance(19_999);
    expect(session.lost).toHaveLength(1);
    harness.clock.advance(1);
    expect(session.lost).toMatchObject([{ firstDelivery: 1 }, { firstDelivery: 2 }]);
  });

  test("refuses a client that received what was never sent", () => {
    const { session } = setUp(2);
    session.consumer.suspend();
    for (const bad of [-1, 3, NaN]) {
      expect(() => session.consumer.redeliver(bad)).toThrow(
        expect.objectContaining({ code: "invalid_argument", field: "lastDelivery" }),
      );
    }
  });

  test("leaves new messages to the others", () => {
    const { harness, queue, session } = setUp(0);
    const other = harness.attach(queue);
    session.consumer.suspend();
    harness.publish(queue, 4);
    expect([session.seen.length, other.seen.length]).toEqual([0, 4]);
  });
});

describe("a clean end", () => {
  test("gives everything back at once, uncounted", () => {
    const { harness, queue, session } = setUp(5, 2);
    session.consumer.detach("clean");
    expect(harness.engine.units).toEqual([]);
    const next = harness.attach(queue);
    expect(next.seen.map(({ failures }) => failures)).toEqual([0, 0, 0, 0, 0]);
    expect(queue.counters).toMatchObject({ released: 5, retried: 0 });
    expect(harness.events.consumers).toEqual([]);
  });

  test("still answers settles on their way, and takes no others", () => {
    const { harness, session } = setUp(2);
    const answers = session.ack(1);
    session.consumer.detach("clean");
    const late = session.ack(2);
    harness.settle();
    expect(answers).toMatchObject([{ outcome: "ok" }]);
    expect(late).toMatchObject([{ outcome: "lease_lost" }]);
  });

  test("leaves no timer behind", () => {
    const { harness, session } = setUp(2);
    session.settle(1, 1, { verb: "extend" });
    session.consumer.detach("clean");
    expect(harness.clock.timerCount).toBe(0);
  });

  test("has no effect the second time", () => {
    const { queue, session } = setUp(2);
    session.consumer.detach("clean");
    session.consumer.detach("crash");
    expect(queue.counters).toMatchObject({ released: 2, retried: 0 });
  });
});

describe("a crash", () => {
  test("fails what was running, with backoff, and gives the rest back uncounted", () => {
    const { harness, queue, session } = setUp(5, 2);
    session.consumer.detach("crash");
    harness.settle();
    const next = harness.attach(queue);
    expect(next.positions).toEqual([3, 4, 5]);
    harness.advance(1_000);
    expect(next.seen.slice(3)).toMatchObject([
      { position: 1, failures: 1 },
      { position: 2, failures: 1 },
    ]);
    expect(harness.engine.messages(1).map(({ crashes }) => crashes)).toEqual([1, 1, 0, 0, 0]);
  });

  test("is told of, with what it held", () => {
    const { harness, session } = setUp(5, 2);
    session.consumer.detach("crash");
    expect(harness.events.consumers).toEqual([{ consumer: "mac:4711", running: 2, buffered: 3 }]);
  });

  test("is a unit of its own, whatever it held", () => {
    const { harness, session } = setUp(10);
    session.consumer.detach("crash");
    expect(harness.engine.units).toHaveLength(1);
  });

  test("at the last attempt makes a dead letter that names its consumer", () => {
    const { harness, queue, session } = setUp(1);
    const settings = { ...queue.subscription.settings, maxAttempts: 1 };
    queue.update({ ...queue.subscription, settings });
    session.consumer.detach("crash");
    harness.settle();
    expect(harness.events.dead).toMatchObject([
      { death: { reason: "attempts", attempts: 1, lastConsumer: "mac:4711" } },
    ]);
  });
});

describe("a consumer killed at any moment", () => {
  test("leaves no lease, credit or byte behind", () => {
    const harness = new QueueHarness();
    const queue = harness.queue({ maxAttempts: 0 });
    for (let round = 0; round < 100; round += 1) {
      const session = harness.attach(queue, { concurrency: round % 4, messages: 1 + (round % 9) });
      harness.publish(queue, round % 5);
      if (round % 3 === 0) session.ack(1);
      if (round % 4 === 0) session.settle(2, 2, { verb: "nack" });
      if (round % 2 === 0) harness.clock.flush();
      session.consumer.detach("crash");
      expect(session.consumer).toMatchObject({ heldMessages: 0, heldBytes: 0, runningMessages: 0 });
      expect(queue.stats()).toMatchObject({ running: 0, buffered: 0, ready: 0, consumers: 0 });
      harness.advance(700);
    }
    expect(harness.clock.timerCount).toBe(0);
  });
});
