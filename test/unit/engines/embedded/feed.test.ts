import { describe, expect, test } from "vitest";

import {
  dead,
  DONE,
  EngineHarness,
  retryAfter,
  type TestConsumer,
} from "../../../harness/engine-harness.js";
import { encodeMessages, idsOf, numbered } from "../../../harness/messages.js";
import { SimulatedDisk } from "../../../harness/simulated-disk.js";

const idsFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** An engine with one topic and one subscription; nothing is remembered in memory with `isCold`. */
async function open(isCold = false, more: Parameters<typeof EngineHarness.open>[0] = {}) {
  const harness = await EngineHarness.open({ recentBytes: isCold ? 0 : 1_000_000, ...more });
  const topic = await harness.createTopic("a.b");
  const subscription = await harness.subscribe("a.b/g");
  return { harness, topic, id: subscription.id, deadLetters: subscription.deadLetters };
}

/** Settles the message with this number, which the consumer holds. */
async function settleOne(
  harness: EngineHarness,
  consumer: TestConsumer,
  subscription: number,
  id: number,
  outcome: Parameters<EngineHarness["settle"]>[2] = DONE,
): Promise<void> {
  const run = consumer.runs.findLast((each) => idsOf(each).includes(id));
  if (!run) throw new Error(`message ${id} was not handed out`);
  const first = run.first + idsOf(run).indexOf(id);
  await harness.settle(subscription, { log: run.log, first, count: 1 }, outcome);
}

describe("a feed", () => {
  test.each([
    ["from memory", false],
    ["from disk", true],
  ])("hands out what was published, in order and once (%s)", async (_name, isCold) => {
    const { harness, topic, id } = await open(isCold);
    const consumer = await harness.consume(id);
    for (let index = 0; index < 40; index += 1) await harness.publish(topic, index * 10, 10, 300);
    await harness.quiet();
    expect(consumer.ids).toEqual(idsFrom(0, 400));
    expect(consumer.runs[0]).toMatchObject({ first: 1, failures: 0, topic: { name: "a.b" } });
  });

  test("hands out no more than is wanted", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 30);
    const consumer = await harness.consume(id, 0);
    expect(consumer.ids).toEqual([]);
    await consumer.want(7);
    expect(consumer.ids).toEqual(idsFrom(1, 7));
    await harness.quiet();
    expect(consumer.ids).toHaveLength(7);
    await consumer.want(5);
    expect(consumer.ids).toEqual(idsFrom(1, 12));
  });

  test("hands out no more bytes than are wanted, but at least one message", async () => {
    const { harness, topic, id } = await open();
    const bytes = numbered(1, 1, 100).bytes.byteLength;
    await harness.publish(topic, 1, 30, 100);
    const consumer = await harness.consume(id, 0);
    await consumer.want(30, bytes * 3 + 5);
    expect(consumer.ids).toEqual([1, 2, 3, 4]);
    await consumer.want(30, 1);
    expect(consumer.ids).toEqual([1, 2, 3, 4, 5]);
    await consumer.want(30, 0);
    expect(consumer.ids).toHaveLength(5);
  });

  test("hands out nothing that is not durable", async () => {
    const waiting: (() => void)[] = [];
    let isHeld = false;
    const disk = new SimulatedDisk({
      schedule: (call, complete) => {
        if (isHeld && call.operation === "sync") waiting.push(complete);
        else complete();
      },
    });
    const harness = await EngineHarness.open({}, disk);
    const topic = await harness.createTopic("a");
    const { id } = await harness.subscribe("a/g");
    const consumer = await harness.consume(id);
    isHeld = true;
    const unit = {
      appends: [{ topic: topic.id, priority: 0, batch: numbered(1, 2), producer: undefined }],
    };
    harness.engine.commit({ atomic: false, settles: [], ...unit }, () => {});
    await harness.quiet();
    expect(consumer.ids).toEqual([]);
    isHeld = false;
    for (const complete of waiting) complete();
    await harness.quiet();
    expect(consumer.ids).toEqual([1, 2]);
  });

  test("hands out again at once what was given back, before newer messages", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 10);
    const consumer = await harness.consume(id, 4);
    const [run] = consumer.take();
    if (!run) throw new Error("nothing was handed out");
    await consumer.giveBack([{ log: run.log, first: 2, count: 2 }]);
    await consumer.want(5);
    expect(consumer.ids).toEqual([2, 3, 5, 6, 7]);
  });

  test.each([
    ["from memory", false],
    ["from disk", true],
  ])("keeps the order of what is given back piece by piece (%s)", async (_name, isCold) => {
    const { harness, topic, id } = await open(isCold);
    for (let index = 0; index < 10; index += 1) await harness.publish(topic, index * 2 + 1, 2, 200);
    const consumer = await harness.consume(id, 12);
    const { log } = consumer.take()[0] ?? { log: 0 };
    consumer.feed.want(0, 0);
    for (const first of [7, 3, 11, 1]) await consumer.giveBack([{ log, first, count: 2 }]);
    await consumer.want(20);
    expect(consumer.ids).toEqual([1, 2, 3, 4, 7, 8, 11, 12, ...idsFrom(13, 8)]);
  });

  test("gives everything back when it is closed, and nothing after it", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 5);
    const first = await harness.consume(id, 3);
    first.close();
    await harness.publish(topic, 6, 1);
    await harness.quiet();
    expect(first.ids).toEqual([1, 2, 3]);
    const second = await harness.consume(id);
    expect(second.ids).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("is the only one of its subscription", async () => {
    const { harness, id } = await open();
    const consumer = await harness.consume(id);
    expect(() => harness.engine.feed(id, { run() {}, blocked() {}, lost() {} })).toThrow(/already/);
    consumer.close();
    expect((await harness.consume(id)).ids).toEqual([]);
    expect(() => harness.engine.feed(99, { run() {}, blocked() {}, lost() {} })).toThrow(/exist/);
  });

  test("begins with topics that are made while it is open, from their first message", async () => {
    const harness = await EngineHarness.open();
    const { id } = await harness.subscribe("orders.>/g");
    const consumer = await harness.consume(id);
    const topics = [];
    for (const name of ["orders.a", "orders.b.c", "other"])
      topics.push(await harness.createTopic(name));
    for (const [index, topic] of topics.entries()) await harness.publish(topic, index * 10, 2);
    await harness.quiet();
    expect(consumer.ids).toEqual([0, 1, 10, 11]);
    expect(consumer.runs.map(({ topic }) => topic.name)).toEqual(["orders.a", "orders.b.c"]);
  });

  test("takes turns between topics", async () => {
    const harness = await EngineHarness.open();
    const topics = [];
    for (const name of ["t.a", "t.b"]) topics.push(await harness.createTopic(name));
    const { id } = await harness.subscribe("t.*/g");
    for (let index = 0; index < 3; index += 1) {
      for (const [number, topic] of topics.entries()) {
        await harness.publish(topic, number * 100 + index, 1);
      }
    }
    expect((await harness.consume(id)).ids).toEqual([0, 100, 1, 101, 2, 102]);
  });

  test("reads many topics that are on disk only, a few at a time", async () => {
    const harness = await EngineHarness.open({ recentBytes: 0 });
    const { id } = await harness.subscribe("t.*/g");
    const topics = [];
    for (let index = 0; index < 60; index += 1)
      topics.push(await harness.createTopic(`t.${index}`));
    for (let round = 0; round < 3; round += 1) {
      for (const [index, topic] of topics.entries())
        await harness.publish(topic, round * 60 + index);
    }
    const consumer = await harness.consume(id);
    expect(consumer.ids.sort((a, b) => a - b)).toEqual(idsFrom(0, 180));
  });

  test("hands out every priority of a topic", async () => {
    const { harness, topic, id } = await open();
    for (const [index, priority] of [0, 9, 3, 0, 9].entries()) {
      await harness.publish(topic, index, 1, 20, priority);
    }
    const consumer = await harness.consume(id);
    expect(consumer.ids.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    await consumer.settle();
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 0 });
  });
});

describe("a failed message", () => {
  test("comes again when it is due, with what is known of its failures", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 3);
    const consumer = await harness.consume(id);
    const outcome = retryAfter(5_000, 2, { crashes: 1, note: "half done" });
    await settleOne(harness, consumer, id, 2, outcome);
    consumer.take();
    await harness.advance(4_999, 4_999);
    expect(consumer.runs).toEqual([]);
    await harness.advance(1);
    expect(consumer.runs).toHaveLength(1);
    expect(consumer.runs[0]).toMatchObject({
      failures: 2,
      crashes: 1,
      note: "half done",
      first: 2,
    });
  });

  test("comes after what is due before it, and after what was given back", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 6);
    const consumer = await harness.consume(id);
    const { log } = consumer.runs[0] ?? { log: 0 };
    await settleOne(harness, consumer, id, 2, retryAfter(3_000));
    await settleOne(harness, consumer, id, 3, retryAfter(1_000));
    consumer.take();
    consumer.feed.want(0, 0);
    await harness.advance(5_000);
    await consumer.giveBack([{ log, first: 6, count: 1 }]);
    await consumer.want(10);
    expect(consumer.ids).toEqual([6, 3, 2]);
  });

  test("comes though one behind it in the log was read before it", async () => {
    const { harness, topic, id } = await open(true);
    for (let message = 1; message <= 9; message += 1) await harness.publish(topic, message);
    const consumer = await harness.consume(id);
    await settleOne(harness, consumer, id, 2, retryAfter(1_000));
    await settleOne(harness, consumer, id, 8, retryAfter(2_000));
    await settleOne(harness, consumer, id, 5, retryAfter(3_000));
    consumer.take();
    consumer.feed.want(0, 0);
    await harness.advance(5_000);
    await consumer.want(10);
    expect(consumer.ids).toEqual([2, 8, 5]);
  });

  test("comes once though the feed was opened again meanwhile", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 1);
    const first = await harness.consume(id);
    const [run] = first.take();
    const settle = {
      subscription: id,
      log: run?.log ?? 0,
      first: 1,
      count: 1,
      outcome: retryAfter(0),
    };
    harness.engine.commit({ atomic: false, appends: [], settles: [settle] }, () => {});
    first.close();
    const second = await harness.consume(id);
    await harness.advance(10_000);
    expect(second.runs.map(({ failures }) => failures)).toEqual([1]);
  });

  test("waits as long as it had to when the engine starts again", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 3);
    const consumer = await harness.consume(id);
    await settleOne(harness, consumer, id, 2, retryAfter(60_000, 3));
    await harness.advance(20_000);
    const next = await harness.crash();
    const again = await next.consume(id);
    expect(again.ids).toEqual([1, 3]);
    await next.advance(39_000);
    expect(again.ids).toEqual([1, 3]);
    await next.advance(2_000);
    expect(again.ids).toEqual([1, 3, 2]);
    expect(again.runs.at(-1)?.failures).toBe(3);
  });

  test("waits in the log of its priority only", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 2, 20, 0);
    await harness.publish(topic, 3, 2, 20, 9);
    const consumer = await harness.consume(id);
    await settleOne(harness, consumer, id, 4, retryAfter(5_000));
    expect(await harness.engine.stats(id)).toMatchObject({ retrying: 1 });
    const next = await harness.restart();
    const again = await next.consume(id);
    expect(await next.engine.stats(id)).toMatchObject({ retrying: 1, unsettled: 4 });
    await next.advance(6_000);
    expect(again.ids.sort((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });

  test("keeps the note of each attempt over a restart and a reclaim", async () => {
    const { harness, topic, id } = await open(true);
    await harness.publish(topic, 1, 2);
    const consumer = await harness.consume(id);
    await settleOne(harness, consumer, id, 1, retryAfter(2_000, 1, { note: "first" }));
    await settleOne(harness, consumer, id, 2, retryAfter(500_000, 1, { note: "x".repeat(9_000) }));
    await harness.advance(3_000);
    await settleOne(harness, consumer, id, 1, retryAfter(400_000, 2, { note: "second" }));
    for (let index = 0; index < 40; index += 1) await harness.publish(topic, 100 + index, 1, 4_000);
    await consumer.settle(
      DONE,
      consumer.take().filter(({ first }) => first > 2),
    );
    await harness.advance(20_000);
    const next = await harness.restart();
    const again = await next.consume(id);
    await next.advance(500_000, 10_000);
    const notes = again.runs.filter(({ first }) => first <= 2).map(({ note }) => note?.slice(0, 9));
    expect(notes).toEqual(["second", "xxxxxxxxx"]);
  });

  test("holds back new messages when too many wait", async () => {
    const { harness, topic, id } = await open(false, { maxWaitingRetries: 3 });
    await harness.publish(topic, 1, 5);
    const consumer = await harness.consume(id, 3);
    await consumer.settle(retryAfter(10_000));
    await consumer.want(5);
    expect(consumer.ids).toEqual([]);
    await harness.advance(10_000);
    expect(consumer.ids).toEqual([1, 2, 3, 4, 5]);
  });

  test("waits no longer when it was purged, and makes room for others", async () => {
    const { harness, topic, id } = await open(false, { maxWaitingRetries: 3 });
    await harness.publish(topic, 1, 3);
    const consumer = await harness.consume(id);
    await consumer.settle(retryAfter(600_000));
    await harness.publish(topic, 4, 2);
    await harness.quiet();
    expect(consumer.ids).toEqual([]);
    expect(await harness.answer(harness.engine.purge(id))).toBe(5);
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 0, retrying: 0 });
    await harness.publish(topic, 6, 1);
    await harness.quiet();
    expect(consumer.ids).toEqual([6]);
  });
});

describe("what was handed out and is gone", () => {
  test("is reported by log when the subscription is purged", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 2, 20, 0);
    await harness.publish(topic, 3, 2, 20, 9);
    const consumer = await harness.consume(id);
    const logs = new Set(consumer.runs.map(({ log }) => log));
    expect(await harness.answer(harness.engine.purge(id))).toBe(4);
    const [lost] = consumer.lost;
    expect(lost?.reason).toBe("purged");
    expect(new Set(lost?.refs.map(({ log }) => log))).toEqual(logs);
  });

  test("answers lost when it is settled, and stays gone", async () => {
    const { harness, topic, id, deadLetters } = await open();
    await harness.publish(topic, 1, 3);
    const consumer = await harness.consume(id);
    const [run] = consumer.runs;
    if (!run) throw new Error("nothing was handed out");
    await harness.answer(harness.engine.purge(id));
    for (const outcome of [DONE, retryAfter(0), dead()]) {
      expect(await harness.settle(id, run, outcome)).toBe("lost");
    }
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 0, dead: 0 });
    expect(await harness.unsettled(deadLetters)).toEqual([]);
    consumer.close();
    expect(await harness.unsettled(id)).toEqual([]);
  });

  test("is reported when its topic is deleted, and what waits is forgotten", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 3);
    const consumer = await harness.consume(id);
    await settleOne(harness, consumer, id, 2, retryAfter(1_000));
    await harness.change({ kind: "delete-topic", topic: topic.id });
    consumer.take();
    expect(consumer.lost.map(({ reason }) => reason)).toEqual(["deleted"]);
    await harness.advance(5_000);
    expect(consumer.ids).toEqual([]);
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 0, retrying: 0 });
  });

  test("is reported for every priority when the subscription is deleted", async () => {
    const { harness, topic, id } = await open();
    await harness.publish(topic, 1, 1, 20, 0);
    await harness.publish(topic, 2, 1, 20, 9);
    const consumer = await harness.consume(id, 0);
    await harness.change({ kind: "delete-subscription", subscription: id });
    expect(consumer.lost).toHaveLength(2);
    await consumer.want(10);
    expect(consumer.ids).toEqual([]);
  });
});

describe("keys of messages that wait for a retry", () => {
  test("are told before anything else to a feed that keeps order", async () => {
    const harness = await EngineHarness.open();
    const topic = await harness.createTopic("a");
    const { id } = await harness.subscribe("a/g", { ordered: true });
    const keyed = ["one", "two", undefined, "one"].map((key, index) => ({
      id: index,
      ...(key === undefined ? {} : { key }),
    }));
    await harness.append({ topic: topic.id, batch: encodeMessages(keyed) });
    const consumer = await harness.consume(id);
    for (const each of [1, 2]) await settleOne(harness, consumer, id, each, retryAfter(60_000));
    const next = await harness.crash();
    const again = await next.consume(id);
    expect(again.blocked).toEqual(["two"]);
    expect(again.ids).toEqual([0, 3]);
  });
});
