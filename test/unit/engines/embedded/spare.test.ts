import { expect, test } from "vitest";

import {
  createJournalId,
  decodeSegmentHeader,
  FileKind,
  FORMAT_VERSION,
  segmentName,
  SPARE_NAME,
} from "../../../../src/engines/embedded/format.js";
import { Spare } from "../../../../src/engines/embedded/spare.js";
import { nextTurn } from "../../../harness/engine-harness.js";
import { SimulatedDisk } from "../../../harness/simulated-disk.js";

const HEADER = {
  version: FORMAT_VERSION,
  kind: FileKind.hot,
  journal: createJournalId(new Uint8Array(16)),
  file: 3,
  firstCommit: 10,
  createdAtMs: 0,
};

/** Renames of the spare take long; everything else is done at once. */
async function later(complete: () => void): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await nextTurn();
  complete();
}

test("the next spare is not made while the last one is becoming a segment", async () => {
  const disk = new SimulatedDisk({
    schedule: ({ operation, file }, complete) => {
      if (operation === "rename" && file === SPARE_NAME) void later(complete);
      else queueMicrotask(complete);
    },
  });
  const spare = new Spare(disk, 4_096);
  await spare.make();
  const using = spare.use(HEADER);
  const isMade = await spare.make();
  const segment = await using;
  expect(isMade).toBe(false);
  expect(segment.name).toBe(segmentName(3));
  expect(decodeSegmentHeader(await segment.read(0, 64))).toEqual(HEADER);
  expect(await spare.make()).toBe(true);
});
