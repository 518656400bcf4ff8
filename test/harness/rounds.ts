import { seedFromEnv, SeededRandom } from "./seeded-random.js";

/** Progress is written at most so often, in milliseconds. */
const PROGRESS_MS = 5_000;

export interface RoundsOptions {
  readonly share?: number;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Whether this is a long form, asked for by `prove`. */
export const isProof = process.env["PEYK_ROUNDS"] !== undefined;

/** How long a test may take: as a proof as long as it takes, else as long as any test. */
export const LONG: { readonly timeout?: number } = isProof ? { timeout: 86_400_000 } : {};

/**
 * How much a proof tries: few rounds in every check, as many as are asked for by
 * `npm run prove -- <name> --rounds N --seed S`, which also wants to see progress.
 */
export class Rounds {
  readonly count: number;
  /** Of the run; round n draws from `seedOf(n)`. */
  readonly seed: bigint;
  /** Asked for by `prove`: a goal in figures may be asserted, on a machine that does nothing else. */
  readonly isProof: boolean;
  readonly #what: string;
  readonly #startedAtMs = performance.now();
  #wroteAtMs = this.#startedAtMs;
  #done = 0;

  /**
   * @param inCheck - The number of rounds of the short form.
   * @param share - What part of the rounds that are asked for is this test's, where a file has several.
   */
  constructor(
    inCheck: number,
    what = "rounds",
    { share = 1, environment = process.env }: RoundsOptions = {},
  ) {
    const asked = environment["PEYK_ROUNDS"];
    this.isProof = asked !== undefined;
    this.count = asked === undefined ? inCheck : Math.max(1, Math.round(Number(asked) * share));
    this.seed = seedFromEnv(environment);
    this.#what = what;
  }

  get done(): number {
    return this.#done;
  }

  /** `--seed seedOf(n) --rounds 1` replays round n, where it is the first of its run. */
  seedOf(round: number): bigint {
    return BigInt.asUintN(64, this.seed + BigInt(round));
  }

  randomOf(round: number): SeededRandom {
    return new SeededRandom(this.seedOf(round));
  }

  /** So many more rounds are done. */
  add(count = 1): void {
    this.#done += count;
    const nowMs = performance.now();
    if (!this.isProof || (this.#done < this.count && nowMs - this.#wroteAtMs < PROGRESS_MS)) return;
    this.#wroteAtMs = nowMs;
    const seconds = Math.round((nowMs - this.#startedAtMs) / 1000);
    process.stderr.write(`${this.#done} of ${this.count} ${this.#what}, ${seconds} s\n`);
  }

  /** How many rounds a second there were, so far. */
  get perSecond(): number {
    return (this.#done * 1000) / (performance.now() - this.#startedAtMs);
  }

  /** What was measured, for whoever reads a proof. */
  note(text: string): void {
    if (this.isProof) process.stderr.write(`${this.#what}: ${text}\n`);
  }

  /** Runs `work` for every round, one after the other; a failure names the seed that replays it. */
  async each(work: (random: SeededRandom, round: number) => Promise<void>): Promise<void> {
    for (let round = 0; round < this.count; round += 1) {
      try {
        await work(this.randomOf(round), round);
      } catch (error) {
        throw new Error(`PEYK_TEST_SEED=${this.seedOf(round)}: ${String(error)}`, { cause: error });
      }
      this.add();
    }
  }
}
