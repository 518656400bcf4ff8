// @ts-check
import protobuf from "protobufjs";

/**
 * What must never change about one message or enum: each number with what it stands for.
 * @typedef {Record<string, string>} Numbers
 */

/**
 * Every message and enum of some .proto files by full name: number -> "label type name". Reserved numbers are
 * "reserved": they were used once.
 * @param {readonly string[]} texts
 * @returns {Record<string, Numbers>}
 */
export function protoFields(texts) {
  const root = new protobuf.Root();
  for (const text of texts) protobuf.parse(text, root, { keepCase: true });
  /** @type {Record<string, Numbers>} */
  const found = {};
  collect(root, found);
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * One sentence for each number that is gone or stands for something else than when it was frozen. New numbers are fine.
 * A field may go when its number is reserved.
 * @param {Record<string, Numbers>} frozen
 * @param {Record<string, Numbers>} current
 * @returns {string[]}
 */
export function findBreaks(frozen, current) {
  return Object.entries(frozen).flatMap(([type, numbers]) => {
    const now = current[type];
    if (now === undefined) return [`${type} was removed`];
    return Object.entries(numbers).flatMap(([number, was]) => {
      const is = now[number];
      if (is === was || is === "reserved") return [];
      if (is === undefined) return [`${type} ${number} (${was}) was removed and is not reserved`];
      return [`${type} ${number} was "${was}" and is "${is}"`];
    });
  });
}

/**
 * @param {protobuf.NamespaceBase} namespace
 * @param {Record<string, Numbers>} found
 */
function collect(namespace, found) {
  for (const each of namespace.nestedArray) {
    const name = each.fullName.slice(1);
    if (each instanceof protobuf.Type) found[name] = { ...reserved(each), ...fields(each) };
    if (each instanceof protobuf.Enum) found[name] = { ...reserved(each), ...values(each) };
    if (each instanceof protobuf.Namespace) collect(each, found);
  }
}

/**
 * @param {protobuf.Type} type
 * @returns {Numbers}
 */
function fields(type) {
  return Object.fromEntries(
    type.fieldsArray.map((field) => [field.id, `${label(field)}${typeName(field)} ${field.name}`]),
  );
}

/** @param {protobuf.Field} field */
function label(field) {
  if (field.repeated) return "repeated ";
  if (field.options?.["proto3_optional"]) return "optional ";
  return field.partOf ? `oneof ${field.partOf.name} ` : "";
}

/** @param {protobuf.Field} field */
function typeName(field) {
  return field instanceof protobuf.MapField ? `map<${field.keyType}, ${field.type}>` : field.type;
}

/**
 * @param {protobuf.Enum} type
 * @returns {Numbers}
 */
function values(type) {
  return Object.fromEntries(Object.entries(type.values).map(([name, number]) => [number, name]));
}

/**
 * At most 1000 numbers of a range: "100 to max" reserves half a billion.
 * @param {protobuf.Type | protobuf.Enum} type
 * @returns {Numbers}
 */
function reserved(type) {
  const ranges = (type.reserved ?? []).filter((range) => typeof range !== "string");
  return Object.fromEntries(
    ranges.flatMap(([first = 0, last = 0]) =>
      Array.from({ length: Math.min(last - first + 1, 1000) }, (_, index) => [
        first + index,
        "reserved",
      ]),
    ),
  );
}
