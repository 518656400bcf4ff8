import { PeykError } from "./errors.js";
import type { JsonField } from "./json-schema.js";
import { fieldsOf, jsonName, valuesOf } from "./json-schema.js";
import { MAX_JSON_ITEMS } from "./limits.js";
import { quoteInput } from "./quote-input.js";

/**
 * Checks a parsed JSON value against a message and turns it into what generated encoders take. Refuses whatever does not
 * fit, unknown names included, with the path of the field. No deeper than the value itself: see checkDepth.
 */
export function fromJson(type: string, value: unknown, path = ""): Record<string, unknown> {
  const fields = fieldsOf(type);
  if (fields === undefined) throw new Error(`no message ${type}`);
  const message: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(asObject(value, path))) {
    const field = fields.get(name) ?? fields.get(jsonName(name));
    if (field === undefined) throw unknownField(type, name, path);
    if (given === null) continue;
    message[field.name] = readField(
      field,
      given,
      path === "" ? field.name : `${path}.${field.name}`,
    );
  }
  return message;
}

function readField(field: JsonField, value: unknown, path: string): unknown {
  if (field.shape === "one") return readValue(field.type, value, path);
  if (field.shape === "list") {
    if (!Array.isArray(value)) throw unfit(path, "a list", value);
    checkSize(value.length, path);
    return value.map((item: unknown, index) => readValue(field.type, item, `${path}[${index}]`));
  }
  const entries = Object.entries(asObject(value, path));
  checkSize(entries.length, path);
  const map = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of entries) {
    if (/\p{Cs}/u.test(name)) throw unfit(path, "names of whole characters", name);
    map[name] = readValue(field.type, item, path);
  }
  return map;
}

function readValue(type: string, value: unknown, path: string): unknown {
  switch (type) {
    case "string":
      return readText(value, path);
    case "bytes":
      return readBytes(value, path);
    case "bool":
      if (typeof value === "boolean") return value;
      throw unfit(path, "true or false", value);
    case "double":
      return readDouble(value, path);
    case "uint32":
      return readWhole(value, 0xffff_ffff, path);
    case "uint64":
      return readWhole(value, Number.MAX_SAFE_INTEGER, path);
    default:
      return valuesOf(type) === undefined
        ? fromJson(type, value, path)
        : readEnum(type, value, path);
  }
}

function readText(value: unknown, path: string): string {
  if (typeof value !== "string") throw unfit(path, "a text", value);
  if (/\p{Cs}/u.test(value)) throw unfit(path, "a text of whole characters", value);
  return value;
}

/** Base64 of either alphabet, with or without padding. */
function readBytes(value: unknown, path: string): Uint8Array {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) {
    throw unfit(path, "base64", value);
  }
  try {
    const binary = atob(value.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    throw unfit(path, "base64", value);
  }
}

function readDouble(value: unknown, path: string): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  if (typeof value === "string" && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value))
    return Number(value);
  throw unfit(path, "a number", value);
}

/** A whole number, as a number or as decimal text. */
function readWhole(value: unknown, max: number, path: string): number {
  const isDecimal = typeof value === "string" && /^\d{1,16}$/.test(value);
  const number = isDecimal ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= max) {
    return number;
  }
  throw unfit(path, `a whole number from 0 to ${max}`, value);
}

/** A value by its name, or by its number. */
function readEnum(type: string, value: unknown, path: string): number {
  const values = Object.entries(valuesOf(type) ?? {});
  const found = values.find(([name, number]) => value === name || value === number);
  if (found === undefined)
    throw unfit(path, `one of ${values.map(([name]) => name).join(", ")}`, value);
  return found[1];
}

function asObject(value: unknown, path: string): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unfit(path, "an object", value);
  }
  return value;
}

function checkSize(size: number, path: string): void {
  if (size <= MAX_JSON_ITEMS) return;
  const text = `the field ${path} has ${size} entries; at most ${MAX_JSON_ITEMS} are allowed`;
  throw new PeykError("invalid_argument", text, { field: path, limit: MAX_JSON_ITEMS });
}

function unknownField(type: string, name: string, path: string): PeykError {
  const where = path === "" ? `the ${type}` : `the ${type} at ${path}`;
  return invalid(`${where} has no field ${quoteInput(name)}`, path);
}

function unfit(path: string, wanted: string, value: unknown): PeykError {
  const given = typeof value === "string" ? quoteInput(value) : describe(value);
  const where = path === "" ? "the frame" : `the field ${path}`;
  return invalid(`${where} is ${given}; ${wanted} is needed`, path);
}

function invalid(detail: string, path: string): PeykError {
  return new PeykError("invalid_argument", detail, { field: path === "" ? undefined : path });
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : JSON.stringify(value);
}
