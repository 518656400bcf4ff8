import type { Clock } from "../runtime/clock.js";

/**
 * The memory that all consumers together may take with what they hold. Each may hold as much as nobody holds yet: one
 * alone gets half of it, two a third each, and whoever comes next still finds a share. These are dynamic thresholds with a
 * factor of 1 (Choudhury and Hahne, "Dynamic queue length thresholds in a shared memory ATM switch", INFOCOM 1996).
 */
export class HeldBytes {
  readonly #limit: number;
  readonly #clock: Pick<Clock, "defer">;
  readonly #wakers = new Set<() => void>();
  /** While no more than this is held, the share is no consumer's limit. */
  readonly #ampleBelow: number;
  #total = 0;
  #isWaking = false;

  /** @param limits - Of all consumers together, and the highest credit of one, in bytes. */
  constructor(
    { all, one }: { readonly all: number; readonly one: number },
    clock: Pick<Clock, "defer">,
  ) {
    this.#limit = all;
    this.#ampleBelow = all - one;
    this.#clock = clock;
  }

  get total(): number {
    return this.#total;
  }

  /** How much more a consumer may take that holds `bytes`: afterwards it holds no more than nobody does. */
  freeFor(bytes: number): number {
    return Math.floor((this.#limit - this.#total - bytes) / 2);
  }

  add(bytes: number): void {
    this.#total += bytes;
  }

  remove(bytes: number): void {
    const wasScarce = this.#total > this.#ampleBelow;
    this.#total -= bytes;
    if (!wasScarce || this.#isWaking) return;
    this.#isWaking = true;
    this.#clock.defer(() => {
      this.#isWaking = false;
      for (const wake of this.#wakers) wake();
    });
  }

  /** Calls `wake` whenever a larger share may be there than before, if it was scarce. */
  join(wake: () => void): void {
    this.#wakers.add(wake);
  }

  leave(wake: () => void): void {
    this.#wakers.delete(wake);
  }
}
