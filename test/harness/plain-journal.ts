import { segmentName } from "../../src/engines/embedded/format.js";
import { diskOf, imageOf } from "./damaged-journal.js";
import { DONE, EngineHarness } from "./engine-harness.js";
import type { SimulatedDisk } from "./simulated-disk.js";

/** A data directory, file by file. */
export type Files = ReadonlyMap<string, Uint8Array>;

/**
 * Topic "a" with messages 1 to 60 at these positions, in several segments without snapshots; subscription "a/g" has settled
 * all below 40. The process was killed.
 */
export async function plainJournal(): Promise<Files> {
  const harness = await EngineHarness.open({ segmentBytes: 4 * 1024, snapshotBytes: 1e9 });
  const topic = await harness.createTopic("a");
  const { id } = await harness.subscribe("a/g");
  for (let message = 1; message <= 60; message += 1) await harness.publish(topic, message, 1, 100);
  const consumer = await harness.consume(id);
  await consumer.settle(
    DONE,
    consumer.take().filter(({ first }) => first < 40),
  );
  consumer.close();
  await harness.advance(1_000);
  return imageOf((harness.disk as SimulatedDisk).crash());
}

/** The same after a start, some time in which files are freed, and a clean stop: with snapshots and perhaps a cold file. */
export async function settledJournal(): Promise<Files> {
  const harness = await EngineHarness.open(
    { segmentBytes: 4 * 1024, snapshotBytes: 1 },
    await diskOf(await plainJournal()),
  );
  await harness.advance(20_000);
  await harness.close();
  return imageOf(harness.disk as SimulatedDisk);
}

/** With some files changed or, by `undefined`, gone. */
export function withChanges(
  files: Files,
  changes: Readonly<Record<string, Uint8Array | undefined>>,
): Files {
  const changed = new Map(files);
  for (const [name, bytes] of Object.entries(changes)) {
    if (bytes) changed.set(name, bytes);
    else changed.delete(name);
  }
  return changed;
}

/** One bit of a file turned over. */
export function flipped(files: Files, name: string, offset: number): Record<string, Uint8Array> {
  const bytes = Uint8Array.from(files.get(name) ?? []);
  bytes[offset] = (bytes[offset] ?? 0) ^ 4;
  return { [name]: bytes };
}

/** Where the record of a message of topic "a" begins. */
export function placeOf(files: Files, position: number): { file: string; offset: number } {
  for (const [file, content] of files) {
    if (!/^(segment|cold)/.test(file)) continue;
    const view = Buffer.from(content);
    for (let offset = 64; offset + 40 < view.byteLength; offset += 1) {
      const isMessages = view.readUInt32LE(offset + 4) === 1 && view.readUInt32LE(offset + 8) === 1;
      const first = view.readUInt32LE(offset + 16);
      const count = view.readUInt32LE(offset + 12);
      const isThere = first <= position && position < first + count && count < 100;
      if (isMessages && isThere && view.readUInt32LE(offset + 32) === 0) return { file, offset };
    }
  }
  throw new Error(`message ${position} is in no file`);
}

/** The names of some files, in order. */
export const namesOf = (files: Files, prefix: string): string[] =>
  [...files.keys()].filter((name) => name.startsWith(prefix)).sort();

export const lastSegment = (files: Files): string => namesOf(files, "segment").at(-1) ?? "";

export const SECOND_SEGMENT = segmentName(2);
