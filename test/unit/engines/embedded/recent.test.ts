import { describe, expect, test } from "vitest";

import { RecentRecords, type RecentRecord } from "../../../../src/engines/embedded/recent.js";
import { survivors } from "../../../harness/garbage.js";
import { numbered } from "../../../harness/messages.js";

/** Ten messages of a log, 130 bytes. */
function record(log: number, first: number): RecentRecord {
  return { log, first, count: 10, timeMs: 0, batch: numbered(first, 10) };
}

/** With what a record takes beside its messages: see RECORD_BYTES. */
const BYTES = record(1, 1).batch.bytes.byteLength + 700;

function recordsOf(maxRecords: number, ...records: readonly RecentRecord[]): RecentRecords {
  const recent = new RecentRecords(maxRecords * BYTES);
  for (const each of records) recent.add(each);
  return recent;
}

describe("RecentRecords", () => {
  test("finds the record that holds a position, or the next one", () => {
    const recent = recordsOf(9, record(1, 1), record(1, 11), record(1, 51));
    expect(recent.find(1, 1)?.first).toBe(1);
    expect(recent.find(1, 20)?.first).toBe(11);
    expect(recent.find(1, 21)?.first).toBe(51);
    expect(recent.find(1, 61)).toBeUndefined();
  });

  test("does not answer for what came before it remembers", () => {
    const recent = recordsOf(9, record(1, 11));
    expect(recent.find(1, 10)).toBeUndefined();
    expect(recent.find(2, 11)).toBeUndefined();
  });

  test("forgets the oldest records first, whatever their log", () => {
    const recent = recordsOf(2, record(1, 1), record(2, 1), record(1, 11));
    expect(recent.find(1, 1)).toBeUndefined();
    expect(recent.find(1, 11)?.first).toBe(11);
    expect(recent.find(2, 1)?.first).toBe(1);
  });

  test("forgets a log of which the last record is dropped", () => {
    const recent = recordsOf(1, record(2, 1), record(1, 1));
    expect(recent.find(2, 1)).toBeUndefined();
    recent.add(record(2, 11));
    expect(recent.find(2, 1)).toBeUndefined();
    expect(recent.find(2, 11)?.first).toBe(11);
  });

  test("remembers the end of a log without holes, however much was dropped", () => {
    const recent = recordsOf(100);
    for (let index = 0; index < 5_000; index += 1)
      recent.add(record(1 + (index % 3), index * 10 + 1));
    for (const log of [1, 2, 3]) {
      const firsts = [];
      const last = 4_999 - ((4_999 - (log - 1)) % 3);
      for (let index = last; recent.find(log, index * 10 + 1); index -= 3) firsts.push(index);
      expect(firsts.length).toBeGreaterThan(30);
      expect(firsts.length).toBeLessThan(35);
    }
  });

  test("forgets a log that is no more", () => {
    const recent = recordsOf(2, record(1, 1), record(2, 1));
    recent.forgetLog(1);
    expect(recent.find(1, 1)).toBeUndefined();
    recent.add(record(2, 11));
    recent.add(record(2, 21));
    expect(recent.find(2, 11)?.first).toBe(11);
  });

  test("counts what a record takes in memory: a million small ones are not kept", () => {
    const recent = new RecentRecords(1024 * 1024);
    const small = { log: 1, count: 1, timeMs: 0, batch: numbered(1, 1) };
    for (let first = 1; first <= 10_000; first += 1) recent.add({ ...small, first });
    expect(recent.find(1, 10_000 - 1_300)).toBeDefined();
    expect(recent.find(1, 10_000 - 1_500)).toBeUndefined();
  });

  test("keeps nothing alive that was dropped", async () => {
    const recent = new RecentRecords(3 * BYTES);
    const refs = Array.from({ length: 9 }, (_, index) => {
      const added = record(1, 1 + index * 10);
      recent.add(added);
      return new WeakRef(added);
    });
    expect(await survivors(refs)).toEqual([6, 7, 8]);
    expect(recent.find(1, 61)).toBeDefined();
  });
});
