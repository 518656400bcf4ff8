import type { PeykError } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { resolveOptions, type BrokerOptions } from "../../src/options.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Each with the smallest and the largest number that it may be. */
const NUMBERS: readonly (readonly [name: keyof BrokerOptions, min: number, max: number])[] = [
  ["resumeGraceMs", 0, 60_000],
  ["maxPayloadBytes", 1, 8 * MIB],
  ["maxConnections", 1, 100_000],
  ["maxConnectionsPerAddress", 1, 100_000],
  ["segmentBytes", 64 * KIB, 1024 * MIB],
  ["spareBytes", 0, 1024 * MIB],
];

function refusal(options: object): PeykError {
  try {
    resolveOptions({ dataDir: "data", ...options });
  } catch (error) {
    return error as PeykError;
  }
  throw new Error(`${JSON.stringify(options)} was accepted`);
}

describe("an option of the broker", () => {
  test.each(NUMBERS)("%s may be from %d to %d, and nothing else", (name, min, max) => {
    for (const value of [min, max]) resolveOptions({ dataDir: "data", [name]: value });
    for (const value of [min - 1, max + 1, NaN, Infinity, min + 0.5, String(max), true, [max]]) {
      const error = refusal({ [name]: value });
      expect([error.code, error.field]).toEqual(["invalid_argument", name]);
      expect(error.message).toContain(`from ${min} to ${max}`);
    }
  });

  test.each([
    ["dataDir", { dataDir: "" }],
    ["dataDir", { dataDir: undefined }],
    ["dataDir", { memory: true }],
    ["durability", { durability: "none" }],
    ["durability", { durability: "constructor" }],
    ["durability", { dataDir: undefined, memory: true, durability: "fsync" }],
    ["token", { token: "" }],
    ["listen", { listen: "localhost" }],
    ["listen", { listen: "localhost:65536" }],
    ["listen", { listen: ["127.0.0.1:0", "[::1]:"] }],
    ["listen", { listen: "0.0.0.0:7070" }],
    ["listen", { listen: "[::]:7070" }],
  ])("%s is refused where it makes no sense: %j", (field, options) => {
    const error = refusal(options);
    expect([error.code, error.field]).toEqual(["invalid_argument", field]);
  });
});

describe("the spare", () => {
  test.each([
    { spareBytes: 0, maxPayloadBytes: 8 * MIB },
    { spareBytes: 4 * MIB + 256 * KIB },
    { spareBytes: 260 * KIB, maxPayloadBytes: KIB },
    { spareBytes: 1024 * MIB, maxPayloadBytes: 8 * MIB },
  ])("may be %o", (options) => {
    expect(resolveOptions({ dataDir: "x", ...options }).engine.spareBytes).toBe(options.spareBytes);
  });

  test("has by default room for the largest payload there may be", () => {
    const { engine } = resolveOptions({ dataDir: "x", maxPayloadBytes: 8 * MIB });
    expect(engine.spareBytes).toBe(64 * MIB);
  });

  test.each([
    [{ spareBytes: 1 }, 4 * MIB + 256 * KIB],
    [{ spareBytes: 4 * MIB + 256 * KIB - 1 }, 4 * MIB + 256 * KIB],
    [{ spareBytes: 16 * MIB, maxPayloadBytes: 8 * MIB }, 32 * MIB + 256 * KIB],
  ])("may not be too small to keep what it is for: %o", (options, least) => {
    const error = refusal(options);
    expect(error).toMatchObject({ code: "invalid_argument", field: "spareBytes", limit: least });
    expect(error.message).toContain(
      `spareBytes is ${options.spareBytes}; it must be 0, or at least`,
    );
  });

  test("is none in memory, whatever is asked for", () => {
    expect(resolveOptions({ memory: true, spareBytes: 1 }).engine.spareBytes).toBe(0);
  });
});
