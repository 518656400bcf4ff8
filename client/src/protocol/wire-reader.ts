import { PeykError } from "./errors.js";
import { decodeUtf8 } from "./utf8.js";

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

/** Bit n: wire type n exists here. Groups (3 and 4) do not, so nothing nests deeper than proto/ says. */
const WIRE_TYPES = (1 << VARINT) | (1 << FIXED64) | (1 << LENGTH_DELIMITED) | (1 << FIXED32);

const NO_BYTES = new Uint8Array(0);

export function malformed(detail: string): PeykError {
  return new PeykError("invalid_argument", `the frame cannot be read: ${detail}`);
}

/**
 * Reads protobuf fields one by one. `at` is where it reads next, `end` where the message ends that it is in. Whatever it
 * is given, it throws nothing but `invalid_argument`, and reads no byte outside of `end`.
 *
 * Stricter than protobuf: numbers above 2^53 - 1, groups and tags that are not in their shortest form are refused.
 */
export class WireReader {
  bytes: Uint8Array = NO_BYTES;
  at = 0;
  end = 0;

  reset(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    return this;
  }

  /** Field number * 8 + wire type. */
  tag(): number {
    const start = this.at;
    const tag = this.varint();
    if (this.at - start > 1 && this.bytes[this.at - 1] === 0) {
      throw malformed("a tag is longer than it has to be");
    }
    if (tag < 8 || tag > 0xffff_ffff) throw malformed(`${tag} is not a tag`);
    if (((WIRE_TYPES >> (tag & 7)) & 1) === 0) {
      throw malformed(`wire type ${tag & 7} is not used in this protocol`);
    }
    return tag;
  }

  varint(): number {
    if (this.at < this.end) {
      const byte = this.bytes[this.at] as number;
      if (byte < 0x80) {
        this.at += 1;
        return byte;
      }
    }
    return this.#longVarint();
  }

  uint32(): number {
    const value = this.varint();
    if (value > 0xffff_ffff) throw malformed(`${value} does not fit into 32 bits`);
    return value;
  }

  bool(): boolean {
    return this.varint() !== 0;
  }

  /** Reads a length and returns where the field ends; it begins at `at`. */
  delimited(): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > this.end) throw malformed("a length goes past the end");
    return end;
  }

  /** Goes into a message; returns what `leave` wants. */
  enter(): number {
    const outer = this.end;
    this.end = this.delimited();
    return outer;
  }

  /** Goes back out of a message that was read to its end. */
  leave(outer: number): void {
    this.end = outer;
  }

  text(): string {
    return this.textTo(this.delimited());
  }

  /** A text whose length was read already: `end` is what `delimited` returned. */
  textTo(end: number): string {
    const text = decodeUtf8(this.bytes, this.at, end);
    if (text === undefined) throw malformed("a text is not UTF-8");
    this.at = end;
    return text;
  }

  /** An enum by its number, given the names in the order of their numbers. */
  name<Name>(names: readonly Name[], what: string): Name {
    const number = this.varint();
    const name = names[number];
    if (name === undefined) throw malformed(`${number} is no ${what} that this version knows`);
    return name;
  }

  /** Skips the field whose tag was just read. */
  skip(tag: number): void {
    const type = tag & 7;
    if (type === VARINT) {
      this.#skipVarint();
      return;
    }
    const end = type === LENGTH_DELIMITED ? this.delimited() : this.at + (type === FIXED64 ? 8 : 4);
    if (end > this.end) throw malformed("a field goes past the end");
    this.at = end;
  }

  #longVarint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      if (this.at >= this.end) throw malformed("it ends in the middle of a field");
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw malformed("a number is beyond 2^53 - 1");
        return value;
      }
      scale *= 128;
    }
    throw malformed("a number is longer than 10 bytes");
  }

  /** Unknown fields may hold any 64 bits. */
  #skipVarint(): void {
    for (let count = 0; count < 10; count += 1) {
      if (this.at >= this.end) throw malformed("it ends in the middle of a field");
      if ((this.bytes[this.at++] as number) < 0x80) return;
    }
    throw malformed("a number is longer than 10 bytes");
  }
}
