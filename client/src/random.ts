/** Randomness as the SDK sees it. Injected, so that a seed replays a whole run. */
export interface Random {
  /** `count` bytes that nobody can guess. */
  bytes(count: number): Uint8Array;
  /** At least 0, below 1. */
  fraction(): number;
}

/** That of this runtime. */
export const systemRandom: Random = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  fraction: () => Math.random(),
};
