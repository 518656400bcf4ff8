import { totalmem } from "node:os";

import { checkFileName } from "./disk-file-name.js";
import { DirectoryInUse, DiskError, type Disk, type DiskFile } from "./disk.js";

/** Memory is taken and given back in blocks of this size. The system backs only what was written of one. */
const BLOCK_BYTES = 256 * 1024;

export interface MemoryDiskOptions {
  /** What all files may take together, in bytes; more is refused as on a full disk. Default: half of the memory. */
  readonly maxBytes?: number;
}

/** A disk for a broker without a directory: nothing outlives the process, and removing a file frees its memory. */
export class MemoryDisk implements Disk {
  readonly location = "(memory)";
  readonly #files = new Map<string, MemoryBlocks>();
  readonly #budget: Budget;
  #isLocked = false;

  constructor(options: MemoryDiskOptions = {}) {
    this.#budget = { maxBytes: options.maxBytes ?? halfOfMemory(), usedBytes: 0 };
  }

  async lock(): Promise<void> {
    if (this.#isLocked) throw new DirectoryInUse(this.location, process.pid);
    this.#isLocked = true;
  }

  async unlock(): Promise<void> {
    this.#isLocked = false;
  }

  async list(): Promise<readonly string[]> {
    return [...this.#files.keys()];
  }

  async create(name: string): Promise<DiskFile> {
    checkFileName("create", name);
    if (this.#files.has(name)) throw new DiskError("exists", "create", name);
    const blocks = new MemoryBlocks(this.#budget);
    this.#files.set(name, blocks);
    return new MemoryFile(name, blocks);
  }

  async open(name: string): Promise<DiskFile> {
    return new MemoryFile(name, this.#find("open", name));
  }

  async rename(from: string, to: string): Promise<void> {
    checkFileName("rename", to);
    const blocks = this.#find("rename", from);
    if (from === to) return;
    this.#files.get(to)?.release();
    this.#files.set(to, blocks);
    this.#files.delete(from);
  }

  async remove(name: string): Promise<void> {
    this.#find("remove", name).release();
    this.#files.delete(name);
  }

  async syncDirectory(): Promise<void> {}

  async space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    const { maxBytes, usedBytes } = this.#budget;
    return { freeBytes: Math.max(maxBytes - usedBytes, 0), totalBytes: maxBytes };
  }

  #find(operation: string, name: string): MemoryBlocks {
    checkFileName(operation, name);
    const blocks = this.#files.get(name);
    if (blocks === undefined) throw new DiskError("missing", operation, name);
    return blocks;
  }
}

function halfOfMemory(): number {
  const limit = process.constrainedMemory(); // of the container; 0 or undefined or huge without one
  return Math.floor((limit > 0 ? Math.min(limit, totalmem()) : totalmem()) / 2);
}

/** Shared by all files of a disk. */
interface Budget {
  readonly maxBytes: number;
  usedBytes: number;
}

class MemoryFile implements DiskFile {
  readonly name: string;
  readonly #blocks: MemoryBlocks;
  #isClosed = false;

  constructor(name: string, blocks: MemoryBlocks) {
    this.name = name;
    this.#blocks = blocks;
  }

  async size(): Promise<number> {
    this.#checkOpen("size");
    return this.#blocks.length;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    this.#checkOpen("read");
    return this.#blocks.read(position, length);
  }

  async write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    this.#checkOpen("write");
    let at = position;
    for (const chunk of chunks) {
      if (!this.#blocks.write(chunk, at)) throw new DiskError("full", "write", this.name);
      at += chunk.byteLength;
    }
  }

  async sync(): Promise<void> {
    this.#checkOpen("sync");
  }

  async truncate(length: number): Promise<void> {
    this.#checkOpen("truncate");
    this.#blocks.truncate(length);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #checkOpen(operation: string): void {
    if (!this.#isClosed) return;
    throw new DiskError("io", operation, this.name, { cause: new Error("the file is closed") });
  }
}

/** A file's bytes. A block that was never written is absent and reads as zeros; bytes past the length are zeros. */
class MemoryBlocks {
  length = 0;
  readonly #budget: Budget;
  readonly #blocks = new Map<number, Uint8Array>();
  /** Still written and read by those who have it open, but no longer counted. */
  #isReleased = false;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(Math.min(length, this.length - position), 0));
    for (const piece of piecesOf(position, bytes.byteLength)) {
      const block = this.#blocks.get(piece.index);
      if (block !== undefined) bytes.set(block.subarray(piece.from, piece.to), piece.start);
    }
    return bytes;
  }

  /** False if the disk is full; what fitted was written. */
  write(chunk: Uint8Array, position: number): boolean {
    for (const piece of piecesOf(position, chunk.byteLength)) {
      const block = this.#blocks.get(piece.index) ?? this.#allocate(piece.index);
      if (block === undefined) return false;
      block.set(chunk.subarray(piece.start, piece.start + piece.to - piece.from), piece.from);
      this.length = Math.max(this.length, position + piece.start + piece.to - piece.from);
    }
    return true;
  }

  truncate(length: number): void {
    for (const [index, block] of this.#blocks) {
      const start = index * BLOCK_BYTES;
      if (start >= length) this.#free(index);
      else block.fill(0, length - start);
    }
    this.length = length;
  }

  release(): void {
    this.#budget.usedBytes -= this.#blocks.size * BLOCK_BYTES;
    this.#isReleased = true;
  }

  #allocate(index: number): Uint8Array | undefined {
    if (!this.#isReleased) {
      if (this.#budget.usedBytes + BLOCK_BYTES > this.#budget.maxBytes) return undefined;
      this.#budget.usedBytes += BLOCK_BYTES;
    }
    const block = new Uint8Array(BLOCK_BYTES);
    this.#blocks.set(index, block);
    return block;
  }

  #free(index: number): void {
    if (!this.#isReleased) this.#budget.usedBytes -= BLOCK_BYTES;
    this.#blocks.delete(index);
  }
}

/** Cuts a range at block borders: bytes `from` to `to` of block `index` are those from `start` on in the range. */
function* piecesOf(
  position: number,
  length: number,
): Generator<{
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly start: number;
}> {
  for (let start = 0; start < length;) {
    const index = Math.floor((position + start) / BLOCK_BYTES);
    const from = (position + start) % BLOCK_BYTES;
    const to = Math.min(from + length - start, BLOCK_BYTES);
    yield { index, from, to, start };
    start += to - from;
  }
}
