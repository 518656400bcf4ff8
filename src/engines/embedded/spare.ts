import { DiskError, type Disk, type DiskFile } from "./disk.js";
import { failpoint } from "../../runtime/failpoints.js";
import {
  encodeSegmentHeader,
  segmentName,
  SPARE_NAME,
  TEMPORARY_SUFFIX,
  type SegmentHeader,
} from "./format.js";

/** Zeros are written in pieces of this size, in bytes. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** The disk must have this much more room than the spare takes, or making it would only fill the disk for others. */
const ROOM_FACTOR = 1.25;

/** A file of real bytes, kept for the moment when the disk is full: then it becomes the segment that is written to. */
export class Spare {
  /** Its size; 0: none is kept. */
  readonly byteLength: number;
  readonly #disk: Disk;
  #isThere = false;
  #making: Promise<boolean> | undefined;
  /** It is becoming a segment: until it has that name, no other one may take the spare's. */
  #isBeingUsed = false;

  constructor(disk: Disk, byteLength: number) {
    this.#disk = disk;
    this.byteLength = byteLength;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** It was used, and there is no room for another one: the disk is full. */
  get isMissing(): boolean {
    return !this.#isThere && this.byteLength > 0;
  }

  /** Takes over the one that the last process left, if it has the right size. */
  async find(names: readonly string[]): Promise<void> {
    if (!names.includes(SPARE_NAME)) return;
    const file = await this.#disk.open(SPARE_NAME);
    const size = await file.size();
    await file.close();
    this.#isThere = size === this.byteLength && size > 0;
    if (!this.#isThere) await this.#disk.remove(SPARE_NAME);
  }

  /** Makes it if it is missing; false where the disk has no room for it, or the last one is just being used. */
  make(): Promise<boolean> {
    if (!this.isMissing) return Promise.resolve(true);
    if (this.#isBeingUsed) return Promise.resolve(false);
    this.#making ??= this.#make().finally(() => (this.#making = undefined));
    return this.#making;
  }

  /** Turns it into an empty segment that a power cut cannot take back. Fails if it is missing. */
  async use(header: SegmentHeader): Promise<DiskFile> {
    if (this.#making) await this.#making;
    if (!this.#isThere) throw new DiskError("io", "write", "the journal: no spare is left");
    failpoint("spare.before-use");
    this.#isThere = false;
    this.#isBeingUsed = true;
    try {
      return await this.#use(header);
    } finally {
      this.#isBeingUsed = false;
    }
  }

  async #use(header: SegmentHeader): Promise<DiskFile> {
    const name = segmentName(header.file);
    const draft = await this.#disk.open(SPARE_NAME);
    await draft.write([encodeSegmentHeader(header)], 0);
    await draft.sync();
    await draft.close();
    await this.#disk.rename(SPARE_NAME, name);
    await this.#disk.syncDirectory();
    failpoint("spare.after-use");
    return this.#disk.open(name);
  }

  async #make(): Promise<boolean> {
    const { freeBytes } = await this.#disk.space();
    if (freeBytes < this.byteLength * ROOM_FACTOR) return false;
    const name = SPARE_NAME + TEMPORARY_SUFFIX;
    let file: DiskFile | undefined;
    try {
      file = await this.#disk.create(name);
      const zeros = new Uint8Array(Math.min(PIECE_BYTES, this.byteLength));
      for (let at = 0; at < this.byteLength; at += zeros.byteLength) {
        await file.write([zeros.subarray(0, this.byteLength - at)], at);
      }
      await file.sync();
      await file.close();
      await this.#disk.rename(name, SPARE_NAME);
      await this.#disk.syncDirectory();
    } catch (error) {
      if (!(error instanceof DiskError) || error.kind !== "full") throw error;
      await file?.close();
      if (file) await this.#disk.remove(name);
      return false;
    }
    this.#isThere = true;
    return true;
  }
}
