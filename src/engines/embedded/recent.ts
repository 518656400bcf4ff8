import type { MessageBatch } from "@peyk/client/protocol";
import { Fifo } from "../../runtime/fifo.js";

/** What a record takes beside its bytes: objects and a buffer of its own. Measured with Node 20, in bytes. */
const RECORD_BYTES = 700;

/** A record of messages as it was committed. */
export interface RecentRecord {
  readonly log: number;
  readonly first: number;
  readonly count: number;
  readonly timeMs: number;
  readonly batch: MessageBatch;
}

/**
 * The records committed last, up to a number of bytes of memory: who keeps up reads no disk. The oldest go first, whatever
 * their log, so that one busy topic and many quiet ones share it by use.
 */
export class RecentRecords {
  readonly #maxBytes: number;
  readonly #byLog = new Map<number, LogRecords>();
  /** All of them in order of their commits. */
  readonly #order = new Fifo<RecentRecord>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(record: RecentRecord): void {
    let ofLog = this.#byLog.get(record.log);
    if (!ofLog) this.#byLog.set(record.log, (ofLog = new LogRecords()));
    ofLog.records.push(record);
    this.#order.push(record);
    this.#bytes += memoryOf(record);
    while (this.#bytes > this.#maxBytes && this.#order.length > 0) this.#dropOldest();
  }

  /**
   * The first record of `log` that ends above `position`, if it is certain that none before it does: that is, if
   * `position` lies within what is remembered. `undefined`: ask the disk.
   */
  find(log: number, position: number): RecentRecord | undefined {
    return this.#byLog.get(log)?.find(position);
  }

  forgetLog(log: number): void {
    this.#byLog.delete(log);
  }

  #dropOldest(): void {
    const record = this.#order.shift();
    if (!record) return;
    this.#bytes -= memoryOf(record);
    const ofLog = this.#byLog.get(record.log);
    if (ofLog?.dropOldest(record)) this.#byLog.delete(record.log);
  }
}

const memoryOf = (record: RecentRecord): number => record.batch.bytes.byteLength + RECORD_BYTES;

/** The remembered records of one log, in order: the end of the log, without holes. */
class LogRecords {
  records: (RecentRecord | undefined)[] = [];
  /** Those before it were dropped. */
  #head = 0;

  find(position: number): RecentRecord | undefined {
    const oldest = this.records[this.#head];
    if (!oldest || position < oldest.first) return undefined;
    let low = this.#head;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.records[middle];
      if (record && record.first + record.count > position) high = middle;
      else low = middle + 1;
    }
    return this.records[low];
  }

  /** Drops `record`, which is the oldest; returns whether nothing is left. */
  dropOldest(record: RecentRecord): boolean {
    if (this.records[this.#head] !== record) return this.#head >= this.records.length;
    this.records[this.#head] = undefined;
    this.#head += 1;
    if (this.#head * 2 > this.records.length) {
      this.records = this.records.slice(this.#head);
      this.#head = 0;
    }
    return this.records.length === 0;
  }
}
