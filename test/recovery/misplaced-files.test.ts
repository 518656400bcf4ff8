import { beforeAll, describe, expect, test } from "vitest";
import { JournalDamaged } from "../../src/engines/embedded/errors.js";
import { segmentName } from "../../src/engines/embedded/format.js";
import { MemoryDisk } from "../../src/engines/embedded/memory-disk.js";
import { repairJournal } from "../../src/engines/embedded/tools/repair.js";
import { surveyJournal } from "../../src/engines/embedded/tools/survey.js";
import { diskOf } from "../harness/damaged-journal.js";
import { EngineHarness } from "../harness/engine-harness.js";
import { lineOf, viewOf, type SeenMessage } from "../harness/journal-view.js";
import { flipped, namesOf, withChanges, type Files } from "../harness/plain-journal.js";
import { SeededRandom } from "../harness/seeded-random.js";
import { smallJournal } from "../harness/small-journal.js";
import { TestClock } from "../harness/test-clock.js";

type Changes = Readonly<Record<string, Uint8Array | undefined>>;

/** What is to become of a start: refused for this file, or all is there. */
type Expected = { readonly refusedFor: string } | "whole";

let journal: Files;
let other: Files;
let whole: readonly SeenMessage[];

beforeAll(async () => {
  journal = await smallJournal(true);
  other = await smallJournal(true, 99);
  whole = await viewOf(await EngineHarness.open({}, await diskOf(journal)));
});

const [older, newer] = ["older", "newer"] as const;
const snapshot = (which: "older" | "newer", files = journal): string =>
  namesOf(files, "snapshot").at(which === "older" ? 0 : -1) ?? "";
const segment = (which: "first" | "last", files = journal): string =>
  namesOf(files, "segment").at(which === "first" ? 0 : -1) ?? "";
const cold = (): string => namesOf(journal, "cold")[0] ?? "";
const bytesOf = (name: string, files = journal): Uint8Array => files.get(name) ?? new Uint8Array();

// Goal: files that are missing, or are not where they belong, are told before anything is served; and what can be saved is
// saved. Method: one journal with snapshots, segments and a cold file, and each way to mix its files up.
describe("a journal whose files are mixed up", () => {
  test.each<[string, () => Changes, () => Expected]>([
    ["without its newer snapshot", () => ({ [snapshot(newer)]: undefined }), () => "whole"],
    ["with a damaged newer snapshot", () => flipped(journal, snapshot(newer), 200), () => "whole"],
    ["without its older snapshot", () => ({ [snapshot(older)]: undefined }), () => "whole"],
    [
      "without any snapshot",
      () => ({ [snapshot(older)]: undefined, [snapshot(newer)]: undefined }),
      () => ({ refusedFor: segment("first") }),
    ],
    [
      "with two damaged snapshots",
      () => ({
        ...flipped(journal, snapshot(older), 100),
        ...flipped(journal, snapshot(newer), 100),
      }),
      () => ({ refusedFor: segment("first") }),
    ],
    [
      "with the snapshot of another one",
      () => ({ [snapshot(newer)]: bytesOf(snapshot(newer, other), other) }),
      () => ({ refusedFor: snapshot(newer) }),
    ],
    [
      "with its snapshots swapped",
      () => ({
        [snapshot(older)]: bytesOf(snapshot(newer)),
        [snapshot(newer)]: bytesOf(snapshot(older)),
      }),
      () => ({ refusedFor: snapshot(older) }),
    ],
    [
      "without its first segment",
      () => ({ [segment("first")]: undefined }),
      () => ({ refusedFor: "file 2" }),
    ],
    [
      "without its last segment",
      () => ({ [segment("last")]: undefined }),
      () => ({ refusedFor: segment("first") }),
    ],
    ["without its cold file", () => ({ [cold()]: undefined }), () => ({ refusedFor: "file 3" })],
    [
      "with a segment of another one",
      () => ({ [segment("first")]: bytesOf(segment("first", other), other) }),
      () => ({ refusedFor: segment("first") }),
    ],
    [
      "with its segments swapped",
      () => ({
        [segment("first")]: bytesOf(segment("last")),
        [segment("last")]: bytesOf(segment("first")),
      }),
      () => ({ refusedFor: segment("first") }),
    ],
    [
      "with a segment twice, under another number",
      () => ({ [segmentName(9)]: bytesOf(segment("first")) }),
      () => ({ refusedFor: segmentName(9) }),
    ],
    [
      "with a copy of a segment under a name of its own",
      () => ({ "segment-copy.peyk": bytesOf(segment("first")) }),
      () => "whole",
    ],
    [
      "with a cold file in place of a segment",
      () => ({ [segment("first")]: bytesOf(cold()) }),
      () => ({ refusedFor: segment("first") }),
    ],
  ])("is told %s", async (_, changesOf, expectedOf) => {
    const files = withChanges(journal, changesOf());
    const expected = expectedOf();
    const refusal = await refusalOf(files);
    if (expected === "whole") expect(refusal).toBeUndefined();
    else expect(refusal?.file).toBe(expected.refusedFor);
    const { damages } = await surveyJournal(await diskOf(files));
    if (refusal) expect(damages).not.toEqual([]);

    const disk = await diskOf(files);
    const tools = { clock: new TestClock(), random: new SeededRandom(1) };
    const { wasNeeded } = await repairJournal(disk, new MemoryDisk(), tools);
    const saved = await viewOf(await EngineHarness.open({}, disk));
    if (!wasNeeded) expect(saved.map(lineOf).sort()).toEqual(whole.map(lineOf).sort());
    expect(wasNeeded).toBe(refusal !== undefined);
    const strangers = saved.filter(({ id }) => id !== undefined && !isPublished(id));
    expect(strangers.map(lineOf)).toEqual([]);
    expect(saved.length).toBeGreaterThan(0);
  });
});

/** The numbers that `smallJournal` uses. */
const isPublished = (id: number): boolean => id < 90 || (id > 1_000 && id < 1_013);

async function refusalOf(files: Files): Promise<JournalDamaged | undefined> {
  try {
    await EngineHarness.open({}, await diskOf(files));
    return undefined;
  } catch (error) {
    if (error instanceof JournalDamaged) return error;
    throw error;
  }
}
