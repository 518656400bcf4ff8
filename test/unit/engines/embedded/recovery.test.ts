import { describe, expect, test } from "vitest";

import { segmentName } from "../../../../src/engines/embedded/format.js";
import { EngineHarness } from "../../../harness/engine-harness.js";
import type { SimulatedDisk } from "../../../harness/simulated-disk.js";

const TAIL_BYTES = 32;

/** A stopped journal of several segments with 60 unsettled messages in them. */
async function stoppedJournal(): Promise<{ disk: SimulatedDisk; subscription: number }> {
  const harness = await EngineHarness.open({ segmentBytes: 8 * 1024 });
  const topic = await harness.createTopic("a");
  const { id } = await harness.subscribe("a/g");
  for (let message = 1; message <= 60; message += 1) await harness.publish(topic, message, 1, 500);
  await harness.close();
  return { disk: harness.disk as SimulatedDisk, subscription: id };
}

const all = Array.from({ length: 60 }, (_, index) => index + 1);

async function sizeOf(disk: SimulatedDisk, name: string): Promise<number> {
  const file = await disk.open(name);
  const size = await file.size();
  await file.close();
  return size;
}

/** Where the footer of a sealed segment begins, as its tail says. */
async function footerOf(disk: SimulatedDisk, name: string): Promise<number> {
  const file = await disk.open(name);
  const tail = Buffer.from(await file.read((await file.size()) - TAIL_BYTES, TAIL_BYTES));
  await file.close();
  return tail.readUInt32LE(8);
}

describe("recovery of a last segment without a header", () => {
  test.each([
    ["no byte", 0],
    ["half a header of zeros", 32],
    ["a header of zeros", 64],
    ["nothing but zeros", 8 * 1024],
  ])("that has %s goes on with the one before it", async (_, bytes) => {
    const { disk, subscription } = await stoppedJournal();
    const segments = (await disk.list()).filter((name) => name.startsWith("segment-")).sort();
    const next = segmentName(Number(/\d+/.exec(segments.at(-1) ?? "")) + 1);
    const file = await disk.create(next);
    await file.write([new Uint8Array(bytes)], 0);
    await file.close();

    const harness = await EngineHarness.open({}, disk);

    expect(await harness.unsettled(subscription)).toEqual(all);
    const again = await harness.restart();
    expect(await again.unsettled(subscription)).toEqual(all);
  });

  test("is refused where it holds anything else", async () => {
    const { disk } = await stoppedJournal();
    const file = await disk.create(segmentName(99));
    await file.write([new Uint8Array(8 * 1024).fill(7)], 0);
    await file.close();

    await expect(EngineHarness.open({}, disk)).rejects.toThrow(
      `${segmentName(99)} is damaged at byte 0: its header is not readable`,
    );
  });
});

describe("recovery of a segment before the last one", () => {
  test("reads its commits where its footer is not whole, and counts that", async () => {
    const { disk, subscription } = await stoppedJournal();
    disk.flipBit(segmentName(1), (await footerOf(disk, segmentName(1))) + 50, 3);
    const harness = await EngineHarness.open({}, disk);
    expect(harness.engine.recovery.rebuiltFooters).toBe(1);
    expect(await harness.unsettled(subscription)).toEqual(all);
  });

  test("writes a footer again that was not whole", async () => {
    const { disk } = await stoppedJournal();
    const footer = await footerOf(disk, segmentName(1));
    disk.flipBit(segmentName(1), footer + 50, 3);
    const harness = await EngineHarness.open({}, disk);
    const next = await harness.restart();
    expect(next.engine.recovery.rebuiltFooters).toBe(0);
    expect(await footerOf(disk, segmentName(1))).toBe(footer);
  });

  test("survives a power cut in the middle of a footer that is written late", async () => {
    const { disk, subscription } = await stoppedJournal();
    disk.cut(segmentName(1), (await sizeOf(disk, segmentName(1))) - TAIL_BYTES - 10);
    const harness = await EngineHarness.open({}, disk);
    expect(harness.engine.recovery.rebuiltFooters).toBe(1);
    expect(await harness.unsettled(subscription)).toEqual(all);
  });

  test("refuses to start when its last commit is damaged and its footer gone", async () => {
    const { disk } = await stoppedJournal();
    const footer = await footerOf(disk, segmentName(1));
    disk.cut(segmentName(1), footer);
    disk.flipBit(segmentName(1), footer - 10, 0);
    await expect(EngineHarness.open({}, disk)).rejects.toThrow(/commit \d+, which was confirmed/);
  });
});
