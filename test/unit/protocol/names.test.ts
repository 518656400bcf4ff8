import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PeykError } from "../../../client/src/protocol/index.js";
import {
  checkGroup,
  checkPattern,
  checkTopicName,
  deadLettersOf,
  parseSubscriptionName,
} from "../../../client/src/protocol/index.js";

function refusal(check: () => unknown): PeykError {
  try {
    check();
  } catch (error) {
    if (error instanceof PeykError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

const levels = (count: number) => Array<string>(count).fill("x").join(".");
const LEGAL = [
  "a",
  "__proto__",
  "constructor",
  "a.b-c.D_9",
  "_peyk.x",
  "x".repeat(255),
  levels(16),
];
const ILLEGAL = [
  ...[
    "",
    "x".repeat(256),
    levels(17),
    "a..b",
    ".a",
    "a.",
    "a b",
    "../x",
    "a/b",
    "\0",
    "$JS.x",
    "$",
  ],
  ...["😀", "\u202ea", "é", "a\n", "a:b", "a\\b", "%2e%2e"],
];

describe("topic names", () => {
  test.each(LEGAL)("may be %j", (name) => {
    checkTopicName(name);
    checkPattern(name);
  });

  test.each([...ILLEGAL, "*", ">", "a.*", "a.>"])("may not be %j", (name) => {
    const error = refusal(() => checkTopicName(name));
    expect(error).toMatchObject({ code: "invalid_argument", field: "topic" });
    expect(error.message).toMatch(/^[a-z"].*[^.]$/);
  });

  test("are accepted exactly when they fit the grammar", () => {
    const nearly = fc.string({
      unit: fc.constantFrom("a", "Z", "0", "-", "_", ".", "*", "$", " "),
    });
    fc.assert(
      fc.property(nearly, (name) => {
        const isLegal = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,15}$/.test(name);
        if (isLegal) checkTopicName(name);
        else expect(refusal(() => checkTopicName(name)).code).toBe("invalid_argument");
      }),
    );
  });

  test("that are hostile are echoed escaped and cut", () => {
    const { message } = refusal(() => checkTopicName(`\u001b[2J\u202e${"é".repeat(200)}`));
    expect(message).not.toContain("\u001b");
    expect(message).not.toContain("\u202e");
    expect(message.length).toBeLessThan(300);
  });

  test("that end in a dot get the hint that the shell may have taken a >", () => {
    for (const check of [checkTopicName, checkPattern, parseSubscriptionName]) {
      expect(refusal(() => check("orders.")).message).toContain('"orders.>", quote it');
    }
  });
});

describe("patterns", () => {
  test.each(["*", ">", "a.*", "*.a", "a.*.b.>", "*.*.>"])("may be %j", (pattern) => {
    checkPattern(pattern);
    expect(refusal(() => checkTopicName(pattern)).message).toContain("is a pattern");
  });

  test.each([...ILLEGAL, "a*", "a.>.b", ">.a", "a>", "**", "a.*b"])("may not be %j", (pattern) => {
    expect(refusal(() => checkPattern(pattern)).field).toBe("pattern");
  });
});

describe("subscription names", () => {
  test.each([
    ["orders.created/billing", "orders.created", "billing", false],
    ["orders.>/billing/dlq", "orders.>", "billing", true],
    ["*/__proto__", "*", "__proto__", false],
    [`${"x".repeat(255)}/${"g".repeat(64)}/dlq`, "x".repeat(255), "g".repeat(64), true],
  ])("%j is taken apart", (name, source, group, isDeadLetters) => {
    expect(parseSubscriptionName(name)).toEqual({ name, source, group, isDeadLetters });
  });

  test.each([
    ...["/", "a/", "/g", "a/b/c", "a/dlq", "a/dlq/dlq", "a/g/dlq/dlq", "a/g/", "a/g.x", "$a/g"],
    ...["a b/g", "a/é", `a/${"g".repeat(65)}`, "a//dlq", `a/${"/".repeat(5000)}`],
  ])("%j is refused", (name) => {
    expect(refusal(() => parseSubscriptionName(name)).field).toBe("subscription");
  });

  test("without a group name both ways out", () => {
    const { message } = refusal(() => parseSubscriptionName("orders.created"));
    expect(message).toContain('"orders.created/workers"');
    expect(message).toContain("live");
  });

  test("lead to their dead letters and back", () => {
    expect(parseSubscriptionName(deadLettersOf("a.*/g"))).toMatchObject({
      source: "a.*",
      group: "g",
      isDeadLetters: true,
    });
  });

  test("have groups of 1 to 64 characters that are not dlq", () => {
    checkGroup("g".repeat(64));
    checkGroup("DLQ");
    for (const group of ["", "dlq", "g".repeat(65), "a.b", "a/b", "a b"]) {
      expect(refusal(() => checkGroup(group)).field).toBe("group");
    }
  });
});
