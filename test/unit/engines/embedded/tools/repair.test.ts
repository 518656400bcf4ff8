import { beforeAll, describe, expect, test } from "vitest";

import {
  JournalDamaged,
  JournalFormatUnknown,
} from "../../../../../src/engines/embedded/errors.js";
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  segmentName,
} from "../../../../../src/engines/embedded/format.js";
import { MemoryDisk } from "../../../../../src/engines/embedded/memory-disk.js";
import { repairJournal, type Repair } from "../../../../../src/engines/embedded/tools/repair.js";
import { allOf, diskOf, imageOf } from "../../../../harness/damaged-journal.js";
import { EngineHarness, retryAfter } from "../../../../harness/engine-harness.js";
import {
  flipped,
  lastSegment,
  namesOf,
  placeOf,
  plainJournal,
  SECOND_SEGMENT,
  settledJournal,
  withChanges,
  type Files,
} from "../../../../harness/plain-journal.js";
import { SeededRandom } from "../../../../harness/seeded-random.js";
import type { SimulatedDisk } from "../../../../harness/simulated-disk.js";
import { TestClock } from "../../../../harness/test-clock.js";

const from = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

let plain: Files;
let settled: Files;

beforeAll(async () => {
  plain = await plainJournal();
  settled = await settledJournal();
});

const options = { clock: new TestClock(), random: new SeededRandom(1) };

interface Repaired {
  readonly repair: Repair;
  readonly disk: SimulatedDisk;
  readonly backup: MemoryDisk;
}

async function repaired(files: Files): Promise<Repaired> {
  const disk = await diskOf(files);
  const backup = new MemoryDisk();
  return { repair: await repairJournal(disk, backup, options), disk, backup };
}

/** What subscription "a/g" has after a start, dead letters that can be read included. */
async function left(disk: SimulatedDisk): Promise<number[]> {
  const harness = await EngineHarness.open({}, disk);
  const owner = harness.catalog.subscriptions.find(({ name }) => name === "a/g");
  const messages = [
    ...(await allOf(harness, owner?.id ?? 0)),
    ...(await allOf(harness, owner?.deadLetters ?? 0)),
  ];
  await harness.close();
  return messages.sort((a, b) => a - b);
}

async function bytesOf(disk: MemoryDisk, name: string): Promise<Uint8Array> {
  const file = await disk.open(name);
  return file.read(0, await file.size());
}

describe("a repair", () => {
  test("does nothing to a journal that a broker starts on, an unfinished end included", async () => {
    const name = lastSegment(plain);
    const torn = [...(plain.get(name) ?? []), ...Buffer.from("PYKC")];
    const files = withChanges(plain, { [name]: Uint8Array.from(torn) });
    const { repair, disk, backup } = await repaired(files);
    expect(repair).toMatchObject({ wasNeeded: false, steps: [] });
    expect(await imageOf(disk)).toEqual(files);
    expect(await backup.list()).toEqual([]);
  });

  test("saves all but the one message of a record in the middle of a segment", async () => {
    const { file, offset } = placeOf(plain, 50);
    const files = withChanges(plain, flipped(plain, file, offset + 60));
    await expect(EngineHarness.open({}, await diskOf(files))).rejects.toThrow(JournalDamaged);
    const { repair, disk } = await repaired(files);
    expect(repair).toMatchObject({ wasNeeded: true, neededLost: 1 });
    expect(await left(disk)).toEqual([...from(40, 49), ...from(51, 60)]);
  });

  test("saves what follows a commit whose header is damaged", async () => {
    const { file, offset } = placeOf(plain, 50);
    const files = withChanges(plain, flipped(plain, file, offset - 20));
    const { disk } = await repaired(files);
    expect(await left(disk)).toEqual(from(40, 60));
  });

  test("makes a lost message of a cold file a dead letter, without a repair", async () => {
    const [cold = ""] = namesOf(settled, "cold");
    const { file, offset } = placeOf(settled, 50);
    expect(file).toBe(cold);
    const { repair, disk } = await repaired(
      withChanges(settled, flipped(settled, file, offset + 60)),
    );
    expect(repair.wasNeeded).toBe(false);
    const harness = await EngineHarness.open({}, disk);
    const [owner, queue] = harness.catalog.subscriptions;
    const told: unknown[] = [];
    harness.engine.onDamage((damage) => told.push(damage));
    await harness.consume(owner?.id ?? 0);
    const consumer = await harness.consume(queue?.id ?? 0);
    expect(told).toEqual([{ file, offset }]);
    expect(consumer.runs[0]).toMatchObject({ firstPosition: 50, death: { reason: "data-loss" } });
  });

  test("reads the records of a cold file whose footer is damaged", async () => {
    const [cold = ""] = namesOf(settled, "cold");
    const at = (settled.get(cold)?.byteLength ?? 0) - 50;
    const { repair, disk } = await repaired(withChanges(settled, flipped(settled, cold, at)));
    expect(repair.steps).toContainEqual(expect.objectContaining({ file: cold }));
    expect(await left(disk)).toEqual(from(40, 60));
  });

  test("writes the header of a segment again", async () => {
    const files = withChanges(plain, flipped(plain, SECOND_SEGMENT, 20));
    const { repair, disk } = await repaired(files);
    expect(repair.steps[0]).toMatchObject({ file: SECOND_SEGMENT, action: "header written" });
    expect(await left(disk)).toEqual(from(40, 60));
  });

  test("goes on without a segment that is missing", async () => {
    const { file } = placeOf(plain, 45);
    const { repair, disk } = await repaired(withChanges(plain, { [file]: undefined }));
    expect(repair.lostCommits).toBeGreaterThan(0);
    const messages = await left(disk);
    expect(messages).not.toContain(45);
    expect(messages).toContain(60);
  });

  test("goes on without a cold file that is missing, and waits for nothing in it", async () => {
    const [cold = ""] = namesOf(settled, "cold");
    const { repair, disk } = await repaired(withChanges(settled, { [cold]: undefined }));
    expect(repair.damages[0]).toMatchObject({ file: cold, detail: "it is missing" });
    const messages = await left(disk);
    const harness = await EngineHarness.open({}, disk);
    const [owner] = harness.catalog.subscriptions;
    const stats = await harness.answer(harness.engine.stats(owner?.id ?? 0));
    expect(stats.unsettled + stats.dead).toBe(messages.length);
  });

  test("keeps messages of which nothing says any more where they belong", async () => {
    const names = namesOf(settled, "snapshot");
    const files = withChanges(settled, Object.fromEntries(names.map((name) => [name, undefined])));
    const { repair, disk } = await repaired(files);
    expect(repair.foundTopics).toMatchObject([{ name: "recovered.log-1" }]);
    const harness = await EngineHarness.open({}, disk);
    const late = await harness.subscribe("recovered.log-1/late", {}, { at: "earliest" });
    expect(await harness.unsettled(late.id)).toEqual(expect.arrayContaining(from(40, 60)));
  });

  test("brings back messages whose dead letters are lost", async () => {
    const harness = await EngineHarness.open({}, await diskOf(plain));
    const [owner] = harness.catalog.subscriptions;
    const consumer = await harness.consume(owner?.id ?? 0);
    const death = { reason: "rejected", error: "no", attempts: 1, lastConsumer: "c" } as const;
    await consumer.settle({ kind: "dead", death }, consumer.take().slice(0, 1));
    await consumer.settle(retryAfter(60_000), consumer.take());
    await harness.advance(1_000);
    const files = await imageOf((harness.disk as SimulatedDisk).crash());
    const name = lastSegment(files);
    const reference = Buffer.from(files.get(name) ?? []).lastIndexOf("rejected");
    const { disk } = await repaired(withChanges(files, flipped(files, name, reference)));
    expect(await left(disk)).toEqual(from(40, 60));
  });

  test("sets aside a segment of another journal", async () => {
    const name = segmentName(99);
    const header = decodeSegmentHeader(plain.get(SECOND_SEGMENT) ?? Buffer.of());
    if (!header) throw new Error("the segment has no header");
    const journal = { bytes: new Uint8Array(16).fill(9), seed: 0 };
    const stranger = encodeSegmentHeader({ ...header, file: 99, journal });
    const { repair, disk, backup } = await repaired(withChanges(plain, { [name]: stranger }));
    expect(repair.steps[0]).toMatchObject({ file: name, action: "set aside" });
    expect(await bytesOf(backup, name)).toEqual(Uint8Array.from(stranger));
    expect(await left(disk)).toEqual(from(40, 60));
  });

  test("leaves files alone that are not Peyk's", async () => {
    const { file, offset } = placeOf(plain, 50);
    const notes = { "notes.txt": Buffer.from("hello") };
    const files = withChanges(plain, { ...flipped(plain, file, offset + 60), ...notes });
    const { disk } = await repaired(files);
    expect(await disk.list()).toContain("notes.txt");
  });

  test("has a copy of every file that it changes, as it was", async () => {
    const { file, offset } = placeOf(plain, 50);
    const files = withChanges(plain, flipped(plain, file, offset + 60));
    const { repair, disk, backup } = await repaired(files);
    const after = await imageOf(disk);
    const changed = [...files].filter(([name, bytes]) => {
      const now = after.get(name);
      return !now || Buffer.compare(now, bytes) !== 0;
    });
    expect(changed.length).toBeGreaterThan(0);
    for (const [name, bytes] of changed) {
      expect(Buffer.compare(await bytesOf(backup, name), bytes)).toBe(0);
      expect(repair.steps.map((step) => step.file)).toContain(name);
    }
  });

  test("can be done again wherever the machine died in it", async () => {
    const { file, offset } = placeOf(plain, 50);
    const files = withChanges(plain, flipped(plain, file, offset + 60));
    const whole = await diskOf(files);
    const before = whole.trace.callCount;
    await repairJournal(whole, new MemoryDisk(), options);
    const calls = whole.trace.callCount - before;
    for (let atCall = 1; atCall <= calls; atCall += 1) {
      const survivor = await dieAt(await diskOf(files), atCall);
      await repairJournal(survivor, new MemoryDisk(), options);
      expect(await left(survivor)).toEqual([...from(40, 49), ...from(51, 60)]);
    }
  });

  test("refuses what a newer version wrote", async () => {
    const header = decodeSegmentHeader(plain.get(SECOND_SEGMENT) ?? Buffer.of());
    if (!header) throw new Error("the segment has no header");
    const newer = Uint8Array.from(plain.get(SECOND_SEGMENT) ?? []);
    newer.set(encodeSegmentHeader({ ...header, version: 2 }), 0);
    const disk = await diskOf(withChanges(plain, { [SECOND_SEGMENT]: newer }));
    await expect(repairJournal(disk, new MemoryDisk(), options)).rejects.toThrow(
      JournalFormatUnknown,
    );
  });

  test("says that only a copy can help where nothing can be read", async () => {
    const zeros = [...plain].map(([name, bytes]) => [name, new Uint8Array(bytes.byteLength)]);
    const garbage = zeros.map(([name, bytes]) => [name, (bytes as Uint8Array).fill(7)]);
    const disk = await diskOf(new Map(garbage as [string, Uint8Array][]));
    await expect(repairJournal(disk, new MemoryDisk(), options)).rejects.toThrow(/restore one/);
  });
});

/** Lets a repair run until the power fails at a disk call; returns the disk that is left. */
async function dieAt(disk: SimulatedDisk, atCall: number): Promise<SimulatedDisk> {
  let calls = 0;
  let survivor: SimulatedDisk | undefined;
  disk.onOperation = (_operation, _file, phase) => {
    if (phase === "after" || survivor || ++calls < atCall) return;
    survivor = disk.powerCut(new SeededRandom(atCall));
  };
  await repairJournal(disk, new MemoryDisk(), options).catch(() => {});
  return survivor ?? disk;
}
