import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MessageFields } from "../../../client/src/protocol/index.js";
import { MessageChecker, PeykError, SPECIAL, limits } from "../../../client/src/protocol/index.js";
import * as any from "./arbitraries.js";
import { decodeGenerated, encodeGenerated, v1 } from "./arbitraries.js";

const checker = new MessageChecker();
const encoder = new TextEncoder();
const payload = Uint8Array.of(1);

function check(bytes: Uint8Array): number {
  return checker.check(bytes, 0, bytes.length);
}

function checkFields(message: Partial<MessageFields>): number {
  return check(encodeGenerated(v1.Message, message));
}

/** The error that a message is refused with. */
function refusal(bytes: Uint8Array): PeykError {
  try {
    check(bytes);
  } catch (error) {
    if (error instanceof PeykError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

/** The limits of message.proto, said once more and in the simplest way. */
function isGood(message: MessageFields): boolean {
  const size = (text = "") => encoder.encode(text).length;
  const attributes = Object.entries(message.attributes ?? {});
  return (
    message.payload.length <= limits.MAX_PAYLOAD_BYTES &&
    attributes.length <= 64 &&
    attributes.every(([name, value]) => size(name) <= 1024 && size(value) <= 1024) &&
    attributes.reduce((sum, [name, value]) => sum + size(name) + size(value), 0) <= 65_536 &&
    size(message.key) <= 1024 &&
    size(message.dedupId) <= 128 &&
    [message.replyTo, message.correlationId, message.contentType].every((t) => size(t) <= 1024) &&
    [message.traceparent, message.tracestate, message.baggage].every((t) => size(t) <= 1024) &&
    (message.priority ?? 0) <= 9 &&
    (message.delayMs ?? 0) <= 30 * 86_400_000 &&
    !(message.delayMs && message.deliverAtMs)
  );
}

const mutated = fc
  .tuple(any.message, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 }))
  .map(([message, changes]) => {
    const bytes = encodeGenerated(v1.Message, message);
    for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  });

describe("checking a message", () => {
  test("accepts exactly what keeps the limits", () => {
    fc.assert(
      fc.property(any.message, (message) => {
        const bytes = encodeGenerated(v1.Message, message);
        if (isGood(message)) expect(check(bytes)).toBeGreaterThanOrEqual(0);
        else expect(refusal(bytes)).toBeInstanceOf(PeykError);
      }),
      { numRuns: 500 },
    );
  });

  test("accepts nothing that generated code cannot decode", () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        let isAccepted = false;
        try {
          check(bytes);
          isAccepted = true;
        } catch (error) {
          expect(error).toBeInstanceOf(PeykError);
        }
        if (isAccepted) expect(isGood(decodeGenerated(v1.Message, bytes))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test("reads nothing outside of the message", () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        const inside = new Uint8Array(bytes.length + 40).fill(0x0a);
        inside.set(bytes, 20);
        const outcome = (run: () => number) => {
          try {
            return run();
          } catch (error) {
            return String(error);
          }
        };
        expect(outcome(() => checker.check(inside, 20, 20 + bytes.length))).toBe(
          outcome(() => check(bytes)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test("tells which special fields occur", () => {
    expect(checkFields({ payload })).toBe(0);
    expect(checkFields({ payload, contentType: "text/plain", attributes: { a: "b" } })).toBe(0);
    expect(checkFields({ key: "k" })).toBe(SPECIAL.key);
    expect(checkFields({ priority: 9 })).toBe(SPECIAL.priority);
    expect(checkFields({ deliverAtMs: 2 ** 53 - 1 })).toBe(SPECIAL.deliverAt);
    expect(checkFields({ delayMs: 1, ttlMs: 1 })).toBe(SPECIAL.delay | SPECIAL.ttl);
    expect(checkFields({ dedupId: "é", key: "k" })).toBe(SPECIAL.dedupId | SPECIAL.key);
  });

  const text = (size: number) => "x".repeat(size);
  test.each<
    [field: string, limit: number, good: Partial<MessageFields>, bad: Partial<MessageFields>]
  >([
    ["key", 1024, { key: text(1024) }, { key: text(1025) }],
    ["key", 1024, { key: "é".repeat(512) }, { key: "é".repeat(513) }],
    ["dedupId", 128, { dedupId: text(128) }, { dedupId: text(129) }],
    ["replyTo", 1024, { replyTo: text(1024) }, { replyTo: text(1025) }],
    ["correlationId", 1024, { correlationId: text(1024) }, { correlationId: text(1025) }],
    ["contentType", 1024, { contentType: text(1024) }, { contentType: text(1025) }],
    ["traceparent", 1024, { traceparent: text(1024) }, { traceparent: text(1025) }],
    ["tracestate", 1024, { tracestate: text(1024) }, { tracestate: text(1025) }],
    ["baggage", 1024, { baggage: text(1024) }, { baggage: text(1025) }],
    ["priority", 9, { priority: 9 }, { priority: 10 }],
    ["delayMs", 2_592_000_000, { delayMs: 2_592_000_000 }, { delayMs: 2_592_000_001 }],
    ["attributes", 1024, { attributes: { a: text(1024) } }, { attributes: { a: text(1025) } }],
    [
      "attributes",
      1024,
      { attributes: { [text(1024)]: "" } },
      { attributes: { [text(1025)]: "" } },
    ],
  ])("refuses a %s beyond %i", (field, limit, good, bad) => {
    checkFields(good);
    const error = refusal(encodeGenerated(v1.Message, bad));
    expect(error).toMatchObject({ code: "invalid_argument", field, limit });
    expect(error.message).toContain(String(limit));
  });

  test("refuses 65 attributes", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, "v"]));
    checkFields({ attributes: many(64) });
    const error = refusal(encodeGenerated(v1.Message, { attributes: many(65) }));
    expect(error).toMatchObject({ field: "attributes", limit: 64 });
  });

  test("refuses more than 64 KiB of attributes together", () => {
    const filled = (last: number) =>
      Object.fromEntries(
        Array.from({ length: 64 }, (_, index) => [`${index + 10}`, text(index < 63 ? 1022 : last)]),
      );
    checkFields({ attributes: filled(1022) });
    const error = refusal(encodeGenerated(v1.Message, { attributes: filled(1023) }));
    expect(error).toMatchObject({ field: "attributes", limit: 65_536 });
  });

  test("refuses a payload beyond the limit, with a code of its own", () => {
    const small = new MessageChecker(10);
    const bytes = encodeGenerated(v1.Message, { payload: new Uint8Array(11) });
    expect(() => small.check(bytes, 0, bytes.length)).toThrow(
      expect.objectContaining({ code: "payload_too_large", field: "payload", limit: 10 }) as Error,
    );
  });

  test("refuses deliverAt together with delayMs", () => {
    const error = refusal(encodeGenerated(v1.Message, { deliverAtMs: 5, delayMs: 5 }));
    expect(error.message).toContain("deliverAt");
  });

  test("takes the last of two deliverAt as protobuf does", () => {
    const bytes = Uint8Array.from([0x28, 5, 0x30, 5, 0x28, 0]);
    expect(check(bytes)).toBe(SPECIAL.deliverAt | SPECIAL.delay);
  });

  test.each([
    ["field 0", [0x02, 0x00]],
    ["a group", [0x83, 0x01, 0x84, 0x01]],
    ["wire type 6", [0x0e, 0x00]],
    ["a key that is a number", [0x18, 0x01]],
    ["a priority that is a text", [0x22, 0x01, 0x39]],
    ["a tag that is longer than needed", [0x8a, 0x00, 0x00]],
    ["a number of 11 bytes", [0x38, ...Array<number>(10).fill(0xff), 0x01]],
    ["a ttl beyond 2^53", [0x38, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ["a length past the end", [0x0a, 0x05, 0x01]],
    ["a length of 2^35", [0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ["a tag without a field", [0x0a]],
    ["a key in latin-1", [0x1a, 0x01, 0xe9]],
    ["an attribute in latin-1", [0x12, 0x06, 0x0a, 0x01, 0x61, 0x12, 0x01, 0xe9]],
    ["an attribute that ends early", [0x12, 0x03, 0x0a, 0x05, 0x61]],
  ])("refuses %s", (_, bytes) => {
    expect(refusal(Uint8Array.from(bytes)).code).toBe("invalid_argument");
  });

  test.each([
    ["unknown fields", [0x78, 0x01, 0x82, 0x01, 0x01, 0x61, 0x89, 0x01, 1, 2, 3, 4, 5, 6, 7, 8]],
    ["unknown numbers of 64 bits", [0x80, 0x01, ...Array<number>(9).fill(0xff), 0x01]],
    ["unknown fields in an attribute", [0x12, 0x05, 0x0a, 0x01, 0x61, 0x18, 0x01]],
    ["an attribute without anything", [0x12, 0x00]],
    ["a value before its name", [0x12, 0x06, 0x12, 0x01, 0x62, 0x0a, 0x01, 0x61]],
    ["a length that is longer than needed", [0x0a, 0x81, 0x00, 0x61]],
    ["an empty message", []],
  ])("accepts %s", (_, bytes) => {
    expect(check(Uint8Array.from(bytes))).toBe(0);
    decodeGenerated(v1.Message, Uint8Array.from(bytes));
  });
});
