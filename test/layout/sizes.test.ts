import { describe, expect, test } from "vitest";
import { isGenerated, readCode } from "./project.js";
import { checkFileLengths, checkFunctionLengths } from "./sizes.js";

const handWritten = readCode().filter((file) => !isGenerated(file.path));
const lines = (count: number) => "x();\n".repeat(count);

describe("file length", () => {
  test("keeps the limit in this project", () => {
    expect(checkFileLengths(handWritten)).toEqual([]);
  });

  test("ends at 500 lines", () => {
    const path = "src/broker/queue.ts";
    expect(checkFileLengths([{ path, text: lines(500) }])).toEqual([]);
    expect(checkFileLengths([{ path, text: lines(501) }])).toEqual([
      "src/broker/queue.ts has 501 lines, at most 500 are allowed",
    ]);
  });

  test("ends at 800 lines in tests", () => {
    const path = "test/unit/broker/queue.test.ts";
    expect(checkFileLengths([{ path, text: lines(800) }])).toEqual([]);
    expect(checkFileLengths([{ path, text: lines(801) }])).toHaveLength(1);
  });
});

describe("function length", () => {
  const path = "src/broker/queue.ts";
  const bodies: readonly [string, (body: string) => string][] = [
    ["a function", (body) => `function f() {\n${body}}\n`],
    ["an arrow function", (body) => `const f = () => {\n${body}};\n`],
    ["a method", (body) => `class A { f() {\n${body}}\n }\n`],
    ["a private method", (body) => `class A { #f() {\n${body}}\n }\n`],
    ["a constructor", (body) => `class A { constructor() {\n${body}}\n }\n`],
    ["a getter", (body) => `class A { get f() {\n${body}} }\n`],
  ];

  test("keeps the limit in this project", () => {
    const measured = handWritten.filter((file) => /^(src|client|bench)\//.test(file.path));
    expect(checkFunctionLengths(measured)).toEqual([]);
  });

  test.each(bodies)("of %s ends at 60 lines", (_name, withBody) => {
    expect(checkFunctionLengths([{ path, text: withBody(lines(58)) }])).toEqual([]);
    expect(checkFunctionLengths([{ path, text: withBody(lines(59)) }])).toHaveLength(1);
  });

  test("does not count the comment above, and names the function", () => {
    const comment = `/**\n${" * why\n".repeat(80)} */\n`;
    const text = `${comment}function settle() {\n${lines(59)}}\n`;
    expect(checkFunctionLengths([{ path, text }])).toEqual([
      "src/broker/queue.ts:83 settle has 61 lines, at most 60 are allowed",
    ]);
  });
});
