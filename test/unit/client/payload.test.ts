import { describe, expect, test } from "vitest";
import { decodePayload, encodePayload } from "../../../client/src/payload.js";
import { PeykError } from "@peyk/client";

describe("payload", () => {
  const bytes = new Uint8Array([1, 2, 3]);

  test.each([
    ["bytes", bytes, "", [1, 2, 3]],
    ["a buffer", bytes.buffer, "", [1, 2, 3]],
    ["a view", new DataView(bytes.buffer, 1), "", [2, 3]],
    ["a string", "ä", "text/plain", [0xc3, 0xa4]],
    ["an empty string", "", "text/plain", []],
    ["null", null, "application/json", [...Buffer.from("null")]],
    ["an object", { a: 1 }, "application/json", [...Buffer.from('{"a":1}')]],
  ])("writes %s", (_, value, contentType, expected) => {
    const payload = encodePayload(value);
    expect([payload.contentType, [...payload.bytes]]).toEqual([contentType, expected]);
  });

  test.each([undefined, () => {}, Symbol("s"), 1n])("refuses what JSON cannot hold", (value) => {
    expect(() => encodePayload(value)).toThrow(PeykError);
  });

  test.each([
    ["application/json", '{"a":1}', { a: 1 }],
    ["application/cloudevents+json; charset=utf-8", "[1]", [1]],
    ["TEXT/csv", "a,b", "a,b"],
  ])("reads %s", (contentType, text, expected) => {
    expect(decodePayload(Buffer.from(text), contentType)).toEqual(expected);
  });

  test("leaves bytes of other types as they are", () => {
    expect(decodePayload(bytes, "image/png")).toBe(bytes);
  });

  test.each([
    ["application/json", Buffer.from("{")],
    ["text/plain", Buffer.from([0xff])],
  ])("refuses broken %s", (contentType, broken) => {
    expect(() => decodePayload(broken, contentType)).toThrow(
      expect.objectContaining({ code: "invalid_payload" }),
    );
  });
});
