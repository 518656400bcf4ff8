import { describe, expect, test } from "vitest";

import type { Ref, Run } from "../../../../src/broker/engine.js";
import { dead, DONE, EngineHarness, retryAfter } from "../../../harness/engine-harness.js";
import { idsOf } from "../../../harness/messages.js";
import type { SimulatedDisk } from "../../../harness/simulated-disk.js";

async function open(count = 6, options: Parameters<typeof EngineHarness.open>[0] = {}) {
  const harness = await EngineHarness.open({ recentBytes: 1_000_000, ...options });
  const topic = await harness.createTopic("a");
  const { id, deadLetters } = await harness.subscribe("a/g");
  await harness.publish(topic, 1, count);
  const consumer = await harness.consume(id);
  const log = consumer.runs[0]?.log ?? 0;
  const refs = (first: number, size = 1): Ref => ({ log, first, count: size });
  return { harness, topic, id, deadLetters, consumer, refs };
}

const handOver = (harness: EngineHarness, subscription: number, ref: Ref): Promise<void> =>
  harness.answer(new Promise((done) => harness.engine.handOver(subscription, ref, done)));

/** Numbers of the messages that were interrupted, and of the others, in the order they come. */
function told(runs: readonly Run[]): { interrupted: number[]; others: number[] } {
  const of = (interrupted: boolean): number[] =>
    runs.filter((run) => run.interrupted === interrupted).flatMap(idsOf);
  return { interrupted: of(true), others: of(false) };
}

describe("what was handed over when the process died", () => {
  test("comes first, as interrupted, and its attempt is not counted by the engine", async () => {
    const { harness, id, refs } = await open();
    await handOver(harness, id, refs(3, 2));
    const next = await harness.crash();
    const consumer = await next.consume(id);
    expect(told(consumer.runs)).toEqual({ interrupted: [3, 4], others: [1, 2, 5, 6] });
    expect(consumer.runs[0]).toMatchObject({ first: 3, failures: 0, crashes: 0 });
  });

  test("is interrupted until it is settled, over further crashes and snapshots", async () => {
    const { harness, topic, id, refs } = await open();
    await handOver(harness, id, refs(3, 2));
    let next = await harness.crash();
    for (let first = 100; first < 400; first += 10) await next.publish(topic, first, 10, 200);
    await next.advance(5_000);
    next = await next.crash();
    const consumer = await next.consume(id);
    expect(told(consumer.runs).interrupted).toEqual([3, 4]);
    await next.settle(id, refs(3), retryAfter(0, 1, { crashes: 1 }));
    next = await next.crash();
    const again = await next.consume(id);
    expect(told(again.runs).interrupted).toEqual([4]);
    const third = again.runs.find(({ first }) => first === 3);
    expect(third).toMatchObject({ failures: 1, crashes: 1, interrupted: false });
  });

  test("keeps what earlier attempts left, also in a snapshot", async () => {
    const { harness, topic, id, consumer, refs } = await open();
    await harness.settle(id, refs(2), retryAfter(0, 2, { crashes: 1, note: "half done" }));
    await consumer.want(100);
    await handOver(harness, id, refs(2));
    for (let first = 100; first < 400; first += 10) await harness.publish(topic, first, 10, 200);
    await harness.advance(5_000);
    const next = await harness.crash();
    const [run] = (await next.consume(id)).runs;
    expect(run).toMatchObject({ first: 2, failures: 2, crashes: 1, interrupted: true });
    expect(run?.note).toBe("half done");
  });

  test.each([
    ["settled", DONE],
    ["tried again", retryAfter(0)],
    ["dead-lettered", dead()],
  ])("is not interrupted where it was %s before", async (_name, outcome) => {
    const { harness, id, refs } = await open();
    await handOver(harness, id, refs(3, 2));
    await harness.settle(id, refs(3, 2), outcome);
    const next = await harness.crash();
    expect(told((await next.consume(id)).runs).interrupted).toEqual([]);
  });

  test("is not interrupted where it was given back, or its feed was closed", async () => {
    const { harness, id, consumer, refs } = await open();
    await handOver(harness, id, refs(1, 4));
    await consumer.giveBack([refs(1, 2)]);
    const first = await harness.crash();
    expect(told((await first.consume(id)).runs).interrupted).toEqual([3, 4]);
    const second = await harness.crash();
    const again = await second.consume(id);
    await handOver(second, id, refs(5));
    again.close();
    await second.quiet();
    const third = await second.crash();
    expect(told((await third.consume(id)).runs).interrupted).toEqual([3, 4]);
  });

  test("is forgotten by a clean stop", async () => {
    const { harness, id, refs } = await open();
    await handOver(harness, id, refs(3, 2));
    let next = await harness.restart();
    next = await next.crash();
    expect(told((await next.consume(id)).runs)).toEqual({
      interrupted: [],
      others: [1, 2, 3, 4, 5, 6],
    });
  });

  test("may be a message that was redriven", async () => {
    const { harness, id, deadLetters, refs } = await open();
    await harness.settle(id, refs(2), dead());
    await harness.answer(harness.engine.redrive(deadLetters, { count: 1 }));
    await harness.quiet();
    const feed = await harness.crash();
    const consumer = await feed.consume(id);
    const redriven = consumer.runs.find(({ log }) => log !== refs(1).log);
    expect(redriven && idsOf(redriven)).toEqual([2]);
    if (redriven) await handOver(feed, id, redriven);
    const next = await feed.crash();
    expect(told((await next.consume(id)).runs).interrupted).toEqual([2]);
  });
});

describe("a hand-over", () => {
  test("is written and not synced", async () => {
    const { harness, id, refs } = await open();
    const disk = harness.disk as SimulatedDisk;
    const before = { syncs: disk.trace.count("sync"), writes: disk.trace.count("write") };
    await handOver(harness, id, refs(1));
    expect(disk.trace.count("write")).toBe(before.writes + 1);
    expect(disk.trace.count("sync")).toBe(before.syncs);
  });

  test("is told at once where nothing survives the process, and writes nothing", async () => {
    const { harness, id, refs } = await open(1, { durability: "memory" });
    const disk = harness.disk as SimulatedDisk;
    const writes = disk.trace.count("write");
    let isDone = false;
    harness.engine.handOver(id, refs(1), () => (isDone = true));
    expect(isDone).toBe(true);
    await harness.quiet();
    expect(disk.trace.count("write")).toBe(writes);
  });
});
