import fc from "fast-check";
import protobuf from "protobufjs/minimal.js";
import { describe, expect, test } from "vitest";
import { PacketWriter, PeykError, writeMessage } from "../../../client/src/protocol/index.js";
import * as any from "./arbitraries.js";

const FIELD = (1 << 3) | 2;
const NUMBER = 2 << 3;

/** What protobufjs writes for the same fields. */
function reference(write: (writer: protobuf.Writer) => void): Uint8Array {
  const writer = protobuf.Writer.create();
  write(writer);
  return new Uint8Array(writer.finish());
}

function written(write: (writer: PacketWriter) => void): Uint8Array {
  const writer = new PacketWriter(16);
  write(writer);
  return writer.take();
}

describe("PacketWriter", () => {
  test("writes numbers as protobufjs does", () => {
    fc.assert(
      fc.property(any.whole, (value) => {
        const expected = reference((writer) => writer.uint32(NUMBER).uint64(value));
        expect(written((writer) => writer.number(NUMBER, value))).toEqual(expected);
      }),
    );
  });

  test("writes texts as protobufjs does", () => {
    fc.assert(
      fc.property(any.text, (text) => {
        const expected = reference((writer) => writer.uint32(FIELD).string(text));
        expect(written((writer) => writer.text(FIELD, text))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test("writes half a character as the replacement character", () => {
    expect(written((writer) => writer.text(FIELD, "a\ud800"))).toEqual(
      written((writer) => writer.text(FIELD, "a\ufffd")),
    );
  });

  test("gives nested fields their length, whatever was expected", () => {
    const sizes = fc.constantFrom(0, 1, 127, 128, 16_383, 16_384, 2 ** 21 - 1, 2 ** 21);
    fc.assert(
      fc.property(sizes, sizes, (size, expectedBytes) => {
        const content = new Uint8Array(size).fill(7);
        const expected = reference((writer) => writer.uint32(FIELD).bytes(content));
        const bytes = written((writer) => {
          writer.begin(FIELD, expectedBytes);
          writer.raw(content);
          writer.end();
        });
        expect(Buffer.compare(bytes, expected)).toBe(0);
      }),
      { numRuns: 64 },
    );
  });

  test("keeps what is written around a field that moves when it ends", () => {
    const content = new Uint8Array(300).fill(7);
    const bytes = written((writer) => {
      writer.number(NUMBER, 1);
      writer.begin(FIELD);
      writer.begin(FIELD);
      writer.raw(content);
      writer.end();
      writer.end();
      writer.number(NUMBER, 2);
    });
    const expected = reference((writer) => {
      writer.uint32(NUMBER).uint64(1).uint32(FIELD).fork();
      writer.uint32(FIELD).bytes(content).ldelim().uint32(NUMBER).uint64(2);
    });
    expect(bytes).toEqual(expected);
  });

  test.each([-1, 1.5, NaN, Infinity, 2 ** 53])("refuses to write %d", (value) => {
    expect(() => written((writer) => writer.number(NUMBER, value))).toThrow(PeykError);
  });

  test("takes a message back that cannot be written", () => {
    const payload = Uint8Array.of(1);
    const bytes = written((writer) => {
      writer.begin(FIELD);
      writeMessage(writer, { payload });
      expect(() => writeMessage(writer, { payload, delayMs: NaN })).toThrow(PeykError);
      writeMessage(writer, { payload });
      writer.end();
    });
    const one = [0x7a, 3, 0x0a, 1, 1];
    expect(Array.from(bytes)).toEqual([FIELD, 10, ...one, ...one]);
  });

  test("takes packets that do not change when it writes on", () => {
    const writer = new PacketWriter();
    writer.number(NUMBER, 1);
    const view = writer.view();
    expect(view).toEqual(Uint8Array.of(NUMBER, 1));
    const first = writer.take();
    writer.number(NUMBER, 2);
    expect(writer.length).toBe(2);
    expect([first, writer.take()]).toEqual([Uint8Array.of(NUMBER, 1), Uint8Array.of(NUMBER, 2)]);
  });

  test("takes large packets too, whatever size was expected", () => {
    const content = new Uint8Array(2 ** 20).fill(7);
    for (const expectedBytes of [0, content.length]) {
      const writer = new PacketWriter();
      writer.begin(FIELD, expectedBytes);
      writer.raw(content);
      writer.end();
      const packet = writer.take();
      writer.begin(FIELD, expectedBytes);
      expect(Buffer.compare(packet.subarray(4), content)).toBe(0);
    }
  });
});
