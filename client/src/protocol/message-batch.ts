import { viewOf } from "./view.js";

/**
 * Encoded messages, one after the other, as they stand in a Publish frame, on disk and in a Run: each a field tag, a
 * length and a Message. Immutable; shares its bytes with whoever made it.
 */
export class MessageBatch {
  readonly bytes: Uint8Array;
  readonly count: number;
  #offsets: Uint32Array | undefined;

  /** `offsets`: where each message's tag begins, and the end: `count + 1` numbers. Found by walking when left out. */
  constructor(bytes: Uint8Array, count: number, offsets?: Uint32Array) {
    this.bytes = bytes;
    this.count = count;
    this.#offsets = offsets;
  }

  get offsets(): Uint32Array {
    return (this.#offsets ??= findOffsets(this.bytes, this.count));
  }

  /** Bytes of messages `from` to `from + count - 1`, tags included; a view. */
  slice(from: number, count: number): Uint8Array {
    if (from === 0 && count === this.count) return this.bytes;
    const { offsets } = this;
    return viewOf(this.bytes, offsets[from] as number, offsets[from + count] as number);
  }

  /** Size in bytes of messages `from` to `from + count - 1`, tags included. */
  byteLength(from: number, count: number): number {
    if (from === 0 && count === this.count) return this.bytes.byteLength;
    return (this.offsets[from + count] ?? 0) - (this.offsets[from] ?? 0);
  }

  /** A Message without its tag and length; a view. */
  message(index: number): Uint8Array {
    return viewOf(this.bytes, this.bodyStart(index), this.bodyEnd(index));
  }

  /** Where the Message itself begins in `bytes`, after its tag and length. For readers that want no view. */
  bodyStart(index: number): number {
    let at = (this.offsets[index] as number) + 1;
    while ((this.bytes[at] as number) >= 0x80) at += 1;
    return at + 1;
  }

  /** Where the Message ends in `bytes`. */
  bodyEnd(index: number): number {
    return this.offsets[index + 1] as number;
  }
}

/** The tag of field 15, length-delimited: one byte, so that walking needs to read lengths only. */
export const MESSAGES_TAG = (15 << 3) | 2;

function findOffsets(bytes: Uint8Array, count: number): Uint32Array {
  const offsets = new Uint32Array(count + 1);
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    offsets[index] = at;
    at += 1;
    let length = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes[at++] ?? 0;
      length += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte >= 0x80);
    at += length;
  }
  offsets[count] = at;
  return offsets;
}
