import type { PeykError } from "@peyk/client/protocol";
import { Fifo } from "../runtime/fifo.js";
import type { Turns } from "../runtime/turns.js";

/** Frames of a packet that are handled without looking at the time: few have more, and those that do may wait. */
const FREE_FRAMES = 16;

/** Who handles what is in an inbox. */
export interface InboxReader {
  /** A packet begins; returns whether it has frames to handle. */
  begin(packet: Uint8Array): boolean;
  /** Handles the next frame of the packet; returns whether there is more. */
  frame(packet: Uint8Array): boolean;
  unreadable(error: PeykError): void;
  /** Something is left for later turns: nothing more should be read until `emptied`. */
  filled(): void;
  emptied(): void;
}

/** What a line brought: handled in its order, at once if the turn has time for it, else in as many turns as it takes. */
export class Inbox {
  readonly #turns: Turns;
  readonly #reader: InboxReader;
  /** Packets, and what came instead of one. Few: nothing is read while there are any. */
  readonly #waiting = new Fifo<Uint8Array | PeykError>();
  /** The one of which frames are left. */
  #begun: Uint8Array | undefined;
  /** Of that one, handled without looking at the time. */
  #freeFrames = 0;
  #isScheduled = false;
  readonly #goOn = (): void => this.#onTurn();

  constructor(turns: Turns, reader: InboxReader) {
    this.#turns = turns;
    this.#reader = reader;
  }

  /** Something waits for a later turn. */
  get isBusy(): boolean {
    return this.#isScheduled;
  }

  add(item: Uint8Array | PeykError): void {
    if (!this.#isScheduled && this.#handle(item)) return;
    if (this.#isScheduled) this.#waiting.push(item);
    else this.#schedule();
  }

  /** Drops what is left. */
  clear(): void {
    this.#begun = undefined;
    this.#waiting.keep(() => false);
  }

  /** Returns whether all of it is done. */
  #handle(item: Uint8Array | PeykError): boolean {
    if (!(item instanceof Uint8Array)) this.#reader.unreadable(item);
    else if (this.#reader.begin(item)) {
      this.#begun = item;
      this.#freeFrames = this.#isScheduled ? 0 : FREE_FRAMES;
    }
    return this.#handleFrames();
  }

  #handleFrames(): boolean {
    while (this.#begun !== undefined) {
      if (this.#freeFrames > 0) this.#freeFrames -= 1;
      else if (!this.#turns.hasTime()) return false;
      if (!this.#reader.frame(this.#begun)) this.#begun = undefined;
    }
    return true;
  }

  #onTurn(): void {
    let isDone = this.#handleFrames();
    while (isDone && this.#waiting.length > 0) {
      const item = this.#waiting.shift();
      if (item) isDone = this.#handle(item);
    }
    if (!isDone) return this.#turns.later(this.#goOn);
    this.#isScheduled = false;
    this.#reader.emptied();
  }

  #schedule(): void {
    this.#isScheduled = true;
    this.#turns.later(this.#goOn);
    this.#reader.filled();
  }
}
