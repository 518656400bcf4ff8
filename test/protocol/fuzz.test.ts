import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PacketWriter, PeykError, limits, writePublish } from "../../client/src/protocol/index.js";
import { writeMessage } from "../../client/src/protocol/index.js";
import * as json from "../../client/src/protocol/json.js";
import { Dice, mutate } from "./mutate.js";
import { rewrite } from "./rewrite.js";

/** PEYK_FUZZ_SEED replays a run, PEYK_FUZZ_COUNT makes it longer. */
const seed = Number(process.env["PEYK_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const count = Number(process.env["PEYK_FUZZ_COUNT"] ?? 20_000);

function goldenPackets(from: "client" | "server"): Uint8Array[] {
  const url = new URL(`golden/${from}-frames.json`, import.meta.url);
  const golden = JSON.parse(readFileSync(url, "utf8")) as { hex: string }[];
  return golden.map(({ hex }) => Uint8Array.from(Buffer.from(hex, "hex")));
}

/** Many messages with all kinds of fields, as golden frames have only two. */
function publishPacket(): Uint8Array {
  const messages = new PacketWriter();
  for (let index = 0; index < 20; index += 1) {
    const payload = new Uint8Array(index * 10);
    const attributes = index % 3 === 0 ? { [`name${index}`]: "é€😀", __proto__: "x" } : {};
    writeMessage(messages, {
      payload,
      attributes,
      key: index % 2 === 0 ? `key${index}` : undefined,
    });
  }
  const packet = new PacketWriter();
  const header = { topic: "orders.created", firstSequence: 1, requireSubscription: false };
  writePublish(packet, 1, header, messages.view());
  return packet.take();
}

/** Runs `read` on bytes that may be anything; returns the size of what came out. */
function sizeOf(read: () => { readonly length: number }): number {
  try {
    return read().length;
  } catch (error) {
    if (!(error instanceof PeykError)) throw error;
    if (!/^[a-z].*(?<!\w\.)$/s.test(error.message))
      throw new Error(`no sentence: ${error.message}`);
    return 0;
  }
}

describe("mutated packets", () => {
  const seeds = [...goldenPackets("client"), ...goldenPackets("server"), publishPacket()];

  test(`throw nothing but PeykError and grow nothing (seed ${seed}, ${count} packets)`, () => {
    const before = Reflect.ownKeys(Object.prototype).length;
    const dice = new Dice(seed);
    for (let index = 0; index < count; index += 1) {
      const packet = mutate(seeds, dice);
      const most = Math.max(
        sizeOf(() => rewrite("client", packet)),
        sizeOf(() => rewrite("server", packet)),
      );
      const text = Math.max(
        sizeOf(() => json.clientPacketToJson(packet).join("")),
        sizeOf(() => json.serverPacketToJson(packet).join("")),
      );
      // What comes out is bounded by what goes in: nothing is read twice or made up.
      if (most > packet.length * 4 + 64 || text > packet.length * 64 + 64) {
        throw new Error(`${packet.length} bytes became ${most} bytes, ${text} characters`);
      }
    }
    expect(Reflect.ownKeys(Object.prototype).length).toBe(before);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test(`as text throw nothing but PeykError (seed ${seed})`, () => {
    const dice = new Dice(seed);
    const texts = seeds.slice(0, 30).flatMap((packet) => json.clientPacketToJson(packet));
    const encoded = texts.map((text) => new TextEncoder().encode(text));
    for (let index = 0; index < count / 10; index += 1) {
      const text = new TextDecoder().decode(mutate(encoded, dice));
      expect(sizeOf(() => json.clientPacketFromJson(text))).toBeLessThanOrEqual(
        limits.MAX_PACKET_BYTES,
      );
    }
  });
});

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
