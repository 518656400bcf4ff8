import { describe, expect, test } from "vitest";
import { QueueHarness } from "./queue-harness.js";

const POISON = { failures: 2, crashes: 2 };

describe("a message that was running twice when its consumer died", () => {
  test("gets there by crashes, not by nacks or deadlines", () => {
    const harness = new QueueHarness();
    const queue = harness.queue({ maxAttempts: 0 });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const session = harness.attach(queue);
      if (attempt === 0) harness.publish(queue, 1);
      session.consumer.detach("crash");
      harness.advance(5_000);
    }
    expect(harness.engine.messages(1)).toMatchObject([POISON]);
    const last = harness.attach(queue);
    harness.publish(queue, 3);
    expect(last.positions).toEqual([1]);
  });

  test("is handed over alone, and its consumer gets nothing else until it is settled", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 2, POISON);
    harness.publish(queue, 3);
    expect(session.positions).toEqual([1]);
    session.ack(1);
    harness.settle();
    expect(session.positions).toEqual([1, 3, 4, 5]);
    session.ack(2, 3);
    harness.settle();
    expect(session.positions).toEqual([1, 3, 4, 5, 2]);
  });

  test("waits until a consumer holds nothing, which gets nothing new meanwhile", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 2);
    harness.publish(queue, 1, POISON);
    harness.publish(queue, 2);
    expect(session.positions).toEqual([1, 2]);
    session.ack(1);
    harness.settle();
    expect(session.positions).toEqual([1, 2]);
    session.ack(2);
    harness.settle();
    expect(session.positions).toEqual([1, 2, 3]);
    session.ack(3);
    harness.settle();
    expect(session.positions).toEqual([1, 2, 3, 4, 5]);
  });

  test("leaves the other consumers to the other messages", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const sessions = [harness.attach(queue), harness.attach(queue), harness.attach(queue)];
    harness.publish(queue, 10, POISON);
    expect(sessions.map(({ seen }) => seen.length).sort()).toEqual([0, 1, 1]);
    harness.publish(queue, 5);
    expect(sessions.map(({ seen }) => seen.length).sort()).toEqual([1, 1, 5]);
  });

  test("does not stop a queue whose consumer kept free for it goes away or is paused", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const first = harness.attach(queue, { messages: 2 });
    harness.publish(queue, 1);
    harness.publish(queue, 1, POISON);
    first.consumer.setCredit({ messages: 0, bytes: 0, concurrency: 0 });
    const second = harness.attach(queue);
    expect(second.positions).toEqual([2]);
    first.consumer.setCredit({ messages: 2, bytes: 0, concurrency: 0 });
    harness.publish(queue, 1);
    expect(first.positions).toEqual([1, 3]);
  });

  test("frees its consumer when the engine takes it back", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 1, POISON);
    harness.publish(queue, 2);
    harness.engine.lose(1, [{ log: 1, first: 1, count: 1 }], "expired");
    harness.settle();
    expect(session.positions).toEqual([1, 2, 3]);
  });

  test("frees the consumer kept for it when it is taken back before", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 1);
    harness.publish(queue, 1, POISON);
    harness.publish(queue, 1);
    expect(session.positions).toEqual([1]);
    harness.engine.lose(1, [{ log: 1, first: 2, count: 1 }], "expired");
    harness.settle();
    expect(session.positions).toEqual([1, 3]);
  });

  test("frees a consumer of two queues when the other one is deleted", () => {
    const harness = new QueueHarness();
    const queues = [harness.queue(), harness.queue()] as const;
    const session = harness.attach(queues);
    harness.publish(queues[1], 1);
    harness.publish(queues[0], 1, POISON);
    harness.publish(queues[1], 1);
    expect(session.seen).toHaveLength(1);
    queues[0].close(new Error("deleted") as never);
    harness.settle();
    expect(session.seen.map(({ source }) => source)).toEqual([1, 1]);
  });

  test("does not keep the feed from handing out others until very many are set aside", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    harness.attach(queue, { messages: 10 });
    const other = harness.attach(queue, { messages: 10 });
    harness.publish(queue, 50, POISON);
    harness.publish(queue, 10);
    expect(other.seen.length + queue.stats().ready).toBeGreaterThanOrEqual(10);
    expect(queue.stats().running).toBe(11);
  });

  test("is bounded in hand at 1,000", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    harness.attach(queue, { messages: 100 });
    harness.attach(queue, { messages: 100 });
    harness.publish(queue, 3_000, POISON);
    expect(queue.stats().ready).toBe(1_000);
    expect(harness.engine.demand(1).messages).toBe(0);
  });
});
