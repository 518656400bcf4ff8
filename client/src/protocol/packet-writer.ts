import { PeykError } from "./errors.js";
const encoder = new TextEncoder();

/** `begin` within `begin`: a packet, a frame, its body, a run or range in it, an error in that. */
const MAX_OPEN = 16;

const INITIAL_BYTES = 1024;

/** Above this TextEncoder is faster than a loop, and the length may take two bytes. */
const SHORT_TEXT_CHARS = 64;

/** A buffer that grew beyond this is not kept: there may be a writer for each of thousands of connections. */
const KEPT_BYTES = 256 * 1024;

/**
 * Writes protobuf into one growing buffer, which it keeps from packet to packet. The bytes are those that generated code
 * would write. Not checked: that fields come in the order of their numbers, and that each `begin` has its `end`.
 *
 * `...Field` methods leave out what is zero or empty, as proto3 does; the others write always.
 */
export class PacketWriter {
  #bytes: Uint8Array;
  #at = 0;
  /** For each `begin` that waits for its `end`: where the content starts, and the bytes kept free for its length. */
  readonly #starts = new Uint32Array(MAX_OPEN);
  readonly #widths = new Uint8Array(MAX_OPEN);
  #open = 0;

  constructor(initialBytes = INITIAL_BYTES) {
    this.#bytes = new Uint8Array(Math.max(16, initialBytes));
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  /** What was written, as bytes of its own; the writer begins anew. */
  take(): Uint8Array {
    // A large buffer goes with what was written, as it is not kept anyway: that saves copying it.
    const isKept = this.#bytes.length <= KEPT_BYTES;
    const taken = isKept ? this.#bytes.slice(0, this.#at) : this.view();
    this.clear();
    return taken;
  }

  /** What was written, as a view that holds until the next call of any other method. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
    this.#open = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(INITIAL_BYTES);
  }

  /** Takes back what was written after `length`, fields that were begun and not ended included. */
  truncate(length: number): void {
    while (this.#open > 0 && (this.#starts[this.#open - 1] as number) > length) this.#open -= 1;
    this.#at = length;
  }

  /** A field whose length is not known yet. A good guess of that saves moving the content when it ends. */
  begin(tag: number, expectedBytes = 0): void {
    this.#reserve(10 + expectedBytes);
    this.#varint(tag);
    const width = varintSize(expectedBytes);
    this.#at += width;
    this.#starts[this.#open] = this.#at;
    this.#widths[this.#open] = width;
    this.#open += 1;
  }

  end(): void {
    this.#open -= 1;
    const start = this.#starts[this.#open] as number;
    const width = this.#widths[this.#open] as number;
    const length = this.#at - start;
    const needed = varintSize(length);
    if (needed !== width) {
      this.#reserve(needed);
      this.#bytes.copyWithin(start + needed - width, start, this.#at);
    }
    this.#at = start - width;
    this.#varint(length);
    this.#at += length;
  }

  numberField(tag: number, value: number): void {
    if (value !== 0) this.number(tag, value);
  }

  /** Throws `invalid_argument` for what is no whole number from 0 to 2^53 - 1. */
  number(tag: number, value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw notWhole(value);
    this.#reserve(15);
    this.#varint(tag);
    this.#varint(value);
  }

  boolField(tag: number, value: boolean): void {
    if (value) this.number(tag, 1);
  }

  bytesField(tag: number, value: Uint8Array): void {
    if (value.length > 0) this.bytes(tag, value);
  }

  bytes(tag: number, value: Uint8Array): void {
    this.#reserve(10 + value.length);
    this.#varint(tag);
    this.#varint(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Fields that are encoded already. */
  raw(fields: Uint8Array): void {
    this.#reserve(fields.length);
    this.#bytes.set(fields, this.#at);
    this.#at += fields.length;
  }

  textField(tag: number, text: string): void {
    if (text !== "") this.text(tag, text);
  }

  text(tag: number, text: string): void {
    // One UTF-16 unit becomes at most three bytes.
    this.#reserve(10 + text.length * 3);
    this.#varint(tag);
    if (text.length >= SHORT_TEXT_CHARS || !this.#shortText(text)) this.#longText(text);
  }

  /** Nearly all texts are short and ASCII: one byte for the length, one for each character. False for others. */
  #shortText(text: string): boolean {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return false;
      bytes[start + index] = unit;
    }
    bytes[this.#at] = text.length;
    this.#at = start + text.length;
    return true;
  }

  #longText(text: string): void {
    const width = varintSize(text.length);
    const start = this.#at + width;
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(start));
    const needed = varintSize(written);
    if (needed !== width) {
      this.#bytes.copyWithin(start + needed - width, start, start + written);
    }
    this.#varint(written);
    this.#at += written;
  }

  /** Room must have been reserved. */
  #varint(value: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    let rest = value;
    while (rest > 0x7fff_ffff) {
      bytes[at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#at = at;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

function notWhole(value: number): PeykError {
  const text = `${value} cannot be sent: a whole number from 0 to 2^53 - 1 is needed`;
  return new PeykError("invalid_argument", text);
}

/** Bytes of a number below 2^35 as a varint. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
