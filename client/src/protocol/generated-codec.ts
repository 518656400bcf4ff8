import protobuf from "protobufjs/minimal.js";
import type { PeykError } from "./errors.js";
import type { Codec } from "./generated/frames.js";
import { NumberReader } from "./number-reader.js";
import { malformed } from "./wire-reader.js";

/** Encodes with generated code. What protobufjs gives in Node is part of a shared Buffer: hence the copy. */
export function encodeWith<Input>(codec: Codec<Input, unknown>, message: Input): Uint8Array {
  return new Uint8Array(codec.encode(message, protobuf.Writer.create()).finish());
}

/**
 * Decodes `bytes[start, end)` with generated code; throws `invalid_argument` for what cannot be read, and for more than
 * `maxFields` fields: bytes of strangers need a bound.
 */
export function decodeWith<Output>(
  codec: Codec<never, Output>,
  bytes: Uint8Array,
  start: number,
  end: number,
  maxFields?: number,
): Output {
  try {
    return codec.decode(new NumberReader(bytes, start, end, maxFields));
  } catch (error) {
    throw toMalformed(error);
  }
}

/** protobufjs and NumberReader throw errors of many kinds, and nothing else can go wrong in generated code. */
function toMalformed(error: unknown): PeykError {
  return malformed(error instanceof Error ? error.message : String(error));
}
