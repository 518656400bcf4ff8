import type { SeededRandom } from "../harness/seeded-random.js";
import { HOSTILE_TEXTS } from "./hostile-texts.js";

/** Values as they stand in a text, JSON or nearly. */
const VALUES: readonly string[] = [
  "null",
  "true",
  "0",
  "-1",
  "-0",
  "1.5",
  "1e400",
  "9007199254740993",
  "18446744073709551616",
  '"NaN"',
  '"-Infinity"',
  '"18446744073709551616"',
  "{}",
  "[]",
  '{"__proto__": {"polluted": true}}',
  '{"constructor": {"prototype": {"polluted": true}}}',
  '"===="',
  '"\\ud800"',
  '"\\u0000"',
  "[".repeat(40),
  `${"[".repeat(31)}${"]".repeat(31)}`,
  `${'{"a":'.repeat(40)}1${"}".repeat(40)}`,
  `[${"1,".repeat(10_001)}1]`,
  "NaN",
  "undefined",
  "'x'",
  "/* */ 1",
];

/** What a repetition adds, at most. */
const MOST_CHARS = 64 * 1024;

/** A place in a JSON value: an object or list, and the name in it. */
interface Place {
  readonly owner: Record<string, unknown>;
  readonly name: string;
}

/** Stands for a text that is put in unquoted at the end. */
const MARK = "\ue000mutated\ue000";

/** A JSON text changed in one to three places anywhere inside. */
export function mutateJson(text: string, random: SeededRandom): string {
  const root = { root: JSON.parse(text) as unknown };
  const raw: string[] = [];
  for (let count = 1 + random.int(3); count > 0; count -= 1) change(root, raw, random);
  let changed = JSON.stringify(root.root) ?? "";
  for (const part of raw) changed = changed.replace(JSON.stringify(MARK), () => part);
  if (random.chance(0.1)) changed = changed.slice(0, random.int(changed.length + 1));
  if (random.chance(0.1)) changed = insertAt(changed, random.int(changed.length + 1), random);
  return changed;
}

function change(root: Record<string, unknown>, raw: string[], random: SeededRandom): void {
  const { owner, name } = random.pick(placesIn(root, "root", []));
  switch (random.int(6)) {
    case 0:
      owner[name] = MARK;
      raw.push(random.pick(VALUES));
      return;
    case 1:
      owner[name] = random.pick(HOSTILE_TEXTS);
      return;
    case 2:
      if (name !== "root") delete owner[name];
      return;
    case 3: {
      const value = owner[name];
      if (name !== "root") delete owner[name];
      Object.defineProperty(owner, random.pick(HOSTILE_TEXTS), { value, ...OWN });
      return;
    }
    case 4:
      owner[name] = repeated(owner[name], random.pick([1, 2, 101, 1_001]));
      return;
    default:
      owner[name] = { [name]: owner[name] };
  }
}

/** A list of the same value; of a large one, few. */
function repeated(value: unknown, count: number): unknown[] {
  const size = JSON.stringify(value)?.length ?? 1;
  return Array<unknown>(Math.min(count, 1 + Math.floor(MOST_CHARS / size))).fill(value);
}

/** An own property, even where the name is `__proto__`. */
const OWN = { enumerable: true, configurable: true, writable: true } as const;

function placesIn(owner: Record<string, unknown>, name: string, found: Place[]): Place[] {
  found.push({ owner, name });
  const value = owner[name];
  if (typeof value !== "object" || value === null) return found;
  const inner = value as Record<string, unknown>;
  for (const each of Object.keys(inner).slice(0, 50)) placesIn(inner, each, found);
  return found;
}

function insertAt(text: string, at: number, random: SeededRandom): string {
  const part = random.pick(['"', "{", "}", "[", "]", ",", ":", "\\", "\0", "1", "\u2028", "//"]);
  return text.slice(0, at) + part + text.slice(at);
}
