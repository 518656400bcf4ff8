import { MAX_ECHO_CHARS } from "./limits.js";

/** C0 and C1 controls, quotes, bidirectional and invisible marks, line separators, halves of characters. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}"\\]/u;

/**
 * Somebody's input as it may stand in an error or a log line: in quotes, at most 64 characters of it, with everything
 * escaped that could move the cursor, turn the writing direction or end the line.
 */
export function quoteInput(input: string): string {
  let quoted = "";
  for (const character of input) {
    const piece = HOSTILE.test(character) ? escape(character) : character;
    if (quoted.length + piece.length > MAX_ECHO_CHARS) return `"${quoted}"...`;
    quoted += piece;
  }
  return `"${quoted}"`;
}

function escape(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
