import { describe, expect, test } from "vitest";

import { Cursor, type Retry } from "../../../../src/engines/embedded/cursor.js";
import { Positions } from "../../../../src/engines/embedded/positions.js";
import { SeededRandom, seedFromEnv } from "../../../harness/seeded-random.js";

const FAILED: Retry = {
  log: 1,
  failures: 1,
  crashes: 0,
  dueAtMs: 0,
  firstFailedAtMs: 0,
  note: 0,
  interrupted: false,
};

function create(floor = 1): { positions: Positions; cursor: Cursor } {
  const positions = new Positions(1);
  return { positions, cursor: new Cursor(5, positions, floor) };
}

/** Stores `count` messages as the journal does. */
function append(positions: Positions, count: number): number {
  const first = positions.next;
  positions.next += count;
  for (const cursor of positions.cursors) cursor.added(first, count);
  return first;
}

describe("Cursor", () => {
  test("moves its floor over what is settled in order", () => {
    const { positions, cursor } = create();
    append(positions, 10);
    expect(cursor.settle(1, 3)).toBe(3);
    expect(cursor.floor).toBe(4);
    expect(cursor.unsettledCount).toBe(7);
    expect(cursor.settled.size).toBe(0);
  });

  test("keeps what is settled out of order until the floor comes by", () => {
    const { positions, cursor } = create();
    append(positions, 10);
    cursor.settle(4, 3);
    expect(cursor.floor).toBe(1);
    expect(cursor.isSettled(5)).toBe(true);
    cursor.settle(1, 3);
    expect(cursor.floor).toBe(7);
    expect(cursor.settled.size).toBe(0);
  });

  test("counts nothing twice that is settled twice", () => {
    const { positions, cursor } = create();
    append(positions, 10);
    cursor.settle(4, 3);
    expect(cursor.settle(3, 5)).toBe(2);
    expect(cursor.settle(3, 5)).toBe(0);
    expect(cursor.unsettledCount).toBe(5);
  });

  test("passes gaps, those that are made later too", () => {
    const { positions, cursor } = create();
    append(positions, 2);
    positions.skipTo(100);
    append(positions, 1);
    cursor.settle(1, 2);
    expect(cursor.floor).toBe(100);
    cursor.settle(100, 1);
    positions.skipTo(200);
    expect(cursor.floor).toBe(200);
  });

  test("begins behind a gap when it is made within one", () => {
    const { positions } = create();
    append(positions, 2);
    positions.skipTo(100);
    expect(new Cursor(6, positions, 50).floor).toBe(100);
  });

  test("counts of a record only what is not below its floor", () => {
    const { cursor } = create(6);
    cursor.added(4, 5);
    expect(cursor.unsettledCount).toBe(3);
    cursor.added(1, 2);
    expect(cursor.unsettledCount).toBe(3);
  });

  test("forgets failures of what is settled, purged or below the floor", () => {
    const { positions, cursor } = create();
    append(positions, 20);
    cursor.failed(3, 10, FAILED);
    cursor.settle(4, 1);
    cursor.settle(10, 1_000);
    expect([...cursor.retries.keys()]).toEqual([3, 5, 6, 7, 8, 9]);
    cursor.moveFloor(8, 2);
    expect([...cursor.retries.keys()]).toEqual([8, 9]);
  });

  test("remembers no failure of what is settled already", () => {
    const { positions, cursor } = create();
    append(positions, 5);
    cursor.settle(2, 1);
    cursor.failed(1, 3, FAILED);
    expect([...cursor.retries.keys()]).toEqual([1, 3]);
  });

  test("gives failures as ranges that failed together", () => {
    const { positions, cursor } = create();
    append(positions, 9);
    const other = { ...FAILED, failures: 2 };
    cursor.failed(1, 3, FAILED);
    cursor.failed(4, 2, other);
    cursor.failed(8, 1, FAILED);
    expect([...cursor.failedRanges()]).toEqual([
      { first: 1, count: 3, retry: FAILED },
      { first: 4, count: 2, retry: other },
      { first: 8, count: 1, retry: FAILED },
    ]);
  });

  test("does what a plain list of positions does", () => {
    const random = new SeededRandom(seedFromEnv());
    for (let round = 0; round < 60; round += 1) compareWithList(random);
  });
});

describe("Positions", () => {
  test("finds the gap at a position among many", () => {
    const { positions } = create();
    for (let index = 1; index <= 100; index += 1) {
      append(positions, 5);
      positions.skipTo(index * 10 + 1);
    }
    expect(positions.afterGap(505)).toBe(505);
    expect(positions.afterGap(506)).toBe(511);
    expect(positions.nextGap(501)).toBe(506);
    expect(positions.nextGap(2_000)).toBe(Infinity);
    positions.trimGaps(505);
    expect(positions.gaps().slice(0, 2)).toEqual([506, 511]);
  });

  test("joins gaps that follow one another", () => {
    const { positions } = create();
    positions.skipTo(10);
    positions.skipTo(20);
    expect(positions.gaps()).toEqual([1, 20]);
  });

  test("keeps no gap that nobody will pass", () => {
    const positions = new Positions(1);
    positions.skipTo(10);
    expect(positions.gaps()).toEqual([]);
    positions.isRetained = true;
    positions.skipTo(20);
    expect(positions.gaps()).toEqual([10, 20]);
  });
});

/** Random messages, gaps, settles and purges, against a list of what is unsettled. */
function compareWithList(random: SeededRandom): void {
  const { positions, cursor } = create();
  let unsettled: number[] = [];
  for (let step = 0; step < 80; step += 1) {
    const draw = random.fraction();
    if (draw < 0.4) {
      const count = 1 + random.int(6);
      const first = append(positions, count);
      for (let index = 0; index < count; index += 1) unsettled.push(first + index);
    } else if (draw < 0.5) {
      positions.skipTo(positions.next + random.int(random.pick([3, 5_000])));
    } else if (draw < 0.95 && unsettled.length > 0) {
      // What is settled together was handed out together: there is no gap in it.
      const first = random.pick(unsettled);
      let count = 1;
      while (unsettled.includes(first + count) && random.chance(0.7)) count += 1;
      expect(cursor.settle(first, count)).toBe(count);
      unsettled = unsettled.filter((position) => position < first || position >= first + count);
    } else {
      const floor = 1 + random.int(positions.next);
      unsettled = floor > cursor.floor ? unsettled.filter((each) => each >= floor) : unsettled;
      cursor.moveFloor(floor, unsettled.length);
    }
    check(cursor, positions, unsettled);
  }
}

function check(cursor: Cursor, positions: Positions, unsettled: readonly number[]): void {
  expect(cursor.unsettledCount).toBe(unsettled.length);
  expect(cursor.floor).toBe(unsettled[0] ?? positions.next);
  for (const position of unsettled) expect(cursor.isSettled(position)).toBe(false);
  const next = unsettled[unsettled.length >> 1];
  if (next === undefined) return;
  expect(cursor.nextUnsettled(next)).toBe(next);
  const end = cursor.unsettledEnd(next, next + 4);
  expect(cursor.countUnsettled(next, end - next)).toBe(end - next);
}
