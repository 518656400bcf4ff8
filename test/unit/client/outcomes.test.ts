import { describe, expect, test } from "vitest";
import { isReject, isRetry } from "../../../client/src/outcomes.js";
import { PeykError, Reject, Retry } from "@peyk/client";

describe("outcomes of handlers", () => {
  test("are recognised across two copies of the package", () => {
    const copy = (brand: string): object => ({ [Symbol.for(brand)]: true });
    expect([isRetry(new Retry()), isRetry(copy("peyk.Retry")), isRetry(new Error("x"))]).toEqual([
      true,
      true,
      false,
    ]);
    expect([isReject(new Reject("no")), isReject(copy("peyk.Reject")), isReject(null)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(PeykError.is({ ...copy("peyk.PeykError"), code: "closed" }, "closed")).toBe(true);
  });
});
