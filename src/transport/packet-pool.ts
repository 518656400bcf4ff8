/** Capacities of the buffers that are kept, in bytes; a larger packet gets one of its own. */
const SIZES = [4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024, 512 * 1024] as const;

/** Bytes kept of each capacity. */
const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * Buffers for packets on their way to sockets. A packet lives for a turn or two; without a pool each is an allocation
 * outside of the heap, which the garbage collector gets to see late.
 */
export class PacketPool {
  readonly #free: readonly Uint8Array[][] = SIZES.map(() => []);

  /** A buffer of at least so many bytes, with what was in it before. */
  take(byteLength: number): Uint8Array {
    const index = SIZES.findIndex((size) => size >= byteLength);
    const size = SIZES[index];
    if (size === undefined) return new Uint8Array(byteLength);
    return this.#free[index]?.pop() ?? new Uint8Array(size);
  }

  /** Takes back what `take` gave; nobody may use it, or a view on it, from now on. */
  giveBack(buffer: Uint8Array): void {
    const index = SIZES.findIndex((size) => size === buffer.byteLength);
    const free = this.#free[index];
    if (free && (free.length + 1) * buffer.byteLength <= KEPT_BYTES) free.push(buffer);
  }
}
