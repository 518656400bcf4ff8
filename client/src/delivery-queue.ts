import { DeliverySlice, type DeliverySource } from "./delivery-slice.js";
import { ReceivedDelivery, type DeliveryOwner } from "./delivery.js";
import type { Deliver } from "./protocol/index.js";

export interface DeliveryRange {
  readonly first: number;
  readonly count: number;
}

/** Deliveries that wait for a handler, in the order they came. Made into objects one by one, when it is their turn. */
export class DeliveryQueue {
  /** Those before the head are gone. */
  #slices: (DeliverySlice | undefined)[] = [];
  #head = 0;
  #count = 0;
  /** Of these the lease is lost: they are left out. */
  #lost: { readonly first: number; readonly end: number }[] = [];
  /** The highest delivery number that came. */
  lastDelivery = 0;

  /** How many wait. */
  get length(): number {
    return this.#count;
  }

  /** What came before is left out: a resume may send again what was received. */
  push(deliver: Deliver, source: DeliverySource | undefined): void {
    let { firstDelivery } = deliver;
    for (const run of deliver.runs) {
      const end = firstDelivery + run.batch.count;
      if (end - 1 > this.lastDelivery) {
        const slice = new DeliverySlice(deliver, { run, source, firstDelivery });
        slice.taken = Math.max(0, this.lastDelivery + 1 - firstDelivery);
        this.#slices.push(slice);
        this.#count += slice.left;
        this.lastDelivery = end - 1;
      }
      firstDelivery = end;
    }
  }

  /** What the sources are is known only now: deliveries may come before the answer that says so. */
  describe(sources: readonly DeliverySource[]): void {
    for (const slice of this.#slices) slice?.describe(sources);
  }

  shift(owner: DeliveryOwner): ReceivedDelivery | undefined {
    for (;;) {
      const slice = this.#slices[this.#head];
      if (!slice) return undefined;
      const index = slice.taken;
      slice.taken = index + 1;
      this.#count -= 1;
      if (slice.left === 0) this.#dropHead();
      if (this.#lost.length > 0 && this.#isLost(slice.firstDelivery + index)) continue;
      return new ReceivedDelivery(owner, slice, index);
    }
  }

  /** The first `most` that wait, as ranges in order. */
  first(most: number): DeliveryRange[] {
    const ranges: DeliveryRange[] = [];
    let left = most;
    for (let at = this.#head; at < this.#slices.length && left > 0; at += 1) {
      const slice = this.#slices[at] as DeliverySlice;
      const count = Math.min(left, slice.left);
      ranges.push({ first: slice.firstDelivery + slice.taken, count });
      left -= count;
    }
    return ranges;
  }

  /** Ranges of deliveries that wait, in order; then nothing waits any more. */
  clear(): DeliveryRange[] {
    const waiting = this.first(this.#count);
    this.#slices = [];
    this.#head = 0;
    this.#count = 0;
    this.#lost = [];
    return waiting;
  }

  /** As `clear`; deliveries are numbered from 1 again. */
  restart(): DeliveryRange[] {
    this.lastDelivery = 0;
    return this.clear();
  }

  lose(first: number, count: number): void {
    if (this.#count > 0) this.#lost.push({ first, end: first + count });
  }

  #isLost(number: number): boolean {
    this.#lost = this.#lost.filter(({ end }) => end > number);
    return this.#lost.some(({ first, end }) => number >= first && number < end);
  }

  #dropHead(): void {
    // Its packet must not stay in memory.
    this.#slices[this.#head] = undefined;
    this.#head += 1;
    if (this.#head * 2 < this.#slices.length) return;
    this.#slices = this.#slices.slice(this.#head);
    this.#head = 0;
  }
}
