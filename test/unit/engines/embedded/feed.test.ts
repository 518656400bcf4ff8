import { describe, expect, test } from "vitest";
import { EngineHarness, dead, retryAfter } from "../../../harness/engine-harness.js";

describe("smoke", () => {
  test("publishes, delivers, settles, restarts", async () => {
    let harness = await EngineHarness.open();
    const topic = await harness.createTopic("a");
    const { id, deadLetters } = await harness.subscribe("a/g");
    for (let index = 0; index < 50; index += 1) await harness.publish(topic, index * 10, 10, 100);
    const consumer = await harness.consume(id);
    expect(consumer.ids).toHaveLength(500);
    await harness.settle(id, { log: consumer.runs[0]!.log, first: 2, count: 400 });
    await harness.settle(id, { log: consumer.runs[0]!.log, first: 450, count: 2 }, dead());
    await harness.settle(
      id,
      { log: consumer.runs[0]!.log, first: 460, count: 2 },
      retryAfter(5000, 1, { note: "hm" }),
    );
    await harness.advance(10_000);
    harness = await harness.restart();
    expect(await harness.engine.stats(id)).toMatchObject({ unsettled: 98, dead: 2, retrying: 2 });
    const second = await harness.consume(id);
    expect(second.ids).toHaveLength(98);
    expect(second.runs.filter((r) => r.note).map((r) => [r.first, r.note])).toEqual([[460, "hm"]]);
    const dlq = await harness.consume(deadLetters);
    expect(dlq.ids).toEqual([449, 450]);
    expect(await harness.engine.redrive(deadLetters, { count: 1 }).catch(String)).toBeDefined();
  });
});
