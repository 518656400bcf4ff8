import type { Socket } from "node:net";

export type Direction = "toBroker" | "toClient";

/** What happens to a connection. Bytes count from its first, or from when its faults were set. */
export interface Faults {
  /** Cuts it once so many bytes have gone this way; those before are passed on. */
  readonly cutAfter?: { readonly direction: Direction; readonly bytes: number };
  /** How both ends learn of a cut: by an end (FIN, the default), or by a reset (RST). */
  readonly cutBy?: "end" | "reset";
  /** Passes bytes on later, in ms. */
  readonly delayMs?: number;
  /** Passes every chunk on in two pieces, split at this byte. */
  readonly splitAt?: number;
  /** Passes every byte on by itself. */
  readonly isDribbling?: boolean;
}

/** One direction of a connection: what was read is passed on before more is read. */
export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #direction: Direction;
  readonly #cut: () => void;
  readonly #onPassed: (bytes: number) => void;
  #faults: Faults = {};
  /** Since the faults were set. */
  #passedBytes = 0;
  #isDropping = false;
  /** Resolved when bytes may be passed on again. */
  #held: { readonly promise: Promise<void>; readonly release: () => void } | undefined;

  constructor(
    ends: { readonly from: Socket; readonly to: Socket; readonly direction: Direction },
    events: { readonly cut: () => void; readonly passed: (bytes: number) => void },
  ) {
    this.#from = ends.from;
    this.#to = ends.to;
    this.#direction = ends.direction;
    this.#cut = events.cut;
    this.#onPassed = events.passed;
  }

  set faults(faults: Faults) {
    this.#faults = faults;
    this.#passedBytes = 0;
  }

  /** Throws away what comes from now on, also that it ended. */
  drop(): void {
    this.#isDropping = true;
  }

  /** Passes nothing on, and reads little, until `release`. */
  hold(): void {
    let release: () => void = () => {};
    const promise = new Promise<void>((resolve) => (release = resolve));
    this.#held ??= { promise, release };
  }

  release(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  /** Passes on until this side ends. */
  async run(): Promise<void> {
    try {
      for await (const chunk of this.#from as AsyncIterable<Buffer>) {
        if (!this.#isDropping) await this.#pass(chunk);
      }
    } catch {
      // A connection that was reset has ended, too.
    }
    if (this.#held) await this.#held.promise;
    if (!this.#isDropping) this.#to.end();
  }

  async #pass(chunk: Buffer): Promise<void> {
    const { delayMs } = this.#faults;
    if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (this.#held) await this.#held.promise;
    if (this.#isDropping) return;
    const { cutAfter } = this.#faults;
    const left =
      cutAfter?.direction === this.#direction ? cutAfter.bytes - this.#passedBytes : Infinity;
    const passed = chunk.subarray(0, Math.max(0, left));
    this.#passedBytes += passed.length;
    this.#onPassed(passed.length);
    for (const piece of this.#piecesOf(passed)) await this.#write(piece);
    // The other side gets what came before the cut, and then nothing.
    if (left <= chunk.length) this.#cut();
  }

  #piecesOf(chunk: Buffer): Buffer[] {
    const { splitAt, isDribbling } = this.#faults;
    if (isDribbling) return [...chunk].map((byte) => Buffer.of(byte));
    if (splitAt === undefined || splitAt >= chunk.length) return [chunk];
    return [chunk.subarray(0, splitAt), chunk.subarray(splitAt)];
  }

  /** Resolves when the system has it, so that the next piece is a packet of its own. */
  #write(piece: Buffer): Promise<void> {
    if (piece.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#to.write(piece, () => resolve()));
  }
}
