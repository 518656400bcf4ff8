import { describe, expect, test } from "vitest";
import { QueueHarness, rangeOf } from "./queue-harness.js";

const SECOND = 1_000;

describe("two-stage leases", () => {
  test("run the oldest deliveries, as many as the concurrency, and buffer the others", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { concurrency: 2 });
    harness.publish(queue, 5);
    expect(queue.stats()).toMatchObject({ running: 2, buffered: 3 });
    session.ack(2);
    expect(queue.held("running", 9).map(({ firstDelivery }) => firstDelivery)).toEqual([1, 3]);
    session.consumer.setCredit({ messages: 10, bytes: 0, concurrency: 4 });
    expect(queue.stats()).toMatchObject({ running: 4, buffered: 0 });
  });

  test("keep what is running when the concurrency is lowered", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { concurrency: 3 });
    harness.publish(queue, 5);
    session.consumer.setCredit({ messages: 10, bytes: 0, concurrency: 1 });
    expect(queue.stats()).toMatchObject({ running: 3, buffered: 2 });
    session.ack(1, 2);
    expect(queue.stats()).toMatchObject({ running: 1, buffered: 2 });
    session.ack(3);
    expect(queue.stats()).toMatchObject({ running: 1, buffered: 1 });
  });

  test("let a message come back after its ack deadline and the backoff", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 1);
    harness.advance(29_999);
    expect(session.lost).toEqual([]);
    harness.advance(1);
    expect(session.lost).toEqual([{ firstDelivery: 1, count: 1, reason: "deadline" }]);
    harness.advance(999);
    expect(session.seen).toHaveLength(1);
    harness.advance(1);
    expect(session.seen[1]).toEqual({ delivery: 2, source: 0, position: 1, failures: 1 });
  });

  test("give a buffered delivery no deadline", () => {
    const harness = new QueueHarness();
    const queue = harness.queue({ maxAttempts: 0 });
    const session = harness.attach(queue, { concurrency: 1, messages: 2 });
    harness.publish(queue, 2);
    for (let count = 0; count < 6; count += 1) {
      session.settle(1, 1, { verb: "extend", extendMs: 600 * SECOND });
      harness.advance(590 * SECOND);
    }
    expect(session.lost).toEqual([]);
    session.ack(1);
    harness.advance(30 * SECOND - 1);
    expect(session.lost).toEqual([]);
    harness.advance(1);
    expect(session.lost).toMatchObject([{ firstDelivery: 2 }]);
  });

  test("expire together with one notice and one commit", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 8);
    session.ack(4);
    const before = harness.engine.units.length;
    harness.clock.advance(30 * SECOND);
    expect(harness.engine.units.length).toBe(before + 1);
    expect(session.notices).toHaveLength(1);
    expect(session.lost).toEqual([
      { firstDelivery: 1, count: 3, reason: "deadline" },
      { firstDelivery: 5, count: 4, reason: "deadline" },
    ]);
    expect(queue.counters.expired).toBe(7);
  });

  test("expire nobody because the broker stood still", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 1);
    harness.advance(1 * SECOND);
    harness.clock.stall(600 * SECOND);
    harness.advance(28 * SECOND);
    expect(session.lost).toEqual([]);
    harness.advance(1 * SECOND);
    expect(session.lost).toHaveLength(1);
  });

  test("let a settle win that comes after the deadline, but before it was noticed", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 1);
    harness.clock.advance(29_950);
    harness.clock.stall(90);
    const answers = session.ack(1);
    harness.advance(10 * SECOND);
    expect(answers).toEqual([{ firstDelivery: 1, count: 1, outcome: "ok" }]);
    expect(session.notices).toEqual([]);
  });

  test("are neither early nor late when the wall clock jumps", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 1);
    for (let step = 0; step < 100; step += 1) {
      harness.clock.jumpWall((step % 2 === 0 ? 1 : -1) * 86_400_000);
      harness.clock.advance(299);
    }
    expect(session.lost).toEqual([]);
    harness.clock.advance(100);
    expect(session.lost).toHaveLength(1);
  });

  test("use a new ack deadline for what starts from then on", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue);
    harness.publish(queue, 2);
    const { subscription } = queue;
    const settings = { ...subscription.settings, ackDeadlineMs: 5 * SECOND };
    queue.update({ ...subscription, settings });
    harness.publish(queue, 2);
    harness.clock.advance(5 * SECOND);
    expect(session.lost).toMatchObject([{ firstDelivery: 3, count: 2 }]);
    harness.clock.advance(25 * SECOND);
    expect(session.lost).toMatchObject([{ firstDelivery: 3 }, { firstDelivery: 1, count: 2 }]);
  });

  test("keep the deadline of each queue of a consumer", () => {
    const harness = new QueueHarness();
    const slow = harness.queue({ ackDeadlineMs: 60 * SECOND });
    const quick = harness.queue({ ackDeadlineMs: 2 * SECOND });
    const session = harness.attach([slow, quick]);
    harness.publish(slow, 1);
    harness.publish(quick, 1);
    harness.publish(slow, 1);
    harness.clock.advance(2 * SECOND);
    expect(session.lost).toMatchObject([{ firstDelivery: 2, count: 1 }]);
    harness.clock.advance(58 * SECOND);
    const lost = session.lost.map(({ firstDelivery }) => firstDelivery);
    expect(lost).toEqual([2, 1, 3].slice(0, lost.length));
    expect(lost.length).toBeGreaterThan(1);
  });

  test("survive in order when thousands of newer deliveries come and go", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 100 });
    harness.publish(queue, 2);
    for (let round = 0; round < 50; round += 1) {
      harness.publish(queue, 98);
      session.ack(3 + round * 98, 98);
      harness.settle();
    }
    expect(queue.stats()).toMatchObject({ running: 2, acked: 4_900 });
    expect(session.consumer.heldBytes).toBe(20);
    harness.clock.advance(30 * SECOND);
    expect(session.lost).toEqual([{ firstDelivery: 1, count: 2, reason: "deadline" }]);
  });

  test("start buffered deliveries that fell behind before newer ones", () => {
    const harness = new QueueHarness();
    const queue = harness.queue();
    const session = harness.attach(queue, { messages: 100, concurrency: 1 });
    harness.publish(queue, 2);
    for (let round = 0; round < 4; round += 1) {
      harness.publish(queue, 98);
      session.ack(3 + round * 98, 98);
      harness.settle();
    }
    harness.publish(queue, 1);
    session.ack(1);
    expect(queue.held("running", 9)).toMatchObject([{ firstDelivery: 2 }]);
    expect(queue.stats()).toMatchObject({ running: 1, buffered: 1 });
    harness.clock.advance(30 * SECOND);
    expect(session.lost).toMatchObject([{ firstDelivery: 2, count: 1 }]);
  });
});

describe("extend", () => {
  const setUp = (maxExtensionMs = 60 * SECOND) => {
    const harness = new QueueHarness();
    const queue = harness.queue({ maxExtensionMs });
    const session = harness.attach(queue, { concurrency: 3 });
    harness.publish(queue, 4);
    return { harness, queue, session };
  };

  test("lets the ack deadline begin again with the length asked for", () => {
    const { harness, session } = setUp();
    harness.advance(20 * SECOND);
    expect(session.settle(2, 1, { verb: "extend", extendMs: 45 * SECOND })).toEqual([
      { firstDelivery: 2, count: 1, outcome: "ok", extendedMs: 45 * SECOND },
    ]);
    harness.clock.advance(10 * SECOND);
    expect(session.lost).toMatchObject([
      { firstDelivery: 1, count: 1 },
      { firstDelivery: 3, count: 1 },
    ]);
    harness.clock.advance(34_999);
    expect(session.lost.map(({ firstDelivery }) => firstDelivery)).not.toContain(2);
    harness.clock.advance(1);
    expect(session.lost.map(({ firstDelivery }) => firstDelivery)).toContain(2);
  });

  test("reaches a delivery that an ack of the same frame has let start", () => {
    const harness = new QueueHarness();
    const session = harness.attach(harness.queue(), { concurrency: 1 });
    harness.engine.publish(1, [10, 10]);
    harness.settle();
    const answers = session.settleAll([
      rangeOf(1, 1, { verb: "ack" }),
      rangeOf(2, 1, { verb: "extend", extendMs: 7 * SECOND }),
    ]);
    harness.settle();
    expect(answers).toMatchObject([{ outcome: "ok" }, { outcome: "ok", extendedMs: 7 * SECOND }]);
  });

  test("takes the subscription's deadline where none is asked for", () => {
    const { session } = setUp();
    expect(session.settle(1, 3, { verb: "extend" })).toEqual([
      { firstDelivery: 1, count: 3, outcome: "ok", extendedMs: 30 * SECOND },
    ]);
  });

  test("may also shorten", () => {
    const { harness, session } = setUp();
    session.settle(3, 1, { verb: "extend", extendMs: 1 });
    harness.clock.advance(1);
    expect(session.lost).toMatchObject([{ firstDelivery: 3, count: 1 }]);
  });

  test("grants what the limit for all extensions leaves, and says so", () => {
    const { harness, session } = setUp();
    const granted: (number | undefined)[] = [];
    for (let count = 0; count < 5; count += 1) {
      harness.advance(20 * SECOND);
      granted.push(session.settle(1, 1, { verb: "extend" })[0]?.extendedMs);
    }
    expect(granted).toEqual([30 * SECOND, 30 * SECOND, 30 * SECOND, 10 * SECOND, undefined]);
    expect(session.lost.map(({ firstDelivery }) => firstDelivery)).toContain(1);
  });

  test("has nothing to extend at a buffered delivery", () => {
    const { harness, queue, session } = setUp();
    expect(session.settle(4, 1, { verb: "extend" })).toMatchObject([{ extendedMs: 0 }]);
    harness.clock.advance(25 * SECOND);
    session.ack(1);
    harness.clock.advance(6 * SECOND);
    expect(queue.held("running", 9)).toMatchObject([{ firstDelivery: 4 }]);
  });

  test("needs no commit, and is answered at once", () => {
    const { harness, session } = setUp();
    const before = harness.engine.units.length;
    expect(session.settle(1, 1, { verb: "extend" })).toHaveLength(1);
    expect(harness.engine.units.length).toBe(before);
  });

  test("leaves its note to the next attempt", () => {
    const { harness, session } = setUp();
    session.settle(1, 1, { verb: "extend", note: "half done" });
    session.settle(1, 2, { verb: "nack", delayMs: 0 });
    harness.settle();
    harness.advance(1);
    const notes = session.batches.slice(1).map(({ run }) => [run.first, run.note]);
    expect(notes).toEqual([
      [1, "half done"],
      [2, undefined],
    ]);
  });

  test("is refused once the lease has ended", () => {
    const { harness, session } = setUp();
    harness.clock.advance(30 * SECOND);
    session.settle(1, 1, { verb: "release" });
    const answers = session.settle(1, 1, { verb: "extend" });
    harness.settle();
    expect(answers).toEqual([{ firstDelivery: 1, count: 1, outcome: "lease_lost" }]);
  });
});
