import fc from "fast-check";
import protobuf from "protobufjs/minimal.js";
import { describe, expect, test } from "vitest";
import { NumberReader } from "../../../client/src/protocol/index.js";
import { text, v1, whole } from "./arbitraries.js";

const of = (...bytes: number[]) => new NumberReader(Uint8Array.from(bytes));
const ofWriter = (write: (writer: protobuf.Writer) => protobuf.Writer) =>
  new NumberReader(write(protobuf.Writer.create()).finish());

describe("NumberReader", () => {
  test("gives 64-bit numbers as numbers", () => {
    fc.assert(
      fc.property(whole, (value) => {
        expect(ofWriter((writer) => writer.uint64(value)).uint64()).toBe(value);
        expect(ofWriter((writer) => writer.int64(0 - value)).int64()).toBe(0 - value);
        expect(ofWriter((writer) => writer.sint64(0 - value)).sint64()).toBe(0 - value);
        expect(ofWriter((writer) => writer.fixed64(value)).fixed64()).toBe(value);
        expect(ofWriter((writer) => writer.sfixed64(0 - value)).sfixed64()).toBe(0 - value);
      }),
    );
  });

  test("refuses 64-bit numbers that a number cannot hold", () => {
    const tooLarge = { low: 0, high: 0x20_0000, unsigned: true };
    expect(() => ofWriter((writer) => writer.uint64(tooLarge)).uint64()).toThrow("2^53");
    expect(() => ofWriter((writer) => writer.int64(tooLarge)).int64()).toThrow("2^53");
    expect(() => ofWriter((writer) => writer.fixed64(tooLarge)).fixed64()).toThrow("2^53");
    expect(() => of(...Array<number>(9).fill(0xff), 0x01).uint64()).toThrow("2^53");
  });

  test("refuses numbers that are cut off, too long or do not fit into 32 bits", () => {
    expect(() => of(0x80).uint64()).toThrow("cut off");
    expect(() => of(...Array<number>(10).fill(0x80), 0).uint64()).toThrow("10 bytes");
    expect(() => of(0x80, 0x80, 0x80, 0x80, 0x10).uint32()).toThrow("32 bits");
    expect(() => of(...Array<number>(9).fill(0xff), 0x01).int32()).toThrow("2^53");
  });

  test("reads texts, and refuses what is not UTF-8", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(ofWriter((writer) => writer.string(value)).stringVerify()).toBe(value);
      }),
    );
    for (const bytes of [
      [1, 0xff],
      [2, 0xc0, 0xaf],
      [3, 0xed, 0xa0, 0x80],
      [2, 0x61],
    ]) {
      expect(() => of(...bytes).stringVerify()).toThrow(RangeError);
    }
  });

  test("skips unknown fields and refuses groups", () => {
    const ending = v1.Ping.decode(of(0x78, 0xff, 0x01, 0x7a, 1, 9, 0x7d, 1, 2, 3, 4, 0x08, 5));
    expect(ending.nonce).toBe(5);
    expect(() => v1.Ping.decode(of(0x7b, 0x7c))).toThrow("wire type 3");
    expect(() => v1.Ping.decode(of(...Array<number>(20_000).fill(0x7b)))).toThrow("wire type 3");
    expect(() => v1.Ping.decode(of(0x78, ...Array<number>(11).fill(0x80)))).toThrow("10 bytes");
  });

  test.each([
    ["of field 0", [0x02, 0x00], "not a tag"],
    ["of a field that has no number", [0x07], "not a tag"],
    ["beyond 2^32", [0x88, 0x80, 0x80, 0x80, 0x10, 0x01], "not a tag"],
    ["that is longer than it has to be", [0x88, 0x00, 0x05], "longer than it has to be"],
    ["that is cut off", [0x88], "cut off"],
    ["before a length past the end", [0x7a, 0x05, 0x01], "past the end"],
    ["before a length below 0", [0x7a, ...Array<number>(9).fill(0xff), 0x01], "2^53"],
  ])("refuses a tag %s", (_, bytes, says) => {
    expect(() => v1.Ping.decode(of(...bytes))).toThrow(says);
  });

  test("reads its range only, and gives bytes that are copies", () => {
    const bytes = Uint8Array.from([9, 0x0a, 1, 7, 0x0a]);
    const { sessionId } = v1.Resume.decode(new NumberReader(bytes, 1, 4));
    bytes.fill(0);
    expect(sessionId).toEqual(Uint8Array.of(7));
    expect(() => v1.Resume.decode(new NumberReader(bytes.fill(0x0a), 0, 2))).toThrow(RangeError);
  });

  test("stops after the number of fields that it is given", () => {
    const bytes = new Uint8Array(200).fill(0);
    for (let at = 0; at < bytes.length; at += 2) bytes[at] = 0x0a;
    const read = (maxFields: number) =>
      v1.Which.decode(new NumberReader(bytes, 0, bytes.length, maxFields)).ids.length;
    expect(read(100)).toBe(100);
    expect(() => read(99)).toThrow("more than 99 fields");
  });

  test("changes nothing for others that use protobufjs", () => {
    const bytes = protobuf.Writer.create().uint64(5).finish();
    expect(protobuf.Reader.create(bytes).uint64()).toMatchObject({ low: 5, high: 0 });
    expect(Object.keys(protobuf.roots)).toEqual([]);
  });
});
