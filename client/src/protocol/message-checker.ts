import { PeykError } from "./errors.js";
import * as limits from "./limits.js";
import { SPECIAL } from "./message-specials.js";
import * as tags from "./message-tags.js";
import { isUtf8 } from "./utf8.js";
import { WireReader, malformed } from "./wire-reader.js";

/** Names in the SDK, by field number. */
const NAMES: readonly string[] = [
  ...["", "payload", "attributes", "key", "priority", "deliverAt", "delayMs", "ttlMs", "dedupId"],
  ...["replyTo", "correlationId", "contentType", "traceparent", "tracestate", "baggage"],
];

/** Largest size of text fields, by field number; 0 for what is no text. */
const MAX_BYTES = new Uint32Array(32);
MAX_BYTES[tags.KEY >>> 3] = limits.MAX_KEY_BYTES;
MAX_BYTES[tags.DEDUP_ID >>> 3] = limits.MAX_DEDUP_ID_BYTES;
for (let field = tags.REPLY_TO >>> 3; field <= tags.BAGGAGE >>> 3; field += 1) {
  MAX_BYTES[field] = limits.MAX_TEXT_BYTES;
}

/**
 * Checks messages without decoding them: that every field can be read, that texts are UTF-8, and every limit of
 * message.proto. The SDK checks with it what it sends, the broker what it gets. Allocates nothing for a good message.
 */
export class MessageChecker {
  readonly #maxPayloadBytes: number;
  readonly #reader = new WireReader();
  #attributes = 0;
  #attributeBytes = 0;
  #deliverAtMs = 0;
  #delayMs = 0;

  constructor(maxPayloadBytes: number = limits.MAX_PAYLOAD_BYTES) {
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /**
   * Throws a PeykError with the field at fault, if `bytes[start, end)` is not a good Message. Returns which fields of
   * SPECIAL occur in it: 0 for plain messages.
   */
  check(bytes: Uint8Array, start: number, end: number): number {
    const specials = checkPlain(bytes, start, end, this.#maxPayloadBytes);
    return specials >= 0 ? specials : this.#checkAny(bytes, start, end);
  }

  #checkAny(bytes: Uint8Array, start: number, end: number): number {
    const reader = this.#reader.reset(bytes, start, end);
    this.#attributes = this.#attributeBytes = this.#deliverAtMs = this.#delayMs = 0;
    let specials = 0;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag >>> 3 > tags.LAST_FIELD) reader.skip(tag);
      else if (tag === tags.PAYLOAD) this.#checkPayload();
      else if (tag === tags.ATTRIBUTES) this.#checkAttribute();
      else if ((tag & 7) === 2) specials |= this.#checkText(tag);
      else specials |= this.#checkNumber(tag);
    }
    if (this.#deliverAtMs !== 0 && this.#delayMs !== 0) throw bothTimes();
    return specials;
  }

  #checkPayload(): void {
    const reader = this.#reader;
    const stop = reader.delimited();
    if (stop - reader.at > this.#maxPayloadBytes) {
      throw payloadTooLarge(stop - reader.at, this.#maxPayloadBytes);
    }
    reader.at = stop;
  }

  /** An entry of the map: a message with a name and a value, either of which may be left out. */
  #checkAttribute(): void {
    const reader = this.#reader;
    this.#attributes += 1;
    if (this.#attributes > limits.MAX_ATTRIBUTES) throw tooManyAttributes();
    const outer = reader.enter();
    while (reader.at < reader.end) {
      const tag = reader.tag();
      if (tag === tags.ATTRIBUTE_NAME || tag === tags.ATTRIBUTE_VALUE)
        this.#checkAttributeText(tag);
      else reader.skip(tag);
    }
    if (this.#attributeBytes > limits.MAX_ATTRIBUTES_BYTES) throw attributesTooLarge();
    reader.leave(outer);
  }

  #checkAttributeText(tag: number): void {
    const reader = this.#reader;
    const stop = reader.delimited();
    const size = stop - reader.at;
    if (size > limits.MAX_ATTRIBUTE_BYTES) throw attributeTooLong(tag, size);
    if (!isUtf8(reader.bytes, reader.at, stop)) throw notUtf8("attributes");
    this.#attributeBytes += size;
    reader.at = stop;
  }

  #checkText(tag: number): number {
    const reader = this.#reader;
    const field = tag >>> 3;
    const maxBytes = MAX_BYTES[field] as number;
    if (maxBytes === 0) throw wrongType(tag);
    const stop = reader.delimited();
    const size = stop - reader.at;
    if (size > maxBytes) throw textTooLong(field, size);
    if (!isUtf8(reader.bytes, reader.at, stop)) throw notUtf8(NAMES[field] as string);
    reader.at = stop;
    return size === 0 ? 0 : specialText(tag);
  }

  #checkNumber(tag: number): number {
    if ((tag & 7) !== 0 || tag < tags.PRIORITY || tag > tags.TTL_MS) throw wrongType(tag);
    const value = this.#reader.varint();
    if (tag === tags.PRIORITY) {
      if (value > limits.MAX_PRIORITY) throw tooHigh("priority", value, limits.MAX_PRIORITY);
      return value === 0 ? 0 : SPECIAL.priority;
    }
    if (tag === tags.TTL_MS) return value === 0 ? 0 : SPECIAL.ttl;
    if (tag === tags.DELIVER_AT_MS) {
      this.#deliverAtMs = value;
      return value === 0 ? 0 : SPECIAL.deliverAt;
    }
    if (value > limits.MAX_DELAY_MS) throw tooHigh("delayMs", value, limits.MAX_DELAY_MS);
    this.#delayMs = value;
    return value === 0 ? 0 : SPECIAL.delay;
  }
}

/**
 * `check` for what nearly all messages are: a payload below 2 MiB and short texts. Returns -1 for anything else,
 * bad messages included. Reads in place, which takes two thirds of the time of the general way (bench/protocol.ts).
 */
function checkPlain(bytes: Uint8Array, start: number, end: number, maxPayload: number): number {
  let specials = 0;
  let attributes = 0;
  let at = start;
  while (at + 1 < end) {
    const tag = bytes[at] as number;
    let size = bytes[at + 1] as number;
    at += 2;
    if (size >= 0x80) {
      if (tag !== tags.PAYLOAD || at + 1 >= end) return -1;
      size = (size & 0x7f) | ((bytes[at++] as number) << 7);
      if (size >= 0x4000) size = (size & 0x3fff) | ((bytes[at++] as number) << 14);
      if (size >= 0x20_0000) return -1;
    }
    const stop = at + size;
    if (stop > end) return -1;
    if (tag === tags.PAYLOAD) {
      if (size > maxPayload) return -1;
    } else {
      if (tag === tags.ATTRIBUTES) attributes += 1;
      else if (isShortText(tag, size)) specials |= specialText(tag);
      else return -1;
      if (tag === tags.ATTRIBUTES && !isPlainAttribute(bytes, at, stop)) return -1;
      if (!isUtf8(bytes, at, stop)) return -1;
    }
    at = stop;
  }
  return at === end && attributes <= limits.MAX_ATTRIBUTES ? specials : -1;
}

function isShortText(tag: number, size: number): boolean {
  return (tag & 7) === 2 && size > 0 && size <= (MAX_BYTES[tag >>> 3] as number);
}

/**
 * A name and a value, each below 128 bytes: as encoders write nearly all attributes. Their tags and lengths are ASCII
 * then, so that both texts are UTF-8 exactly when all of it is.
 */
function isPlainAttribute(bytes: Uint8Array, start: number, stop: number): boolean {
  if (stop - start < 4 || bytes[start] !== tags.ATTRIBUTE_NAME) return false;
  const nameSize = bytes[start + 1] as number;
  const value = start + 2 + nameSize;
  if (nameSize >= 0x80 || value + 2 > stop || bytes[value] !== tags.ATTRIBUTE_VALUE) return false;
  const valueSize = bytes[value + 1] as number;
  return valueSize < 0x80 && value + 2 + valueSize === stop;
}

function specialText(tag: number): number {
  return tag === tags.KEY ? SPECIAL.key : tag === tags.DEDUP_ID ? SPECIAL.dedupId : 0;
}

function invalid(detail: string, field: string, limit?: number): PeykError {
  return new PeykError("invalid_argument", detail, { field, limit });
}

function payloadTooLarge(actual: number, limit: number): PeykError {
  const text = `the payload has ${actual} bytes; at most ${limit} are allowed`;
  return new PeykError("payload_too_large", text, { field: "payload", limit });
}

function tooManyAttributes(): PeykError {
  const limit = limits.MAX_ATTRIBUTES;
  return invalid(`the message has more than ${limit} attributes`, "attributes", limit);
}

function attributeTooLong(tag: number, actual: number): PeykError {
  const what = tag === tags.ATTRIBUTE_NAME ? "name" : "value";
  const limit = limits.MAX_ATTRIBUTE_BYTES;
  const text = `the ${what} of an attribute has ${actual} bytes; at most ${limit} are allowed`;
  return invalid(text, "attributes", limit);
}

function attributesTooLarge(): PeykError {
  const limit = limits.MAX_ATTRIBUTES_BYTES;
  return invalid(`the attributes have more than ${limit} bytes together`, "attributes", limit);
}

function textTooLong(field: number, actual: number): PeykError {
  const name = NAMES[field] as string;
  const limit = MAX_BYTES[field] as number;
  return invalid(`the ${name} has ${actual} bytes; at most ${limit} are allowed`, name, limit);
}

function notUtf8(field: string): PeykError {
  return invalid(`the ${field} of the message cannot be read as UTF-8`, field);
}

function tooHigh(field: string, actual: number, limit: number): PeykError {
  return invalid(`the ${field} is ${actual}; at most ${limit} is allowed`, field, limit);
}

function wrongType(tag: number): PeykError {
  return malformed(`${NAMES[tag >>> 3]} of a message has wire type ${tag & 7}`);
}

function bothTimes(): PeykError {
  return invalid("the message has both deliverAt and delayMs; one excludes the other", "delayMs");
}
