import { describe, expect, test } from "vitest";
import {
  escapeControls,
  formatBytes,
  formatDuration,
  jsonLine,
  parseDuration,
  parseSize,
  parseTime,
  parseWhole,
} from "../../../src/cli/text.js";

describe("parseDuration()", () => {
  test.each([
    ["0", 0],
    ["250ms", 250],
    ["30s", 30_000],
    ["1.5h", 5_400_000],
    ["1h30m", 5_400_000],
    ["7d", 604_800_000],
  ])("reads %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "30", "-5s", "5 s", "1y", "s", "1h 30m", "99999999999999d"])(
    "refuses %j",
    (text) => {
      expect(() => parseDuration(text)).toThrow(/is no duration|is too large/);
    },
  );
});

describe("parseSize()", () => {
  test.each([
    ["512", 512],
    ["512B", 512],
    ["64MiB", 67_108_864],
    ["1.5KiB", 1_536],
    ["10MB", 10_000_000],
  ])("reads %s", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(["", "64 MiB", "64mib", "-1B", "many"])("refuses %j", (text) => {
    expect(() => parseSize(text)).toThrow("is no size");
  });
});

describe("parseWhole()", () => {
  test("reads thousands written with k", () => {
    expect(parseWhole("100k")).toBe(100_000);
  });

  test("names the value and its bounds", () => {
    expect(() => parseWhole("12", 0, 9)).toThrow('"12" is no whole number from 0 to 9');
    expect(() => parseWhole("1.5")).toThrow('"1.5" is no whole number at least 0');
  });
});

describe("parseTime()", () => {
  test("reads moments, and times from now", () => {
    expect(parseTime("2026-01-31T12:00:00Z", 0)).toEqual(new Date(Date.UTC(2026, 0, 31, 12)));
    expect(parseTime("+30m", 1_000)).toEqual(new Date(1_801_000));
    expect(parseTime("-1s", 5_000)).toEqual(new Date(4_000));
  });

  test("refuses what is no time", () => {
    expect(() => parseTime("tomorrow", 0)).toThrow("is no time");
    expect(() => parseTime("2026-13-45", 0)).toThrow("is no time");
  });
});

describe("formatting", () => {
  test("gives durations two units at most", () => {
    expect([80, 2_440, 65_000, 3_900_000, 90_000_000].map(formatDuration)).toEqual([
      "80ms",
      "2.4s",
      "1m 5s",
      "1h 5m",
      "1d 1h",
    ]);
  });

  test("gives sizes the unit that fits", () => {
    expect([512, 1_536, 67_108_864].map(formatBytes)).toEqual(["512 B", "1.5 KiB", "64 MiB"]);
  });

  test("escapes what would act on a terminal", () => {
    expect(escapeControls("a\u001b[31m\n\u202eb")).toBe("a\\u{1b}[31m\\n\\u{202e}b");
  });
});

describe("jsonLine()", () => {
  test("escapes what a terminal or a reader of lines takes for more than a character", () => {
    const text = "\u0085\u009b31m\u2028\u202e\u{e0001}é😀\n";
    const line = jsonLine({ text });
    expect(line).toBe('{"text":"\\u0085\\u009b31m\\u2028\\u202e\\udb40\\udc01é😀\\n"}');
    expect(JSON.parse(line)).toEqual({ text });
  });
});
