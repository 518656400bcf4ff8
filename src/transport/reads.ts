import { PeykError } from "@peyk/client/protocol";
import type { Clock } from "../runtime/clock.js";

/** Whom answers go to. */
export interface Reader {
  readonly isOpen: boolean;
  /** Its socket takes nothing more for now. */
  readonly isBehind: boolean;
}

/**
 * Requests of one connection whose answers may be large: lists and peeks. One at a time, each but the first in a turn of
 * its own, and none while the socket is behind: so neither memory nor turns grow with how many are asked for at once.
 */
export class Reads {
  readonly #clock: Pick<Clock, "defer">;
  readonly #reader: Reader;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  constructor(clock: Pick<Clock, "defer">, reader: Reader) {
    this.#clock = clock;
    this.#reader = reader;
  }

  /** Runs `read`, answer included, when it is its turn; rejects if the connection has ended by then. */
  async next(read: () => Promise<void>): Promise<void> {
    if (this.#isBusy || this.#reader.isBehind) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (!this.#reader.isOpen) throw new PeykError("closed", "the connection is closed");
    this.#isBusy = true;
    try {
      await read();
    } finally {
      this.#isBusy = false;
      this.#clock.defer(() => this.goOn());
    }
  }

  /** The socket takes more, or the connection has ended. */
  goOn(): void {
    if (!this.#reader.isOpen) for (const resolve of this.#waiting.splice(0)) resolve();
    else if (!this.#isBusy && !this.#reader.isBehind) {
      const resolve = this.#waiting.shift();
      this.#isBusy = resolve !== undefined;
      resolve?.();
    }
  }
}
