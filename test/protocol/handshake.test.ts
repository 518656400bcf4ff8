import { limits, writeClientFrame } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { RawClient, writePublishOf, type HelloBody } from "../harness/raw-client.js";
import { RawSocket, webSocketFrame } from "../harness/raw-socket.js";
import { startBroker, startBrokerAt } from "../harness/start-broker.js";
import { VERSION } from "../../src/version.js";

describe("Hello", () => {
  test("is answered with the version, the session, the server and its limits", async () => {
    const { url } = await startBroker({ maxPayloadBytes: 4096, resumeGraceMs: 3_000 });

    const welcome = await (await RawClient.open(url)).hello({ version: 1, minVersion: 1 });

    expect(welcome).toMatchObject({ version: 1, resumed: false, producerKnown: false });
    expect([welcome.sessionId.byteLength, welcome.sessionSecret.byteLength]).toEqual([16, 16]);
    expect(welcome.server).toMatchObject({ version: VERSION, boot: 1 });
    expect(welcome.server?.capabilities).toMatchObject({
      engine: "embedded",
      durability: "memory",
    });
    expect(welcome.limits).toMatchObject({
      maxPacketBytes: 4096 + 64 * 1024,
      maxPayloadBytes: 4096,
      maxBatchMessages: limits.MAX_BATCH_MESSAGES,
      maxSettleRanges: limits.MAX_SETTLE_RANGES,
      maxUnconfirmedMessages: limits.MAX_UNCONFIRMED_MESSAGES,
      maxUnconfirmedBytes: limits.MAX_UNCONFIRMED_BYTES,
      maxCreditMessages: limits.MAX_CREDIT_MESSAGES,
      maxCreditBytes: limits.MAX_CREDIT_BYTES,
      pingIntervalMs: 25_000,
      resumeGraceMs: 3_000,
    });
  });

  test.each([
    { version: 0, minVersion: 0 },
    { version: 999, minVersion: 999 },
    { version: 5, minVersion: 2 },
  ])("with versions $minVersion to $version is refused with the supported ones", async (hello) => {
    const { url } = await startBroker();
    const client = await RawClient.open(url);

    client.send("hello", hello, 0);

    const { body } = await client.next("error");
    expect([body.code, body.field]).toEqual(["unsupported", "version"]);
    expect(body.message).toContain("this broker 1 to 1");
    expect((await client.closed).code).toBe(4004);
  });

  test("of a client that also speaks later versions gets the broker's own", async () => {
    const { connect } = await startBroker();

    const { welcome } = await connect({ version: 999, minVersion: 1 });

    expect(welcome?.version).toBe(1);
  });

  test("said twice is a conflict, and the connection stays", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    client.send("hello", { version: 1 }, 0);

    expect((await client.next("error")).body.code).toBe("conflict");
    await client.settleDown();
  });

  test("that does not come within 5 s closes with 4002", async () => {
    const { url, clock, server } = await startBrokerAt();
    const client = await RawClient.open(url);

    clock.advance(4_999);
    expect(server.context.connections.size).toBe(1);
    clock.advance(1);

    expect((await client.closed).code).toBe(4002);
  });

  test("with a producer id of 15 bytes is refused and closed as a violation", async () => {
    const { url } = await startBroker();
    const client = await RawClient.open(url);

    client.send("hello", { version: 1, producerId: new Uint8Array(15) }, 0);

    expect((await client.next("error")).body).toMatchObject({
      code: "invalid_argument",
      field: "producerId",
    });
    expect((await client.closed).code).toBe(1008);
  });

  test("may be followed by more than 4 KiB in the same write", async () => {
    const { url } = await startBroker();
    const client = await RawClient.open(url);
    const payload = new Uint8Array(20_000);

    client.packet((writer) => writeClientFrame(writer, 0, "hello", { version: 1 }));
    client.packet((writer) => writePublishOf(writer, 1, "orders", [{ payload }]));

    expect((await client.answer(1)).kind).toBe("published");
  });
});

describe("a Hello in parts", () => {
  const resume = (
    { welcome }: RawClient,
    first: number,
    count: number,
    more: boolean,
  ): NonNullable<HelloBody["resume"]> => ({
    sessionId: welcome?.sessionId,
    secret: welcome?.sessionSecret,
    consumers: Array.from({ length: count }, (_, index) => ({
      consumer: first + index,
      lastDelivery: 2 ** 40,
    })),
    more,
  });

  test("takes up a session with as many consumers as one may have", async () => {
    const { url, connect } = await startBroker();
    const first = await connect();
    for (let consumer = 1; consumer <= limits.MAX_CONSUMERS; consumer += 1) {
      await first.subscribe("orders/billing", { consumer, creditMessages: 0 });
    }
    await first.crash();
    const again = await RawClient.open(url);

    again.send("hello", { version: 1, resume: resume(first, 1, 100, true) }, 0);
    again.send("hello", { resume: resume(first, 101, 500, true) }, 0);
    again.send("hello", { resume: resume(first, 601, 400, false) }, 0);

    expect((await again.next("welcome")).body.resumed).toBe(true);
    const info = await again.ask("getSubscription", { name: "orders/billing" }, "subscription");
    expect(info.consumers).toHaveLength(limits.MAX_CONSUMERS);
  });

  test("with more consumers than one may have is refused", async () => {
    const { url, connect } = await startBroker();
    const first = await connect();
    const again = await RawClient.open(url);

    again.send("hello", { version: 1, resume: resume(first, 1, 100, true) }, 0);
    again.send("hello", { resume: resume(first, 101, 901, true) }, 0);

    expect((await again.next("error")).body).toMatchObject({ field: "consumers", limit: 1_000 });
    expect((await again.closed).code).toBe(1008);
  });

  test("with another frame between them closes with 4001", async () => {
    const { url, connect } = await startBroker();
    const first = await connect();
    const again = await RawClient.open(url);

    again.send("hello", { version: 1, resume: resume(first, 1, 1, true) }, 0);
    again.send("getStatus", {});

    expect((await again.closed).code).toBe(4001);
  });

  test("may not be large before its token was accepted", async () => {
    const { url, connect } = await startBroker({ token: "correct horse" });
    const first = await connect({ credentials: { token: "correct horse" } });
    const again = await RawClient.open(url);

    again.send("hello", { version: 1, resume: resume(first, 1, 10, true) }, 0);

    expect((await again.closed).code).toBe(4001);
  });

  test("must be complete within 5 s", async () => {
    const { url, connect, clock } = await startBrokerAt();
    const first = await connect();
    const again = await RawClient.open(url);

    again.send("hello", { version: 1, resume: resume(first, 1, 10, true) }, 0);
    await first.settleDown();
    clock.advance(5_000);

    expect((await again.closed).code).toBe(4002);
  });
});

describe("before Hello", () => {
  test("any other frame closes with 4001", async () => {
    const { url } = await startBroker();
    const client = await RawClient.open(url);

    client.send("ping", { nonce: 1 });

    expect(await client.closed).toMatchObject({ code: 4001, reason: "a ping came before Hello" });
  });

  test.each([
    ["no frame", [], "the packet is empty"],
    ["a cut tag", [0x0a], "the frame cannot be read: it ends in the middle of a field"],
    ["an unknown frame", [0x0a, 0x03, 0xfa, 0x3f, 0x00], "frame 1023 is not known to this broker"],
  ])("%s closes with 4001", async (_, bytes, reason) => {
    const { url } = await startBroker();
    const client = await RawClient.open(url);

    client.sendBytes(bytes);

    expect(await client.closed).toEqual({ code: 4001, reason });
    expect(client.frames).toEqual([]);
  });

  test.each([
    ["cannot be read", [0x1a, 0x07]],
    ["has a field of number 0", [0x02, 0x00]],
  ])("a Hello that %s is refused, and closes with 1008", async (_, body) => {
    const { url } = await startBroker();
    const client = await RawClient.open(url);

    client.sendBytes([0x0a, 0x02 + body.length, 0x12, body.length, ...body]);

    expect((await client.next("error")).body.code).toBe("invalid_argument");
    expect((await client.closed).code).toBe(1008);
  });

  test("a packet of more than 4 KiB closes with 1009", async () => {
    const { url } = await startBroker();
    const client = await RawClient.open(url);

    client.sendBytes(new Uint8Array(limits.MAX_PACKET_BYTES_BEFORE_HELLO + 1));

    expect((await client.closed).code).toBe(1009);
  });

  test("half a packet of more than 4 KiB closes with 1009, before the rest comes", async () => {
    const { url } = await startBroker();
    const socket = await RawSocket.upgraded(url);
    const frame = webSocketFrame(2, new Uint8Array(1_000_000));

    socket.write(frame.subarray(0, 5_000));

    expect(await socket.closeCode()).toBe(1009);
  });

  test("more than 64 pieces close with 1008, before there are 4 KiB", async () => {
    const { url } = await startBroker();
    const raw = await RawSocket.upgraded(url);
    raw.socket.setNoDelay(true);
    const frame = webSocketFrame(2, new Uint8Array(limits.MAX_PACKET_BYTES_BEFORE_HELLO - 100));

    for (let at = 0; at < frame.length && !raw.hasReceived; at += 1) {
      raw.write(frame.subarray(at, at + 1));
      // The broker reads each piece before the next one comes.
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(await raw.closeCode()).toBe(1008);
  });

  test("a Hello of 4 KiB is taken", async () => {
    const { url } = await startBroker();
    const client = await RawClient.open(url);
    const software = "x".repeat(limits.MAX_PACKET_BYTES_BEFORE_HELLO - 13);

    await client.hello({ version: 1, clientName: "", clientSoftware: software });

    expect(client.welcome?.version).toBe(1);
  });
});

describe("a token", () => {
  const TOKEN = "correct horse";

  test("that is right lets a client in", async () => {
    const { connect } = await startBroker({ token: TOKEN });

    const { welcome } = await connect({ credentials: { token: TOKEN } });

    expect(welcome?.version).toBe(1);
  });

  test("that is not sent at all closes with 4001", async () => {
    const { url } = await startBroker({ token: TOKEN });
    const client = await RawClient.open(url);

    client.send("hello", { version: 1 }, 0);

    expect((await client.next("error")).body.code).toBe("unauthenticated");
    expect((await client.closed).code).toBe(4001);
  });

  test("of 9 KiB is not looked at: a stranger may not send so much", async () => {
    const { url } = await startBroker({ token: TOKEN });
    const client = await RawClient.open(url);

    client.send("hello", { version: 1, credentials: { token: "x".repeat(9 * 1024) } }, 0);

    expect((await client.closed).code).toBe(1009);
    expect(client.frames).toEqual([]);
  });

  test.each(["", "correct hors", "correct horsf", "correct horse ", "x".repeat(3_000), "\u0000"])(
    "such as %j closes with 4001 and the same sentence",
    async (token) => {
      const { url, log } = await startBroker({ token: TOKEN });
      const client = await RawClient.open(url);

      client.send("hello", { version: 1, credentials: { token } }, 0);

      const { body } = await client.next("error");
      const sentence = "the token is missing or not accepted";
      expect([body.code, body.message]).toEqual(["unauthenticated", sentence]);
      expect(await client.closed).toEqual({ code: 4001, reason: sentence });
      expect(JSON.stringify(log)).not.toContain("hors");
    },
  );

  test("is not asked for where there is none", async () => {
    const { connect } = await startBroker();

    const { welcome } = await connect({ credentials: { token: "whatever" } });

    expect(welcome?.version).toBe(1);
  });
});
