import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits, quoteInput } from "../../../client/src/protocol/index.js";

describe("quoteInput", () => {
  test.each([
    ["orders.created", '"orders.created"'],
    ["", '""'],
    ["Zürich 😀", '"Zürich 😀"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ["a\nb\u0000", '"a\\u{a}b\\u{0}"'],
    ["\u001b[31mred", '"\\u{1b}[31mred"'],
    ["\u0085\u009b", '"\\u{85}\\u{9b}"'],
    ["\u202eabc\u2066", '"\\u{202e}abc\\u{2066}"'],
    ["\u200b\ufeff\u2028", '"\\u{200b}\\u{feff}\\u{2028}"'],
    ["half \ud800", '"half \\u{d800}"'],
    ["\u{e0041}", '"\\u{e0041}"'],
  ])("%j becomes %s", (input, quoted) => {
    expect(quoteInput(input)).toBe(quoted);
  });

  test("keeps 64 characters and says that there were more", () => {
    expect(quoteInput("x".repeat(64))).toBe(`"${"x".repeat(64)}"`);
    expect(quoteInput("x".repeat(65))).toBe(`"${"x".repeat(64)}"...`);
  });

  test("stays short and printable whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (input) => {
        const quoted = quoteInput(input);
        expect(quoted.length).toBeLessThanOrEqual(limits.MAX_ECHO_CHARS + 5);
        expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});
