import { imageOf } from "./damaged-journal.js";
import { dead, DONE, EngineHarness, retryAfter } from "./engine-harness.js";
import type { Files } from "./plain-journal.js";
import { SeededRandom } from "./seeded-random.js";
import { SimulatedDisk } from "./simulated-disk.js";
import { TestClock } from "./test-clock.js";

const SEGMENT_BYTES = 8 * 1024;

/** So many fill two segments. */
const ROUNDS = 14;

/**
 * Three segments of 8 KiB with every kind of record, left by a process that was killed; by `withSnapshots` also two
 * snapshots, of which the newer one covers what is sealed. The same bytes for the same seed.
 *
 * A retained topic keeps all files; a second one has settled, failed, dead and redriven messages.
 */
export async function smallJournal(withSnapshots: boolean, seed = 7): Promise<Files> {
  const snapshotBytes = withSnapshots ? SEGMENT_BYTES / 2 : 1e9;
  const harness = await EngineHarness.open(
    { segmentBytes: SEGMENT_BYTES, snapshotBytes },
    new SimulatedDisk(),
    new TestClock(),
    new SeededRandom(seed),
  );
  const kept = await harness.createTopic("kept", { retainMs: 1e9, retainBytes: 1e9 });
  const work = await harness.createTopic("work");
  const worker = await harness.subscribe("work/g");
  await harness.subscribe("kept/h");
  for (let message = 1; message < 6 * ROUNDS; message += 6) {
    await harness.publish(kept, message, 2, 120);
    await harness.publish(work, message + 2, 3, 60);
    await harness.publish(work, message + 5, 1, 60, 5);
    await settleSome(harness, worker);
    await harness.advance(1_000);
  }
  await harness.publish(work, 1_001, 3, 60);
  await settleSome(harness, worker);
  await harness.publish(kept, 1_011, 2, 60);
  return imageOf((harness.disk as SimulatedDisk).crash());
}

/** One of each: done, failed with a note, dead; the others are given back. From six dead letters on one is redriven. */
async function settleSome(
  harness: EngineHarness,
  { id, deadLetters }: { readonly id: number; readonly deadLetters: number },
): Promise<void> {
  const consumer = await harness.consume(id);
  const [first, second, third] = consumer.take();
  if (first) await consumer.settle(DONE, [{ ...first, count: 1 }]);
  if (second) {
    await consumer.settle(retryAfter(3_600_000, 2, { note: "not yet" }), [{ ...second, count: 1 }]);
  }
  if (third) await consumer.settle(dead(), [{ ...third, count: 1 }]);
  consumer.close();
  const { dead: count } = await harness.answer(harness.engine.stats(id));
  if (count > 5) await harness.answer(harness.engine.redrive(deadLetters, { count: 1 }));
}
