import type { RecordIndex } from "./record-index.js";
import type { Segment } from "./segment.js";

/** Indexes of sealed files that are kept in memory, in bytes. */
const INDEX_CACHE_BYTES = 8 * 1024 * 1024;

/** Indexes of sealed files, those used last. */
export class IndexCache {
  /** The file used last comes last. */
  readonly #bySegment = new Map<Segment, Map<number, RecordIndex>>();
  #bytes = 0;

  /** Where the records of `log` stand in a file that is held; `undefined` if it has none. */
  async of(segment: Segment, log: number): Promise<RecordIndex | undefined> {
    if (!segment.isSealed) return segment.index(log);
    const cached = this.#bySegment.get(segment);
    if (cached) this.#bySegment.delete(segment);
    const ofSegment = cached ?? new Map<number, RecordIndex>();
    this.#bySegment.set(segment, ofSegment);
    const known = ofSegment.get(log);
    if (known) return known;
    const index = await segment.index(log);
    // Meanwhile it may have been read by somebody else, or dropped.
    if (!index || ofSegment.has(log) || this.#bySegment.get(segment) !== ofSegment) return index;
    ofSegment.set(log, index);
    this.#bytes += index.byteLength;
    this.#dropOldest();
    return index;
  }

  #dropOldest(): void {
    for (const [segment, indexes] of this.#bySegment) {
      if (this.#bytes <= INDEX_CACHE_BYTES) return;
      for (const index of indexes.values()) this.#bytes -= index.byteLength;
      indexes.clear();
      this.#bySegment.delete(segment);
    }
  }
}
