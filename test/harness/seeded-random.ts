import type { Random } from "../../src/runtime/random.js";

/**
 * The same numbers for the same seed, on every machine: sfc32 ("small fast counting", Chris Doty-Humphrey, PractRand
 * 0.94, `sfc.h`), its state mixed by 12 rounds after seeding.
 */
export class SeededRandom implements Random {
  readonly seed: bigint;
  #a = 0; // mixed in slowest, so that it takes no seed
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed - A whole number, taken modulo 2^64. */
  constructor(seed: number | bigint) {
    this.seed = BigInt.asUintN(64, BigInt(seed));
    this.#b = Number(this.seed & 0xffff_ffffn) | 0;
    this.#c = Number(this.seed >> 32n) | 0;
    for (let round = 0; round < 12; round += 1) this.uint32();
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  fraction(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.uint32() & 0xff);
  }

  /** A whole number, at least 0 and below `limit`. */
  int(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** One of `items`, which must not be empty. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError("there is nothing to pick from");
    return items[this.int(items.length)] as Item;
  }

  /** True with this probability, from 0 (never) to 1 (always). */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A generator of its own, so that what one part of a test draws does not shift the numbers of another. */
  fork(): SeededRandom {
    return new SeededRandom((BigInt(this.uint32()) << 32n) | BigInt(this.uint32()));
  }
}

/**
 * The seed of this run: from the environment variable PEYK_TEST_SEED, decimal or 0x..., or else a new one. It is
 * printed, so that a failing run can be replayed.
 */
export function seedFromEnv(environment: NodeJS.ProcessEnv = process.env): bigint {
  const given = environment["PEYK_TEST_SEED"];
  const seed = given === undefined ? newSeed() : BigInt.asUintN(64, BigInt(given));
  process.stderr.write(`PEYK_TEST_SEED=${seed}\n`);
  return seed;
}

function newSeed(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}
