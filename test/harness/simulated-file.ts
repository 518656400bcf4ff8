import type { SeededRandom } from "./seeded-random.js";

/** What a disk writes at once or not at all. */
const SECTOR_BYTES = 512;

export type FileChange =
  | { readonly kind: "write"; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly length: number };

/**
 * The bytes of one simulated file: as programs see them, as they are certain to be after a power cut, and the changes
 * between the two, oldest first. Known to directories by its object, not by a name.
 */
export class SimulatedFile {
  readonly #seen: ByteStore;
  #durable: ByteStore;
  #changes: FileChange[] = [];
  /** How many changes were ever made durable or lost; the number of the first of `#changes`. */
  #firstChange = 0;

  constructor(seen = new ByteStore(), durable = new ByteStore()) {
    this.#seen = seen;
    this.#durable = durable;
  }

  get length(): number {
    return this.#seen.length;
  }

  get durableLength(): number {
    return this.#durable.length;
  }

  /** Bytes that take space on the disk: a hole takes none. */
  get allocatedBytes(): number {
    return this.#seen.written.total;
  }

  /** The number that the next change will have. */
  get nextChange(): number {
    return this.#firstChange + this.#changes.length;
  }

  read(position: number, length: number): Uint8Array {
    return this.#seen.read(position, length);
  }

  /** How many of `bytes` may be written at `position` until `freeBytes` are used up. */
  fittingBytes(position: number, byteCount: number, freeBytes: number): number {
    return this.#seen.written.fitting(position, byteCount, freeBytes);
  }

  apply(change: FileChange): void {
    this.#seen.apply(change);
    this.#changes.push(change);
  }

  /** Makes all changes before number `end` durable. */
  makeDurable(end: number): void {
    for (const change of this.#takeChanges(end)) this.#durable.apply(change);
  }

  /** What a failed sync does to changes before number `end`: no later sync will write them. */
  lose(end: number): void {
    this.#takeChanges(end);
  }

  /** A file of the same state that shares nothing with this one. */
  copy(): SimulatedFile {
    const copy = new SimulatedFile(this.#seen.copy(), this.#durable.copy());
    copy.#changes = [...this.#changes];
    return copy;
  }

  /**
   * The file as a power cut may leave it: its length is one that it had since the last sync, and of each write any
   * sectors got there. `keep` is the probability that a write did.
   */
  afterPowerCut(random: SeededRandom, keep: number): SimulatedFile {
    const store = this.#durable.copy();
    const lengthChanges = random.int(this.#changes.length + 1);
    let length = store.length;
    this.#changes.forEach((change, index) => {
      const isInLength = index < lengthChanges;
      if (change.kind === "truncate") {
        if (isInLength) store.apply(change);
      } else {
        writeSectors(store, change, random, keep);
      }
      if (isInLength) length = lengthAfter(length, change);
    });
    store.apply({ kind: "truncate", length });
    return new SimulatedFile(store, store.copy());
  }

  /** Damages the medium: the byte differs for readers and after a power cut. */
  flipBit(offset: number, bit: number): void {
    for (const store of [this.#seen, this.#durable]) {
      const [byte] = store.read(offset, 1);
      if (byte !== undefined) store.bytes[offset] = byte ^ (1 << bit);
    }
  }

  /** Cuts the file as programs see it; what is left counts as durable. */
  cut(length: number): void {
    for (const store of [this.#seen, this.#durable]) {
      if (store.length > length) store.apply({ kind: "truncate", length });
    }
    this.#durable = this.#seen.copy();
    this.#takeChanges(this.nextChange);
  }

  #takeChanges(end: number): FileChange[] {
    const taken = this.#changes.splice(0, Math.max(end - this.#firstChange, 0));
    this.#firstChange += taken.length;
    return taken;
  }
}

function lengthAfter(length: number, change: FileChange): number {
  return change.kind === "truncate"
    ? change.length
    : Math.max(length, change.position + change.bytes.byteLength);
}

function writeSectors(
  store: ByteStore,
  change: FileChange & { readonly kind: "write" },
  random: SeededRandom,
  keep: number,
): void {
  if (random.chance(0.5)) {
    if (random.chance(keep)) store.apply(change);
    return;
  }
  const { position, bytes } = change;
  for (let start = 0; start < bytes.byteLength;) {
    const end = Math.min(
      start + SECTOR_BYTES - ((position + start) % SECTOR_BYTES),
      bytes.byteLength,
    );
    const sector = {
      kind: "write",
      position: position + start,
      bytes: bytes.subarray(start, end),
    } as const;
    if (random.chance(keep)) store.apply(sector);
    start = end;
  }
}

/** A growing array of bytes; all beyond `length` are zeros. */
class ByteStore {
  length = 0;
  bytes = new Uint8Array(0);
  readonly written = new ByteRanges();

  read(position: number, length: number): Uint8Array {
    return this.bytes.slice(position, Math.max(Math.min(position + length, this.length), position));
  }

  apply(change: FileChange): void {
    if (change.kind === "truncate") {
      this.bytes.fill(0, change.length);
      this.written.removeFrom(change.length);
      this.length = change.length;
    } else if (change.bytes.byteLength > 0) {
      const end = change.position + change.bytes.byteLength;
      this.length = Math.max(this.length, end);
      this.#grow(end);
      this.bytes.set(change.bytes, change.position);
      this.written.add(change.position, end);
    }
    this.#grow(this.length);
  }

  copy(): ByteStore {
    const copy = new ByteStore();
    copy.length = this.length;
    copy.bytes = this.bytes.slice(0, this.length);
    for (const [from, to] of this.written.ranges) copy.written.add(from, to);
    return copy;
  }

  #grow(length: number): void {
    if (length <= this.bytes.byteLength) return;
    const grown = new Uint8Array(Math.max(length, this.bytes.byteLength * 2, 4096));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

/** Which bytes of a file were written: ranges without their end, in order, apart from one another. */
class ByteRanges {
  ranges: (readonly [from: number, to: number])[] = [];
  total = 0;

  add(from: number, to: number): void {
    const apart = this.ranges.filter((range) => range[1] < from || range[0] > to);
    const touching = this.ranges.filter((range) => range[1] >= from && range[0] <= to);
    const start = Math.min(from, ...touching.map((range) => range[0]));
    const end = Math.max(to, ...touching.map((range) => range[1]));
    this.#replace([...apart, [start, end]]);
  }

  removeFrom(length: number): void {
    const kept = this.ranges.filter((range) => range[0] < length);
    this.#replace(kept.map((range) => [range[0], Math.min(range[1], length)]));
  }

  /** How many bytes from `position` on can be written if only `freeBytes` may be added. */
  fitting(position: number, byteCount: number, freeBytes: number): number {
    let at = position;
    let free = freeBytes;
    const end = position + byteCount;
    for (const [from, to] of this.ranges) {
      if (to <= at) continue;
      const gap = Math.max(Math.min(from, end) - at, 0);
      if (gap > free) return at + free - position;
      free -= gap;
      at = Math.min(Math.max(to, at), end);
      if (at === end) return byteCount;
    }
    return Math.min(at + free, end) - position;
  }

  #replace(ranges: (readonly [from: number, to: number])[]): void {
    this.ranges = ranges.sort((left, right) => left[0] - right[0]);
    this.total = ranges.reduce((sum, range) => sum + range[1] - range[0], 0);
  }
}
