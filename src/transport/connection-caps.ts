import { limits } from "@peyk/client/protocol";

export interface ConnectionCapsOptions {
  /** Connections at a time, over all addresses. */
  readonly total: number;
  /** The same for one client address. */
  readonly perAddress: number;
}

/** The place that one connection takes. */
export interface Place {
  /** Ends the connection, which has not said Hello, because another one wants its place. Set by its owner. */
  makeRoom: () => void;
  /** Hello was accepted. */
  greeted(): void;
  leave(): void;
}

/**
 * How many connections there are, and whether one more is allowed. Strangers, who have not said Hello, get only a share of
 * the places; of too many the oldest makes room, because whoever means it says Hello at once.
 */
export class ConnectionCaps {
  readonly #options: ConnectionCapsOptions;
  readonly #maxStrangers: number;
  readonly #maxSockets: number;
  readonly #byAddress = new Map<string, number>();
  /** In the order in which they came. */
  readonly #strangers = new Set<Place>();
  #total = 0;
  #sockets = 0;

  constructor(options: ConnectionCapsOptions) {
    const { total } = options;
    this.#options = options;
    this.#maxStrangers = Math.max(1, Math.floor((total * limits.MAX_STRANGERS_PERCENT) / 100));
    this.#maxSockets = total + limits.MAX_HTTP_CONNECTIONS;
  }

  get total(): number {
    return this.#total;
  }

  get strangers(): number {
    return this.#strangers.size;
  }

  allows(address: string): boolean {
    const { total, perAddress } = this.#options;
    return this.#total < total && (this.#byAddress.get(address) ?? 0) < perAddress;
  }

  /** A connection begins that was allowed. */
  take(address: string): Place {
    this.#total += 1;
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    const place: Place = {
      makeRoom: () => {},
      greeted: () => void this.#strangers.delete(place),
      leave: () => {
        this.#strangers.delete(place);
        this.#left(address);
      },
    };
    const [oldest] = this.#strangers;
    if (oldest && this.#strangers.size >= this.#maxStrangers) {
      this.#strangers.delete(oldest);
      oldest.makeRoom();
    }
    this.#strangers.add(place);
    return place;
  }

  /** A TCP connection was accepted, whatever it is going to be; returns whether there are too many. */
  socketOpened(): boolean {
    this.#sockets += 1;
    return this.#sockets > this.#maxSockets;
  }

  socketClosed(): void {
    this.#sockets -= 1;
  }

  #left(address: string): void {
    this.#total -= 1;
    const left = (this.#byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
