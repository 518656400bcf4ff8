import { describe, expect, test } from "vitest";
import type { AppendRange, TopicSettings } from "../../../../src/broker/engine.js";
import { EngineHarness, retryAfter } from "../../../harness/engine-harness.js";
import { numbered } from "../../../harness/messages.js";
import { SimulatedDisk } from "../../../harness/simulated-disk.js";

const PAYLOAD_BYTES = 1_000;
const LIMIT = 50_000;

/** A topic with a limit of about 48 messages, and a subscription. */
async function open(settings: Partial<TopicSettings> = {}, disk = new SimulatedDisk()) {
  const harness = await EngineHarness.open({}, disk);
  const topic = await harness.createTopic("a", { maxBacklogBytes: LIMIT, ...settings });
  const { id, deadLetters } = await harness.subscribe("a/g");
  return { harness, topic, id, deadLetters };
}

async function publishOne(
  harness: EngineHarness,
  topic: number,
  number: number,
): Promise<AppendRange | undefined> {
  const [range] = await harness.append({ topic, batch: numbered(number, 1, PAYLOAD_BYTES) });
  return range;
}

/** Publishes one by one until one is refused; returns how many were stored and why the next was not. */
async function fill(harness: EngineHarness, topic: number, most = 200) {
  for (let stored = 0; stored < most; stored += 1) {
    const range = await publishOne(harness, topic, stored + 1);
    if (range?.kind === "refused") return { stored, error: range.error };
  }
  throw new Error(`all ${most} messages were stored`);
}

/** Small messages 1 to 20 that nobody settles, each after a large one that is settled. */
async function fillMixed(
  harness: EngineHarness,
  topic: { readonly id: number },
  subscription: number,
): Promise<void> {
  const consumer = await harness.consume(subscription);
  for (let number = 1; number <= 20; number += 1) {
    await harness.publish(topic, 100 + number, 1, 7_000);
    await harness.quiet();
    await consumer.settle();
    await publishOne(harness, topic.id, number);
    await harness.quiet();
    consumer.take();
  }
  consumer.close();
}

describe("a topic with a backlog limit", () => {
  test("refuses what goes beyond it, and says why", async () => {
    const { harness, topic } = await open();
    const { stored, error } = await fill(harness, topic.id);
    expect(stored).toBeGreaterThan(45);
    expect(stored).toBeLessThanOrEqual(50);
    expect(error).toMatchObject({
      code: "resource_exhausted",
      field: "maxBacklogBytes",
      limit: LIMIT,
      retryAfterMs: 1_000,
    });
    expect(error.message).toMatch(/^5\d{4} bytes of topic a are not settled; its limit,/);
  });

  test("takes one message more for each that is settled", async () => {
    const { harness, topic, id } = await open();
    const { stored } = await fill(harness, topic.id);
    const consumer = await harness.consume(id, 5);
    await consumer.settle();
    consumer.close();
    const more = await fill(harness, topic.id);
    expect(more.stored).toBe(5);
    expect(await harness.unsettled(id)).toHaveLength(stored);
  });

  test("is not stopped by one message that stays", async () => {
    const { harness, topic, id } = await open();
    const consumer = await harness.consume(id);
    await publishOne(harness, topic.id, 0);
    await harness.quiet();
    await consumer.settle(retryAfter(1e9));
    for (let number = 1; number <= 500; number += 1) {
      expect((await publishOne(harness, topic.id, number))?.kind).toBe("stored");
      await harness.quiet();
      await consumer.settle();
    }
  });

  test("goes by its slowest subscription", async () => {
    const { harness, topic, id } = await open();
    await harness.subscribe("a/slow");
    await fill(harness, topic.id);
    const consumer = await harness.consume(id);
    await consumer.settle();
    expect((await publishOne(harness, topic.id, 1))?.kind).toBe("refused");
  });

  test("counts nothing for a subscription that begins later", async () => {
    const { harness, topic, id } = await open();
    await fill(harness, topic.id);
    await harness.answer(harness.engine.purge(id));
    await harness.subscribe("a/late");
    expect((await fill(harness, topic.id)).stored).toBeGreaterThan(45);
  });

  test("counts retained messages for a subscription that begins with them", async () => {
    const { harness, topic, id } = await open({ retainBytes: 1e9 });
    await fill(harness, topic.id);
    await harness.answer(harness.engine.purge(id));
    await harness.subscribe("a/late", {}, { at: "earliest" });
    expect((await publishOne(harness, topic.id, 1))?.kind).toBe("refused");
  });

  test.each(["restart", "crash"] as const)("knows its backlog after a %s", async (how) => {
    const { harness, topic } = await open();
    const { stored } = await fill(harness, topic.id);
    const next = await harness[how]();
    expect((await publishOne(next, topic.id, stored + 1))?.kind).toBe("refused");
  });

  test("may get its limit later, and lose it again", async () => {
    const { harness, topic } = await open({ maxBacklogBytes: 0 });
    for (let number = 0; number < 100; number += 1) await publishOne(harness, topic.id, number);
    const limited = { ...topic.settings, maxBacklogBytes: LIMIT };
    await harness.change({ kind: "update-topic", topic: topic.id, settings: limited });
    expect((await publishOne(harness, topic.id, 100))?.kind).toBe("refused");
    await harness.change({ kind: "update-topic", topic: topic.id, settings: topic.settings });
    expect((await publishOne(harness, topic.id, 100))?.kind).toBe("stored");
  });

  test("answers a resend of what it has stored as a duplicate, however full it is", async () => {
    const { harness, topic } = await open();
    const id = "00112233445566778899aabbccddeeff";
    harness.engine.attachProducer(id);
    const resend = (count: number) =>
      harness.append({
        topic: topic.id,
        batch: numbered(1, count, PAYLOAD_BYTES),
        producer: { id, firstSequence: 1 },
      });
    await resend(60);
    const ranges = await resend(62);
    expect(ranges.map(({ kind, count }) => [kind, count])).toEqual([
      ["duplicate", 60],
      ["refused", 2],
    ]);
  });

  test("keeps its place in memory small, whatever goes through it", async () => {
    const { harness, topic, id } = await open({ maxBacklogBytes: 2_000 });
    const consumer = await harness.consume(id);
    await publishOne(harness, topic.id, 0);
    await harness.quiet();
    await consumer.settle(retryAfter(1e9));
    for (let number = 1; number <= 2_000; number += 1) {
      expect((await publishOne(harness, topic.id, number))?.kind).toBe("stored");
      await harness.quiet();
      await consumer.settle();
    }
    expect((await publishOne(harness, topic.id, 1))?.kind).toBe("stored");
    expect((await publishOne(harness, topic.id, 2))?.kind).toBe("refused");
  });
});

describe("beyond its limit", () => {
  test("a topic drops its oldest messages where it was told so", async () => {
    const { harness, topic, id } = await open({ overflow: "drop-oldest" });
    const consumer = await harness.consume(id, 3);
    for (let number = 1; number <= 200; number += 1) {
      expect((await publishOne(harness, topic.id, number))?.kind).toBe("stored");
      await harness.quiet();
    }
    consumer.close();
    const left = await harness.unsettled(id);
    expect(left.at(-1)).toBe(200);
    expect(left.length).toBeGreaterThan(40);
    expect(left.length).toBeLessThanOrEqual(50);
    expect(left).toEqual(left.map((_, index) => 201 - left.length + index));
    expect(consumer.lost.map(({ reason }) => reason)).toContain("overflow");
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: left.length, dead: 0 });
    expect(await (await harness.crash()).unsettled(id)).toEqual(left);
  });

  test("a topic drops no more of what it had before a restart", async () => {
    const { harness, topic, id } = await open({ overflow: "drop-oldest" });
    for (let number = 1; number <= 45; number += 1) await publishOne(harness, topic.id, number);
    const next = await harness.restart();
    for (let number = 46; number <= 60; number += 1) {
      await publishOne(next, topic.id, number);
      await next.quiet();
    }
    const left = await next.unsettled(id);
    expect(left.at(-1)).toBe(60);
    expect(left.length).toBeGreaterThan(40);
    expect(left.length).toBeLessThanOrEqual(50);
  });

  test.each(["drop-oldest", "dead-letter"] as const)(
    "a topic with %s keeps small messages after a restart that stood among large ones",
    async (overflow) => {
      const { harness, topic, id, deadLetters } = await open({ overflow });
      await fillMixed(harness, topic, id);
      const next = await harness.restart();
      for (const number of [21, 22]) {
        await publishOne(next, topic.id, number);
        await next.quiet();
      }
      expect(await next.unsettled(id)).toEqual(Array.from({ length: 22 }, (_, at) => at + 1));
      expect(await next.unsettled(deadLetters)).toEqual([]);
    },
  );

  test("a topic takes messages after a restart whose backlog is small after all", async () => {
    const { harness, topic, id } = await open();
    await fillMixed(harness, topic, id);
    const next = await harness.restart();
    await publishOne(next, topic.id, 21);
    await next.quiet();
    expect((await publishOne(next, topic.id, 22))?.kind).toBe("stored");
  });

  test("a topic moves its oldest messages to the dead-letter queue where it was told so", async () => {
    const { harness, topic, id, deadLetters } = await open({ overflow: "dead-letter" });
    const first = await harness.consume(id);
    await publishOne(harness, topic.id, 1);
    await harness.quiet();
    await first.settle(retryAfter(1e9, 2));
    first.close();
    for (let number = 2; number <= 200; number += 1) {
      expect((await publishOne(harness, topic.id, number))?.kind).toBe("stored");
      await harness.quiet();
    }
    const left = await harness.unsettled(id);
    const dead = await harness.unsettled(deadLetters);
    expect([...dead, ...left]).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(left.length).toBeLessThanOrEqual(50);
    const [letter, second] = await harness.engine.peek(deadLetters, "ready", 2);
    expect(letter?.death).toMatchObject({ reason: "overflow", attempts: 2 });
    expect(second?.death).toMatchObject({ reason: "overflow", attempts: 0 });
    expect(await (await harness.crash()).unsettled(deadLetters)).toEqual(dead);
  });

  test.each(["drop-oldest", "dead-letter"] as const)(
    "a topic with %s takes up to twice as much until its oldest messages are gone",
    async (overflow) => {
      const { harness, topic } = await open({ overflow });
      // All in one turn: nothing can be dropped before it ends.
      const results = await Promise.all(
        Array.from({ length: 150 }, (_, index) => publishOne(harness, topic.id, index)),
      );
      const kinds = results.map((range) => range?.kind);
      const stored = kinds.indexOf("refused");
      expect(stored).toBeGreaterThan(90);
      expect(stored).toBeLessThanOrEqual(100);
      await harness.quiet();
      expect((await publishOne(harness, topic.id, 150))?.kind).toBe("stored");
    },
  );

  test("dead letters that are being made do not hold up a stop", async () => {
    const { harness, topic, id, deadLetters } = await open({ overflow: "dead-letter" });
    await harness.publish(topic, 0, 40_000, 30);
    const range = await publishOne(harness, topic.id, 40_000);
    expect(range?.kind).toBe("refused");
    const next = await harness.restart();
    const dead = (await next.engine.stats(id)).dead;
    expect(dead).toBeLessThan(5_000);
    expect((await next.unsettled(id)).length + (await next.unsettled(deadLetters)).length).toBe(
      40_000,
    );
  });

  test("only subscriptions that are behind lose messages", async () => {
    const { harness, topic, id } = await open({ overflow: "drop-oldest" });
    const { id: slow } = await harness.subscribe("a/slow");
    const consumer = await harness.consume(id);
    const seen: number[] = [];
    for (let number = 1; number <= 200; number += 1) {
      await publishOne(harness, topic.id, number);
      await harness.quiet();
      seen.push(...consumer.ids);
      await consumer.settle();
    }
    expect(seen).toHaveLength(200);
    expect((await harness.unsettled(slow)).length).toBeLessThanOrEqual(50);
  });
});

describe("a disk that is nearly full", () => {
  /** Two topics, one with five times the backlog of the other, and a disk of which the journal has this share. */
  async function nearlyFull(share: number) {
    const disk = new SimulatedDisk();
    const harness = await EngineHarness.open({}, disk);
    const { id } = await harness.subscribe("*/g");
    const topics = [await harness.createTopic("large"), await harness.createTopic("small")];
    const [large, small] = topics.map((topic) => topic.id) as [number, number];
    for (let number = 0; number < 60; number += 1) {
      await publishOne(harness, number % 6 === 0 ? small : large, number);
    }
    disk.resize(Math.ceil(disk.usedBytes / share));
    await publishOne(harness, small, 60);
    await harness.advance(2_000);
    return { harness, disk, id, large, small };
  }

  test("refuses the topic with the largest backlog first", async () => {
    const { harness, large, small } = await nearlyFull(0.86);
    const range = await publishOne(harness, large, 100);
    expect(range?.kind === "refused" && range.error).toMatchObject({
      code: "resource_exhausted",
      field: "disk",
      retryAfterMs: 1_000,
    });
    expect((await publishOne(harness, small, 101))?.kind).toBe("stored");
  });

  test("refuses nobody below 85 %", async () => {
    const { harness, large, small } = await nearlyFull(0.8);
    expect((await publishOne(harness, large, 100))?.kind).toBe("stored");
    expect((await publishOne(harness, small, 101))?.kind).toBe("stored");
  });

  test("takes messages again when there is room", async () => {
    const { harness, disk, large } = await nearlyFull(0.86);
    disk.resize(2 ** 30);
    await harness.advance(2_000);
    expect((await publishOne(harness, large, 100))?.kind).toBe("stored");
  });

  test("takes messages again when they are settled and their files are gone", async () => {
    const { harness, id, large } = await nearlyFull(0.86);
    const consumer = await harness.consume(id);
    await consumer.settle();
    await harness.advance(10_000);
    expect((await publishOne(harness, large, 100))?.kind).toBe("stored");
  });
});
