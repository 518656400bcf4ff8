/** What the types promise and JavaScript does not. All of it throws `invalid_argument` with the field. */
import { PeykError } from "./protocol/index.js";

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

function wrong(field: string, what: string): PeykError {
  return new PeykError("invalid_argument", `${field} is ${what}`, { field });
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
