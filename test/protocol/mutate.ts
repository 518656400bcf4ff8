/** Random numbers that a seed replays (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to `below - 1`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

type Mutation = (bytes: number[], dice: Dice, seeds: readonly Uint8Array[]) => void;

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
  (bytes, dice) => bytes.splice(dice.below(bytes.length + 1)),
  (bytes, dice) => {
    const at = dice.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
  },
  (bytes, dice) => {
    bytes[dice.below(bytes.length)] = dice.below(256);
  },
  (bytes, dice) => bytes.splice(dice.below(bytes.length), dice.below(3), ...dice.pick(NASTY)),
  (bytes, dice) => bytes.splice(dice.below(bytes.length), 1 + dice.below(8)),
  (bytes, dice) => {
    const [at, size] = [dice.below(bytes.length), dice.below(40)];
    const part = bytes.slice(at, at + size);
    for (let count = 1 + dice.below(30); count > 0; count -= 1) bytes.splice(at, 0, ...part);
  },
  (bytes, dice, seeds) => {
    const other = Array.from(dice.pick(seeds));
    const from = dice.below(other.length);
    bytes.splice(dice.below(bytes.length), dice.below(20), ...other.slice(from, from + 60));
  },
  // A length lies: the byte behind a length-delimited tag grows or shrinks.
  (bytes, dice) => {
    const start = dice.below(bytes.length);
    const tag = bytes.findIndex((byte, at) => at >= start && (byte & 7) === 2);
    if (tag >= 0) bytes[tag + 1] = Math.max(0, (bytes[tag + 1] ?? 0) + dice.below(9) - 4) & 0xff;
  },
];

/** One of the seeds, changed in one to four places; at most 4 KiB. */
export function mutate(seeds: readonly Uint8Array[], dice: Dice): Uint8Array {
  const bytes = Array.from(dice.pick(seeds));
  for (let count = 1 + dice.below(4); count > 0 && bytes.length > 0; count -= 1) {
    dice.pick(MUTATIONS)(bytes, dice, seeds);
  }
  return Uint8Array.from(bytes.slice(0, 4096));
}
