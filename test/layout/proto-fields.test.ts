import { describe, expect, test } from "vitest";
import { findBreaks, protoFields } from "../../scripts/proto-fields.mjs";
import { readOne, readTexts } from "./project.js";

type Frozen = Parameters<typeof findBreaks>[0];

const HEAD = 'syntax = "proto3"; package a;';
const before = protoFields([
  `${HEAD} message M { string name = 1; uint32 size = 2; } enum E { ZERO = 0; ONE = 1; }`,
]);
const breaksOf = (text: string) => findBreaks(before, protoFields([`${HEAD} ${text}`]));

describe("the numbers of the .proto files", () => {
  const frozen = JSON.parse(readOne("test/layout/proto-fields.json").text) as Frozen;
  const protos = readTexts().filter((file) => file.path.endsWith(".proto"));
  const current = protoFields(protos.map((file) => file.text));

  test("mean what they meant when they were frozen", () => {
    expect(findBreaks(frozen, current)).toEqual([]);
  });

  test("are all frozen (npm run proto:freeze)", () => {
    expect(current).toEqual(frozen);
  });

  test("of nested types, maps, optional fields and oneofs are read", () => {
    const text = `message M {
      optional uint32 a = 1; repeated string b = 2; map<string, bytes> c = 3;
      oneof kind { M d = 4; } reserved 5, 7 to 8; message N { bytes e = 1; }
    }`;
    expect(protoFields([`${HEAD} ${text}`])).toEqual({
      "a.M": {
        1: "optional uint32 a",
        2: "repeated string b",
        3: "map<string, bytes> c",
        4: "oneof kind M d",
        5: "reserved",
        7: "reserved",
        8: "reserved",
      },
      "a.M.N": { 1: "bytes e" },
    });
  });

  test.each([
    ["a field removed", "message M { string name = 1; } enum E { ZERO = 0; ONE = 1; }"],
    [
      "a field of another type",
      "message M { string name = 1; uint64 size = 2; } enum E { ZERO = 0; ONE = 1; }",
    ],
    [
      "a field that repeats",
      "message M { string name = 1; repeated uint32 size = 2; } enum E { ZERO = 0; ONE = 1; }",
    ],
    [
      "a field renumbered",
      "message M { string name = 1; uint32 size = 3; } enum E { ZERO = 0; ONE = 1; }",
    ],
    ["a message removed", "enum E { ZERO = 0; ONE = 1; }"],
    [
      "an enum value renumbered",
      "message M { string name = 1; uint32 size = 2; } enum E { ZERO = 0; ONE = 2; }",
    ],
  ])("break with %s", (_change, text) => {
    expect(breaksOf(text)).toHaveLength(1);
  });

  test.each([
    [
      "new fields, values and messages",
      `message M { string name = 1; uint32 size = 2; bool open = 3; } message N {}
      enum E { ZERO = 0; ONE = 1; TWO = 2; }`,
    ],
    [
      "a removed field whose number is reserved",
      "message M { string name = 1; reserved 2; } enum E { ZERO = 0; ONE = 1; }",
    ],
  ])("do not break with %s", (_change, text) => {
    expect(breaksOf(text)).toEqual([]);
  });

  test("break when a reserved number is used again", () => {
    const reserved = protoFields([`${HEAD} message M { reserved 2; }`]);
    const reused = protoFields([`${HEAD} message M { bool open = 2; }`]);
    expect(findBreaks(reserved, reused)).toEqual(['a.M 2 was "reserved" and is "bool open"']);
  });
});
