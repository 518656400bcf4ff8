import { DeliveryRing } from "./delivery-ring.js";
import type { Chunk, EndedState } from "./delivery-ring.js";
import type { Run } from "./engine.js";
import type { HeldBytes } from "./held-bytes.js";
import { Leases } from "./leases.js";
import type { LeaseSettings } from "./leases.js";
import type { QueueContext } from "./queue-context.js";

/** What one consumer holds: its deliveries, their leases and notes, and their size. */
export class Holdings {
  readonly ring: DeliveryRing;
  readonly leases: Leases;
  /** Size in bytes of everything unsettled. */
  bytes = 0;
  /** Left by extensions, by delivery. */
  readonly #notes = new Map<number, string>();
  /** With those of all others. */
  readonly #held: HeldBytes;

  constructor(
    { leaseClock, held }: Pick<QueueContext, "leaseClock" | "held">,
    settingsOf: (source: number) => LeaseSettings,
    onLeaseDue: () => void,
  ) {
    this.ring = new DeliveryRing((delivery, state, dueAt) =>
      this.leases.keepStraggler(delivery, state, dueAt),
    );
    this.#held = held;
    this.leases = new Leases(this.ring, leaseClock, settingsOf, onLeaseDue);
  }

  /** Hands out messages of `run`, as buffered, and returns the number of the first delivery. */
  add(source: number, run: Run, from: number, count: number): number {
    const bytes = sizeOf(run, from, count);
    this.bytes += bytes;
    this.#held.add(bytes);
    return this.ring.add(source, run, from, count);
  }

  /** Ends what `ring.chunkAt` gave: it is held no longer. */
  end(chunk: Chunk, state: EndedState): void {
    const bytes = sizeOf(chunk.run, chunk.from, chunk.count);
    this.bytes -= bytes;
    this.#held.remove(bytes);
    this.leases.ended(chunk);
    this.ring.end(chunk, state);
    if (this.#notes.size === 0) return;
    for (let offset = 0; offset < chunk.count; offset += 1) {
      this.#notes.delete(chunk.delivery + offset);
    }
  }

  get hasNotes(): boolean {
    return this.#notes.size > 0;
  }

  noteOf(delivery: number): string | undefined {
    return this.#notes.get(delivery);
  }

  setNote(delivery: number, note: string): void {
    this.#notes.set(delivery, note);
  }
}

/** Size in bytes of messages of a run, counted from its first one. */
export function sizeOf(run: Run, from: number, count: number): number {
  return run.batch.byteLength(run.from + from, count);
}
