import {
  ReceivedDelivery,
  type DeliveryOwner,
  type DeliverySource,
  type Special,
} from "./delivery.js";
import type { Deliver, DeliveredRun } from "./protocol/index.js";

/** A run that came, and the delivery number of its first message. */
interface Slice {
  readonly run: DeliveredRun;
  readonly source: DeliverySource;
  readonly firstDelivery: number;
  readonly specialAt: (offset: number) => Special | undefined;
  /** Messages of it that were taken. */
  taken: number;
}

/** Deliveries that wait for a handler, in the order they came. Made into objects one by one, when it is their turn. */
export class DeliveryQueue {
  #slices: Slice[] = [];
  #head = 0;
  #count = 0;
  /** Of these the lease is lost: they are left out. */
  #lost: { readonly first: number; readonly end: number }[] = [];
  /** The highest delivery number that came. */
  lastDelivery = 0;

  get length(): number {
    return this.#count;
  }

  push(deliver: Deliver, source: DeliverySource): void {
    let firstDelivery = deliver.firstDelivery;
    for (const run of deliver.runs) {
      const before = firstDelivery - deliver.firstDelivery;
      const specialAt = specialsOf(deliver, before);
      this.#slices.push({ run, source, firstDelivery, specialAt, taken: 0 });
      firstDelivery += run.batch.count;
      this.#count += run.batch.count;
    }
    this.lastDelivery = Math.max(this.lastDelivery, firstDelivery - 1);
  }

  shift(owner: DeliveryOwner): ReceivedDelivery | undefined {
    for (;;) {
      const slice = this.#slices[this.#head];
      if (!slice) return undefined;
      const index = slice.taken;
      const number = slice.firstDelivery + index;
      slice.taken += 1;
      this.#count -= 1;
      if (slice.taken === slice.run.batch.count) this.#dropHead();
      if (this.#lost.length > 0 && this.#isLost(number)) continue;
      const special = slice.specialAt(index);
      return new ReceivedDelivery(slice.run, index, {
        owner,
        source: slice.source,
        special,
        number,
      });
    }
  }

  /** Ranges of deliveries that wait, in order; then nothing waits any more. */
  clear(): { readonly first: number; readonly count: number }[] {
    const waiting = this.#slices.slice(this.#head).map(({ firstDelivery, taken, run }) => ({
      first: firstDelivery + taken,
      count: run.batch.count - taken,
    }));
    this.#slices = [];
    this.#head = 0;
    this.#count = 0;
    this.#lost = [];
    return waiting;
  }

  lose(first: number, count: number): void {
    if (this.#count > 0) this.#lost.push({ first, end: first + count });
  }

  #isLost(number: number): boolean {
    this.#lost = this.#lost.filter(({ end }) => end > number);
    return this.#lost.some(({ first, end }) => number >= first && number < end);
  }

  #dropHead(): void {
    this.#head += 1;
    if (this.#head * 2 < this.#slices.length) return;
    this.#slices = this.#slices.slice(this.#head);
    this.#head = 0;
  }
}

function specialsOf({ details }: Deliver, before: number): (offset: number) => Special | undefined {
  if (details.length === 0) return () => undefined;
  return (offset) => {
    const at = before + offset;
    const detail = details.find((each) => at >= each.offset && at < each.offset + each.count);
    if (!detail) return undefined;
    const { deadLetter: wire } = detail;
    const deadLetter = wire && {
      reason: wire.reason,
      error: wire.error,
      attempts: wire.attempts,
      firstFailedAt: new Date(wire.firstFailedAtMs),
      deadAt: new Date(wire.deadAtMs),
      lastConsumer: wire.lastConsumer,
      redrives: wire.redrives,
    };
    return { failedAttempts: detail.failedAttempts, note: detail.note, deadLetter };
  };
}
