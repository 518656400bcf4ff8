import type { PacketWriter } from "./packet-writer.js";

const FRAMES = (1 << 3) | 2;
const REQUEST_ID = 1 << 3;

/** Room for what stands around a body, so that it does not make a buffer of the expected size grow. */
const FRAME_BYTES = 32;

/** Begins a frame of a packet; `field` is its number in CLIENT_FRAMES or SERVER_FRAMES. Its body follows, then endFrame. */
export function beginFrame(
  writer: PacketWriter,
  requestId: number,
  field: number,
  expectedBytes = 0,
): void {
  writer.begin(FRAMES, expectedBytes + FRAME_BYTES);
  writer.numberField(REQUEST_ID, requestId);
  writer.begin((field << 3) | 2, expectedBytes);
}

export function endFrame(writer: PacketWriter): void {
  writer.end();
  writer.end();
}
