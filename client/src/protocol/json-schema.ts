import { JSON_ENUMS, JSON_FIELDS } from "./generated/packets.js";

/** One field of a message as the JSON mapping sees it. */
export interface JsonField {
  /** Its JSON name, which is also its name in decoded objects. */
  readonly name: string;
  /** A scalar type, or the name of a message or enum; of the items, if it is a list or map. */
  readonly type: string;
  readonly shape: "one" | "list" | "map";
}

const fields = new Map<string, ReadonlyMap<string, JsonField>>();
for (const [message, types] of Object.entries(JSON_FIELDS)) {
  const byName = new Map<string, JsonField>();
  for (const [name, type] of Object.entries(types)) byName.set(name, describe(name, type));
  fields.set(message, byName);
}

/** Fields of a message by their JSON names, in the order of the proto; undefined for what is no message. */
export function fieldsOf(type: string): ReadonlyMap<string, JsonField> | undefined {
  return fields.get(type);
}

/** Names and numbers of an enum; undefined for what is no enum. */
export function valuesOf(type: string): Readonly<Record<string, number>> | undefined {
  return Object.hasOwn(JSON_ENUMS, type) ? JSON_ENUMS[type] : undefined;
}

/** "first_sequence" -> "firstSequence": parsers accept the names of the proto too. */
export function jsonName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function describe(name: string, type: string): JsonField {
  if (type.endsWith("[]")) return { name, type: type.slice(0, -2), shape: "list" };
  if (type.startsWith("{")) return { name, type: type.slice(1, -1), shape: "map" };
  return { name, type, shape: "one" };
}
