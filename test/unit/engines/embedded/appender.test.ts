import { describe, expect, test } from "vitest";

import type { AppendRange } from "../../../../src/broker/engine.js";
import { EngineHarness } from "../../../harness/engine-harness.js";
import { numbered } from "../../../harness/messages.js";

const PRODUCER = "00112233445566778899aabbccddeeff";

async function open() {
  const harness = await EngineHarness.open();
  const topic = await harness.createTopic("a");
  const { id } = await harness.subscribe("a/g");
  harness.engine.attachProducer(PRODUCER);
  /** Message `sequence` has the number `sequence`. */
  const produce = (
    from: EngineHarness,
    firstSequence: number,
    count: number,
    producer = PRODUCER,
  ) =>
    from.append({
      topic: topic.id,
      batch: numbered(firstSequence, count),
      producer: { id: producer, firstSequence },
    });
  return { harness, topic, id, produce };
}

/** Kinds and counts of ranges, with the first position where there is one. */
const told = (ranges: readonly AppendRange[]) =>
  ranges.map((range) => [
    range.kind,
    range.count,
    "firstPosition" in range ? range.firstPosition : undefined,
  ]);

describe("publishing", () => {
  test("numbers messages one after the other, over all priorities", async () => {
    const { harness, topic } = await open();
    expect(await harness.publish(topic, 1, 3)).toBe(1);
    expect(await harness.publish(topic, 4, 2, 20, 9)).toBe(4);
    expect(await harness.publish(topic, 6, 1)).toBe(6);
    expect(harness.engine.topicStats(topic.id)).toMatchObject({
      nextPosition: 7,
      storedMessages: 6,
    });
  });

  test("says how many subscriptions took a message", async () => {
    const { harness, topic } = await open();
    await harness.subscribe("*/g");
    const [range] = await harness.append({ topic: topic.id, batch: numbered(1, 1) });
    expect(range).toMatchObject({ kind: "stored", subscriptions: 2 });
  });

  test("keeps nothing that nobody wants, and uses its positions up", async () => {
    const { harness } = await open();
    const topic = await harness.createTopic("lonely");
    const [range] = await harness.append({ topic: topic.id, batch: numbered(1, 5) });
    expect(range).toMatchObject({ kind: "stored", firstPosition: 1, subscriptions: 0 });
    expect(harness.engine.topicStats(topic.id)).toMatchObject({
      nextPosition: 6,
      storedMessages: 0,
    });
    const { id } = await harness.subscribe("lonely/g");
    await harness.publish(topic, 6, 1);
    expect(await harness.unsettled(id)).toEqual([6]);
  });

  test("says from where on no position was left out: from the start after a crash, not after a stop", async () => {
    const { harness, topic } = await open();
    await harness.publish(topic, 1, 3);
    expect(harness.engine.topicStats(topic.id).unbrokenFrom).toBe(1);
    const stopped = await harness.restart();
    expect(stopped.engine.topicStats(topic.id)).toMatchObject({ nextPosition: 4, unbrokenFrom: 4 });
    const crashed = await stopped.crash();
    const { nextPosition, unbrokenFrom } = crashed.engine.topicStats(topic.id);
    expect(nextPosition).toBeGreaterThan(4);
    expect(unbrokenFrom).toBe(nextPosition);
  });

  test("to a topic that is no more is refused", async () => {
    const { harness } = await open();
    const ranges = await harness.append({ topic: 99, batch: numbered(1, 2) });
    expect(ranges).toMatchObject([{ kind: "refused", count: 2, error: { code: "not_found" } }]);
  });

  test("is refused while too much waits to be written", async () => {
    const { harness, topic } = await open();
    const answers: string[] = [];
    for (let index = 0; index < 70; index += 1) {
      const append = {
        topic: topic.id,
        priority: 0,
        batch: numbered(1, 1, 1_000_000),
        producer: undefined,
      };
      harness.engine.commit({ atomic: false, appends: [append], settles: [] }, ({ appends }) => {
        answers.push(appends[0]?.[0]?.kind ?? "");
      });
    }
    await harness.quiet();
    expect(answers.filter((kind) => kind === "refused")).toHaveLength(2);
    expect(answers.at(-1)).toBe("refused");
    expect(await harness.publish(topic, 1, 1)).toBeGreaterThan(0);
  });

  test("is heard live once it is durable, stored or not", async () => {
    const { harness, topic } = await open();
    const lonely = await harness.createTopic("b.c");
    const heard: string[] = [];
    const tail = harness.engine.tail(">", ({ topic: { name }, count, first }) => {
      heard.push(`${name} ${first}+${count}`);
    });
    await harness.publish(topic, 1, 2);
    await harness.publish(lonely, 3, 1);
    tail.close();
    await harness.publish(topic, 4, 1);
    expect(heard).toEqual(["a 1+2", "b.c 1+1"]);
  });
});

describe("a producer", () => {
  test("may send again: what was stored is a duplicate at its old position", async () => {
    const { harness, topic, produce, id } = await open();
    expect(told(await produce(harness, 1, 5))).toEqual([["stored", 5, 1]]);
    await harness.publish(topic, 100, 3);
    expect(told(await produce(harness, 1, 5))).toEqual([["duplicate", 5, 1]]);
    expect(told(await produce(harness, 3, 5))).toEqual([
      ["duplicate", 3, 3],
      ["stored", 2, 9],
    ]);
    expect(await harness.unsettled(id)).toEqual([1, 2, 3, 4, 5, 6, 7, 100, 101, 102]);
  });

  test("is recognised after a crash, a clean stop and a snapshot", async () => {
    const { harness, produce } = await open();
    await produce(harness, 1, 5);
    const second = await harness.crash();
    expect(second.engine.attachProducer(PRODUCER)).toEqual({ isKnown: true, lastSequence: 5 });
    expect(told(await produce(second, 4, 3))).toEqual([
      ["duplicate", 2, 4],
      ["stored", 1, expect.any(Number)],
    ]);
    const third = await second.restart();
    expect(third.engine.attachProducer(PRODUCER)).toEqual({ isKnown: true, lastSequence: 6 });
    expect(told(await produce(third, 6, 1))).toEqual([["duplicate", 1, expect.any(Number)]]);
  });

  test("leaves a hole where it was refused, and may fill it", async () => {
    const { harness, produce } = await open();
    await produce(harness, 1, 2);
    const refused = await harness.append({
      topic: 99,
      batch: numbered(3, 2),
      producer: { id: PRODUCER, firstSequence: 3 },
    });
    expect(refused).toMatchObject([{ kind: "refused" }]);
    await produce(harness, 5, 2);
    expect(told(await produce(harness, 1, 6))).toEqual([
      ["duplicate", 2, 1],
      ["stored", 2, 5],
      ["duplicate", 2, 3],
    ]);
  });

  test("that is unknown must begin with 1", async () => {
    const { harness, produce } = await open();
    const stranger = "f".repeat(32);
    const ranges = await produce(harness, 7, 2, stranger);
    expect(ranges).toMatchObject([{ kind: "refused", error: { code: "producer_unknown" } }]);
    expect(told(await produce(harness, 1, 2, stranger))).toEqual([["stored", 2, 1]]);
  });

  test("is told what is too old to be known", async () => {
    const { harness, produce } = await open();
    for (let first = 1; first < 12_000; first += 1_000) await produce(harness, first, 1_000);
    const ranges = await produce(harness, 1, 4_000);
    const [first, ...others] = told(ranges);
    expect(first).toEqual(["unknown", 2_000, undefined]);
    expect(others[0]).toEqual(["duplicate", expect.any(Number), 2_001]);
    expect(others.every(([kind]) => kind === "duplicate")).toBe(true);
  });

  test("is forgotten ten minutes after it left", async () => {
    const { harness, produce } = await open();
    await produce(harness, 1, 1);
    harness.engine.detachProducer(PRODUCER);
    await harness.advance(500_000, 10_000);
    expect(harness.engine.attachProducer(PRODUCER).isKnown).toBe(true);
    await harness.advance(900_000, 10_000);
    expect(harness.engine.attachProducer(PRODUCER).isKnown).toBe(true);
    harness.engine.detachProducer(PRODUCER);
    await harness.advance(700_000, 10_000);
    const next = await harness.crash();
    expect(next.engine.attachProducer(PRODUCER)).toEqual({ isKnown: false, lastSequence: 0 });
  });
});
