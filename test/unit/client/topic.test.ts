import { describe, expect, test } from "vitest";
import { resolveFrom } from "../../../client/src/topic.js";
import { topic } from "@peyk/client";

describe("topics and sources", () => {
  test("have a group for each subscription", () => {
    expect(topic("orders").group("billing").name).toBe("orders/billing");
  });

  test("fill > with all levels that are left", () => {
    expect(topic("a.*.>").at("b", "c", "d").name).toBe("a.b.c.d");
  });

  test.each([
    ["no source", []],
    ["no group", "orders" as "a/b"],
    ["a group that cannot be", "orders/dlq" as const],
  ])("are refused with %s", (_, from) => {
    expect(() => resolveFrom(from)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });
});
