import { randomFillSync } from "node:crypto";

/** Randomness as broker and engines see it. Injected, so that a seed can replay a whole run. */
export interface Random {
  /** `count` bytes that nobody can guess. */
  bytes(count: number): Uint8Array;
  /** At least 0, below 1. */
  fraction(): number;
}

export const systemRandom: Random = {
  bytes: (count) => randomFillSync(new Uint8Array(count)),
  fraction: () => Math.random(),
};
