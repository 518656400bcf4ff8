import { describe, expect, test } from "vitest";
import { RefSet } from "../../../src/broker/ref-set.js";
import { SeededRandom } from "../../harness/seeded-random.js";

describe("RefSet", () => {
  test("cuts a range into what is in it and what is not", () => {
    const set = new RefSet([
      { log: 1, first: 5, count: 2 },
      { log: 1, first: 10, count: 5 },
      { log: 2, first: 1, count: 100 },
    ]);
    expect(set.parts(1, 4, 8)).toEqual([
      { offset: 0, count: 1, isIn: false },
      { offset: 1, count: 2, isIn: true },
      { offset: 3, count: 3, isIn: false },
      { offset: 6, count: 2, isIn: true },
    ]);
    expect(set.parts(3, 4, 8)).toEqual([{ offset: 0, count: 8, isIn: false }]);
  });

  test("agrees with a plain set for overlapping ranges in any order", () => {
    const random = new SeededRandom(11);
    for (let round = 0; round < 200; round += 1) {
      const refs = Array.from({ length: random.int(8) }, () => ({
        log: 1,
        first: random.int(60),
        count: 1 + random.int(9),
      }));
      const plain = new Set(
        refs.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i)),
      );
      const first = random.int(60);
      const listed = new RefSet(refs)
        .parts(1, first, 15)
        .flatMap(({ offset, count, isIn }) =>
          Array.from({ length: count }, (_, i) => [first + offset + i, isIn] as const),
        );
      expect(listed).toEqual(
        Array.from({ length: 15 }, (_, i) => [first + i, plain.has(first + i)]),
      );
    }
  });
});
