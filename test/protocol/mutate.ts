import type { SeededRandom } from "../harness/seeded-random.js";

type Mutation = (bytes: number[], random: SeededRandom, seeds: readonly Uint8Array[]) => void;

/** What breaks readers: numbers at their edges, groups, field 0, wire types that do not exist, ends of texts. */
const NASTY = [
  [0x00],
  [0x80],
  [0x7f],
  [0xff],
  [0x0b],
  [0x0c],
  [0x0e],
  [0x7a],
  [0x0a],
  [0xc0, 0xaf],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xfa, 0x00, 0x00],
  [0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  [0xed, 0xa0, 0x80],
];

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => bytes.splice(random.int(bytes.length + 1)),
  (bytes, random) => {
    const at = random.int(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
  },
  (bytes, random) => {
    bytes[random.int(bytes.length)] = random.int(256);
  },
  (bytes, random) => bytes.splice(random.int(bytes.length), random.int(3), ...random.pick(NASTY)),
  (bytes, random) => bytes.splice(random.int(bytes.length), 1 + random.int(8)),
  (bytes, random) => {
    const [at, size] = [random.int(bytes.length), random.int(40)];
    const part = bytes.slice(at, at + size);
    for (let count = 1 + random.int(30); count > 0; count -= 1) bytes.splice(at, 0, ...part);
  },
  (bytes, random, seeds) => {
    const other = Array.from(random.pick(seeds));
    const from = random.int(other.length);
    bytes.splice(random.int(bytes.length), random.int(20), ...other.slice(from, from + 60));
  },
  // A length lies: the byte behind a length-delimited tag grows or shrinks.
  (bytes, random) => {
    const start = random.int(bytes.length);
    const tag = bytes.findIndex((byte, at) => at >= start && (byte & 7) === 2);
    if (tag >= 0) bytes[tag + 1] = Math.max(0, (bytes[tag + 1] ?? 0) + random.int(9) - 4) & 0xff;
  },
];

/** One of the seeds, changed in one to four places, whatever its bytes mean; at most 4 KiB. */
export function mutate(seeds: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const bytes = Array.from(random.pick(seeds));
  for (let count = 1 + random.int(4); count > 0 && bytes.length > 0; count -= 1) {
    random.pick(MUTATIONS)(bytes, random, seeds);
  }
  return Uint8Array.from(bytes.slice(0, 4096));
}
