import { describe, expect, test, vi } from "vitest";
import { createLog } from "../../../client/src/log.js";

describe("the log", () => {
  test("is one line on the console for warnings and errors", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const info = vi.spyOn(console, "info").mockImplementation(() => {});
    createLog(undefined)("warn", "it broke", { error: new Error("x") });
    createLog(undefined)("info", "it works", {});
    createLog(false)("warn", "silence", {});
    expect([warn.mock.calls, info.mock.calls]).toEqual([[["peyk: it broke"]], []]);
    vi.restoreAllMocks();
  });

  test("hurts nobody where its listener throws", () => {
    const log = createLog(() => {
      throw new Error("full");
    });
    expect(() => log("error", "x", {})).not.toThrow();
  });
});
