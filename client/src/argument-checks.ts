/** What the types promise and JavaScript does not. All of it throws `invalid_argument` with the field. */
import { limits, PeykError } from "./protocol/index.js";

/** Without a handler each message would fail, one after the other. */
export function checkHandler(handler: unknown): void {
  if (typeof handler === "function") return;
  throw wrong("handler", `${kindOf(handler)}; it must be a function`);
}

/** A name, or something with one; what was imported from the wrong place is undefined. */
export function checkNamed(given: unknown, field: string): void {
  if (typeof (given as { readonly name?: unknown } | null | undefined)?.name === "string") return;
  throw wrong(field, `${kindOf(given)}; it must be a name, or something with one`);
}

export function checkText(field: string, value: unknown): void {
  if (value === undefined || typeof value === "string") return;
  throw wrong(field, `${kindOf(value)}; it must be a string`);
}

export function checkAttributes(attributes: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (typeof value === "string") continue;
    const detail = `attribute "${name.slice(0, 64)}" is ${kindOf(value)}; attributes are strings`;
    throw new PeykError("invalid_argument", detail, { field: "attributes" });
  }
}

/** ms since 1970 of a valid date. */
export function timeOf(field: string, date: unknown): number {
  const time = date instanceof Date ? date.getTime() : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw wrong(
    field,
    `${date instanceof Date ? "an invalid date" : kindOf(date)}; it must be a date`,
  );
}

export function checkOneOf(field: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value as string)) return;
  const given = typeof value === "string" ? `"${value.slice(0, 64)}"` : kindOf(value);
  throw wrong(field, `${given}; it must be one of ${allowed.join(", ")}`);
}

/** Whole ms from `min` to `max`, rounded. */
export function wholeMs(field: string, value: unknown, min: number, max: number): number {
  const ms = typeof value === "number" ? Math.round(value) : Number.NaN;
  if (ms >= min && ms <= max) return ms;
  const given = typeof value === "number" ? String(value) : kindOf(value);
  const detail = `${field} is ${given}; it must be a number of ms from ${min} to ${max}`;
  throw new PeykError("invalid_argument", detail, { field, limit: max });
}

export const nackDelay = (delayMs: unknown): number =>
  wholeMs("delayMs", delayMs, 0, limits.MAX_NACK_DELAY_MS);

export const extension = (ms: unknown): number =>
  wholeMs("ms", ms, limits.MIN_ACK_DEADLINE_MS, limits.MAX_ACK_DEADLINE_MS);

export function checkNote(note: unknown): void {
  checkText("note", note);
  const bytes = note === undefined ? 0 : new TextEncoder().encode(note as string).byteLength;
  const limit = limits.MAX_NOTE_BYTES;
  if (bytes <= limit) return;
  const detail = `the note has ${bytes} bytes; at most ${limit} are allowed`;
  throw new PeykError("invalid_argument", detail, { field: "note", limit });
}

function wrong(field: string, what: string): PeykError {
  return new PeykError("invalid_argument", `${field} is ${what}`, { field });
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
