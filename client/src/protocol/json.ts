/**
 * The subprotocol `peyk.v1.json`: the same frames as text, in protobuf's JSON mapping, for debugging and for languages
 * without generated code. A module of its own, because only the broker needs it.
 */
import { PeykError } from "./errors.js";
import { encodeWith } from "./generated-codec.js";
import { peyk } from "./generated/packets.js";
import { fromJson } from "./json-input.js";
import { toJson } from "./json-output.js";
import { checkDepth } from "./json-depth.js";
import { MAX_PACKET_BYTES } from "./limits.js";
import { NumberReader } from "./number-reader.js";
import { malformed } from "./wire-reader.js";

type Packet = "ClientPacket" | "ServerPacket";
const FRAMES = { ClientPacket: "ClientFrame", ServerPacket: "ServerFrame" } as const;

/**
 * The packet that a client's text stands for: `{"requestId": "1", "ping": {}}`, or several frames as `{"frames": []}`.
 * Throws `invalid_argument` for what is no JSON or no frame, `payload_too_large` for a packet beyond `maxBytes` or a text
 * beyond twice as many characters.
 */
export function clientPacketFromJson(text: string, maxBytes = MAX_PACKET_BYTES): Uint8Array {
  return packetFromJson("ClientPacket", text, maxBytes);
}

/** What a broker's packet says, one text for each frame. */
export function serverPacketToJson(packet: Uint8Array): string[] {
  return packetToJson("ServerPacket", packet);
}

/** The other direction: what a client sends, one text for each frame. */
export function clientPacketToJson(packet: Uint8Array): string[] {
  return packetToJson("ClientPacket", packet);
}

/** The other direction: the packet that a broker's text stands for. */
export function serverPacketFromJson(text: string, maxBytes = MAX_PACKET_BYTES): Uint8Array {
  return packetFromJson("ServerPacket", text, maxBytes);
}

function packetFromJson(type: Packet, text: string, maxBytes: number): Uint8Array {
  if (text.length > 2 * maxBytes) throw tooLarge(text.length, "characters", 2 * maxBytes);
  checkDepth(text);
  const value = parse(text);
  const isPacket = typeof value === "object" && value !== null && Object.hasOwn(value, "frames");
  const packet = isPacket ? fromJson(type, value) : { frames: [fromJson(FRAMES[type], value)] };
  const bytes = encodeWith(peyk.v1[type], packet);
  if (bytes.length > maxBytes) throw tooLarge(bytes.length, "bytes", maxBytes);
  return bytes;
}

function packetToJson(type: Packet, packet: Uint8Array): string[] {
  try {
    const { frames } = peyk.v1[type].decode(new NumberReader(packet));
    return frames.map((frame) => JSON.stringify(toJson(FRAMES[type], frame)));
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new PeykError("invalid_argument", "the text is not JSON");
  }
}

function tooLarge(actual: number, unit: string, limit: number): PeykError {
  const text = `the packet has ${actual} ${unit}; at most ${limit} are allowed`;
  return new PeykError("payload_too_large", text, { limit });
}
