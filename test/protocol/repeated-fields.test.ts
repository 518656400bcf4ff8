import { describe, expect, test } from "vitest";
import { limits, PacketWriter, PeykError } from "../../client/src/protocol/index.js";
import { rewrite } from "./rewrite.js";

describe("packets made of one short field repeated", () => {
  const fill = (...field: number[]) => {
    const bytes = new Uint8Array(limits.MAX_PACKET_BYTES);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = field[at % field.length] ?? 0;
    return bytes;
  };
  const inFrame = (tag: number[], body: Uint8Array) => {
    const writer = new PacketWriter();
    writer.begin(0x0a, body.length);
    writer.bytes(
      tag.reduceRight((value, byte) => value * 128 + (byte & 0x7f), 0),
      body,
    );
    writer.end();
    return writer.take();
  };

  test.each([
    ["frames", fill(0x0a, 0x00)],
    ["groups", fill(0x0b)],
    ["messages", inFrame([0x1a], fill(0x7a, 0x00))],
    ["ranges", inFrame([0x22], fill(0x12, 0x00))],
    ["subscriptions", inFrame([0x32], fill(0x12, 0x00))],
    ["ids", inFrame([0xc2, 0x02], fill(0x12, 0x00))],
  ])("are refused before all of them are read: %s", (_, packet) => {
    expect(() => rewrite("client", packet)).toThrow(PeykError);
  });
});
