import { fieldsOf, valuesOf } from "./json-schema.js";

/** Turns a decoded message into what JSON.stringify takes, after protobuf's JSON mapping; absent fields are left out. */
export function toJson(type: string, message: object): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const { name, type: itemType, shape } of fieldsOf(type)?.values() ?? []) {
    if (!Object.hasOwn(message, name)) continue;
    const value = (message as Record<string, unknown>)[name];
    if (shape === "one") json[name] = writeValue(itemType, value);
    else if (shape === "list") writeList(json, name, itemType, value as readonly unknown[]);
    else writeMap(json, name, itemType, value as Readonly<Record<string, unknown>>);
  }
  return json;
}

function writeList(
  json: Record<string, unknown>,
  name: string,
  type: string,
  items: readonly unknown[],
): void {
  if (items.length > 0) json[name] = items.map((item) => writeValue(type, item));
}

function writeMap(
  json: Record<string, unknown>,
  name: string,
  type: string,
  entries: Readonly<Record<string, unknown>>,
): void {
  const names = Object.keys(entries);
  if (names.length === 0) return;
  const map = Object.create(null) as Record<string, unknown>;
  for (const each of names) map[each] = writeValue(type, entries[each]);
  json[name] = map;
}

function writeValue(type: string, value: unknown): unknown {
  switch (type) {
    case "bytes":
      return toBase64(value as Uint8Array);
    case "uint64":
      return String(value);
    case "double":
      return Number.isFinite(value) ? value : String(value);
    case "string":
    case "bool":
    case "uint32":
      return value;
    default: {
      const values = valuesOf(type);
      return values === undefined ? toJson(type, value as object) : nameOf(values, value as number);
    }
  }
}

/** The name of an enum's value; the number of one that this version does not know. */
function nameOf(values: Readonly<Record<string, number>>, value: number): string | number {
  return Object.keys(values).find((name) => values[name] === value) ?? value;
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  // fromCharCode takes its characters as arguments, of which there is a largest number.
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary);
}
