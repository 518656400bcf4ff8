import { malformed } from "./wire-reader.js";
import { decodeUtf8 } from "./utf8.js";

/**
 * Decodes a text that is nearly always the same as the last one, such as the topic of a publisher's frames: comparing
 * the bytes is cheaper than decoding, and the same string again is found faster in a Map.
 */
export class LastText {
  #bytes = new Uint8Array(0);
  #text = "";

  decode(bytes: Uint8Array, start: number, end: number): string {
    if (this.#matches(bytes, start, end)) return this.#text;
    const text = decodeUtf8(bytes, start, end);
    if (text === undefined) throw malformed("a text is not UTF-8");
    this.#bytes = new Uint8Array(bytes.subarray(start, end));
    this.#text = text;
    return text;
  }

  #matches(bytes: Uint8Array, start: number, end: number): boolean {
    const last = this.#bytes;
    if (last.length !== end - start) return false;
    for (let index = 0; index < last.length; index += 1) {
      if (last[index] !== bytes[start + index]) return false;
    }
    return true;
  }
}
