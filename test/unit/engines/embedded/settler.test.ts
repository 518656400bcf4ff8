import { describe, expect, test } from "vitest";

import type { Ref } from "../../../../src/broker/engine.js";
import { dead, DONE, EngineHarness, retryAfter } from "../../../harness/engine-harness.js";
import { numbered } from "../../../harness/messages.js";

async function open(count = 10) {
  const harness = await EngineHarness.open({ recentBytes: 1_000_000 });
  const topic = await harness.createTopic("a");
  const { id, deadLetters } = await harness.subscribe("a/g");
  await harness.publish(topic, 1, count);
  const consumer = await harness.consume(id);
  const log = consumer.runs[0]?.log ?? 0;
  consumer.take();
  const refs = (first: number, size = 1): Ref => ({ log, first, count: size });
  return { harness, topic, id, deadLetters, consumer, refs };
}

describe("a settle", () => {
  test("takes messages out for good", async () => {
    const { harness, id, refs } = await open();
    expect(await harness.settle(id, refs(1, 3))).toBe("done");
    expect(await harness.settle(id, refs(7, 2))).toBe("done");
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 5, dead: 0 });
    const next = await harness.crash();
    expect(await next.unsettled(id)).toEqual([4, 5, 6, 9, 10]);
  });

  test("of what is settled already, or of nothing, is lost and does nothing", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(1, 3));
    expect(await harness.settle(id, refs(2), dead())).toBe("lost");
    expect(await harness.settle(id, refs(2), retryAfter(0))).toBe("lost");
    expect(await harness.settle(id, refs(11))).toBe("lost");
    expect(await harness.settle(99, refs(5))).toBe("lost");
    expect(await harness.settle(id, { log: 77, first: 1, count: 1 })).toBe("lost");
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 7, retrying: 0 });
    expect(await harness.unsettled(deadLetters)).toEqual([]);
  });

  test("applies to the part of a range that is not settled yet", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(2, 2));
    expect(await harness.settle(id, refs(1, 5), dead())).toBe("done");
    expect(await harness.unsettled(deadLetters)).toEqual([1, 4, 5]);
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 5, dead: 3 });
  });

  test("of every other message of very many survives a crash, whatever the gaps", async () => {
    const { harness, id, consumer, refs } = await open(20_000);
    consumer.take();
    const settles = Array.from({ length: 10_000 }, (_, index) => ({
      subscription: id,
      ...refs(index * 2 + 1),
      outcome: DONE,
    }));
    await harness.commit({ settles });
    const next = await harness.crash();
    const left = await next.unsettled(id);
    expect(left).toHaveLength(10_000);
    expect(left.every((message) => message % 2 === 0)).toBe(true);
  });
});

describe("an atomic unit", () => {
  test("appends and settles together", async () => {
    const { harness, topic, id, refs } = await open(2);
    const append = { topic: topic.id, priority: 0, batch: numbered(50, 2), producer: undefined };
    const settle = { subscription: id, ...refs(1), outcome: DONE };
    const result = await harness.commit({ atomic: true, appends: [append], settles: [settle] });
    expect(result.settles).toEqual(["done"]);
    expect(result.appends[0]).toMatchObject([{ kind: "stored", count: 2 }]);
    const next = await harness.crash();
    expect(await next.unsettled(id)).toEqual([2, 50, 51]);
  });

  test("leaves no trace if one of its settles is lost", async () => {
    const { harness, topic, id, refs } = await open(3);
    await harness.settle(id, refs(1));
    const append = { topic: topic.id, priority: 0, batch: numbered(50, 1), producer: undefined };
    const settles = [refs(2), refs(1)].map((ref) => ({ subscription: id, ...ref, outcome: DONE }));
    const result = await harness.commit({ atomic: true, appends: [append], settles });
    expect(result.settles).toEqual(["unknown", "lost"]);
    expect(result.appends[0]).toMatchObject([{ kind: "refused", error: { code: "lease_lost" } }]);
    const next = await harness.crash();
    expect(await next.unsettled(id)).toEqual([2, 3]);
  });

  test("leaves no trace if one of its appends is refused", async () => {
    const { harness, topic, id, refs } = await open(2);
    const append = { topic: topic.id, priority: 0, batch: numbered(50, 1), producer: undefined };
    const settle = { subscription: id, ...refs(1), outcome: DONE };
    const appends = [append, { ...append, topic: 99 }];
    const result = await harness.commit({ atomic: true, appends, settles: [settle] });
    expect(result.appends.flat().map(({ kind }) => kind)).toEqual(["refused", "refused"]);
    const next = await harness.crash();
    expect(await next.unsettled(id)).toEqual([1, 2]);
  });

  test("that is not atomic does what can be done", async () => {
    const { harness, topic, id, refs } = await open(2);
    const append = { topic: topic.id, priority: 0, batch: numbered(50, 1), producer: undefined };
    const settle = { subscription: id, ...refs(1), outcome: DONE };
    const appends = [append, { ...append, topic: 99 }];
    const result = await harness.commit({ appends, settles: [settle] });
    expect(result.appends.flat().map(({ kind }) => kind)).toEqual(["stored", "refused"]);
    expect(result.settles).toEqual(["done"]);
  });
});

describe("a dead letter", () => {
  test("moves in the commit that settles it, with all that is known of its death", async () => {
    const { harness, id, deadLetters, refs } = await open();
    const failedAtMs = harness.clock.now();
    await harness.settle(id, refs(4), retryAfter(10_000, 1));
    await harness.advance(10_000);
    await harness.settle(id, refs(4), dead("no such order"));
    const next = await harness.crash();
    const letters = await next.consume(deadLetters);
    expect(letters.ids).toEqual([4]);
    expect(letters.runs[0]).toMatchObject({
      count: 1,
      firstPosition: 4,
      topic: { name: "a" },
      death: {
        reason: "rejected",
        error: "no such order",
        attempts: 1,
        lastConsumer: "test",
        firstFailedAtMs: failedAtMs,
        deadAtMs: failedAtMs + 10_000,
        redrives: 0,
      },
    });
  });

  test("may be one of very many with long reasons", async () => {
    const { harness, id, deadLetters, refs } = await open(500);
    await harness.settle(id, refs(1, 500), dead("y".repeat(4_000)));
    expect(await harness.engine.stats(deadLetters)).toMatchObject({ unsettled: 500 });
    expect(await harness.unsettled(deadLetters)).toHaveLength(500);
    const next = await harness.crash();
    expect(await next.unsettled(deadLetters)).toHaveLength(500);
  });

  test("is gone when it is settled, and stays so", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(1, 3), dead());
    const letters = await harness.consume(deadLetters, 2);
    await letters.settle();
    letters.close();
    const next = await harness.crash();
    expect(await next.unsettled(deadLetters)).toEqual([3]);
    expect(await next.engine.stats(id)).toMatchObject({ unsettled: 7, dead: 1 });
  });

  test("may fail at its own consumer and comes again", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(1, 2), dead());
    const letters = await harness.consume(deadLetters);
    await letters.settle(retryAfter(2_000, 1, { note: "later" }));
    await harness.advance(2_000);
    expect(letters.ids).toEqual([1, 2]);
    expect(letters.runs[0]).toMatchObject({ failures: 1, note: "later", death: { redrives: 0 } });
    await letters.settle(dead("again"));
    expect(await harness.engine.stats(deadLetters)).toMatchObject({ unsettled: 2 });
  });

  test("is lost to a consumer that holds it when it is redriven", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(1), dead());
    const letters = await harness.consume(deadLetters);
    const [run] = letters.runs;
    expect(await harness.answer(harness.engine.redrive(deadLetters, { count: 9 }))).toBe(1);
    expect(letters.lost).toHaveLength(1);
    expect(run && (await harness.settle(deadLetters, run))).toBe("lost");
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 10, dead: 0 });
  });

  test("cannot be settled by what no feed handed out", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(1), dead());
    const letters = await harness.consume(deadLetters);
    const [run] = letters.runs;
    letters.close();
    expect(run && (await harness.settle(deadLetters, run))).toBe("lost");
    expect(await harness.unsettled(deadLetters)).toEqual([1]);
  });
});

describe("a redrive", () => {
  test("brings dead letters back to their subscription, attempts reset", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(2, 3), dead());
    expect(await harness.answer(harness.engine.redrive(deadLetters, { count: 2 }))).toBe(2);
    const next = await harness.crash();
    const again = await next.consume(id);
    const redriven = again.runs.filter(({ first, firstPosition }) => first !== firstPosition);
    expect(again.ids).toHaveLength(9);
    expect(
      redriven.map(({ failures, firstPosition, death }) => [failures, firstPosition, death]),
    ).toEqual([
      [0, 2, undefined],
      [0, 3, undefined],
    ]);
    expect(await next.unsettled(deadLetters)).toEqual([4]);
  });

  test("counts how often it happened to a message", async () => {
    const { harness, id, deadLetters, refs, consumer } = await open(1);
    await harness.settle(id, refs(1), dead());
    for (let redrives = 1; redrives <= 3; redrives += 1) {
      await harness.answer(harness.engine.redrive(deadLetters, { count: 1 }));
      await harness.quiet();
      await consumer.settle(dead());
      const letters = await harness.consume(deadLetters);
      expect(letters.runs[0]?.death?.redrives).toBe(redrives);
      letters.close();
    }
    await harness.answer(harness.engine.redrive(deadLetters, { count: 1 }));
    await harness.quiet();
    await consumer.settle();
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 0, dead: 0 });
  });

  test("makes messages as new as itself: they expire as long after it as their topic says", async () => {
    const harness = await EngineHarness.open({ recentBytes: 1_000_000 });
    const [brief, long] = [
      await harness.createTopic("a.brief", { expireUnsettledMs: 600_000 }),
      await harness.createTopic("a.long"),
    ];
    const { id, deadLetters } = await harness.subscribe("a.*/g");
    await harness.publish(brief, 1);
    await harness.publish(long, 11);
    const consumer = await harness.consume(id);
    await consumer.settle(dead());
    await harness.advance(500_000, 10_000);
    expect(await harness.answer(harness.engine.redrive(deadLetters, { count: 9 }))).toBe(2);
    await harness.advance(500_000, 10_000);
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 2 });
    await harness.advance(200_000, 10_000);
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 1 });
    expect(consumer.lost.map(({ refs, reason }) => [refs.length, reason])).toEqual([
      [1, "expired"],
    ]);
    consumer.close();
    expect(await harness.unsettled(id)).toEqual([11]);
    expect(await (await harness.crash()).unsettled(id)).toEqual([11]);
  });

  test("takes those that are named", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(1, 5), dead());
    const letters = await harness.consume(deadLetters);
    const named = letters.runs.filter(({ firstPosition }) => firstPosition % 2 === 0);
    letters.close();
    const moved = await harness.answer(harness.engine.redrive(deadLetters, { refs: named }));
    expect(moved).toBe(2);
    expect(await harness.unsettled(deadLetters)).toEqual([1, 3, 5]);
  });

  test("may be purged instead", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(1, 5), dead());
    expect(await harness.answer(harness.engine.purge(deadLetters, { count: 2 }))).toBe(2);
    expect(await harness.answer(harness.engine.redrive(deadLetters, { count: 2 }))).toBe(2);
    expect(await harness.answer(harness.engine.purge(deadLetters))).toBe(1);
    const next = await harness.crash();
    expect(await next.unsettled(deadLetters)).toEqual([]);
    expect(await next.unsettled(id)).toEqual([3, 4, 6, 7, 8, 9, 10]);
  });
});

describe("a purge", () => {
  test("settles what a subscription has, redriven messages too, and not its dead letters", async () => {
    const { harness, id, deadLetters, refs, topic } = await open();
    await harness.settle(id, refs(1, 4), dead());
    await harness.answer(harness.engine.redrive(deadLetters, { count: 2 }));
    expect(await harness.answer(harness.engine.purge(id))).toBe(8);
    await harness.publish(topic, 90, 1);
    const next = await harness.crash();
    expect(await next.unsettled(id)).toEqual([90]);
    expect(await next.unsettled(deadLetters)).toEqual([3, 4]);
    expect(await next.engine.stats(id)).toMatchObject({ unsettled: 1, dead: 2 });
  });

  test("of a topic settles for all its subscriptions, and leaves dead letters", async () => {
    const { harness, id, deadLetters, refs, topic } = await open();
    const other = await harness.subscribe("a/other");
    await harness.publish(topic, 20, 5);
    await harness.settle(id, refs(1), dead());
    expect(await harness.answer(harness.engine.purgeTopic(topic.id))).toBe(14);
    await harness.publish(topic, 90, 1);
    const next = await harness.crash();
    expect(await next.unsettled(id)).toEqual([90]);
    expect(await next.unsettled(other.id)).toEqual([90]);
    expect(await next.unsettled(deadLetters)).toEqual([1]);
  });

  test("counts right what is published in the same commit", async () => {
    const { harness, id, topic } = await open(3);
    const append = (first: number) => ({
      topic: topic.id,
      priority: 0,
      batch: numbered(first, 2),
      producer: undefined,
    });
    harness.engine.commit({ atomic: false, appends: [append(20)], settles: [] }, () => {});
    const purged = harness.engine.purge(id);
    await Promise.resolve();
    harness.engine.commit({ atomic: false, appends: [append(30)], settles: [] }, () => {});
    expect(await harness.answer(purged)).toBe(5);
    const next = await harness.crash();
    expect(await next.engine.stats(id)).toMatchObject({ unsettled: 2 });
    expect(await next.unsettled(id)).toEqual([30, 31]);
  });
});
