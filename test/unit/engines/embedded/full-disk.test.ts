import { expect, test } from "vitest";
import { EngineHarness, nextTurn } from "../../../harness/engine-harness.js";
import { numbered } from "../../../harness/messages.js";
import { SimulatedDisk } from "../../../harness/simulated-disk.js";

const KIB = 1024;

/** A disk of which calls take effect when it is told to go on. */
function slowDisk() {
  const held: (() => void)[] = [];
  let isHeld = false;
  const disk = new SimulatedDisk({
    schedule: (_call, complete) => (isHeld ? held.push(complete) : queueMicrotask(complete)),
  });
  const hold = (): void => {
    isHeld = true;
  };
  /** Lets the calls take effect that wait, and those that come of them wait. */
  const step = async (): Promise<void> => {
    for (const complete of held.splice(0)) complete();
    await nextTurn();
  };
  const goOn = (): void => {
    isHeld = false;
    void step();
  };
  return { disk, hold, step, goOn };
}

/** Publishes without waiting for the answers, which come in as what became of each message. */
function publisher({ engine }: EngineHarness, topic: { readonly id: number }) {
  const answers: string[] = [];
  const publish = (number: number, payloadBytes: number): void => {
    const batch = numbered(number, 1, payloadBytes);
    const append = { topic: topic.id, priority: 0, producer: undefined, batch };
    engine.commit({ atomic: false, appends: [append], settles: [] }, ({ appends }) =>
      answers.push(...appends.flat().map(({ kind }) => kind)),
    );
  };
  return { publish, answers };
}

// The last bytes of the disk go to somebody else while one commit is being written and as much as may wait does. All of it
// has to fit into the spare, and acks beside it.
test("the spare has room for all that is under way when the disk turns out to be full, and for acks", async () => {
  const { disk, hold, goOn } = slowDisk();
  const harness = await EngineHarness.open({ spareBytes: 512 * KIB, segmentBytes: 2 ** 30 }, disk);
  const topic = await harness.createTopic("orders");
  const { id } = await harness.subscribe("orders/g");
  await harness.publish(topic, 1, 50);
  const consumer = await harness.consume(id);
  const owed = consumer.take();

  hold();
  const { publish, answers } = publisher(harness, topic);
  for (let turn = 0; turn < 4; turn += 1) {
    for (let count = 0; count < 10; count += 1) publish(100, 32 * KIB);
    harness.clock.flush();
    await nextTurn();
  }
  disk.resize(disk.usedBytes);
  goOn();
  await harness.quiet();
  expect(harness.failures).toEqual([]);
  expect(harness.engine.storage().isFull).toBe(true);

  expect(answers).toHaveLength(40);
  expect(new Set(answers)).toEqual(new Set(["stored", "refused"]));
  for (const run of owed) expect(await harness.settle(id, run)).toBe("done");
  await harness.close();
});

// A snapshot is copied while the commit is written that it begins with. If that commit goes to the spare, the snapshot knows
// nothing of that file, and the next start would take it for one that was replaced.
test("what goes to the spare is there after a crash, though a snapshot began at that moment", async () => {
  const { disk, hold, step, goOn } = slowDisk();
  const options = { spareBytes: 512 * KIB, segmentBytes: 2 ** 30, snapshotBytes: KIB };
  const harness = await EngineHarness.open(options, disk);
  const topic = await harness.createTopic("orders");
  const { id } = await harness.subscribe("orders/g");
  await harness.publish(topic, 1, 4, KIB);

  hold();
  const { publish, answers } = publisher(harness, topic);
  for (const number of [5, 6]) {
    publish(number, KIB);
    harness.clock.flush();
  }
  // The snapshot is due, and waits until all that was entered is being written.
  harness.clock.advance(1_000);
  harness.clock.flush();
  await step();
  // There is room again when the snapshot is written.
  disk.fail({ operation: "write", nth: 1, kind: "full" });
  await step();
  goOn();
  await harness.quiet();
  expect(disk.faultCount).toBe(1);
  expect(answers).toEqual(["stored", "stored"]);

  const next = await harness.crash();
  expect(await next.unsettled(id)).toEqual([1, 2, 3, 4, 5, 6]);
});
