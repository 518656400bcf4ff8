import { describe, expect, test } from "vitest";

import {
  blockBytes,
  decodeBlock,
  encodeFooter,
  LogExtents,
  RecordIndex,
} from "../../../../src/engines/embedded/record-index.js";

/** Records of ten messages each, one after the other, with a gap of a hundred positions after the third. */
function indexOf(records: number): RecordIndex {
  const index = new RecordIndex();
  for (let record = 0; record < records; record += 1) {
    const gap = record >= 3 ? 100 : 0;
    index.add(record * 10 + 1 + gap, 10, 1_000 + record, 50);
  }
  return index;
}

describe("RecordIndex", () => {
  test("finds the record that holds a position", () => {
    const index = indexOf(20);
    expect(index.at(index.find(1))?.first).toBe(1);
    expect(index.at(index.find(10))?.first).toBe(1);
    expect(index.at(index.find(11))?.first).toBe(11);
  });

  test("finds the next record where no record holds a position", () => {
    const index = indexOf(20);
    expect(index.at(index.find(50))?.first).toBe(131);
    expect(index.find(10_000)).toBe(20);
    expect(index.at(20)).toBeUndefined();
    expect(index.at(-1)).toBeUndefined();
  });

  test("counts messages and bytes", () => {
    expect(indexOf(20).messageCount()).toBe(200);
    expect(indexOf(20).bodyBytes()).toBe(1_000);
  });
});

describe("a footer", () => {
  const indexes = new Map([
    [7, indexOf(20)],
    [3, indexOf(2)],
    [5, new RecordIndex()],
  ]);
  const footer = encodeFooter(indexes);
  const extents = new LogExtents(footer);

  test("says what each log has in the file", () => {
    expect([...extents.logs()]).toEqual([3, 7]);
    expect(extents.get(7)).toMatchObject({ entries: 20, messages: 200, first: 1, bytes: 1_000 });
    expect(extents.last(7)).toBe(300);
    expect(extents.last(3)).toBe(20);
  });

  test("says nothing of logs that have no record in the file", () => {
    for (const log of [0, 4, 5, 8]) {
      expect(extents.get(log)).toBeUndefined();
      expect(extents.last(log)).toBe(0);
    }
  });

  test("has the index of each log in a block of its own", () => {
    const extent = extents.get(7);
    if (!extent) throw new Error("log 7 is missing");
    const block = footer.subarray(extent.at, extent.at + blockBytes(extent));
    const index = decodeBlock(block, extent.entries);
    expect(index.length).toBe(20);
    expect(index.at(4)).toEqual({ first: 141, count: 10, offset: 1_004, bodyBytes: 50 });
  });
});
