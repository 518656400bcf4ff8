import protobuf from "protobufjs/minimal.js";
import { decodeUtf8 } from "./utf8.js";

/**
 * What generated code reads from. Unlike the reader of protobufjs it gives 64-bit fields as numbers, and it refuses
 * (throws) what would be misread: numbers above 2^53 - 1, 32-bit numbers above 2^32 - 1, tags that `WireReader` refuses,
 * and groups, which also bounds how deep it goes. Nothing of protobufjs is reconfigured for it, as others in the same
 * process may use protobufjs too.
 *
 * Bytes fields are copies, so that they outlive the packet they came in.
 */
export class NumberReader extends protobuf.Reader {
  readonly #maxFields: number;
  #fields = 0;

  /** `maxFields` bounds the work for bytes of strangers: 1 MiB of the shortest fields would be half a million of them. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length, maxFields = Infinity) {
    super(bytes);
    this.#maxFields = maxFields;
    this.pos = start;
    this.len = end;
    this.discardUnknown = true;
  }

  override tag(): number {
    this.#fields += 1;
    if (this.#fields > this.#maxFields) {
      throw new RangeError(`it has more than ${this.#maxFields} fields`);
    }
    const start = this.pos;
    const tag = this.#varint();
    if (this.pos - start > 1 && this.buf[this.pos - 1] === 0) {
      throw new RangeError("a tag is longer than it has to be");
    }
    if (tag < 8 || tag > 0xffff_ffff) throw new RangeError(`${tag} is not a tag`);
    return tag;
  }

  /** The length of what follows. */
  override size(): number {
    const length = this.#varint();
    if (this.pos + length > this.len) throw new RangeError("a length goes past the end");
    return length;
  }

  override uint32(): number {
    const value = this.#varint();
    if (value > 0xffff_ffff) throw new RangeError(`${value} does not fit into 32 bits`);
    return value;
  }

  override uint64(): protobuf.Long {
    return asLong(this.#varint());
  }

  override int64(): protobuf.Long {
    return asLong(checkSafe(Number(super.int64())));
  }

  override sint64(): protobuf.Long {
    return asLong(checkSafe(Number(super.sint64())));
  }

  override fixed64(): protobuf.Long {
    return asLong(checkSafe(Number(super.fixed64())));
  }

  override sfixed64(): protobuf.Long {
    return asLong(checkSafe(Number(super.sfixed64())));
  }

  override string(): string {
    const end = this.size() + this.pos;
    const text = decodeUtf8(this.buf, this.pos, end);
    if (text === undefined) throw new RangeError("a text is not UTF-8");
    this.pos = end;
    return text;
  }

  override stringVerify(): string {
    return this.string();
  }

  override raw(start: number, end: number): Uint8Array {
    return new Uint8Array(this.buf.subarray(start, end));
  }

  override skipType(wireType: number): this {
    if (wireType === 0) this.#skipVarint();
    else if (wireType === 1) this.skip(8);
    else if (wireType === 2) this.skip(this.size());
    else if (wireType === 5) this.skip(4);
    else throw new RangeError(`wire type ${wireType} is not used in this protocol`);
    return this;
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      if (this.pos >= this.len) throw new RangeError("a number is cut off");
      const byte = this.buf[this.pos++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return checkSafe(value);
      scale *= 128;
    }
    throw new RangeError("a number is longer than 10 bytes");
  }

  /** Unknown fields may hold any 64 bits. */
  #skipVarint(): void {
    const last = this.pos + 10;
    do {
      if (this.pos >= this.len) throw new RangeError("a number is cut off");
      if (this.pos >= last) throw new RangeError("a number is longer than 10 bytes");
    } while ((this.buf[this.pos++] as number) >= 0x80);
  }
}

function checkSafe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is beyond 2^53 - 1`);
  return value;
}

/** protobufjs declares Long; what generated code does with it is to store it. */
function asLong(value: number): protobuf.Long {
  return value as unknown as protobuf.Long;
}
