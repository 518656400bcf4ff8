import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as protocol from "../../../client/src/protocol/index.js";
import * as any from "./arbitraries.js";
import { encodeGenerated, v1 } from "./arbitraries.js";

/** Deliver and LiveMessages are held to generated code both ways, like the rest of the hot path. */

const writer = new protocol.PacketWriter(16);
const runReader = new protocol.RunReader();
const server = protocol.serverPacketWalker();

const run = fc.record({
  topic: fc.constantFrom("a", "orders.created", "__proto__"),
  epoch: any.whole,
  firstPosition: any.whole,
  publishedAtMs: any.whole,
  messages: fc.array(any.message, { maxLength: 4 }),
});
type GivenRun = typeof run extends fc.Arbitrary<infer T> ? T : never;

const deadLetter = fc.record({
  reason: fc.constant("attempts"),
  error: any.text,
  attempts: any.whole32,
  firstFailedAtMs: any.whole,
  deadAtMs: any.whole,
  lastConsumer: any.text,
  redrives: any.whole32,
});

const detail = fc.record({
  offset: any.whole32,
  count: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  failedAttempts: any.whole32,
  note: any.text,
  deadLetter: fc.option(deadLetter, { nil: undefined }),
});

function messagesOf({ messages }: GivenRun): Uint8Array {
  const own = new protocol.PacketWriter();
  for (const message of messages) protocol.writeMessage(own, message);
  return own.take();
}

/** Writes a frame twice, with runs written in place and with runs encoded before; both must be the same. */
function written(begin: () => void, runs: readonly GivenRun[]): Uint8Array {
  begin();
  for (const each of runs) protocol.writeRun(writer, each, messagesOf(each));
  protocol.endFrame(writer);
  const inPlace = writer.take();
  begin();
  for (const each of runs) writer.raw(protocol.encodeRun(each, messagesOf(each)));
  protocol.endFrame(writer);
  expect(writer.take()).toEqual(inPlace);
  return inPlace;
}

function checkRuns(read: readonly protocol.DeliveredRun[], given: readonly GivenRun[]): void {
  expect(read.length).toBe(given.length);
  read.forEach(({ batch, ...header }, index) => {
    const { messages = [], ...expected } = given[index] ?? {};
    expect(header).toEqual(expected);
    expect(batch.count).toBe(messages.length);
    messages.forEach((message, at) => {
      expect(batch.message(at)).toEqual(encodeGenerated(v1.Message, message));
    });
  });
}

function bodyOf(packet: Uint8Array): readonly [Uint8Array, number, number] {
  server.reset(packet);
  expect(server.next()).toBe(true);
  return [packet, server.start, server.end];
}

describe("Deliver", () => {
  const header = fc.record({
    consumer: any.whole32,
    firstDelivery: any.whole,
    source: any.whole32,
  });

  test("is written and read as generated code does", () => {
    const lists = [fc.array(detail, { maxLength: 3 }), fc.array(run, { maxLength: 3 })] as const;
    fc.assert(
      fc.property(header, ...lists, (given, details, runs) => {
        const packet = written(() => {
          protocol.beginDeliver(writer, given);
          for (const each of details) protocol.writeDetail(writer, each);
        }, runs);
        const frames = [{ deliver: { ...given, details, runs } }];
        expect(packet).toEqual(encodeGenerated(v1.ServerPacket, { frames }));

        const read = protocol.readDeliver(...bodyOf(packet), runReader);
        expect(read).toMatchObject(given);
        expect(read.details.map((each) => each.deadLetter?.error)).toEqual(
          details.map((each) => each.deadLetter?.error),
        );
        expect(read.details.map((each) => ({ ...each, deadLetter: undefined }))).toEqual(
          details.map((each) => ({ ...each, deadLetter: undefined })),
        );
        checkRuns(read.runs, runs);
      }),
    );
  });

  test("may have fields of later versions after the messages of a run", () => {
    const messages = Uint8Array.from([0x7a, 0x03, 0x0a, 0x01, 0x61]);
    const later = Uint8Array.from([0x82, 0x01, 0x01, 0x62]);
    protocol.beginDeliver(writer, { consumer: 1, firstDelivery: 1, source: 0 });
    const header = { topic: "a", epoch: 1, firstPosition: 1, publishedAtMs: 1 };
    protocol.writeRun(writer, header, Uint8Array.from([...messages, ...later]));
    protocol.endFrame(writer);
    const { runs } = protocol.readDeliver(...bodyOf(writer.take()), runReader);
    expect(runs[0]?.batch.bytes).toEqual(messages);
  });

  test("is refused when the messages of a run are apart", () => {
    const apart = Uint8Array.from([0x7a, 0x00, 0x10, 0x01, 0x7a, 0x00]);
    protocol.beginDeliver(writer, { consumer: 1, firstDelivery: 1, source: 0 });
    protocol.writeRun(writer, { topic: "a", epoch: 1, firstPosition: 1, publishedAtMs: 1 }, apart);
    protocol.endFrame(writer);
    const body = bodyOf(writer.take());
    expect(() => protocol.readDeliver(...body, runReader)).toThrow("are apart");
  });
});

describe("LiveMessages", () => {
  test("is written and read as generated code does", () => {
    const header = fc.record({ live: any.whole32, missed: any.whole, missedUnknown: fc.boolean() });
    fc.assert(
      fc.property(header, fc.array(run, { maxLength: 3 }), (given, runs) => {
        const packet = written(() => protocol.beginLiveMessages(writer, given), runs);
        const frames = [{ liveMessages: { ...given, runs } }];
        expect(packet).toEqual(encodeGenerated(v1.ServerPacket, { frames }));

        const read = protocol.readLiveMessages(...bodyOf(packet), runReader);
        expect(read).toMatchObject(given);
        checkRuns(read.runs, runs);
      }),
    );
  });
});

describe("MessageBatch", () => {
  test("finds its messages without being told where they begin", () => {
    fc.assert(
      fc.property(fc.array(any.message, { minLength: 1, maxLength: 5 }), (messages) => {
        for (const message of messages) protocol.writeMessage(writer, message);
        const batch = new protocol.MessageBatch(writer.take(), messages.length);
        messages.forEach((message, index) => {
          const bytes = batch.bytes.subarray(batch.bodyStart(index), batch.bodyEnd(index));
          expect(bytes).toEqual(encodeGenerated(v1.Message, message));
        });
        expect(batch.slice(0, messages.length)).toBe(batch.bytes);
        expect(batch.byteLength(0, 1)).toBe(batch.slice(0, 1).length);
      }),
    );
  });

  test("gives plain views of a Buffer, whose slices are copies", () => {
    const batch = new protocol.MessageBatch(Buffer.from([0x7a, 1, 9, 0x7a, 0]), 2);
    const views = [batch.slice(0, 1), batch.message(0)];
    expect(views.map((view) => view.constructor)).toEqual([Uint8Array, Uint8Array]);
    expect(views.map((view) => Array.from(view))).toEqual([[0x7a, 1, 9], [9]]);
  });
});
