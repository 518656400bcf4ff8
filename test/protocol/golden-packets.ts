import { readFileSync } from "node:fs";
import { PacketWriter, writeMessage, writePublish } from "../../client/src/protocol/index.js";

/** A packet for each golden frame. */
export function goldenPackets(from: "client" | "server"): Uint8Array[] {
  const url = new URL(`golden/${from}-frames.json`, import.meta.url);
  const golden = JSON.parse(readFileSync(url, "utf8")) as { hex: string }[];
  return golden.map(({ hex }) => Uint8Array.from(Buffer.from(hex, "hex")));
}

/** A publish of many messages with all kinds of fields, as golden frames have only two. */
export function manyMessagesPacket(): Uint8Array {
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
