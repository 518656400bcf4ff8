import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as protocol from "../../../client/src/protocol/index.js";
import type {
  PublishedRange,
  SettleOutcome,
  SettleRange,
  SettleVerb,
  SettledRange,
} from "../../../client/src/protocol/index.js";
import { PeykError } from "../../../client/src/protocol/index.js";
import * as any from "./arbitraries.js";
import { decodeGenerated, encodeGenerated, v1 } from "./arbitraries.js";

/** Every hot-path codec is held to generated code: it writes the same bytes, and reads what generated code writes. */

const writer = new protocol.PacketWriter(16);

function written(write: () => void): Uint8Array {
  writer.clear();
  write();
  return writer.take();
}

function onlyFrame(walker: protocol.PacketWalker<string>, packet: Uint8Array) {
  walker.reset(packet);
  expect(walker.next()).toBe(true);
  return walker;
}

const client = protocol.clientPacketWalker();
const server = protocol.serverPacketWalker();

const error = fc
  .record({
    code: fc.constantFrom(...(Object.keys(protocol.ERRORS) as protocol.ErrorCode[])),
    message: any.text,
    field: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    limit: fc.option(any.whole, { nil: undefined }),
    retryAfterMs: fc.option(any.whole, { nil: undefined }),
  })
  .map(({ code, message, ...options }) => new PeykError(code, message, options));

const generatedError = (from: PeykError) => ({
  code: protocol.ERRORS[from.code].wire,
  message: from.message,
  field: from.field,
  limit: from.limit,
  retryAfterMs: from.retryAfterMs,
});

/** The values of an enum by the names that the SDK has for them. */
function namesOf(values: Readonly<Record<string, number>>, prefix: string): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, number]) => [
      name.replace(prefix, "").toLowerCase(),
      number,
    ]),
  );
}

describe("Publish", () => {
  test("is written as generated code writes it", () => {
    fc.assert(
      fc.property(
        fc.array(any.message, { maxLength: 5 }),
        any.whole,
        any.whole,
        fc.boolean(),
        (messages, requestId, firstSequence, requireSubscription) => {
          const header = { topic: "orders.created", firstSequence, requireSubscription };
          const packet = written(() => {
            protocol.beginPublish(writer, requestId, header);
            for (const message of messages) protocol.writeMessage(writer, message);
            protocol.endFrame(writer);
          });
          const publish = { ...header, messages };
          const expected = { frames: [{ requestId, publish }] };
          expect(packet).toEqual(encodeGenerated(v1.ClientPacket, expected));
        },
      ),
    );
  });

  test("is the same with messages that were written before", () => {
    const header = { topic: "a", firstSequence: 7, requireSubscription: true };
    fc.assert(
      fc.property(fc.array(any.message, { maxLength: 3 }), (messages) => {
        const before = written(() =>
          messages.forEach((each) => protocol.writeMessage(writer, each)),
        );
        const packet = written(() => protocol.writePublish(writer, 1, header, before));
        const expected = { frames: [{ requestId: 1, publish: { ...header, messages } }] };
        expect(packet).toEqual(encodeGenerated(v1.ClientPacket, expected));
      }),
    );
  });
});

describe("Message", () => {
  test("is decoded as generated code decodes it", () => {
    fc.assert(
      fc.property(any.message, (message) => {
        const bytes = encodeGenerated(v1.Message, message);
        const expected = decodeGenerated(v1.Message, bytes);
        const decoded = new protocol.DecodedMessage(bytes);
        expect(decoded.payload).toEqual(new Uint8Array(expected.payload));
        expect(Object.entries(decoded.attributes)).toEqual(Object.entries(expected.attributes));
        for (const [name, value] of Object.entries(decoded)) {
          expect([name, value]).toEqual([name, expected[name as keyof typeof expected]]);
        }
      }),
    );
  });

  test("shows what is special about it", () => {
    fc.assert(
      fc.property(any.message, (message) => {
        const bytes = encodeGenerated(v1.Message, message);
        const expected = decodeGenerated(v1.Message, bytes);
        const specials = protocol.readSpecials(bytes, 0, bytes.length);
        for (const [name, value] of Object.entries(specials)) {
          expect([name, value]).toEqual([name, expected[name as keyof typeof expected]]);
        }
        expect(protocol.readKey(bytes, 0, bytes.length)).toBe(expected.key);
      }),
    );
  });
});

describe("Published", () => {
  const range: fc.Arbitrary<PublishedRange> = fc.record({
    count: any.whole32,
    firstPosition: any.whole,
    subscriptions: any.whole32,
    duplicate: fc.boolean(),
    error: fc.option(error, { nil: undefined }),
  });

  test("is written and read as generated code does", () => {
    fc.assert(
      fc.property(any.whole, any.whole, fc.array(range), (requestId, epoch, ranges) => {
        const packet = written(() => protocol.writePublished(writer, requestId, { epoch, ranges }));
        const published = {
          epoch,
          ranges: ranges.map((each) => ({
            ...each,
            error: each.error === undefined ? undefined : generatedError(each.error),
          })),
        };
        const expected = { frames: [{ requestId, published }] };
        expect(packet).toEqual(encodeGenerated(v1.ServerPacket, expected));

        const { kind, start, end } = onlyFrame(server, packet);
        expect(kind).toBe("published");
        expect(protocol.readPublished(packet, start, end)).toEqual({ epoch, ranges });
      }),
    );
  });
});

describe("Settle", () => {
  const numbers = namesOf(v1.SettleVerb, "SETTLE_VERB_");
  const range: fc.Arbitrary<SettleRange> = fc.record({
    firstDelivery: any.whole.map((number) => Math.max(number, 1)),
    count: fc.integer({ min: 1, max: 1_000 }),
    verb: fc.constantFrom(...(Object.keys(numbers) as SettleVerb[])),
    delayMs: fc.option(fc.nat({ max: 86_400_000 }), { nil: undefined }),
    reason: fc.string({ unit: "grapheme", maxLength: 60 }),
    extendMs: fc.option(fc.integer({ min: 1000, max: 600_000 }), { nil: undefined }),
    note: fc.option(any.text, { nil: undefined }),
  });
  test("is written and read as generated code does", () => {
    fc.assert(
      fc.property(any.whole, any.whole32, fc.array(range), (requestId, consumer, ranges) => {
        const packet = written(() => protocol.writeSettle(writer, requestId, { consumer, ranges }));
        const settle = {
          consumer,
          ranges: ranges.map((each) => ({ ...each, verb: numbers[each.verb] })),
        };
        const expected = { frames: [{ requestId, settle }] };
        expect(packet).toEqual(encodeGenerated(v1.ClientPacket, expected));

        const { kind, start, end } = onlyFrame(client, packet);
        expect(kind).toBe("settle");
        expect(protocol.readSettle(packet, start, end)).toEqual({ consumer, ranges });
      }),
    );
  });
});

describe("Settled", () => {
  const numbers = namesOf(v1.SettleOutcome, "SETTLE_OUTCOME_");
  const range: fc.Arbitrary<SettledRange> = fc.record({
    firstDelivery: any.whole,
    count: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    outcome: fc.constantFrom(...(Object.keys(numbers) as SettleOutcome[])),
    extendedMs: any.whole,
    retryInMs: fc.option(any.whole, { nil: undefined }),
  });
  test("is written and read as generated code does", () => {
    fc.assert(
      fc.property(any.whole, fc.array(range), (requestId, ranges) => {
        const packet = written(() => protocol.writeSettled(writer, requestId, ranges));
        const settled = {
          ranges: ranges.map((each) => ({ ...each, outcome: numbers[each.outcome] })),
        };
        const expected = { frames: [{ requestId, settled }] };
        expect(packet).toEqual(encodeGenerated(v1.ServerPacket, expected));

        const { start, end } = onlyFrame(server, packet);
        expect(protocol.readSettled(packet, start, end)).toEqual(ranges);
      }),
    );
  });
});

describe("Credit", () => {
  test("is written and read as generated code does", () => {
    const credit = fc.record({
      consumer: any.whole32,
      messages: fc.nat({ max: 10_000 }),
      bytes: fc.nat({ max: 256 * 1024 * 1024 }),
      concurrency: any.whole32,
    });
    fc.assert(
      fc.property(credit, (given) => {
        const packet = written(() => protocol.writeCredit(writer, given));
        expect(packet).toEqual(encodeGenerated(v1.ClientPacket, { frames: [{ credit: given }] }));
        const { start, end } = onlyFrame(client, packet);
        expect(protocol.readCredit(packet, start, end)).toEqual(given);
      }),
    );
  });
});

describe("Error", () => {
  test("is written and read as generated code does", () => {
    fc.assert(
      fc.property(any.whole, error, (requestId, given) => {
        const packet = written(() => protocol.writeErrorFrame(writer, requestId, given));
        const expected = { frames: [{ requestId, error: generatedError(given) }] };
        expect(packet).toEqual(encodeGenerated(v1.ServerPacket, expected));
        const { start, end } = onlyFrame(server, packet);
        expect(protocol.readErrorFrame(packet, start, end)).toEqual(given);
      }),
    );
  });
});
