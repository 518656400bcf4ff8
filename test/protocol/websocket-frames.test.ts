import { limits, PacketWriter } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { RawClient, writePublishOf } from "../harness/raw-client.js";
import { RawSocket, webSocketFrame } from "../harness/raw-socket.js";
import { startBroker } from "../harness/start-broker.js";

const EMPTY = new Uint8Array(0);
const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;

/** What Ethernet carries of a TCP connection at a time, in bytes. */
const SEGMENT_BYTES = 1_448;

function header(length: bigint): Buffer {
  const bytes = Buffer.alloc(14);
  bytes[0] = 0x82;
  bytes[1] = 0xff;
  bytes.writeBigUInt64BE(length, 2);
  return bytes;
}

describe("a WebSocket frame", () => {
  test.each([
    ["without a mask", 1002, webSocketFrame(BINARY, EMPTY, { masked: false })],
    ["with RSV1", 1002, webSocketFrame(BINARY, EMPTY, { rsv: 0x40 })],
    ["with opcode 3", 1002, webSocketFrame(3, EMPTY)],
    ["that continues nothing", 1002, webSocketFrame(CONTINUATION, EMPTY)],
    ["that is a fragmented ping", 1002, webSocketFrame(PING, EMPTY, { fin: false })],
    ["that is a ping of 126 bytes", 1002, webSocketFrame(PING, new Uint8Array(126))],
    ["that closes with 1005", 1002, webSocketFrame(CLOSE, Buffer.from([0x03, 0xed]))],
    ["longer than 2^53", 1009, header(2n ** 53n)],
    ["longer than a packet may be", 1009, header(BigInt(limits.MAX_PACKET_BYTES + 1))],
    ["of text that is not UTF-8", 1007, webSocketFrame(TEXT, Buffer.from([0xc0, 0x80]))],
    ["of text on peyk.v1", 1003, webSocketFrame(TEXT, Buffer.from("{}"))],
  ])("%s closes with %i", async (_, code, bytes) => {
    const { url } = await startBroker();
    const socket = await RawSocket.upgraded(url);

    socket.write(bytes);

    expect(await socket.closeCode()).toBe(code);
  });

  test("in 20,000 fragments of one byte closes with 1008", async () => {
    const { url } = await startBroker();
    const client = await RawClient.connect(url);
    const fragment = webSocketFrame(CONTINUATION, new Uint8Array(1), { fin: false });
    const first = webSocketFrame(BINARY, new Uint8Array(1), { fin: false });

    client.stream.write(Buffer.concat([first, ...Array<Buffer>(20_000).fill(fragment)]));

    expect((await client.closed).code).toBe(1008);
  });

  test("in 64 fragments is taken, and in 65 closes with 1008", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const publishInFragments = (id: number, count: number): Buffer => {
      const writer = new PacketWriter();
      writePublishOf(writer, id, "orders", ["x".repeat(count)]);
      const packet = writer.take();
      const fragments = Array.from({ length: count }, (_, index) => {
        const fin = index === count - 1;
        const piece = packet.subarray(index, fin ? packet.length : index + 1);
        return webSocketFrame(index === 0 ? BINARY : CONTINUATION, piece, { fin });
      });
      return Buffer.concat(fragments);
    };

    client.stream.write(publishInFragments(1, 64));
    expect((await client.answer(1)).kind).toBe("published");
    client.stream.write(publishInFragments(2, 65));

    expect((await client.closed).code).toBe(1008);
    expect(client.frames).toEqual([]);
  });

  test("in fragments that are too large together closes with 1009", async () => {
    const { url } = await startBroker({ maxPayloadBytes: 1_000 });
    const client = await RawClient.connect(url);
    const piece = new Uint8Array(40_000);

    client.stream.write(webSocketFrame(BINARY, piece, { fin: false }));
    client.stream.write(webSocketFrame(CONTINUATION, piece));

    expect((await client.closed).code).toBe(1009);
  });

  test("that is large enough for a payload of the largest size is taken", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const { ranges } = await client.publish("orders", [
      { payload: new Uint8Array(limits.MAX_PAYLOAD_BYTES) },
    ]);

    expect(ranges).toMatchObject([{ count: 1, error: undefined }]);
  });
});

describe("a large packet", () => {
  test("of 8 MiB is taken in pieces as networks make them", async () => {
    const payload = new Uint8Array(8 * 1024 * 1024);
    const { connect } = await startBroker({ maxPayloadBytes: payload.length });
    const client = await connect();
    const writer = new PacketWriter();
    writePublishOf(writer, 1, "orders", [{ payload }]);
    const frame = webSocketFrame(BINARY, writer.take());

    client.stream.setNoDelay(true);
    for (let at = 0; at < frame.length; at += SEGMENT_BYTES) {
      client.stream.write(frame.subarray(at, at + SEGMENT_BYTES));
      // The broker reads each piece before the next one comes.
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect((await client.answer(1)).body).toMatchObject({ ranges: [{ count: 1 }] });
  });
});

describe("pings", () => {
  test("of WebSocket are answered", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const pong = new Promise((resolve) => client.socket.once("pong", resolve));

    client.socket.ping("are you there");

    expect(String(await pong)).toBe("are you there");
  });

  test("of WebSocket without end close with 4008", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const ping = webSocketFrame(PING, new Uint8Array(125));

    client.stream.write(Buffer.concat(Array<Buffer>(20_000).fill(ping)));

    expect((await client.closed).code).toBe(4008);
  });

  test("of Peyk are answered with their nonce and id", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const id = client.send("ping", { nonce: 77 });

    expect(await client.answer(id)).toMatchObject({ kind: "pong", body: { nonce: 77 } });
  });

  test("of Peyk without end close with 4008", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    for (let nonce = 1; nonce <= 11; nonce += 1) client.send("ping", { nonce });

    expect((await client.closed).code).toBe(4008);
  });
});
