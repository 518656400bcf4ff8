import type { Subscription, Topic } from "../../src/broker/engine.js";
import { surveyJournal } from "../../src/engines/embedded/tools/survey.js";
import { salvageSegment } from "../../src/engines/embedded/tools/salvage.js";
import { recordsOf } from "../../src/engines/embedded/tools/survey-segment.js";
import { decodeRecord, RecordKind, type StoredRecord } from "../../src/engines/embedded/format.js";
import { MessageBatch } from "@peyk/client/protocol";
import { dead, DONE, EngineHarness, retryAfter } from "./engine-harness.js";
import { idOf, idsOf } from "./messages.js";
import type { SeededRandom } from "./seeded-random.js";
import { SimulatedDisk } from "./simulated-disk.js";

/** Where the record of a message stands. */
export interface MessagePlace {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** A stopped journal, file by file, and what it holds. */
export interface JournalImage {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly topics: readonly Topic[];
  readonly subscriptions: readonly (Subscription & { readonly deadLetters: number })[];
  /** By subscription: numbers of the messages that it has, unsettled or dead. */
  readonly kept: ReadonlyMap<number, ReadonlySet<number>>;
  /** Numbers of all messages that were published. */
  readonly published: ReadonlySet<number>;
  /** By message: its places; more than one where a copy was made and the old file is still there. */
  readonly places: ReadonlyMap<number, readonly MessagePlace[]>;
}

/** What was done to an image. */
export interface DamageDone {
  readonly file: string;
  /** Bytes that are not what they were; all of a file that is gone. */
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/** A journal of several segments, snapshots and perhaps cold files, whose process stopped or was killed. */
export async function drawJournal(random: SeededRandom): Promise<JournalImage> {
  const segmentBytes = random.pick([4, 8, 16]) * 1024;
  const snapshotBytes = random.pick([8 * 1024, 8 * 1024, 1e9]);
  const harness = await EngineHarness.open({ segmentBytes, snapshotBytes });
  const topics = [await harness.createTopic("a"), await harness.createTopic("b")];
  const subscriptions = [await harness.subscribe("a/g"), await harness.subscribe("*/h")];
  const published = new Set<number>();
  const rounds = 3 + random.int(8);
  for (let round = 0; round < rounds; round += 1) {
    await publishSome(harness, topics, published, random);
    for (const { id } of subscriptions) await settleSome(harness, id, random);
    if (random.chance(0.4)) await harness.advance(random.int(8) * 1_000);
  }
  const kept = new Map<number, ReadonlySet<number>>();
  for (const { id, deadLetters } of subscriptions) {
    kept.set(id, new Set([...(await allOf(harness, id)), ...(await allOf(harness, deadLetters))]));
  }
  let disk = harness.disk as SimulatedDisk;
  if (random.chance(0.5)) await harness.close();
  else {
    await harness.advance(1_000);
    disk = disk.crash();
  }
  const files = await imageOf(disk);
  return {
    files,
    topics,
    subscriptions,
    kept,
    published,
    places: placesIn(files, await ids(disk)),
  };
}

async function publishSome(
  harness: EngineHarness,
  topics: readonly Topic[],
  published: Set<number>,
  random: SeededRandom,
): Promise<void> {
  for (let count = 1 + random.int(10); count > 0; count -= 1) {
    const first = published.size + 1;
    const messages = 1 + random.int(random.pick([1, 1, 12]));
    for (let index = 0; index < messages; index += 1) published.add(first + index);
    const priority = random.pick([0, 0, 5]);
    await harness.publish(random.pick(topics), first, messages, 20 + random.int(400), priority);
  }
}

async function settleSome(harness: EngineHarness, subscription: number, random: SeededRandom) {
  const consumer = await harness.consume(subscription);
  for (const run of consumer.take()) {
    if (random.chance(0.2)) continue;
    const outcome = random.pick([DONE, DONE, dead(), retryAfter(60_000, 2)]);
    await consumer.settle(outcome, [run]);
  }
  consumer.close();
}

/** Numbers of all that a subscription or dead-letter queue has and can read, waiting for a retry or not. */
export async function allOf(harness: EngineHarness, subscription: number): Promise<number[]> {
  const consumer = await harness.consume(subscription);
  const runs = consumer.take();
  consumer.close();
  runs.push(...(await harness.answer(harness.engine.peek(subscription, "retrying", 1e6))));
  const readable = runs.filter(({ batch, from }) => batch.message(from).byteLength > 0);
  return [...new Set(readable.flatMap(idsOf))];
}

/** All files of a disk. */
export async function imageOf(disk: SimulatedDisk): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of await disk.list()) {
    const file = await disk.open(name);
    files.set(name, await file.read(0, await file.size()));
    await file.close();
  }
  return files;
}

/** A disk with these files. */
export async function diskOf(files: ReadonlyMap<string, Uint8Array>): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  for (const [name, bytes] of files) {
    const file = await disk.create(name);
    await file.write([bytes], 0);
    await file.sync();
    await file.close();
  }
  await disk.syncDirectory();
  return disk;
}

/** Does one random thing to an image. */
export function damage(files: Map<string, Uint8Array>, random: SeededRandom): DamageDone {
  const names = [...files.keys()].filter((name) => files.get(name)?.byteLength);
  if (names.length === 0) return { file: "", from: 0, to: 0, what: "nothing left" };
  const file = random.pick(names);
  const bytes = Uint8Array.from(files.get(file) ?? []);
  const at = random.int(bytes.byteLength);
  const draw = random.fraction();
  if (draw < 0.5) {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
    files.set(file, bytes);
    return { file, from: at, to: at + 1, what: `bit ${at} of ${file}` };
  }
  if (draw < 0.75) {
    const from = at - (at % 512);
    const to = Math.min(from + 512 * (1 + random.int(3)), bytes.byteLength);
    bytes.fill(random.pick([0, 0xa5]), from, to);
    files.set(file, bytes);
    return { file, from, to, what: `bytes ${from} to ${to} of ${file}` };
  }
  if (draw < 0.88) {
    files.set(file, bytes.slice(0, at));
    return { file, from: at, to: bytes.byteLength, what: `${file} cut at ${at}` };
  }
  files.delete(file);
  return { file, from: 0, to: bytes.byteLength, what: `${file} removed` };
}

/** Whether nothing of a message was touched in at least one of its places. */
export function isIntact(places: readonly MessagePlace[], done: readonly DamageDone[]): boolean {
  return places.some(({ file, from, to }) =>
    done.every((each) => each.file !== file || each.to <= from || each.from >= to),
  );
}

type JournalOf = Awaited<ReturnType<typeof ids>>;

async function ids(disk: SimulatedDisk) {
  const survey = await surveyJournal(disk);
  return { survey, journal: survey.journal };
}

function placesIn(
  files: ReadonlyMap<string, Uint8Array>,
  { survey, journal }: JournalOf,
): Map<number, MessagePlace[]> {
  const places = new Map<number, MessagePlace[]>();
  const add = (file: string, offset: number, record: StoredRecord): void => {
    if (record.kind !== RecordKind.messages) return;
    const batch = new MessageBatch(record.body, record.count);
    for (let index = 0; index < record.count; index += 1) {
      const id = idOf(batch, index);
      const place = { file, from: offset, to: offset + 40 + record.bodyBytes };
      places.set(id, [...(places.get(id) ?? []), place]);
    }
  };
  for (const file of survey.used) {
    const bytes = files.get(file.name);
    if (!bytes || !journal) continue;
    if (file.kind === "cold") {
      for (const { place } of recordsOf(file.footer ?? new Uint8Array(4))) {
        const record = decodeRecord(bytes, place.offset, journal);
        if (record) add(file.name, place.offset, record);
      }
      continue;
    }
    const range = { file: file.number, from: 64, to: file.dataEnd };
    const { firstCommit } = file.header;
    for (const item of salvageSegment(bytes, { ...range, firstCommit }, journal)) {
      if (item.kind !== "commit") continue;
      for (const record of item.commit.records) add(file.name, record.offset, record);
    }
  }
  return places;
}
