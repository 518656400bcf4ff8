import fc from "fast-check";
import type { MessageFields } from "../../../client/src/protocol/index.js";
import { NumberReader } from "../../../client/src/protocol/index.js";
import { peyk } from "../../../client/src/protocol/generated/packets.js";
import type { Codec } from "../../../client/src/protocol/generated/packets.js";

/** The generated code that everything written by hand is held to. */
export const v1 = peyk.v1;

export function encodeGenerated<Input>(codec: Codec<Input, unknown>, message: Input): Uint8Array {
  return new Uint8Array(codec.encode(message).finish());
}

export function decodeGenerated<Output>(codec: Codec<never, Output>, bytes: Uint8Array): Output {
  return codec.decode(new NumberReader(bytes));
}

/** Whole characters of all lengths in UTF-8; mostly short, as the fast paths are for short ASCII. */
export const text = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 200 }),
  fc.constantFrom("__proto__", "constructor", "\u0000", "\ufeffx", "a".repeat(127), "é".repeat(64)),
);

export const whole = fc.oneof(
  fc.nat({ max: 300 }),
  fc.maxSafeNat(),
  fc.constantFrom(0, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1),
);

export const whole32 = fc.oneof(
  fc.nat({ max: 300 }),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
);

export const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.uint8Array({ minLength: 100, maxLength: 400, size: "max" }),
);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Messages that encoders can be given; some are beyond the limits. */
export const message: fc.Arbitrary<MessageFields> = fc.record({
  payload: bytes,
  attributes: maybe(fc.dictionary(text, text, { maxKeys: 4 })),
  key: maybe(text),
  priority: maybe(fc.nat({ max: 9 })),
  deliverAtMs: maybe(whole),
  delayMs: maybe(whole),
  ttlMs: maybe(whole),
  dedupId: maybe(text),
  replyTo: maybe(text),
  correlationId: maybe(text),
  contentType: maybe(text),
  traceparent: maybe(text),
  tracestate: maybe(text),
  baggage: maybe(text),
});

export const plainMessage: fc.Arbitrary<MessageFields> = fc.record({ payload: bytes });
