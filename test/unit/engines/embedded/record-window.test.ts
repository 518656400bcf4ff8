import { describe, expect, test } from "vitest";

import { RecordKind, type StoredRecord } from "../../../../src/engines/embedded/format.js";
import type { ReadRecord, RecordReader } from "../../../../src/engines/embedded/reader.js";
import { RecordWindow, type Found } from "../../../../src/engines/embedded/record-window.js";
import { nextTurn } from "../../../harness/engine-harness.js";
import { numbered } from "../../../harness/messages.js";

const LOG = 4;
/** Records that one read gives. */
const NEAR = 3;

/** Positions of the records of a log, three messages each; "damaged" ones cannot be read. */
type Records = readonly (readonly [first: number, state?: "damaged"])[];

/** A window over records that are read from disk only; counts how often. */
class World {
  readonly window: RecordWindow;
  readonly damaged: number[] = [];
  reads = 0;

  constructor(records: Records) {
    const all = records.map(([first, state]) => readRecord(first, state === "damaged"));
    const reader = {
      aheadBytes: 0,
      findRecent: () => undefined,
      read: async (_log: number, position: number): Promise<ReadRecord[]> => {
        this.reads += 1;
        return all.filter(({ first, count }) => first + count > position).slice(0, NEAR);
      },
    };
    this.window = new RecordWindow(LOG, reader as unknown as RecordReader, {
      loaded: () => {},
      damaged: (_log, first) => this.damaged.push(first),
      failed: () => {},
    });
  }

  /** The position of the record that is found, once what has to be read for it was read. */
  async find(position: number, end = 1_000): Promise<number | undefined> {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const found: Found = this.window.find(position, end, true);
      if (typeof found === "object") return found.first;
      if (found === undefined) return undefined;
      await nextTurn();
    }
    throw new Error(`${this.reads} reads did not find what follows ${position}`);
  }
}

function readRecord(first: number, isDamaged: boolean): ReadRecord {
  const { bytes: body } = numbered(first, 3);
  const header = { kind: RecordKind.messages, codec: 0, keyId: 0, log: LOG, timeMs: 0 };
  const sizes = { firstPosition: first, count: 3, bodyBytes: body.byteLength };
  const record: StoredRecord = { ...header, ...sizes, body, checksum: 0 };
  const place = { first, count: 3, offset: 0, bodyBytes: body.byteLength };
  return { ...place, record: isDamaged ? undefined : record };
}

describe("a record window", () => {
  test("finds the record of a position, or the next one, without reading it again", async () => {
    const world = new World([[1], [4], [10]]);
    expect(await world.find(1)).toBe(1);
    expect(await world.find(3)).toBe(1);
    expect(await world.find(4)).toBe(4);
    expect(await world.find(8)).toBe(10);
    expect(world.reads).toBe(1);
  });

  test("reads again what it has let go", async () => {
    const world = new World([[1], [4], [10]]);
    expect(await world.find(1)).toBe(1);
    expect(await world.find(10)).toBe(10);
    expect(await world.find(5)).toBe(4);
  });

  test("reads on behind damaged records when somebody waits for a position before them", async () => {
    const world = new World([[4, "damaged"], [7, "damaged"], [10, "damaged"], [13]]);
    expect(await world.find(1)).toBe(13);
    expect(world.damaged).toEqual([4, 7, 10]);
    expect(world.reads).toBe(2);
  });

  test("finds nothing behind damaged records at the end, and does not ask twice", async () => {
    const world = new World([[4, "damaged"]]);
    expect(await world.find(1)).toBeUndefined();
    expect(await world.find(1)).toBeUndefined();
    expect(world.damaged).toEqual([4]);
  });

  test("asks again when there may be more", async () => {
    const world = new World([[1]]);
    expect(await world.find(4, 5)).toBeUndefined();
    expect(await world.find(4, 5)).toBeUndefined();
    const { reads } = world;
    expect(await world.find(4, 8)).toBeUndefined();
    expect(world.reads).toBe(reads + 1);
  });
});
