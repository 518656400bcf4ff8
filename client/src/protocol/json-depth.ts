import { PeykError } from "./errors.js";
import { MAX_JSON_DEPTH } from "./limits.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Throws if a JSON text is nested deeper than anybody needs: JSON.parse and what follows go down as deep as it does. */
export function checkDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = stringEnd(text, at);
    // { and [ differ from } and ] by two; { from [ by one bit.
    else if ((unit | 0x20) === 0x7b) depth += 1;
    else if ((unit | 0x20) === 0x7d) depth -= 1;
    if (depth > MAX_JSON_DEPTH) throw tooDeep();
  }
}

/** Where the string that begins at `start` ends: at its quote, or at the end of the text. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) {
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  return at;
}

function tooDeep(): PeykError {
  const text = `the JSON is nested deeper than ${MAX_JSON_DEPTH} levels`;
  return new PeykError("invalid_argument", text, { limit: MAX_JSON_DEPTH });
}
