import type { PacketWriter } from "./packet-writer.js";

const FRAMES = (1 << 3) | 2;
const REQUEST_ID = 1 << 3;

/** Begins a frame of a packet; `field` is its number in CLIENT_FRAMES or SERVER_FRAMES. Its body follows, then endFrame. */
export function beginFrame(
  writer: PacketWriter,
  requestId: number,
  field: number,
  expectedBytes = 0,
): void {
  writer.begin(FRAMES, expectedBytes + 8);
  writer.numberField(REQUEST_ID, requestId);
  writer.begin((field << 3) | 2, expectedBytes);
}

export function endFrame(writer: PacketWriter): void {
  writer.end();
  writer.end();
}
