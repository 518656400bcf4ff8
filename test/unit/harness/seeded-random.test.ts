import { describe, expect, test, vi } from "vitest";

import { seedFromEnv, SeededRandom } from "../../harness/seeded-random.js";

const draw = (random: SeededRandom, count: number): number[] =>
  Array.from({ length: count }, () => random.uint32());

describe("SeededRandom", () => {
  test("gives the same numbers for the same seed, as a number or a bigint", () => {
    expect(draw(new SeededRandom(42), 100)).toEqual(draw(new SeededRandom(42n), 100));
  });

  test("gives other numbers for another seed, in either half of its 64 bits", () => {
    const seeds = [0n, 1n, 2n, 1n << 32n, 1n << 63n, (1n << 64n) - 1n];
    expect(new Set(seeds.map((seed) => draw(new SeededRandom(seed), 4).join())).size).toBe(
      seeds.length,
    );
  });

  test("gives the numbers that it always gave, so that a recorded seed stays useful", () => {
    expect(draw(new SeededRandom(1), 4)).toEqual([2012149540, 1872316204, 1707632675, 1779833415]);
  });

  test("gives fractions and whole numbers within their bounds, evenly", () => {
    const random = new SeededRandom(7);
    const counts = new Array<number>(10).fill(0);
    for (let index = 0; index < 10_000; index += 1) {
      const number = random.int(10);
      counts[number] = (counts[number] ?? NaN) + 1;
      expect(random.fraction()).toBeLessThan(1);
    }
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1100);
  });

  test("takes chances of 0 never and of 1 always", () => {
    const random = new SeededRandom(7);
    const outcomes = Array.from({ length: 1000 }, () =>
      [random.chance(0), random.chance(1)].join(),
    );
    expect(new Set(outcomes)).toEqual(new Set(["false,true"]));
  });

  test("picks each item sooner or later, and none of nothing", () => {
    const random = new SeededRandom(7);
    const picked = new Set(Array.from({ length: 100 }, () => random.pick(["a", "b", "c"])));
    expect([...picked].sort()).toEqual(["a", "b", "c"]);
    expect(() => random.pick([])).toThrow(RangeError);
  });

  test("gives as many bytes as asked for", () => {
    expect(new SeededRandom(7).bytes(1000)).toHaveLength(1000);
  });

  test("forks one whose draws do not shift its own", () => {
    const [used, unused] = [new SeededRandom(7), new SeededRandom(7)];
    draw(used.fork(), 10);
    unused.fork();
    expect(draw(used, 10)).toEqual(draw(unused, 10));
  });
});

describe("seedFromEnv", () => {
  test("prints the seed that it takes from the environment, or makes", () => {
    const printed = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      expect(seedFromEnv({ PEYK_TEST_SEED: "0x10" })).toBe(16n);
      const made = seedFromEnv({});
      expect(printed.mock.calls).toEqual([["PEYK_TEST_SEED=16\n"], [`PEYK_TEST_SEED=${made}\n`]]);
    } finally {
      printed.mockRestore();
    }
  });
});
