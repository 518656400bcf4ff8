import { DiskError, type Disk, type DiskFile } from "../disk.js";
import { MemoryDisk } from "../memory-disk.js";

/** What is copied at a time, in bytes. */
const COPY_BYTES = 4 * 1024 * 1024;

/**
 * Another disk as it would be after some work: reads go through, changes stay in memory. Shows what a start or a repair
 * would do without doing it.
 */
export class OverlayDisk implements Disk {
  readonly location: string;
  readonly #below: Disk;
  /** Files that were made or changed here. */
  readonly #changed = new MemoryDisk({ maxBytes: Infinity });
  readonly #changedNames = new Set<string>();
  /** Files below that are not seen any more: removed, renamed or changed here. */
  readonly #hidden = new Set<string>();

  constructor(below: Disk) {
    this.location = below.location;
    this.#below = below;
  }

  async lock(): Promise<void> {}

  async unlock(): Promise<void> {}

  async list(): Promise<readonly string[]> {
    const below = (await this.#below.list()).filter((name) => !this.#hidden.has(name));
    return [...below, ...this.#changedNames];
  }

  async create(name: string): Promise<DiskFile> {
    if ((await this.list()).includes(name)) throw new DiskError("exists", "create", name);
    const file = await this.#changed.create(name);
    this.#changedNames.add(name);
    return file;
  }

  async open(name: string): Promise<DiskFile> {
    if (this.#changedNames.has(name)) return this.#changed.open(name);
    if (this.#hidden.has(name)) throw new DiskError("missing", "open", name);
    return new OverlayFile(await this.#below.open(name), () => this.#take(name));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#take(from);
    await this.#changed.rename(from, to);
    this.#changedNames.delete(from);
    this.#changedNames.add(to);
    this.#hidden.add(to);
  }

  async remove(name: string): Promise<void> {
    if (this.#changedNames.delete(name)) await this.#changed.remove(name);
    else await (await this.open(name)).close();
    this.#hidden.add(name);
  }

  async syncDirectory(): Promise<void> {}

  space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    return this.#below.space();
  }

  /** The file as one that may be changed. */
  async #take(name: string): Promise<DiskFile> {
    if (!this.#changedNames.has(name)) {
      if (this.#hidden.has(name)) throw new DiskError("missing", "open", name);
      await copyFile(this.#below, this.#changed, name);
      this.#changedNames.add(name);
      this.#hidden.add(name);
    }
    return this.#changed.open(name);
  }
}

/** Reads from below until somebody changes it. */
class OverlayFile implements DiskFile {
  readonly name: string;
  readonly #take: () => Promise<DiskFile>;
  #file: DiskFile;
  #isTaken = false;

  constructor(below: DiskFile, take: () => Promise<DiskFile>) {
    this.name = below.name;
    this.#file = below;
    this.#take = take;
  }

  size(): Promise<number> {
    return this.#file.size();
  }

  read(position: number, length: number): Promise<Uint8Array> {
    return this.#file.read(position, length);
  }

  async write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    await this.#change();
    await this.#file.write(chunks, position);
  }

  async sync(): Promise<void> {}

  async truncate(length: number): Promise<void> {
    await this.#change();
    await this.#file.truncate(length);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #change(): Promise<void> {
    if (this.#isTaken) return;
    this.#isTaken = true;
    const below = this.#file;
    this.#file = await this.#take();
    await below.close();
  }
}

/** Copies a file from one disk to another, where its name must be free; durable once that directory is synced. */
export async function copyFile(from: Disk, to: Disk, name: string): Promise<void> {
  const source = await from.open(name);
  try {
    const target = await to.create(name);
    try {
      const size = await source.size();
      for (let at = 0; at < size; at += COPY_BYTES) {
        const bytes = await source.read(at, Math.min(COPY_BYTES, size - at));
        await target.write([bytes], at);
      }
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
