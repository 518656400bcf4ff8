import { expect, test } from "vitest";

import { EngineHarness } from "../../../harness/engine-harness.js";
import { SimulatedDisk } from "../../../harness/simulated-disk.js";
import { TickingClock } from "../../../harness/ticking-clock.js";

const TOPICS = 12;

/** A full disk, and files in which three of four messages of each topic are settled. */
async function fullDisk(): Promise<EngineHarness> {
  const disk = new SimulatedDisk();
  const clock = new TickingClock({ tickMs: 6 });
  const harness = await EngineHarness.open({ spareBytes: 64 * 1024 }, disk, clock);
  const { id } = await harness.subscribe("t.*/g");
  const topics = [];
  for (let index = 0; index < TOPICS; index += 1) {
    topics.push(await harness.createTopic(`t.${index}`));
  }
  for (let message = 0; message < TOPICS * 30; message += 1) {
    const topic = topics[message % TOPICS];
    if (topic) await harness.publish(topic, message, 1, 300);
    // Time for a snapshot.
    if (message % (TOPICS * 10) === 0) await harness.advance(3_000);
  }
  const consumer = await harness.consume(id);
  await consumer.settle(
    undefined,
    consumer.take().filter(({ first }) => first % 4 > 0),
  );
  disk.resize(disk.usedBytes);
  const [topic] = topics;
  while (topic && !harness.engine.storage().isFull) await harness.publish(topic, 1, 1, 300);
  // Files are counted in turns.
  await harness.advance(30_000);
  return harness;
}

test("frees files without a pause while the disk is full", async () => {
  const harness = await fullDisk();
  (harness.disk as SimulatedDisk).resize(2 ** 40);
  for (let second = 0; second < 5; second += 1) await harness.advance(1_000);
  expect(harness.engine.storage().isFull).toBe(false);
});
