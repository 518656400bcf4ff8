import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutUtf8, decodeUtf8, isUtf8 } from "../../../client/src/protocol/utf8.js";
import { text } from "./arbitraries.js";

const encoder = new TextEncoder();

function reference(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const nearlyUtf8 = fc.tuple(text, fc.nat(), fc.nat({ max: 255 })).map(([valid, at, byte]) => {
  const bytes = encoder.encode(valid);
  if (bytes.length > 0) bytes[at % bytes.length] = byte;
  return bytes;
});

describe("UTF-8", () => {
  test("is told from other bytes as TextDecoder tells it", () => {
    fc.assert(
      fc.property(fc.oneof(nearlyUtf8, fc.uint8Array({ maxLength: 8 })), (bytes) => {
        const expected = reference(bytes);
        expect(decodeUtf8(bytes, 0, bytes.length)).toBe(expected);
        expect(isUtf8(bytes, 0, bytes.length)).toBe(expected !== undefined);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ["an overlong slash", [0xc0, 0xaf]],
    ["an overlong slash of three bytes", [0xe0, 0x80, 0xaf]],
    ["half of a pair", [0xed, 0xa0, 0x80]],
    ["more than U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["a character that is cut off", [0xe2, 0x82]],
    ["a continuation without a start", [0x41, 0x80]],
  ])("is not %s", (_, bytes) => {
    expect(isUtf8(Uint8Array.from(bytes), 0, bytes.length)).toBe(false);
    expect(decodeUtf8(Uint8Array.from(bytes), 0, bytes.length)).toBeUndefined();
  });

  test("is read in its range only", () => {
    const bytes = Uint8Array.from([0xff, 0x61, 0x62, 0xff]);
    expect(isUtf8(bytes, 1, 3)).toBe(true);
    expect(decodeUtf8(bytes, 1, 3)).toBe("ab");
  });

  test("keeps a byte order mark", () => {
    expect(decodeUtf8(encoder.encode("\ufeffx"), 0, 4)).toBe("\ufeffx");
  });
});

describe("cutUtf8", () => {
  test("keeps as many whole characters as fit", () => {
    expect(cutUtf8("aé€😀", 9)).toBe("aé€");
    expect(cutUtf8("aé€😀", 10)).toBe("aé€😀");
  });

  test("gives a beginning of the text that fits", () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 100 }), (given, maxBytes) => {
        const cut = cutUtf8(given, maxBytes);
        expect(given.startsWith(cut)).toBe(true);
        expect(encoder.encode(cut).length).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });
});
