import { describe, expect, test } from "vitest";
import { PeykError } from "../../client/src/protocol/index.js";
import { resolveOptions } from "../../src/options.js";

const KIB = 1024;
const MIB = 1024 * KIB;

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
    const error = refusal(() => resolveOptions({ dataDir: "x", ...options }));
    expect(error).toMatchObject({ code: "invalid_argument", field: "spareBytes", limit: least });
    expect(error.message).toContain(
      `spareBytes is ${options.spareBytes}; it must be 0, or at least`,
    );
  });

  test("is none in memory, whatever is asked for", () => {
    expect(resolveOptions({ memory: true, spareBytes: 1 }).engine.spareBytes).toBe(0);
  });
});

function refusal(work: () => unknown): PeykError {
  try {
    work();
  } catch (error) {
    if (error instanceof PeykError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}
