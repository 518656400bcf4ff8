import { PeykError } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { attachConsumer, checkSources } from "../../../src/broker/attach.js";
import { FakeSession, QueueHarness } from "./queue-harness.js";

const DELETED = new PeykError("not_found", "Subscription topic/group1 was deleted.");

describe("a queue's feed", () => {
  test("opens with the first consumer and closes with the last", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    expect(harness.engine.isOpen(1)).toBe(false);
    const first = harness.attach(queue);
    const second = harness.attach(queue);
    first.consumer.detach("clean");
    expect(harness.engine.isOpen(1)).toBe(true);
    second.consumer.detach("clean");
    expect(harness.engine.isOpen(1)).toBe(false);
    harness.attach(queue);
    expect(harness.engine.isOpen(1)).toBe(true);
  });

  test("stays open for a consumer whose session may be resumed", () => {
    const harness = new QueueHarness();
    const session = harness.attach(harness.queue());
    session.consumer.suspend();
    harness.settle();
    expect(harness.engine.isOpen(1)).toBe(true);
  });

  test("gets back what was in hand when the last consumer leaves", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 10 });
    harness.engine.publish(1, [10, 10]);
    harness.engine.pump();
    session.consumer.detach("clean");
    harness.settle();
    expect(queue.stats()).toMatchObject({ ready: 0, consumers: 0 });
    expect(harness.attach(queue).positions).toEqual([1, 2]);
  });
});

describe("modes", () => {
  test("exclusive refuses a second consumer and names the holder", () => {
    const harness = new QueueHarness();
    const queue = harness.queue({ mode: "exclusive" });
    const holder = harness.attach(queue, { name: "mac:4711" });
    holder.consumer.suspend();
    expect(() => harness.attach(queue)).toThrow(expect.objectContaining({ code: "conflict" }));
    expect(() => harness.attach(queue)).toThrow(/exclusive.*mac:4711/);
    holder.consumer.detach("crash");
    expect(() => harness.attach(queue)).not.toThrow();
  });

  test("exclusive refuses a consumer of several queues as a whole", () => {
    const harness = new QueueHarness();
    const free = harness.queue();
    const taken = harness.queue({ mode: "exclusive" });
    harness.attach(taken);
    expect(() => harness.attach([free, taken])).toThrow(/is exclusive/);
    expect(free.stats().consumers).toBe(0);
    expect(harness.engine.isOpen(1)).toBe(false);
  });

  test("failover serves the first, and the next one when it is gone", () => {
    const harness = new QueueHarness();
    const queue = harness.queue({ mode: "failover" });
    const first = harness.attach(queue, { messages: 3 });
    const second = harness.attach(queue, { messages: 10 });
    harness.publish(queue, 6);
    expect([first.positions, second.positions]).toEqual([[1, 2, 3], []]);
    first.consumer.suspend();
    harness.advance(5_000);
    expect(second.positions).toEqual([]);
    first.consumer.detach("clean");
    harness.settle();
    expect(second.positions).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("failover hands nothing over that the former consumer still holds", () => {
    const harness = new QueueHarness();
    const queue = harness.queue({ mode: "failover" });
    const first = harness.attach(queue, { messages: 1 });
    const second = harness.attach(queue);
    harness.publish(queue, 2);
    first.ack(1);
    first.consumer.detach("crash");
    harness.settle();
    expect(second.positions).toEqual([2]);
    expect(queue.counters).toMatchObject({ acked: 1, retried: 0 });
  });
});

describe("checkSources", () => {
  test("refuses the same subscription twice, and what is none", () => {
    checkSources(["a/b", "a/c"]);
    expect(() => checkSources(["a/b", "a/b"])).toThrow(/named twice/);
    expect(() => checkSources(["a/b", "a"])).toThrow(/has no group/);
  });
});

describe("attachConsumer", () => {
  test("leaves no trace when the credit is refused", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const credit = { messages: 10_001, bytes: 0, concurrency: 0 };
    const options = {
      name: "bad",
      credit,
      ackOnDelivery: false,
      sharesProcess: false,
      port: new FakeSession(),
    };
    expect(() => attachConsumer(harness.context, [queue], options)).toThrow(/10001 messages/);
    expect(queue.stats().consumers).toBe(0);
  });
});

describe("what the engine takes back", () => {
  test("ends its leases, tells their consumers, and answers later settles as lost", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 6);
    harness.engine.lose(1, [{ log: 1, first: 2, count: 3 }], "purged");
    expect(session.notices).toEqual([
      { kind: "lost", leases: [{ firstDelivery: 2, count: 3, reason: "purged" }] },
    ]);
    expect(harness.events.leases).toMatchObject([{ from: 1, count: 3, reason: "purged" }]);
    expect([session.consumer.heldMessages, session.consumer.heldBytes]).toEqual([3, 30]);
    const answers = session.ack(1, 6);
    harness.settle();
    expect(answers.map(({ outcome, count }) => [outcome, count])).toEqual([
      ["ok", 1],
      ["lease_lost", 3],
      ["ok", 2],
    ]);
  });

  test("frees its credit, and is not delivered from the hand of the queue", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 2 });
    harness.publish(queue, 4);
    harness.engine.lose(1, [{ log: 1, first: 1, count: 1 }], "expired");
    harness.clock.flush();
    harness.engine.pump();
    expect(queue.stats().ready).toBe(1);
    harness.engine.lose(1, [{ log: 1, first: 3, count: 1 }], "expired");
    expect(queue.stats().ready).toBe(0);
    harness.settle();
    expect(session.positions).toEqual([1, 2, 4]);
  });
});

describe("a deleted subscription", () => {
  test("ends the leases of its consumers and tells them why", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 2);
    queue.close(DELETED);
    expect(session.notices).toEqual([
      { kind: "lost", leases: [{ firstDelivery: 1, count: 2, reason: "deleted" }] },
      { kind: "detached", source: 0, isLast: true, error: DELETED },
    ]);
    expect(session.consumer.heldMessages).toBe(0);
    expect(harness.engine.isOpen(1)).toBe(false);
    expect(() => harness.attach(queue)).toThrow(DELETED);
  });

  test("leaves the other queues of a consumer to it", () => {
    const harness = new QueueHarness();
    const queues = [harness.queue(), harness.queue()] as const;
    const session = harness.attach(queues, { messages: 4 });
    harness.publish(queues[0], 2);
    harness.publish(queues[1], 3);
    queues[0].close(DELETED);
    harness.settle();
    expect(session.seen.map(({ source, position }) => [source, position])).toEqual([
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    expect(session.notices.at(-1)).toMatchObject({ kind: "detached", source: 0, isLast: false });
    expect([0, 1].map((source) => session.consumer.takesFrom(source))).toEqual([false, true]);
    session.consumer.detach("clean");
    expect(queues[1].stats()).toMatchObject({ consumers: 0, released: 3 });
  });
});

describe("a broker that stops", () => {
  test("takes back what is held, uncounted, and tells nobody of a deleted subscription", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 2);
    queue.stop(new PeykError("unavailable", "the broker is closing"));
    expect(session.notices).toEqual([]);
    expect(queue.counters).toMatchObject({ released: 2, retried: 0 });
    expect(harness.events).toEqual({ retries: [], dead: [], leases: [], consumers: [] });
    expect(harness.engine.isOpen(1)).toBe(false);
    expect(session.ack(1)).toMatchObject([{ outcome: "lease_lost" }]);
    expect(() => harness.attach(queue)).toThrow("the broker is closing");
  });
});

describe("a consumer whose queues are deleted one by one", () => {
  test("is told with the last one that none is left", () => {
    const harness = new QueueHarness();
    const queues = [harness.queue(), harness.queue()] as const;
    const session = harness.attach(queues);
    queues[1].close(DELETED);
    queues[0].close(DELETED);
    expect(session.notices).toEqual([
      { kind: "detached", source: 1, isLast: false, error: DELETED },
      { kind: "detached", source: 0, isLast: true, error: DELETED },
    ]);
  });

  test("does not count as lost where it is gone already", () => {
    const harness = new QueueHarness();
    const queues = [harness.queue(), harness.queue()] as const;
    const session = harness.attach(queues);
    harness.publish(queues[1], 2);
    queues[0].close(DELETED);
    session.consumer.detach("crash");
    expect(harness.events.consumers).toEqual([{ consumer: "worker", running: 2, buffered: 0 }]);
  });
});

describe("stats", () => {
  test("say what is in hand, held, running, and who could take more", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 3, concurrency: 1 });
    harness.attach(queue, { messages: 0 });
    harness.publish(queue, 5);
    session.settle(1, 1, { verb: "nack" });
    harness.settle();
    expect(queue.stats()).toEqual({
      ready: 0,
      buffered: 2,
      running: 1,
      consumers: 2,
      freeConsumers: 0,
      delivered: 4,
      acked: 0,
      retried: 1,
      deadLettered: 0,
      released: 0,
      expired: 0,
    });
  });

  test("list at most so many of the messages that are held", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    harness.attach(queue, { name: "a", concurrency: 2 });
    harness.publish(queue, 6);
    expect(queue.held("running", 250)).toMatchObject([
      { from: 0, count: 2, state: "running", consumer: "a", firstDelivery: 1 },
    ]);
    expect(queue.held("buffered", 3)).toMatchObject([{ from: 2, count: 3, state: "buffered" }]);
    expect(queue.held("buffered", 0)).toEqual([]);
  });
});

describe("ack on delivery", () => {
  test("settles what was sent, with one settle per run", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 100, ackOnDelivery: true });
    harness.publish(queue, 40);
    expect(session.seen).toHaveLength(40);
    expect(harness.engine.units.map(({ settles }) => settles.length)).toEqual([1]);
    expect(queue.counters).toMatchObject({ delivered: 40, acked: 40 });
    expect(session.consumer.heldMessages).toBe(0);
    expect(session.ack(1, 41)).toMatchObject([
      { count: 40, outcome: "already_settled" },
      { count: 1, outcome: "unknown" },
    ]);
  });

  test("has nothing to fail or to send again", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { ackOnDelivery: true });
    harness.publish(queue, 3);
    session.consumer.suspend();
    session.consumer.redeliver(0);
    session.consumer.detach("crash");
    harness.advance(1_000_000);
    expect(session.seen).toHaveLength(3);
    expect(queue.counters).toMatchObject({ acked: 3, retried: 0, released: 0 });
  });
});
