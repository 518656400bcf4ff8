import { expect, test } from "vitest";
import { JournalDamaged } from "../../src/engines/embedded/errors.js";
import { MemoryDisk } from "../../src/engines/embedded/memory-disk.js";
import { repairJournal, type Repair } from "../../src/engines/embedded/tools/repair.js";
import { surveyJournal } from "../../src/engines/embedded/tools/survey.js";
import {
  allOf,
  damage,
  diskOf,
  drawJournal,
  isIntact,
  type DamageDone,
  type JournalImage,
} from "../harness/damaged-journal.js";
import { EngineHarness } from "../harness/engine-harness.js";
import { idsOf } from "../harness/messages.js";
import { Rounds } from "../harness/rounds.js";
import type { SeededRandom } from "../harness/seeded-random.js";
import { TestClock } from "../harness/test-clock.js";

/** Random journals. */
const JOURNALS = 3;

/** Damaged copies of each. */
const COPIES = 20;

// Goal: whatever happens to the bytes, a start is refused or what can be read is there, and after a repair it is in any
// case; nothing comes that was never published. Method: random damage to random journals; the clean journal says which
// messages were not touched.
test("what damage leaves is there after a start or a repair", async () => {
  let repaired = 0;
  await new Rounds(JOURNALS, `journals, ${COPIES} copies of each`).each(async (random) => {
    const image = await drawJournal(random);
    expect((await surveyJournal(await diskOf(image.files))).damages).toEqual([]);
    for (let copy = 0; copy < COPIES; copy += 1) {
      const files = new Map(image.files);
      const done = Array.from({ length: random.pick([1, 1, 2]) }, () => damage(files, random));
      try {
        repaired += (await check(image, files, done, random)) ? 1 : 0;
      } catch (error) {
        const what = done.map((each) => each.what).join(", ");
        throw new Error(`copy ${copy}: ${what}: ${String(error)}`, { cause: error });
      }
    }
  });
  expect(repaired).toBeGreaterThan(0);
}, 86_400_000);

/** Starts on a damaged copy, after a repair if it has to be; returns whether it had to be. */
async function check(
  image: JournalImage,
  files: ReadonlyMap<string, Uint8Array>,
  done: readonly DamageDone[],
  random: SeededRandom,
): Promise<boolean> {
  const disk = await diskOf(files);
  const backup = new MemoryDisk();
  const options = { clock: new TestClock(), random };
  const repair = await repairJournal(disk, backup, options).catch((error: unknown) => {
    if (error instanceof JournalDamaged) return undefined;
    throw error;
  });
  // Without any header that is whole, nobody knows the journal's id.
  if (!repair) return false;
  await checkBackup(files, backup, new Set(repair.steps.map(({ file }) => file)));
  const harness = await EngineHarness.open({}, disk);
  await checkMessages(image, done, harness, repair);
  await harness.close();
  return repair.wasNeeded;
}

/** Every file that was there and was changed is in the backup as it was. */
async function checkBackup(
  files: ReadonlyMap<string, Uint8Array>,
  backup: MemoryDisk,
  changed: ReadonlySet<string>,
): Promise<void> {
  for (const name of changed) {
    const bytes = files.get(name);
    if (!bytes) continue;
    const file = await backup.open(name);
    expect(Buffer.compare(await file.read(0, bytes.byteLength + 1), bytes)).toBe(0);
  }
}

async function checkMessages(
  image: JournalImage,
  done: readonly DamageDone[],
  harness: EngineHarness,
  { wasNeeded, lostSubscriptions }: Repair,
): Promise<void> {
  const found = await foundTopics(harness);
  const names = new Set(harness.catalog.subscriptions.map(({ name }) => name));
  for (const { id, name, deadLetters } of image.subscriptions) {
    const isThere = names.has(name);
    const has = isThere ? await allOf(harness, id) : [];
    const hasDead = isThere ? await allOf(harness, deadLetters) : [];
    const all = new Set([...has, ...hasDead, ...found]);
    // Of a subscription that is lost and never did anything, nothing is left.
    if (!isThere && lostSubscriptions === 0) continue;
    for (const message of all) expect(image.published).toContain(message);
    for (const message of image.kept.get(id) ?? []) {
      if (all.has(message) || !isIntact(image.places.get(message) ?? [], done)) continue;
      throw new Error(
        `${name} lost message ${message} at ${JSON.stringify(image.places.get(message))}, ` +
          `which nobody touched (${wasNeeded ? "repaired" : "started as it was"}); it has ${[...all].join(" ")}`,
      );
    }
  }
}

/** Numbers of the messages in all topics that keep them: those that a repair told to. */
async function foundTopics(harness: EngineHarness): Promise<number[]> {
  const numbers: number[] = [];
  for (const topic of harness.catalog.topics) {
    if (topic.settings.retainBytes === 0) continue;
    const limit = { messages: 1e6, bytes: 1e9 };
    const runs = await harness.answer(harness.engine.read(topic.id, 1, limit));
    numbers.push(...runs.flatMap(idsOf));
  }
  return numbers;
}
