import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matches, patternsOverlap } from "../../../client/src/protocol/index.js";

const level = fc.constantFrom("a", "b", "ab");
const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join("."));
const anyLevel = fc.oneof(level, fc.constant("*"));
const pattern = fc
  .tuple(fc.array(anyLevel, { maxLength: 4 }), fc.boolean(), anyLevel)
  .map(([levels, isOpen, last]) => [...levels, isOpen ? ">" : last].join("."));

/** The definition in words, slowly. */
function reference(given: string, name: string): boolean {
  const expression = given
    .split(".")
    .map((each) => (each === "*" ? "[^.]+" : each === ">" ? ".+" : each))
    .join("\\.");
  return new RegExp(`^${expression}$`).test(name);
}

/** Every topic of up to five levels of a and b: enough to find a common one of two short patterns. */
const topics: string[] = [];
for (let names = ["a", "b", "ab"], count = 0; count < 5; count += 1) {
  topics.push(...names);
  names = names.flatMap((name) => ["a", "b", "ab"].map((each) => `${name}.${each}`));
}

describe("a pattern", () => {
  test.each([
    ["orders.*", "orders.created", true],
    ["orders.*", "orders", false],
    ["orders.*", "orders.created.eu", false],
    ["orders.>", "orders.created.eu", true],
    ["orders.>", "orders", false],
    ["orders.>", "orders2.created", false],
    ["*.created", "orders.created", true],
    [">", "a.b.c", true],
    ["*", "a", true],
    ["a", "a", true],
    ["a", "ab", false],
    ["ab", "a", false],
    [">", "$sys.x", false],
    ["*.x", "$sys.x", false],
    ["$sys.>", "$sys.x", true],
    ["__proto__", "__proto__", true],
  ])("%j against %j: %s", (given, name, expected) => {
    expect(matches(given, name)).toBe(expected);
  });

  test("matches what its definition says", () => {
    fc.assert(
      fc.property(pattern, topic, (given, name) => {
        expect(matches(given, name)).toBe(reference(given, name));
      }),
      { numRuns: 2000 },
    );
  });

  test("overlaps another exactly when a topic matches both", () => {
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const hasCommon = topics.some((name) => matches(one, name) && matches(other, name));
        expect(patternsOverlap(one, other)).toBe(hasCommon);
        expect(patternsOverlap(other, one)).toBe(hasCommon);
      }),
      { numRuns: 1000 },
    );
  });
});
