import { beforeAll, describe, expect, test } from "vitest";

import { JournalFormatUnknown } from "../../../../../src/engines/embedded/errors.js";
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  segmentName,
} from "../../../../../src/engines/embedded/format.js";
import { surveyJournal, type Survey } from "../../../../../src/engines/embedded/tools/survey.js";
import { diskOf } from "../../../../harness/damaged-journal.js";
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

let files: Files;

beforeAll(async () => {
  files = await plainJournal();
});

const survey = async (changes: Parameters<typeof withChanges>[1] = {}): Promise<Survey> =>
  surveyJournal(await diskOf(withChanges(files, changes)));

describe("a survey", () => {
  test("finds no damage in a whole journal, and all that is in it", async () => {
    const { damages, remarks, state, files: found } = await survey();
    expect([damages, remarks]).toEqual([[], []]);
    expect([...state.topics.values()].map(({ topic }) => topic.name)).toEqual(["a"]);
    const messages = found.map(({ logs }) => logs.get(1)?.positions.size ?? 0);
    expect(messages.reduce((sum, count) => sum + count, 0)).toBe(60);
  });

  test("finds every bit that is turned over in a segment that is followed by another one", async () => {
    const name = SECOND_SEGMENT;
    const bytes = files.get(name)?.byteLength ?? 0;
    for (let offset = 0; offset < bytes; offset += 13) {
      const { damages } = await survey(flipped(files, name, offset));
      const covers = damages.some((damage) => {
        return (
          damage.file === name && damage.offset <= offset && offset < damage.offset + damage.bytes
        );
      });
      if (!covers) throw new Error(`bit at ${offset} is not found: ${JSON.stringify(damages)}`);
    }
  });

  test("says which message a damaged record had, and that somebody needs it", async () => {
    const { file, offset } = placeOf(files, 50);
    const { damages, losses } = await survey(flipped(files, file, offset + 60));
    expect(damages).toMatchObject([
      { file, lost: [{ kind: "messages", owner: "a", first: 50, last: 50, needed: 1 }] },
    ]);
    expect(losses.neededLost).toBe(1);
  });

  test("says that nobody needs what everybody has settled", async () => {
    const { file, offset } = placeOf(files, 5);
    const { damages, losses } = await survey(flipped(files, file, offset + 60));
    expect(damages[0]?.lost).toMatchObject([{ first: 5, last: 5, needed: 0 }]);
    expect(losses.neededLost).toBe(0);
  });

  test("reads what follows damage", async () => {
    const { file, offset } = placeOf(files, 50);
    const { files: found } = await survey(flipped(files, file, offset + 60));
    const positions = found.flatMap(({ logs }) => logs.get(1)?.positions ?? []);
    const has = (position: number): boolean => positions.some((set) => set.has(position));
    expect([49, 50, 51, 60].map(has)).toEqual([true, false, true, true]);
  });

  test("tells a segment that is missing by the commits that are", async () => {
    const { damages, lostCommits } = await survey({ [SECOND_SEGMENT]: undefined });
    expect(damages).toMatchObject([{ file: segmentName(3), bytes: 0 }]);
    expect(damages[0]?.detail).toMatch(/^commits? \d+.* before it (is|are) missing$/);
    expect(lostCommits).toBeGreaterThan(0);
  });

  test("takes an unfinished end of the last segment for what a crash leaves", async () => {
    const name = lastSegment(files);
    const torn = Buffer.concat([files.get(name) ?? Buffer.of(), Buffer.from("PYKC and so on")]);
    const { damages, files: found } = await survey({ [name]: torn });
    expect(damages).toEqual([]);
    expect(found.at(-1)?.tornBytes).toBe(14);
  });

  test("tells a broken snapshot, and uses the commits instead", async () => {
    const stopped = new Map(await settledJournal());
    const name = namesOf(stopped, "snapshot").at(-1) ?? "";
    stopped.set(name, (stopped.get(name) ?? new Uint8Array()).slice(0, -1));
    const { damages, state } = await surveyJournal(await diskOf(stopped));
    expect(damages).toMatchObject([{ file: name, detail: "the snapshot is not whole" }]);
    expect(state.topics.size).toBe(1);
  });

  test("rejects a newer format, whatever else is wrong", async () => {
    const header = decodeSegmentHeader(files.get(SECOND_SEGMENT) ?? new Uint8Array());
    if (!header) throw new Error("the segment has no header");
    const newer = Uint8Array.from(files.get(SECOND_SEGMENT) ?? []);
    newer.set(encodeSegmentHeader({ ...header, version: 2 }), 0);
    await expect(survey({ [SECOND_SEGMENT]: newer })).rejects.toThrow(JournalFormatUnknown);
  });

  test("leaves files alone that are not Peyk's, and says so", async () => {
    const { damages, remarks } = await survey({ "notes.txt": Buffer.from("hello") });
    expect(damages).toEqual([]);
    expect(remarks).toEqual([{ file: "notes.txt", detail: "it is no file of Peyk's" }]);
  });

  test("tells a segment of another journal", async () => {
    const header = decodeSegmentHeader(files.get(SECOND_SEGMENT) ?? new Uint8Array());
    if (!header) throw new Error("the segment has no header");
    const other = Uint8Array.from(files.get(SECOND_SEGMENT) ?? []);
    const bytes = new Uint8Array(16).fill(9);
    other.set(encodeSegmentHeader({ ...header, journal: { bytes, seed: 0 } }), 0);
    const { damages } = await survey({ [SECOND_SEGMENT]: other });
    expect(damages[0]).toMatchObject({
      file: SECOND_SEGMENT,
      detail: "it belongs to another journal",
    });
  });
});
