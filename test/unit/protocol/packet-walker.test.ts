import { describe, expect, test } from "vitest";
import { PeykError, clientPacketWalker, limits } from "../../../client/src/protocol/index.js";
import { encodeGenerated, v1 } from "./arbitraries.js";

const walker = clientPacketWalker();

/** Request id, kind and bytes of the body of each frame. */
function frames(packet: Uint8Array): [number, string | undefined, number[]][] {
  const found: [number, string | undefined, number[]][] = [];
  walker.reset(packet);
  while (walker.next()) {
    const body = Array.from(packet.subarray(walker.start, walker.end));
    found.push([walker.requestId, walker.kind, body]);
  }
  return found;
}

const ofBytes = (...bytes: number[]) => frames(Uint8Array.from(bytes));

describe("walking a packet", () => {
  test("gives every frame in order", () => {
    const packet = encodeGenerated(v1.ClientPacket, {
      frames: [
        { requestId: 1, ping: { nonce: 5 } },
        { credit: { consumer: 1 } },
        { requestId: 2 ** 53 - 1, getStatus: {} },
      ],
    });
    expect(frames(packet)).toEqual([
      [1, "ping", [0x08, 5]],
      [0, "credit", [0x08, 1]],
      [2 ** 53 - 1, "getStatus", []],
    ]);
  });

  test("gives joined packets as one", () => {
    const one = encodeGenerated(v1.ClientPacket, { frames: [{ requestId: 1, getStatus: {} }] });
    expect(frames(Uint8Array.from([...one, ...one])).length).toBe(2);
  });

  test("finds the request id behind the body too", () => {
    expect(ofBytes(0x0a, 5, 0x92, 0x03, 0, 0x08, 9)).toEqual([[9, "getStatus", []]]);
  });

  test("ignores unknown fields of packets and frames", () => {
    const packet = [0x10, 1, 0x0a, 7, 0x52, 0, 0xa0, 0x06, 1, 0x08, 4, 0x1a, 1, 7];
    expect(ofBytes(...packet)).toEqual([[4, "ping", []]]);
  });

  test("tells an unknown frame with its number, and one without a body", () => {
    expect(ofBytes(0x0a, 5, 0x08, 3, 0xa2, 0x06, 0)).toEqual([[3, undefined, []]]);
    expect(walker.field).toBe(100);
    expect(ofBytes(0x0a, 2, 0x08, 3)).toEqual([[3, undefined, []]]);
    expect(walker.field).toBe(0);
  });

  test("is not misled by an unknown field beside a known body", () => {
    expect(ofBytes(0x0a, 6, 0x52, 0, 0xa2, 0x06, 1, 7)).toEqual([[0, "ping", []]]);
    expect(ofBytes(0x0a, 6, 0xa2, 0x06, 1, 7, 0x52, 0)).toEqual([[0, "ping", []]]);
  });

  test.each([
    ["that is empty", []],
    ["with field 0", [0x02, 0x00]],
    ["with wire type 6", [0x0e]],
    ["with wire type 7", [0x0f]],
    ["with a group", [0x0b, 0x0c]],
    ["with a number of 11 bytes", [0x0a, ...Array<number>(10).fill(0x80), 0x01]],
    ["with a negative length", [0x0a, ...Array<number>(9).fill(0xff), 0x01]],
    ["with a length past the end", [0x0a, 5, 0x08, 1]],
    ["with a body past the end of its frame", [0x0a, 2, 0x52, 5, 1, 1, 1, 1, 1]],
    ["that ends in a tag", [0x0a, 1, 0x80]],
    ["that ends in a request id", [0x0a, 2, 0x08, 0x80]],
    ["with two bodies in a frame", [0x0a, 4, 0x52, 0, 0x5a, 0]],
    ["with a request id beyond 2^53", [0x0a, 10, 0x08, ...Array<number>(8).fill(0xff), 0x01]],
    ["with a tag beyond 2^32", [0x82, 0x80, 0x80, 0x80, 0x10, 0]],
  ])("refuses a packet %s", (_, bytes) => {
    try {
      ofBytes(...bytes);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(PeykError);
      expect((error as PeykError).code).toBe("invalid_argument");
      expect((error as PeykError).message).toMatch(/^[a-z].*[^.]$/);
    }
  });

  test("refuses more frames than a packet may have", () => {
    const many = (count: number) => {
      const packet = new Uint8Array(count * 4);
      for (let at = 0; at < packet.length; at += 4) packet.set([0x0a, 2, 0x52, 0], at);
      return frames(packet).length;
    };
    expect(many(limits.MAX_PACKET_FRAMES)).toBe(limits.MAX_PACKET_FRAMES);
    expect(() => many(limits.MAX_PACKET_FRAMES + 1)).toThrow("more than 10000 frames");
  });
});
