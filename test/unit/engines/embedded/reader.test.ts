import { expect, test } from "vitest";
import { DamagedRecords } from "../../../../src/engines/embedded/damaged-records.js";
import type { DiskFile } from "../../../../src/engines/embedded/disk.js";
import type { Files } from "../../../../src/engines/embedded/files.js";
import {
  createJournalId,
  FileKind,
  FORMAT_VERSION,
} from "../../../../src/engines/embedded/format.js";
import { RecordReader } from "../../../../src/engines/embedded/reader.js";
import { RecentRecords } from "../../../../src/engines/embedded/recent.js";
import { Segment } from "../../../../src/engines/embedded/segment.js";

const LOG = 4;
const JOURNAL = createJournalId(new Uint8Array(16));

/** A file with one message of a log, at the position that is its number. */
function segment(file: number, closed: string[]): Segment {
  const header = { version: FORMAT_VERSION, kind: FileKind.hot, journal: JOURNAL, file };
  const opened = {
    name: `segment-${file}`,
    close: async () => void closed.push(`segment-${file}`),
  };
  const made = new Segment({ ...header, firstCommit: file, createdAtMs: 0 }, opened as DiskFile, 0);
  made.add(LOG, file, 1, 64, 10);
  return made;
}

// It was let go without having been held, and so closed while somebody read it.
test("a file that is begun while others are read stays open for its next reader", async () => {
  const closed: string[] = [];
  const files = [segment(1, closed)];
  const ofFiles = { filesOf: () => files } as unknown as Files;
  const reader = new RecordReader(ofFiles, new RecentRecords(1), new DamagedRecords());
  const ranges = reader.ranges([LOG], 1, 2);
  const begun = segment(2, closed);
  files.push(begun);
  expect(await ranges).toEqual([{ first: 1, count: 1 }]);
  begun.hold();
  const closing = begun.close();
  await Promise.resolve();
  expect(closed).toEqual([]);
  begun.letGo();
  await closing;
  expect(closed).toEqual(["segment-2"]);
});
