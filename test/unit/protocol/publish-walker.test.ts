import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MessageFields } from "../../../client/src/protocol/index.js";
import * as protocol from "../../../client/src/protocol/index.js";
import { PublishWalker, SPECIAL } from "../../../client/src/protocol/index.js";
import * as any from "./arbitraries.js";
import { encodeGenerated, v1 } from "./arbitraries.js";

const walker = new PublishWalker();
const payload = Uint8Array.of(1, 2, 3);

function read(publish: Uint8Array): PublishWalker {
  walker.read(publish, 0, publish.length);
  return walker;
}

function readMessages(messages: readonly Partial<MessageFields>[], topic = "a"): PublishWalker {
  return read(encodeGenerated(v1.Publish, { topic, messages }));
}

/** Indexes of messages, and their bytes, as the runs give them. */
function messagesOfRuns(): [number, Uint8Array][] {
  return walker
    .runs()
    .flatMap(({ first, batch }) =>
      Array.from({ length: batch.count }, (_, index): [number, Uint8Array] => [
        first + index,
        batch.message(index),
      ]),
    );
}

describe("walking a Publish", () => {
  test("gives the fields beside the messages", () => {
    const header = {
      topic: "orders.created",
      firstSequence: 2 ** 53 - 1,
      requireSubscription: true,
    };
    read(encodeGenerated(v1.Publish, { ...header, messages: [{ payload }] }));
    expect(walker).toMatchObject(header);
    expect(walker.count).toBe(1);
  });

  test("gives the same string for the same topic, and another for another", () => {
    const topics = ["a.b", "a.b", "a.c", "", "a.b"];
    expect(topics.map((topic) => readMessages([{ payload }], topic).topic)).toEqual(topics);
  });

  test("forgets the last Publish", () => {
    const full = { topic: "a", firstSequence: 3, requireSubscription: true };
    read(encodeGenerated(v1.Publish, { ...full, messages: [{ key: "k" }, { priority: 10 }] }));
    read(encodeGenerated(v1.Publish, { messages: [{ payload }] }));
    expect(walker).toMatchObject({ topic: "", firstSequence: 0, requireSubscription: false });
    expect(walker).toMatchObject({ count: 1, refused: [], hasSpecials: false });
    expect(walker.specialsOf(0)).toBe(0);
  });

  test("gives good messages in one batch that is a view", () => {
    const messages = [{ payload }, { payload, contentType: "text/plain" }, {}];
    const bytes = encodeGenerated(v1.Publish, { topic: "a", messages });
    const [run, ...more] = read(bytes).runs();
    expect(more).toEqual([]);
    expect(run?.first).toBe(0);
    expect(run?.batch.bytes.buffer).toBe(bytes.buffer);
    expect(run?.batch.bytes).toEqual(bytes.subarray(3));
  });

  test("refuses bad messages by themselves", () => {
    readMessages([{ payload }, { priority: 10 }, { payload }, { payload }, { delayMs: 1e12 }]);
    expect(walker.refused.map(({ index, error }) => [index, error.field])).toEqual([
      [1, "priority"],
      [4, "delayMs"],
    ]);
    expect(walker.runs().map(({ first, batch }) => [first, batch.count])).toEqual([
      [0, 1],
      [2, 2],
    ]);
  });

  test("refuses a message whose inside is broken, and reads on", () => {
    const broken = [0x7a, 0x02, 0x0a, 0x05];
    read(Uint8Array.from([0x0a, 0x01, 0x61, 0x7a, 0x00, ...broken, 0x7a, 0x02, 0x0a, 0x00]));
    expect(walker.refused.map(({ index }) => index)).toEqual([1]);
    expect(messagesOfRuns().map(([index]) => index)).toEqual([0, 2]);
  });

  test("splits batches where other fields stand between messages", () => {
    const between = [0x0a, 0x01, 0x62];
    read(Uint8Array.from([0x7a, 0x00, 0x7a, 0x00, ...between, 0x7a, 0x00]));
    expect(walker.runs().map(({ first, batch }) => [first, batch.count])).toEqual([
      [0, 2],
      [2, 1],
    ]);
    expect(walker.topic).toBe("b");
  });

  test("marks special messages, those before the first one too", () => {
    readMessages([{ payload }, { key: "k" }, { payload }, { dedupId: "d", ttlMs: 5 }]);
    expect(walker.hasSpecials).toBe(true);
    expect([0, 1, 2, 3].map((index) => walker.specialsOf(index))).toEqual([
      0,
      SPECIAL.key,
      0,
      SPECIAL.dedupId | SPECIAL.ttl,
    ]);
  });

  test("loses no good message and gives no bad one", () => {
    const either = fc.oneof(any.message, any.plainMessage, fc.constant({ payload, priority: 10 }));
    fc.assert(
      fc.property(fc.array(either, { minLength: 1, maxLength: 80 }), (messages) => {
        readMessages(messages);
        const refused = new Set(walker.refused.map(({ index }) => index));
        const expected = messages.flatMap((message, index): [number, Uint8Array][] =>
          refused.has(index) ? [] : [[index, encodeGenerated(v1.Message, message)]],
        );
        expect(messagesOfRuns()).toEqual(expected);
        expect(walker.count).toBe(messages.length);
      }),
    );
  });

  test("takes 1,000 messages and refuses 1,001 as a whole", () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ payload }));
    expect(readMessages(many(1000)).count).toBe(1000);
    expect(() => readMessages(many(1001))).toThrow(
      expect.objectContaining({ code: "invalid_argument", limit: 1000 }) as Error,
    );
  });

  test.each([
    ["without messages", [0x0a, 0x01, 0x61]],
    ["that is empty", []],
    ["that ends in a message", [0x7a, 0x05, 0x0a]],
    ["with a topic that is not UTF-8", [0x0a, 0x01, 0xff, 0x7a, 0x00]],
    ["with a message tag of two bytes", [0xfa, 0x00, 0x00]],
  ])("refuses a Publish %s as a whole", (_, bytes) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow(protocol.PeykError);
  });
});
