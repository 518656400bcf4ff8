import { SERVER_FRAMES } from "./frame-kinds.js";
import { beginFrame } from "./frame-writer.js";
import type { PacketWriter } from "./packet-writer.js";
import type { DeliveredRun, RunReader } from "./run-codec.js";
import { RUNS } from "./run-codec.js";
import { WireReader } from "./wire-reader.js";

// LiveMessages
const LIVE = 1 << 3;
const MISSED = 2 << 3;
const MISSED_UNKNOWN = 3 << 3;

export interface LiveHeader {
  readonly live: number;
  /** Messages not sent to this listener before the runs. */
  readonly missed: number;
  /** The number missed cannot be told. */
  readonly missedUnknown: boolean;
}

export interface LiveMessages extends LiveHeader {
  readonly runs: readonly DeliveredRun[];
}

/** Begins LiveMessages; runs follow (writeRun, or `writer.raw` of encodeRun), then endFrame. */
export function beginLiveMessages(
  writer: PacketWriter,
  header: LiveHeader,
  expectedBytes = 0,
): void {
  beginFrame(writer, 0, SERVER_FRAMES.liveMessages, expectedBytes);
  writer.numberField(LIVE, header.live);
  writer.numberField(MISSED, header.missed);
  writer.boolField(MISSED_UNKNOWN, header.missedUnknown);
}

/** Reads the LiveMessages at `packet[start, end)`. */
export function readLiveMessages(
  packet: Uint8Array,
  start: number,
  end: number,
  runReader: RunReader,
): LiveMessages {
  const reader = new WireReader().reset(packet, start, end);
  const runs: DeliveredRun[] = [];
  const messages = { live: 0, missed: 0, missedUnknown: false, runs };
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === RUNS) runs.push(runReader.read(reader));
    else if (tag === LIVE) messages.live = reader.uint32();
    else if (tag === MISSED) messages.missed = reader.varint();
    else if (tag === MISSED_UNKNOWN) messages.missedUnknown = reader.bool();
    else reader.skip(tag);
  }
  return messages;
}
