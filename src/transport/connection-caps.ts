export interface ConnectionCapsOptions {
  /** Connections at a time, over all addresses. */
  readonly total: number;
  /** The same for one client address. */
  readonly perAddress: number;
}

/** How many connections there are, and whether one more is allowed. */
export class ConnectionCaps {
  readonly #options: ConnectionCapsOptions;
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(options: ConnectionCapsOptions) {
    this.#options = options;
  }

  get total(): number {
    return this.#total;
  }

  allows(address: string): boolean {
    const { total, perAddress } = this.#options;
    return this.#total < total && (this.#byAddress.get(address) ?? 0) < perAddress;
  }

  opened(address: string): void {
    this.#total += 1;
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
  }

  closed(address: string): void {
    this.#total -= 1;
    const left = (this.#byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
