import { describe, expect, onTestFinished, test, vi } from "vitest";

import type { Catalog, CatalogEvent } from "../../../../src/broker/engine.js";
import {
  dead,
  EngineHarness,
  nextTurn,
  retryAfter,
  TOPIC_SETTINGS,
} from "../../../harness/engine-harness.js";
import { JournalFailed } from "../../../../src/engines/embedded/errors.js";
import { RecordReader } from "../../../../src/engines/embedded/reader.js";
import { deferred } from "../../../harness/sdk-world.js";
import { encodeMessages, numbered } from "../../../harness/messages.js";
import { SimulatedDisk } from "../../../harness/simulated-disk.js";
import { TickingClock } from "../../../harness/ticking-clock.js";

const RETAINED = { retainMs: 1e9 };

describe("topics", () => {
  test("are there after a crash, with all their settings", async () => {
    const harness = await EngineHarness.open();
    const settings = {
      ...TOPIC_SETTINGS,
      retainMs: 5_000,
      retainBytes: 2 ** 40,
      expireUnsettledMs: 7,
    };
    const topic = await harness.createTopic("a.b", settings);
    const updated = { ...settings, retainMs: 0, overflow: "drop-oldest" } as const;
    await harness.change({ kind: "update-topic", topic: topic.id, settings: updated });
    expect((await catalogAfterCrash(harness)).topics).toEqual([{ ...topic, settings: updated }]);
  });

  test("have a name of their own, and an epoch in each life of it", async () => {
    const harness = await EngineHarness.open();
    const first = await harness.createTopic("a");
    await expect(harness.createTopic("a")).rejects.toMatchObject({ code: "conflict" });
    await harness.change({ kind: "delete-topic", topic: first.id });
    const second = await harness.createTopic("a");
    expect(second.epoch).not.toBe(first.epoch);
    expect(second.id).not.toBe(first.id);
  });

  test("that do not exist cannot be changed", async () => {
    const harness = await EngineHarness.open();
    const code = "not_found";
    const update = { kind: "update-topic", topic: 9, settings: TOPIC_SETTINGS } as const;
    await expect(harness.change(update)).rejects.toMatchObject({ code });
    await expect(harness.change({ kind: "delete-topic", topic: 9 })).rejects.toMatchObject({
      code,
    });
    await expect(harness.answer(harness.engine.purgeTopic(9))).rejects.toMatchObject({ code });
  });

  test("take the dead letters and redriven messages of theirs with them", async () => {
    const harness = await EngineHarness.open();
    const topics = [await harness.createTopic("t.a"), await harness.createTopic("t.b")];
    const { id, deadLetters } = await harness.subscribe("t.*/g");
    for (const [index, topic] of topics.entries()) await harness.publish(topic, index * 10, 4);
    const consumer = await harness.consume(id);
    await consumer.settle(dead());
    await harness.answer(harness.engine.redrive(deadLetters, { count: 2 }));
    const [first] = topics;
    await harness.change({ kind: "delete-topic", topic: first?.id ?? 0 });
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 0, dead: 4 });
    expect(await harness.unsettled(deadLetters)).toEqual([10, 11, 12, 13]);
  });
});

describe("subscriptions", () => {
  test("are there after a crash with their dead-letter queues", async () => {
    const harness = await EngineHarness.open();
    const retry = { minMs: 5, maxMs: 2 ** 33, factor: 1.5, jitter: 0.25 };
    const made = await harness.subscribe("a.*/g", { retry, maxAttempts: 0, mode: "failover" });
    const settings = { ...made.settings, maxAttempts: 9, onKeyFailure: "block" } as const;
    await harness.change({ kind: "update-subscription", subscription: made.id, settings });
    const { subscriptions } = await catalogAfterCrash(harness);
    expect(subscriptions[0]).toEqual({ ...made, settings });
    expect(subscriptions[1]).toMatchObject({ name: "a.*/g/dlq", id: made.deadLetters });
    expect(subscriptions[1]?.deadLetters).toBeUndefined();
  });

  test("are deleted with their dead-letter queues, and never without", async () => {
    const harness = await EngineHarness.open();
    const made = await harness.subscribe("a/g");
    const ofQueue = { kind: "delete-subscription", subscription: made.deadLetters } as const;
    await expect(harness.change(ofQueue)).rejects.toMatchObject({ code: "invalid_argument" });
    await harness.change({ kind: "delete-subscription", subscription: made.id });
    expect((await catalogAfterCrash(harness)).subscriptions).toEqual([]);
  });

  test("miss no topic that is made at the same time", async () => {
    const harness = await EngineHarness.open();
    const topic = await harness.createTopic("t.a", RETAINED);
    await harness.publish(topic, 1, 3);
    const subscribing = harness.subscribe("t.*/g", {}, { at: "earliest" });
    const later = await harness.createTopic("t.b");
    const { id } = await subscribing;
    await harness.publish(later, 10, 1);
    expect(await harness.unsettled(id)).toEqual([1, 2, 3, 10]);
  });
});

describe("the start of a subscription", () => {
  async function open() {
    const harness = await EngineHarness.open({ recentBytes: 0 });
    const topic = await harness.createTopic("a", RETAINED);
    const positions: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      positions.push(await harness.publish(topic, index * 10, 4, 50, index === 2 ? 9 : 0));
      await harness.advance(1_000);
    }
    return { harness, topic, positions };
  }

  const all = [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33, 40, 41, 42, 43];

  test("is the next message where nothing else is said", async () => {
    const { harness, topic } = await open();
    const { id } = await harness.subscribe("a/g");
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 0 });
    await harness.publish(topic, 90, 1);
    expect(await harness.unsettled(id)).toEqual([90]);
  });

  test("is the oldest message that retention kept", async () => {
    const { harness } = await open();
    const { id } = await harness.subscribe("a/g", {}, { at: "earliest" });
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 20 });
    expect(await harness.unsettled(id)).toEqual(all);
    const next = await harness.crash();
    expect(await next.engine.stats(id)).toMatchObject({ unsettled: 20 });
  });

  test("is a position, or the nearest one there is", async () => {
    const { harness } = await open();
    const unsettled = async (position: number): Promise<number[]> => {
      const { id } = await harness.subscribe(
        `a/g${position + 100}`,
        {},
        { at: "position", position },
      );
      const stats = await harness.engine.stats(id);
      const ids = await harness.unsettled(id);
      expect(stats.unsettled).toBe(ids.length);
      return ids;
    };
    expect(await unsettled(6)).toEqual(all.slice(5));
    expect(await unsettled(-50)).toEqual(all);
    expect(await unsettled(1e12)).toEqual([]);
  });

  test("is a time", async () => {
    const { harness } = await open();
    const timeMs = harness.clock.now() - 3_000;
    const { id } = await harness.subscribe("a/g", {}, { at: "time", timeMs });
    expect(await harness.unsettled(id)).toEqual(all.slice(8));
  });

  test("counts right what is published while it is looked for", async () => {
    const { harness, topic } = await open();
    const batch = numbered(90, 3);
    const append = { topic: topic.id, priority: 0, batch, producer: undefined };
    const publish = () =>
      harness.engine.commit({ atomic: false, appends: [append], settles: [] }, () => {});
    publish();
    const subscribing = harness.subscribe("a/g", {}, { at: "earliest" });
    for (let turn = 0; turn < 8; turn += 1) {
      publish();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { id } = await subscribing;
    publish();
    await harness.quiet();
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 20 + 3 * 10 });
    const next = await harness.crash();
    expect(await next.engine.stats(id)).toMatchObject({ unsettled: 20 + 3 * 10 });
    expect(await next.unsettled(id)).toHaveLength(50);
  });

  test("counts right what is published in the commit that makes it", async () => {
    const { harness, topic } = await open();
    const append = { topic: topic.id, priority: 0, batch: numbered(90, 3), producer: undefined };
    const publish = () =>
      harness.engine.commit({ atomic: false, appends: [append], settles: [] }, () => {});
    const subscribing = harness.subscribe("a/g");
    for (let turn = 0; turn < 6; turn += 1) {
      publish();
      await Promise.resolve();
    }
    const { id } = await subscribing;
    const { unsettled } = await harness.engine.stats(id);
    expect(await harness.unsettled(id)).toHaveLength(unsettled);
    const next = await harness.crash();
    expect(await next.engine.stats(id)).toMatchObject({ unsettled });
  });
});

describe("those who watch", () => {
  test("hear of each change once it is in effect, and no more after they left", async () => {
    const harness = await EngineHarness.open();
    const heard: CatalogEvent["kind"][] = [];
    const watching = harness.engine.watch(({ kind }) => heard.push(kind));
    const topic = await harness.createTopic("a");
    const { id } = await harness.subscribe("a/g");
    await harness.change({ kind: "delete-subscription", subscription: id });
    watching.close();
    await harness.change({ kind: "delete-topic", topic: topic.id });
    expect(heard).toEqual(["topic", "subscription", "subscription-deleted"]);
  });
});

/** What the next process finds. */
async function catalogAfterCrash({ disk }: EngineHarness): Promise<Catalog> {
  const next = await EngineHarness.open({}, (disk as SimulatedDisk).crash());
  return next.catalog;
}

describe("a deletion that is under way", () => {
  test("of a subscription makes its feed not_found before it is durable", async () => {
    const harness = await EngineHarness.open();
    await harness.createTopic("t");
    const { id } = await harness.subscribe("t/g");
    const isGone = () => {
      try {
        harness.engine.feed(id, { run: () => {}, blocked: () => {}, lost: () => {} }).close();
        return false;
      } catch (error) {
        expect(error).toMatchObject({ code: "not_found" });
        return true;
      }
    };
    let isTold = false;
    harness.engine.watch(() => (isTold = true));
    const deleted = harness.engine.change({ kind: "delete-subscription", subscription: id });

    while (!isGone()) await Promise.resolve();

    expect(isTold).toBe(false);
    await harness.answer(deleted);
  });

  test("of a topic does not make a starting feed take its messages for references", async () => {
    const harness = await EngineHarness.open({ recentBytes: 0 });
    const { id: topic } = await harness.createTopic("t");
    const { id } = await harness.subscribe("t/g", { ordered: true });
    for (let number = 1; number <= 3; number += 1) {
      await harness.append({ topic, batch: encodeMessages([{ id: number, key: "k" }]) });
    }
    const first = await harness.consume(id);
    await first.settle(retryAfter(60_000));
    first.close();
    // The feed looks up the keys of what failed, one after the other; the first read takes its time.
    const { promise, resolve } = deferred();
    const read = vi.spyOn(RecordReader.prototype, "message");
    onTestFinished(() => read.mockRestore());
    read.mockImplementationOnce(() => promise.then(() => undefined));

    const second = await harness.consume(id);
    expect(read).toHaveBeenCalledTimes(1);
    await harness.change({ kind: "delete-topic", topic });
    resolve();
    await harness.quiet();

    expect([second.ids, harness.failures]).toEqual([[], []]);
  });
});

test("a disk that fails while changes wait for their turn is told to each of them, and to nobody else", async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown): unknown => unheard.push(reason);
  process.on("unhandledRejection", hear);
  onTestFinished(() => void process.off("unhandledRejection", hear));
  let failed = 0;
  for (let nth = 1; nth <= 8; nth += 1) {
    // No turn has time for two changes.
    const clock = new TickingClock({ tickMs: 6 });
    const harness = await EngineHarness.open({}, new SimulatedDisk(), clock);
    (harness.disk as SimulatedDisk).fail({ operation: "write", nth, kind: "io", fromThenOn: true });
    const changes = Array.from({ length: 6 }, (_, index) => harness.createTopic(`t${index}`));
    const ends = await harness.answer(Promise.allSettled(changes));
    const errors = ends.flatMap((end) =>
      end.status === "rejected" ? [end.reason as unknown] : [],
    );
    expect(errors.every((error) => error instanceof JournalFailed)).toBe(true);
    failed += errors.length;
    await nextTurn();
    expect([nth, ...unheard]).toEqual([nth]);
  }
  expect(failed).toBeGreaterThan(10);
});
