import { crc32 } from "node:zlib";
import type { SeededRandom } from "../seeded-random.js";
import type { SimulatedProcess } from "./simulated-process.js";

/** What may be on its way; what is more waits in the process of the sender, in bytes. */
const WINDOW_BYTES = 256 * 1024;

/** How long a packet takes to leave its process, at most, in ms. */
const LEAVE_MS = 0.1;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly sent: () => void;
}

interface OnItsWay {
  readonly byteLength: number;
  readonly what: string;
  readonly arrive: () => void;
}

/**
 * One direction of a connection: packets arrive in order, or not at all. A packet is a whole WebSocket message, for clients
 * and the broker's sessions never see less; streams that end anywhere are for `cut-bytes`.
 */
export class Pipe {
  /** Bytes that did not leave the process of the sender. */
  bufferedBytes = 0;
  readonly #from: SimulatedProcess;
  readonly #to: SimulatedProcess;
  readonly #name: string;
  readonly #delayMs: number;
  readonly #random: SeededRandom;
  readonly #receive: (packet: Uint8Array) => void;
  readonly #waiting: Waiting[] = [];
  #onItsWay: OnItsWay[] = [];
  #bytesOnTheWay = 0;
  #isLeaving = false;
  #isArriving = false;
  #isPaused = false;
  #isHeld = false;
  /** Nothing more is taken. */
  #isLost = false;

  constructor(
    from: SimulatedProcess,
    to: SimulatedProcess,
    parts: { readonly name: string; readonly delayMs: number; readonly random: SeededRandom },
    receive: (packet: Uint8Array) => void,
  ) {
    this.#from = from;
    this.#to = to;
    this.#name = parts.name;
    this.#delayMs = parts.delayMs;
    this.#random = parts.random;
    this.#receive = receive;
  }

  send(bytes: Uint8Array, sent: () => void): void {
    if (!this.#from.isAlive || this.#isLost) return;
    this.#waiting.push({ bytes, sent });
    this.bufferedBytes += bytes.byteLength;
    this.#leave();
  }

  /** Calls back at the receiver once all that was sent before has arrived. */
  then(what: string, arrive: () => void): void {
    if (this.#isLost) return this.#to.run(0, `${this.#name} ${what}`, arrive) && undefined;
    while (this.#waiting.length > 0) this.#takeFirst();
    this.#push({ byteLength: 0, what, arrive });
  }

  /** The receiver reads nothing more until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#arrive();
  }

  /** Nothing arrives until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#arrive();
  }

  /** Of what is on its way only the first few packets arrive, and nothing that is sent from now on. */
  loseSome(): void {
    this.#isLost = true;
    this.#waiting.length = 0;
    this.#onItsWay = this.#onItsWay.slice(0, this.#random.int(this.#onItsWay.length + 1));
  }

  #leave(): void {
    if (this.#isLeaving || this.#waiting.length === 0 || this.#bytesOnTheWay > WINDOW_BYTES) return;
    this.#isLeaving = true;
    this.#from.run(this.#random.fraction() * LEAVE_MS, "", () => {
      this.#isLeaving = false;
      this.#takeFirst();
      this.#leave();
    });
  }

  #takeFirst(): void {
    const next = this.#waiting.shift();
    if (!next) return;
    const { bytes, sent } = next;
    // Copied as late as the kernel does, so that a buffer that is used again too early shows.
    const packet = bytes.slice();
    this.bufferedBytes -= packet.byteLength;
    const what = `${packet.byteLength} bytes ${crc32(packet).toString(16)}`;
    this.#push({
      byteLength: packet.byteLength,
      what,
      arrive: () => this.#receive(packet),
    });
    sent();
  }

  #push(item: OnItsWay): void {
    this.#onItsWay.push(item);
    this.#bytesOnTheWay += item.byteLength;
    this.#arrive();
  }

  /** Only the first has its time: those behind it cannot overtake it. */
  #arrive(): void {
    if (this.#isArriving || this.#isPaused || this.#isHeld) return;
    const [first] = this.#onItsWay;
    if (!first) return;
    this.#isArriving = true;
    const delayMs = this.#delayMs * (0.5 + this.#random.fraction() ** 4 * 3);
    this.#to.run(delayMs, `${this.#name}: ${first.what}`, () => {
      this.#isArriving = false;
      const isStopped = this.#isPaused || this.#isHeld || this.#onItsWay[0] !== first;
      if (!isStopped) {
        this.#onItsWay.shift();
        this.#bytesOnTheWay -= first.byteLength;
        first.arrive();
        this.#leave();
      }
      this.#arrive();
    });
  }
}
