import { describe, expect, test } from "vitest";
import {
  PeykError,
  limits,
  readClientFrame,
  readCredit,
  readSettle,
  readSettled,
} from "../../../client/src/protocol/index.js";
import type { PlainClientKind } from "../../../client/src/protocol/index.js";
import { encodeGenerated, v1 } from "./arbitraries.js";

function refusal(read: () => unknown): PeykError {
  try {
    read();
  } catch (error) {
    if (error instanceof PeykError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

const settle = (...ranges: readonly Parameters<typeof v1.SettleRange.encode>[0][]) => {
  const bytes = encodeGenerated(v1.Settle, { consumer: 1, ranges });
  return readSettle(bytes, 0, bytes.length);
};

describe("a settle", () => {
  test("may have 10,000 ranges and no more", () => {
    const range = { firstDelivery: 1 };
    const many = (count: number) => settle(...Array.from({ length: count }, () => range));
    expect(many(10_000).ranges.length).toBe(10_000);
    expect(refusal(() => many(10_001))).toMatchObject({ field: "ranges", limit: 10_000 });
  });

  test("means one delivery without a count, and an ack without a verb", () => {
    expect(settle({ firstDelivery: 5 }).ranges).toEqual([
      { firstDelivery: 5, count: 1, verb: "ack", reason: "" },
    ]);
  });

  test("may name 10,000 deliveries and no more, in all ranges together", () => {
    const half = { firstDelivery: 1, count: 5_000 };
    expect(settle(half, half).ranges.length).toBe(2);
    const limit = { code: "invalid_argument", field: "count", limit: 10_000 };
    expect(refusal(() => settle(half, half, { firstDelivery: 1 }))).toMatchObject({
      ...limit,
      message: "the Settle names 10001 deliveries; at most 10000 are allowed",
    });
    const endless = { firstDelivery: 1, count: 2 ** 32 - 1 };
    expect(refusal(() => settle(endless, endless))).toMatchObject(limit);
  });

  test.each([
    ["firstDelivery", { firstDelivery: 1 }, { firstDelivery: 0 }],
    ["delayMs", { verb: 1, delayMs: 86_400_000 }, { verb: 1, delayMs: 86_400_001 }],
    ["ms", { verb: 4, extendMs: 1000 }, { verb: 4, extendMs: 999 }],
    ["ms", { verb: 4, extendMs: 600_000 }, { verb: 4, extendMs: 600_001 }],
    ["ms", { verb: 4 }, { verb: 4, extendMs: 0 }],
    ["note", { note: "é".repeat(2048) }, { note: `${"é".repeat(2048)}x` }],
  ])("keeps the limit of %s", (field, good, bad) => {
    expect(settle({ firstDelivery: 1, ...good }).ranges.length).toBe(1);
    expect(refusal(() => settle({ firstDelivery: 1, ...bad }))).toMatchObject({
      code: "invalid_argument",
      field,
    });
  });

  test("has its reason cut to 1 KiB of whole characters", () => {
    expect(settle({ firstDelivery: 1, reason: "€".repeat(342) }).ranges[0]?.reason).toBe(
      "€".repeat(341),
    );
  });

  test("is refused with a verb, and settled with an outcome, that is not known", () => {
    expect(refusal(() => settle({ verb: 5 })).message).toContain("5 is no verb");
    const bytes = encodeGenerated(v1.Settled, { ranges: [{ outcome: 99 }] });
    expect(refusal(() => readSettled(bytes, 0, bytes.length)).message).toContain(
      "99 is no outcome",
    );
  });
});

describe("a credit", () => {
  const credit = (fields: { messages?: number; bytes?: number }) => {
    const bytes = encodeGenerated(v1.Credit, { consumer: 1, ...fields });
    return readCredit(bytes, 0, bytes.length);
  };

  test("keeps its limits, and may be 0", () => {
    expect(credit({})).toEqual({ consumer: 1, messages: 0, bytes: 0, concurrency: 0 });
    expect(credit({ messages: 10_000, bytes: 2 ** 28 }).messages).toBe(10_000);
    expect(refusal(() => credit({ messages: 10_001 })).limit).toBe(limits.MAX_CREDIT_MESSAGES);
    expect(refusal(() => credit({ messages: 2 ** 31 })).limit).toBe(limits.MAX_CREDIT_MESSAGES);
    expect(refusal(() => credit({ bytes: 2 ** 28 + 1 })).limit).toBe(limits.MAX_CREDIT_BYTES);
  });
});

describe("a plain frame", () => {
  const read = (kind: PlainClientKind, bytes: Uint8Array) =>
    readClientFrame(kind, bytes, 0, bytes.length);
  const hello = (fields: Parameters<typeof v1.Hello.encode>[0]) =>
    read("hello", encodeGenerated(v1.Hello, fields));
  const subscribe = (fields: Parameters<typeof v1.Subscribe.encode>[0]) =>
    read("subscribe", encodeGenerated(v1.Subscribe, fields));

  test("keeps the limits of hello", () => {
    hello({ clientName: "x".repeat(256), producerId: new Uint8Array(16) });
    expect(refusal(() => hello({ clientName: "x".repeat(257) })).limit).toBe(256);
    expect(refusal(() => hello({ producerId: new Uint8Array(15) })).field).toBe("producerId");
    const consumers = Array.from({ length: limits.MAX_CONSUMERS + 1 }, () => ({}));
    expect(refusal(() => hello({ resume: { consumers } })).field).toBe("consumers");
  });

  test("keeps the limits of subscribe", () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `t${index}/g`);
    subscribe({ subscriptions: names(limits.MAX_SOURCES) });
    expect(refusal(() => subscribe({})).field).toBe("subscriptions");
    const tooMany = names(limits.MAX_SOURCES + 1);
    expect(refusal(() => subscribe({ subscriptions: tooMany })).limit).toBe(limits.MAX_SOURCES);
    const greedy = { subscriptions: names(1), creditMessages: 10_001 };
    expect(refusal(() => subscribe(greedy)).limit).toBe(limits.MAX_CREDIT_MESSAGES);
  });

  test("keeps the limit of ids of dead letters", () => {
    const kinds = ["listDeadLetters", "redriveDeadLetters", "purgeDeadLetters"] as const;
    const codecs = [v1.ListDeadLetters, v1.RedriveDeadLetters, v1.PurgeDeadLetters];
    const ids = Array.from({ length: limits.MAX_IDS + 1 }, () => "1-1");
    kinds.forEach((kind, index) => {
      const bytes = encodeGenerated(codecs[index] ?? v1.ListDeadLetters, { which: { ids } });
      expect(refusal(() => read(kind, bytes)).limit).toBe(limits.MAX_IDS);
    });
  });

  test("that cannot be read says what is wrong", () => {
    for (const bytes of [
      [0x0a],
      [0x1a, 1, 0xff],
      [0x0b],
      [0x08, ...Array<number>(9).fill(0xff), 1],
    ]) {
      const error = refusal(() => read("hello", Uint8Array.from(bytes)));
      expect(error.code).toBe("invalid_argument");
      expect(error.message).toMatch(/^the frame cannot be read: .*[^.]$/);
    }
  });
});
