import { matches } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { PatternIndex } from "../../../src/runtime/pattern-index.js";
import { seedFromEnv, SeededRandom } from "../../harness/seeded-random.js";

const LEVELS = ["a", "b", "__proto__", "$dead", "constructor"];

function nameOf(random: SeededRandom, wildcards: boolean): string {
  const count = 1 + random.int(4);
  const levels = Array.from({ length: count }, () =>
    wildcards && random.chance(0.3) ? "*" : random.pick(LEVELS),
  );
  if (wildcards && random.chance(0.3)) levels.push(">");
  return levels.join(".");
}

describe("a pattern index", () => {
  test("finds what matches, whatever comes and goes", () => {
    const random = new SeededRandom(seedFromEnv());
    const index = new PatternIndex<string>();
    const there = new Set<string>();
    for (let round = 0; round < 2_000; round += 1) {
      const source = nameOf(random, random.chance(0.7));
      if (there.delete(source)) index.delete(source, source);
      else {
        there.add(source);
        index.add(source, source);
      }
      const topic = nameOf(random, false);
      const expected = [...there].filter((each) => matches(each, topic));
      expect(index.matching(topic).sort()).toEqual(expected.sort());
    }
  });

  test("forgets only what is named", () => {
    const index = new PatternIndex<number>();
    index.add("a.b", 1);
    index.add("a.b", 2);
    index.delete("a.b", 1);
    index.delete("a.b.c", 2);
    index.delete("a", 2);

    expect(index.matching("a.b")).toEqual([2]);
  });
});
