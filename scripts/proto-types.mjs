// @ts-check
// The types of generated codecs, and the tables for protobuf's JSON mapping.
import protobuf from "protobufjs";

const NUMBERS = new Set([
  ...["double", "float", "int32", "uint32", "sint32", "fixed32", "sfixed32"],
  ...["int64", "uint64", "sint64", "fixed64", "sfixed64"],
]);

const HEAD = `import type { Reader, Writer } from "protobufjs";

/**
 * What a codec of pbjs looks like. \`decode\` wants a NumberReader (a plain Reader gives Longs for 64-bit fields) and
 * throws whatever protobufjs throws. Absent fields of what it gives come from the prototype: never spread one.
 */
export interface Codec<Input, Output> {
  encode(message: Input, writer?: Writer): Writer;
  decode(reader: Pick<Reader, "buf" | "pos" | "len">, length?: number): Output;
}
`;

/**
 * For each message \`IName\`, what can be encoded, \`Name\`, what was decoded, and its codec; for each enum its values.
 * @param {protobuf.NamespaceBase} namespace
 * @param {readonly string[]} without
 */
export function describeTypes(namespace, without) {
  const scope = namespace.fullName.slice(1);
  const [first = "", ...rest] = scope.split(".");
  const types = namespace.nestedArray.filter((each) => !without.includes(each.name));
  const values = types.flatMap((each) => {
    if (each instanceof protobuf.Enum) return [describeEnum(each)];
    const { name } = each;
    return [`  readonly ${name}: Codec<${scope}.I${name}, ${scope}.${name}>;`];
  });
  const messages = types.filter((each) => each instanceof protobuf.Type).map(describeMessage);
  return [
    HEAD,
    `export const ${first}: ${rest.map((name) => `{ readonly ${name}: `).join("")}{`,
    ...values,
    `}${" }".repeat(rest.length)} = $made;\n`,
    `export namespace ${scope} {\n${messages.join("\n\n")}\n}\n`,
  ].join("\n");
}

/**
 * "type", "type[]" or "{type}" for each field by its JSON name, and the values of enums.
 * @param {protobuf.NamespaceBase} namespace
 */
export function jsonTables(namespace) {
  /** @type {Record<string, Record<string, string>>} */
  const fields = {};
  /** @type {Record<string, Record<string, number>>} */
  const enums = {};
  for (const each of namespace.nestedArray) {
    if (each instanceof protobuf.Enum) enums[each.name] = each.values;
    if (!(each instanceof protobuf.Type)) continue;
    fields[each.name] = Object.fromEntries(
      each.fieldsArray.map((field) => [field.name, jsonType(field)]),
    );
  }
  return (
    `/** The type of each field: a scalar, a message or an enum; "[]" a list, "{}" a map from strings. */\n` +
    `export const JSON_FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = ` +
    `${JSON.stringify(fields, null, 1)};\n\n` +
    `export const JSON_ENUMS: Readonly<Record<string, Readonly<Record<string, number>>>> = ` +
    `${JSON.stringify(enums, null, 1)};\n`
  );
}

/** @param {protobuf.Enum} type */
function describeEnum(type) {
  const values = Object.entries(type.values).map(([name, number]) => `readonly ${name}: ${number}`);
  return `  readonly ${type.name}: { ${values.join("; ")} };`;
}

/** @param {protobuf.Type} type */
function describeMessage(type) {
  const oneofs = type.oneofsArray.filter((oneof) => !oneof.isProto3Optional);
  const kinds = oneofs.map((oneof) => {
    const members = oneof.oneof.map((member) => `"${member}"`).join(" | ");
    return `  /** Which of them is set. */\n  readonly ${oneof.name}: ${members} | undefined;`;
  });
  const { name, fieldsArray } = type;
  if (type.nestedArray.length > 0) throw new Error(`${type.fullName} has nested types`);
  return [
    `export interface I${name} {`,
    ...fieldsArray.map((field) => `  readonly ${field.name}?: ${typeOf(field, "I")} | undefined;`),
    `}\n${comment(type.comment)}export interface ${name} {`,
    ...kinds,
    ...fieldsArray.map(
      (field) =>
        comment(field.comment) +
        `  readonly ${field.name}: ${typeOf(field, "")}${isOptional(field) ? " | undefined" : ""};`,
    ),
    "}",
  ].join("\n");
}

/**
 * @param {protobuf.Field} field
 * @param {"I" | ""} prefix of the names of messages
 */
function typeOf(field, prefix) {
  const item = itemType(field, prefix);
  if (field instanceof protobuf.MapField) return `{ readonly [key: string]: ${item} }`;
  return field.repeated ? `readonly ${item}[]` : item;
}

/**
 * @param {protobuf.Field} field
 * @param {"I" | ""} prefix
 */
function itemType(field, prefix) {
  if (NUMBERS.has(field.type)) return "number";
  if (field.type === "bool") return "boolean";
  if (field.type === "bytes") return "Uint8Array";
  if (field.type === "string") return "string";
  return field.resolve().resolvedType instanceof protobuf.Enum ? "number" : prefix + field.type;
}

/** Whether an absent field is undefined rather than zero or empty. @param {protobuf.Field} field */
function isOptional(field) {
  if (field.repeated || field instanceof protobuf.MapField) return false;
  return field.partOf !== null || field.resolve().resolvedType instanceof protobuf.Type;
}

/** @param {protobuf.Field} field */
function jsonType(field) {
  if (field instanceof protobuf.MapField) return `{${field.type}}`;
  return field.repeated ? `${field.type}[]` : field.type;
}

/** @param {string | null | undefined} text */
function comment(text) {
  return text ? `/** ${text.split("\n").join("\n * ")} */\n` : "";
}
