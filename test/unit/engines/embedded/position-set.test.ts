import { describe, expect, test } from "vitest";

import { PositionSet } from "../../../../src/engines/embedded/position-set.js";
import { SeededRandom, seedFromEnv } from "../../../harness/seeded-random.js";

const setOf = (...positions: number[]): PositionSet => {
  const set = new PositionSet();
  for (const position of positions) set.add(position, 1);
  return set;
};

describe("PositionSet", () => {
  test("says how many positions of a range were new", () => {
    const set = setOf(10, 12);
    expect(set.add(9, 5)).toBe(3);
    expect(set.add(9, 5)).toBe(0);
    expect(set.size).toBe(5);
  });

  test("says how many positions of a range were there", () => {
    const set = setOf(10, 12, 5_000);
    expect(set.remove(11, 10_000)).toBe(2);
    expect(set.has(10)).toBe(true);
    expect(set.size).toBe(1);
  });

  test("goes across pages as if they were one", () => {
    const set = new PositionSet();
    set.add(4_000, 9_000);
    expect(set.nextAbsent(4_000)).toBe(13_000);
    expect(set.nextPresent(0, 100_000)).toBe(4_000);
    expect(set.countIn(4_095, 3)).toBe(3);
  });

  test("tells its ranges in order, across pages and over wide gaps", () => {
    const set = setOf(7, 9, 10, 2 ** 40);
    set.add(4_000, 9_000);
    expect([...set.ranges()]).toEqual([
      { first: 7, count: 1 },
      { first: 9, count: 2 },
      { first: 4_000, count: 9_000 },
      { first: 2 ** 40, count: 1 },
    ]);
  });

  test("holds positions up to 2^53", () => {
    const last = 2 ** 53 - 2;
    const set = setOf(last);
    expect(set.has(last)).toBe(true);
    expect(set.has(last - 1)).toBe(false);
    expect(set.nextAbsent(last)).toBe(last + 1);
  });

  test("takes up pages where it put them down", () => {
    const set = setOf(1, 4_096, 100_000);
    const copy = new PositionSet();
    for (const { number, bits } of set.pages()) copy.addPage(number, bits);
    expect(copy.pages()).toEqual(set.pages());
    expect(copy.size).toBe(3);
    expect(copy.remove(100_000, 1)).toBe(1);
  });

  test("keeps no page in which nothing is set", () => {
    const set = setOf(1, 5_000);
    set.remove(1, 1);
    expect(set.pages().map(({ number }) => number)).toEqual([1]);
  });

  test("gives 32 positions at a time", () => {
    const set = setOf(32, 63, 64);
    expect([set.word(0), set.word(1), set.word(2), set.word(3)]).toEqual([
      0,
      (1 | (1 << 31)) >>> 0,
      1,
      0,
    ]);
  });

  test("does what a plain set of numbers does", () => {
    const random = new SeededRandom(seedFromEnv());
    for (let round = 0; round < 60; round += 1) compareWithSet(random);
  });
});

/** Random ranges in both, and every question after each. */
function compareWithSet(random: SeededRandom): void {
  const set = new PositionSet();
  const plain = new Set<number>();
  const limit = random.pick([40, 300, 9_000]);
  for (let step = 0; step < 60; step += 1) {
    const first = random.int(limit);
    const count = random.int(random.pick([2, 40, limit]));
    const range = Array.from({ length: count }, (_, index) => first + index);
    const there = range.filter((position) => plain.has(position)).length;
    expect(set.countIn(first, count)).toBe(there);
    if (random.chance(0.6)) {
      expect(set.add(first, count)).toBe(count - there);
      for (const position of range) plain.add(position);
    } else {
      expect(set.remove(first, count)).toBe(there);
      for (const position of range) plain.delete(position);
    }
    expect(set.size).toBe(plain.size);
    const at = random.int(limit);
    expect(set.has(at)).toBe(plain.has(at));
    let absent = at;
    while (plain.has(absent)) absent += 1;
    expect(set.nextAbsent(at)).toBe(absent);
    const end = at + random.int(limit);
    let present = at;
    while (present < end && !plain.has(present)) present += 1;
    expect(set.nextPresent(at, end)).toBe(Math.min(present, end));
  }
}
