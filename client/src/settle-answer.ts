import type { PeykError, SettledRange } from "./protocol/index.js";
import type { Waiter } from "./settler.js";

const ignore = (): void => {};

/** What a call such as `delivery.nack()` resolves with. Not awaiting it is safe: the lease_lost event tells the same. */
export class SettleAnswer implements Waiter {
  readonly promise: Promise<void>;
  readonly #onSettled: ((range: SettledRange) => void) | undefined;
  #resolve!: () => void;
  #reject!: (error: PeykError) => void;

  constructor(onSettled?: (range: SettledRange) => void) {
    this.#onSettled = onSettled;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  settled(range: SettledRange): void {
    this.#onSettled?.(range);
    this.#resolve();
  }

  failed(error: PeykError): void {
    this.promise.catch(ignore);
    this.#reject(error);
  }
}
