import {
  CLIENT_FRAMES,
  PacketWriter,
  beginFrame,
  endFrame,
  writeClientFrame,
} from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { startBroker, startBrokerAt } from "../harness/start-broker.js";
import { writePublishOf } from "../harness/raw-client.js";

/** A frame of this field whose body is these bytes. */
function frameOf(field: number, body: readonly number[], requestId: number): Uint8Array {
  const writer = new PacketWriter();
  beginFrame(writer, requestId, field);
  writer.raw(Uint8Array.from(body));
  endFrame(writer);
  return writer.take();
}

const subscribeOf = (body: readonly number[], requestId = 1): Uint8Array =>
  frameOf(CLIENT_FRAMES.subscribe, body, requestId);

/** `subscriptions` of one text with these bytes. */
const named = (bytes: readonly number[]): number[] => [0x12, bytes.length, ...bytes];

const nested = Array.from({ length: 40 }, () => 0x0b);

/** What 64 bits say for -1. */
const MINUS_ONE = [...Array<number>(9).fill(0xff), 0x01];

/** 2^53. */
const TOO_LARGE = [...Array<number>(7).fill(0x80), 0x10];

/** What is no protobuf, or none that this protocol has, wherever it stands. */
const BROKEN: readonly (readonly number[])[] = [
  [0x8a], // ends within a tag
  [0x02, 0x00], // field 0
  [0x0e, 0x00], // wire type 6
  [0x0f, 0x00], // wire type 7
  [0x0b, 0x0c], // a group
  [0x7a, ...MINUS_ONE], // a length below 0
  [0x7a, 0x7f], // a length past the end
  [0xf8, 0x3f, ...Array<number>(10).fill(0xff), 0x01], // a number of 11 bytes
  [0x88, 0x00, 0x01], // a tag that is longer than it has to be
];

describe("a packet that cannot be read", () => {
  test.each([
    ["is empty", []],
    ["ends within a tag", [0x8a]],
    ["has field 0", [0x02, 0x00]],
    ["has wire type 6", [0x0e, 0x00]],
    ["has wire type 7", [0x0f, 0x00]],
    ["has a number of 11 bytes", [0x0a, 0x0c, 0x08, ...Array<number>(10).fill(0xff), 0x01]],
    ["has a length below 0", [0x0a, ...Array<number>(9).fill(0xff), 0x01]],
    ["has a length past its end", [0x0a, 0x7f, 0x08]],
    ["has groups in groups", nested],
    ["has two bodies in a frame", [0x0a, 0x06, 0x08, 0x01, 0x52, 0x00, 0x5a, 0x00]],
    ["has a frame nobody knows", [0x0a, 0x05, 0x08, 0x01, 0xfa, 0x3f, 0x00]],
    ["has a frame without a body", [0x0a, 0x02, 0x08, 0x01]],
  ])(
    "because it %s is answered with invalid_argument, and the connection stays",
    async (_, bytes) => {
      const { connect } = await startBroker();
      const client = await connect();

      client.sendBytes(bytes);

      expect((await client.next("error")).body.code).toBe("invalid_argument");
      await client.settleDown();
    },
  );

  test.each([
    ["is no UTF-8", named([0xff, 0xfe])],
    ["is overlong", named([0xc0, 0xaf])],
    ["has half a surrogate pair", named([0xed, 0xa0, 0x80])],
    ["is a number", [0x10, 0x01]],
    ["goes past its end", [0x12, 0x20, 0x61]],
  ])("because a text %s is answered with the request's id", async (_, body) => {
    const { connect } = await startBroker();
    const client = await connect();

    client.sendBytes(subscribeOf(body, 5));

    expect((await client.answer(5)).body).toMatchObject({ code: "invalid_argument" });
    expect(await client.request("subscribe", { consumer: 1 })).toMatchObject({ kind: "error" });
  });

  test.each([
    ["a subscribe", CLIENT_FRAMES.subscribe, []],
    ["options in a subscribe", CLIENT_FRAMES.subscribe, [0x3a]],
    ["a ping", CLIENT_FRAMES.ping, []],
    ["a publish", CLIENT_FRAMES.publish, []],
    ["a settle", CLIENT_FRAMES.settle, []],
    ["a range of a settle", CLIENT_FRAMES.settle, [0x12]],
    ["a credit", CLIENT_FRAMES.credit, []],
  ])("because of %s is answered each time, and the connection stays", async (_, field, tag) => {
    const { connect } = await startBroker();
    const client = await connect();

    for (const [index, bytes] of BROKEN.entries()) {
      const body = tag.length === 0 ? bytes : [...tag, bytes.length, ...bytes];
      client.sendBytes(frameOf(field, body, 100 + index));
      // A credit is no request.
      const { kind, body: error } = await client.answer(
        field === CLIENT_FRAMES.credit ? 0 : 100 + index,
      );
      expect([kind, error]).toMatchObject(["error", { code: "invalid_argument" }]);
      expect(error).toMatchObject({
        message: expect.stringMatching(/^the frame cannot be read/) as string,
      });
    }
    await client.settleDown();
  });

  test("because of a message in it refuses that message alone", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    for (const bytes of BROKEN) {
      const messages = [0x7a, 0x00, 0x7a, bytes.length, ...bytes, 0x7a, 0x00];
      client.sendBytes(frameOf(CLIENT_FRAMES.publish, [0x0a, 0x01, 0x61, ...messages], 1));
      expect((await client.answer(1)).body).toMatchObject({
        ranges: [{ count: 1 }, { count: 1, error: { code: "invalid_argument" } }, { count: 1 }],
      });
    }
    await client.settleDown();
  });

  test.each([
    ["a settle's first delivery", CLIENT_FRAMES.settle, [0x12], [0x08]],
    ["a settle's count", CLIENT_FRAMES.settle, [0x12], [0x10]],
    ["a nack's delay", CLIENT_FRAMES.settle, [0x12], [0x20]],
    ["an extension", CLIENT_FRAMES.settle, [0x12], [0x30]],
    ["a credit's messages", CLIENT_FRAMES.credit, [], [0x10]],
    ["a credit's bytes", CLIENT_FRAMES.credit, [], [0x18]],
    ["a message's delay", CLIENT_FRAMES.publish, [0x0a, 0x01, 0x61, 0x7a], [0x30]],
    ["a message's time to live", CLIENT_FRAMES.publish, [0x0a, 0x01, 0x61, 0x7a], [0x38]],
    ["a nonce", CLIENT_FRAMES.ping, [], [0x08]],
  ])("because %s is -1 or 2^53 is answered: nothing is cut to fit", async (_, field, of, tag) => {
    const { connect } = await startBroker();
    const client = await connect();

    for (const number of [MINUS_ONE, TOO_LARGE]) {
      const length = of.length === 0 ? [] : [tag.length + number.length];
      client.sendBytes(frameOf(field, [...of, ...length, ...tag, ...number], 100));
      const { kind, body } = await client.answer(field === CLIENT_FRAMES.credit ? 0 : 100);
      expect(kind === "published" ? body.ranges[0]?.error : body).toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining("2^53 - 1") as string,
      });
    }
    await client.settleDown();
  });

  test("does not undo the frames before it", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const writer = new PacketWriter();
    writePublishOf(writer, 1, "orders", ["kept"]);

    client.sendBytes([...writer.take(), 0x0f]);

    expect((await client.answer(1)).kind).toBe("published");
    expect((await client.answer(0)).kind).toBe("error");
  });

  test("does not keep the readable frames behind a bad body from taking effect", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const writer = new PacketWriter();
    writeClientFrame(writer, 2, "ping", { nonce: 9 });

    client.sendBytes([...subscribeOf([0x0f]), ...writer.take()]);

    expect((await client.answer(2)).kind).toBe("pong");
  });

  test("closes with 1008 at the 11th in a minute", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    for (let count = 0; count < 11; count += 1) client.sendBytes(subscribeOf([0x0f], count + 1));

    expect((await client.closed).code).toBe(1008);
    expect(client.frames.filter(({ kind }) => kind === "error")).toHaveLength(10);
  });

  test("is forgiven after a minute", async () => {
    const { connect, clock } = await startBrokerAt();
    const client = await connect();
    for (let count = 0; count < 10; count += 1) client.sendBytes([0x0f]);
    await client.settleDown();

    clock.advance(24_000); // not so far that pings are missed
    await client.settleDown();
    clock.advance(24_000);
    await client.settleDown();
    clock.advance(12_000);
    client.sendBytes([0x0f]);

    await client.settleDown();
    expect(client.frames.filter(({ kind }) => kind === "error")).toHaveLength(11);
  });

  test("is counted", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    client.sendBytes([0x0f]);

    const { counters } = await client.ask("getStatus", {}, "status");

    expect(counters).toMatchObject({ frames_rejected: 1 });
  });
});

describe("what is only not known", () => {
  test("as a field of a frame is ignored", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    client.sendBytes(
      subscribeOf([0x08, 0x01, ...named([...Buffer.from("a/b")]), 0xfa, 0x3f, 0x00]),
    );

    expect((await client.answer(1)).kind).toBe("subscribed");
  });

  test("as a field of a packet is ignored", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const writer = new PacketWriter();
    writeClientFrame(writer, 3, "ping", {});

    client.sendBytes([0xfa, 0x3f, 0x00, ...writer.take()]);

    expect((await client.answer(3)).kind).toBe("pong");
  });
});

describe("a request id", () => {
  test("that is in use is refused without one, and the first request is answered", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    client.packet((writer) => {
      writePublishOf(writer, 7, "orders", ["one"]);
      writePublishOf(writer, 7, "orders", ["two"]);
    });

    expect((await client.answer(0)).body).toMatchObject({
      code: "invalid_argument",
      field: "requestId",
    });
    expect(await client.answer(7)).toMatchObject({ kind: "published" });
  });

  test("of 0 is refused", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    client.send("getStatus", {}, 0);

    expect((await client.next("error")).body).toMatchObject({ field: "requestId" });
  });

  test("may be used again after its answer", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.answer(client.send("getStatus", {}, 50));

    client.send("getStatus", {}, 50);

    expect((await client.answer(50)).kind).toBe("status");
  });

  test("of a Pong that nobody asked for is ignored", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    client.send("pong", { nonce: 12_345 }, 0);

    await client.settleDown();
    expect(client.frames).toEqual([]);
  });
});
