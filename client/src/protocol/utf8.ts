const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** From this length on TextDecoder is faster than building a string by hand (bench/protocol.ts). */
const DECODER_FROM_BYTES = 24;

/** The text of `bytes[start, end)`; undefined if that is not UTF-8. A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start < DECODER_FROM_BYTES) {
    const text = decodeShortAscii(bytes, start, end);
    if (text !== undefined) return text;
  }
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** Eight characters at a time: each call of fromCharCode costs as much as the characters it gets. */
function decodeShortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const a = bytes[at] as number;
    const b = bytes[at + 1] as number;
    const c = bytes[at + 2] as number;
    const d = bytes[at + 3] as number;
    const e = bytes[at + 4] as number;
    const f = bytes[at + 5] as number;
    const g = bytes[at + 6] as number;
    const h = bytes[at + 7] as number;
    if ((a | b | c | d | e | f | g | h) >= 0x80) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Whether `bytes[start, end)` is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. Allocates nothing. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  // Four at a time: one comparison instead of four for what is nearly always ASCII.
  for (; at + 4 <= end; at += 4) {
    const a = bytes[at] as number;
    const b = bytes[at + 1] as number;
    const c = bytes[at + 2] as number;
    const d = bytes[at + 3] as number;
    if ((a | b | c | d) >= 0x80) return isUtf8Beyond(bytes, at, end);
  }
  for (; at < end; at += 1) {
    if ((bytes[at] as number) >= 0x80) return isUtf8Beyond(bytes, at, end);
  }
  return true;
}

/** Well-formed sequences after table 3-7 of the Unicode standard: only the second byte depends on the first. */
function isUtf8Beyond(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      at += 1;
      continue;
    }
    if (first < 0xc2 || first > 0xf4) return false;
    const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (at + size > end) return false;
    const second = bytes[at + 1] as number;
    const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest) return false;
    for (let next = at + 2; next < at + size; next += 1) {
      if (((bytes[next] as number) & 0xc0) !== 0x80) return false;
    }
    at += size;
  }
  return true;
}

/** As much of `text` as fits into `maxBytes`, whole characters only. */
export function cutUtf8(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(maxBytes)).read);
}
