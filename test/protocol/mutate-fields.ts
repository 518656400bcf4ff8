import type { SeededRandom } from "../harness/seeded-random.js";
import { HOSTILE_TEXTS } from "./hostile-texts.js";

/** A field of a protobuf message: what it holds depends on the wire type. */
interface Field {
  number: number;
  value: Value;
}

type Value =
  | { readonly kind: "number"; readonly value: bigint }
  /** 4 or 8 bytes as they are. */
  | { readonly kind: "fixed"; readonly bytes: Uint8Array }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "message"; readonly fields: Field[] };

/** Where numbers change their meaning: signs, sizes of integers, limits of the protocol and one beyond. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  9n,
  10n,
  100n,
  127n,
  128n,
  250n,
  251n,
  999n,
  1_000n,
  1_001n,
  10_000n,
  10_001n,
  65_536n,
  600_001n,
  86_400_001n,
  2_592_000_001n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const MOST_BYTES = 64 * 1024;

type Change = (fields: Field[], random: SeededRandom) => void;

/** Changes of a message that leave it readable: what they break is the meaning. */
const CHANGES: readonly Change[] = [
  (fields, random) => fields.splice(random.int(fields.length), 1),
  (fields, random) => {
    const field = random.pick(fields);
    fields.splice(random.int(fields.length + 1), 0, field);
  },
  (fields, random) => {
    const field = random.pick(fields);
    const count = random.pick([2, 20, 65, 101, 1_001]);
    fields.splice(random.int(fields.length + 1), 0, ...Array<Field>(count).fill(field));
  },
  (fields, random) => fields.reverse() && fields.push(...fields.splice(0, random.int(3))),
  (fields, random) => replace(fields, random, (field) => ({ ...field, number: anyField(random) })),
  (fields, random) => replace(fields, random, (field) => ({ ...field, value: anyValue(random) })),
  (fields, random) => replace(fields, random, (field) => alike(field, random)),
  (fields, random) => replace(fields, random, (field) => alike(field, random)),
  (fields, random) => replace(fields, random, (field) => alike(field, random)),
  (fields, random) => fields.push({ number: anyField(random), value: anyValue(random) }),
  // A message within itself.
  (fields, random) => {
    const value: Value = { kind: "message", fields: [...fields] };
    replace(fields, random, (field) => ({ ...field, value }));
  },
];

/** A protobuf message changed in one to three places anywhere inside; its lengths are right again. At most 64 KiB. */
export function mutateFields(message: Uint8Array, random: SeededRandom): Uint8Array {
  const root = readMessage(message, 0) ?? [];
  for (let count = 1 + random.int(3); count > 0; count -= 1) {
    const fields = anyMessage(root, random);
    if (fields.length > 0) random.pick(CHANGES)(fields, random);
  }
  return Uint8Array.from(writeMessage(root)).subarray(0, MOST_BYTES);
}

/** The message or one of those inside it. */
function anyMessage(fields: Field[], random: SeededRandom): Field[] {
  const inner = fields.flatMap(({ value }) => (value.kind === "message" ? [value.fields] : []));
  if (inner.length === 0 || random.chance(0.2)) return fields;
  return anyMessage(random.pick(inner), random);
}

function replace(fields: Field[], random: SeededRandom, change: (field: Field) => Field): void {
  const at = random.int(fields.length);
  const field = fields[at];
  if (field) fields[at] = change(field);
}

/** The same field with another value of its kind. */
function alike(field: Field, random: SeededRandom): Field {
  const { value } = field;
  switch (value.kind) {
    case "number":
      return { ...field, value: { kind: "number", value: random.pick(EDGES) } };
    case "fixed":
      return { ...field, value: { kind: "fixed", bytes: anyBytes(value.bytes.length, random) } };
    default:
      return { ...field, value: { kind: "bytes", bytes: anyContent(random) } };
  }
}

const anyField = (random: SeededRandom): number =>
  random.pick([
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    15,
    16,
    20,
    30,
    40,
    127,
    1_000,
    2 ** 29 - 1,
  ]);

function anyValue(random: SeededRandom): Value {
  switch (random.int(4)) {
    case 0:
      return { kind: "number", value: random.pick(EDGES) };
    case 1:
      return { kind: "fixed", bytes: anyBytes(random.pick([4, 8]), random) };
    case 2:
      return { kind: "message", fields: [{ number: 1, value: { kind: "number", value: 1n } }] };
    default:
      return { kind: "bytes", bytes: anyContent(random) };
  }
}

/** A text that means something else somewhere, no text at all, or a lot. */
function anyContent(random: SeededRandom): Uint8Array {
  switch (random.int(6)) {
    case 0:
      return Uint8Array.from(random.pick([[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xff], [0xf8, 0x88]]));
    case 1:
      return anyBytes(random.pick([1, 3, 15, 16, 17, 200]), random);
    case 2:
      return new Uint8Array(random.pick([1_024, 1_025, 4_097, 20_000]));
    default:
      return Buffer.from(random.pick(HOSTILE_TEXTS));
  }
}

/** All zeros, all ones (a NaN, as a double), or anything. */
function anyBytes(count: number, random: SeededRandom): Uint8Array {
  if (random.chance(0.5)) return new Uint8Array(count).fill(random.pick([0x00, 0x7f, 0xff]));
  return random.bytes(count);
}

// ---- Wire format -----------------------------------------------------------------------------------------------------

/** `undefined` if the bytes are no message; texts that happen to look like one are taken for one. */
function readMessage(bytes: Uint8Array, depth: number): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = readNumber(bytes, at);
    if (!tag || tag.value >> 3n === 0n || tag.value > 0xffff_ffffn) return undefined;
    const read = readValue(bytes, tag.end, Number(tag.value & 7n), depth);
    if (!read) return undefined;
    fields.push({ number: Number(tag.value >> 3n), value: read.value });
    at = read.end;
  }
  return fields.length > 0 ? fields : undefined;
}

function readValue(
  bytes: Uint8Array,
  at: number,
  wireType: number,
  depth: number,
): { readonly value: Value; readonly end: number } | undefined {
  if (wireType === 1 || wireType === 5) {
    const end = at + (wireType === 1 ? 8 : 4);
    const part = bytes.subarray(at, end);
    return end > bytes.length ? undefined : { value: { kind: "fixed", bytes: part }, end };
  }
  const number = readNumber(bytes, at);
  if (!number || (wireType !== 0 && wireType !== 2)) return undefined;
  if (wireType === 0) return { value: { kind: "number", value: number.value }, end: number.end };
  const end = number.end + Number(number.value);
  if (end > bytes.length) return undefined;
  const part = bytes.subarray(number.end, end);
  const fields = depth < 8 ? readMessage(part, depth + 1) : undefined;
  return { value: fields ? { kind: "message", fields } : { kind: "bytes", bytes: part }, end };
}

function readNumber(
  bytes: Uint8Array,
  start: number,
): { readonly value: bigint; readonly end: number } | undefined {
  let value = 0n;
  for (let at = start; at < bytes.length && at < start + 10; at += 1) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}

function writeMessage(fields: readonly Field[]): number[] {
  const bytes: number[] = [];
  for (const { number, value } of fields) {
    if (bytes.length > MOST_BYTES) break;
    const tag = BigInt(number) << 3n;
    if (value.kind === "number") append(bytes, writeNumber(tag), writeNumber(value.value));
    else if (value.kind === "fixed") {
      append(bytes, writeNumber(tag | (value.bytes.length === 8 ? 1n : 5n)), value.bytes);
    } else {
      const inside = value.kind === "bytes" ? value.bytes : writeMessage(value.fields);
      append(bytes, writeNumber(tag | 2n), writeNumber(BigInt(inside.length)), inside);
    }
  }
  return bytes;
}

function append(bytes: number[], ...parts: readonly ArrayLike<number>[]): void {
  for (const part of parts) for (let at = 0; at < part.length; at += 1) bytes.push(part[at] ?? 0);
}

function writeNumber(value: bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return [...bytes, Number(left)];
}
