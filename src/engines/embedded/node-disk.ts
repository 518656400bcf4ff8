import * as fs from "node:fs";
import { mkdir, open, readdir, rename, stat, statfs, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { diskFailpoint } from "../../runtime/failpoints.js";
import { DirectoryLock } from "./directory-lock.js";
import { checkFileName, isLockName } from "./disk-file-name.js";
import {
  DirectoryInUse,
  DirectoryUnusable,
  DiskError,
  type Disk,
  type DiskErrorKind,
  type DiskFile,
} from "./disk.js";

/** IOV_MAX of Linux and macOS: `writev` refuses more chunks than this. */
const MAX_CHUNKS_PER_CALL = 1024;

/**
 * A directory of the file system. Files are readable by their owner only. Nothing here blocks the event loop.
 *
 * Directories are made durable as they are created; the lock is described at DirectoryLock.
 */
export class NodeDisk implements Disk {
  readonly location: string;
  readonly #openFlags: string;
  #lock: DirectoryLock | undefined;

  /** `isReadOnly`: whoever only looks needs no right to write. */
  constructor(directory: string, options: { readonly isReadOnly?: boolean } = {}) {
    this.location = resolve(directory);
    this.#openFlags = options.isReadOnly === true ? "r" : "r+";
  }

  /** The process that has the lock, if one lives that has it. */
  holder(): Promise<number | undefined> {
    return attempt("lock", this.location, () => DirectoryLock.holderOf(this.location));
  }

  async lock(): Promise<void> {
    try {
      await createDirectory(this.location);
      this.#lock = await DirectoryLock.take(this.location);
    } catch (error) {
      throw error instanceof DirectoryInUse ? error : toLockError(this.location, error);
    }
  }

  async unlock(): Promise<void> {
    await attempt("unlock", this.location, () => this.#lock?.release());
    this.#lock = undefined;
  }

  async list(): Promise<readonly string[]> {
    const entries = await attempt("list", this.location, () =>
      readdir(this.location, { withFileTypes: true }),
    );
    return entries
      .filter((entry) => entry.isFile() && !isLockName(entry.name))
      .map((entry) => entry.name);
  }

  async create(name: string): Promise<DiskFile> {
    const path = this.#path("create", name);
    diskFailpoint(kindOfFile(name), "before", "create");
    const descriptor = await openDescriptor("create", path, "wx+");
    diskFailpoint(kindOfFile(name), "after", "create");
    return new NodeFile(name, descriptor);
  }

  async open(name: string): Promise<DiskFile> {
    return new NodeFile(
      name,
      await openDescriptor("open", this.#path("open", name), this.#openFlags),
    );
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [this.#path("rename", from), this.#path("rename", to)];
    diskFailpoint(kindOfFile(from), "before", "rename");
    await attempt("rename", from, () => rename(source, target));
    diskFailpoint(kindOfFile(from), "after", "rename");
  }

  async remove(name: string): Promise<void> {
    const path = this.#path("remove", name);
    diskFailpoint(kindOfFile(name), "before", "remove");
    await attempt("remove", name, () => unlink(path));
    diskFailpoint(kindOfFile(name), "after", "remove");
  }

  async syncDirectory(): Promise<void> {
    diskFailpoint("directory", "before", "sync");
    await attempt("syncDirectory", this.location, () => syncDirectory(this.location));
    diskFailpoint("directory", "after", "sync");
  }

  async space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    const status = await attempt("space", this.location, () => statfs(this.location));
    // `bavail`, not `bfree`: what only root may use is not ours.
    return { freeBytes: status.bavail * status.bsize, totalBytes: status.blocks * status.bsize };
  }

  #path(operation: string, name: string): string {
    checkFileName(operation, name);
    return join(this.location, name);
  }
}

/** The first word of its name: "segment", "cold", "snapshot", "spare". */
const kindOfFile = (name: string): string => name.split(/[-.]/, 1)[0] ?? "";

function openDescriptor(operation: string, path: string, flags: string): Promise<number> {
  return new Promise((done, fail) => {
    fs.open(path, flags, 0o600, (error, descriptor) => {
      if (error === null) done(descriptor);
      else fail(toDiskError(operation, basename(path), error));
    });
  });
}

type Done<Result> = (error: Error | null, result: Result) => void;

/** Over the callback API of node:fs, which costs less per call than the promises of a FileHandle. */
class NodeFile implements DiskFile {
  readonly name: string;
  readonly #kind: string;
  readonly #descriptor: number;
  #callsUnderWay = 0;
  #closed: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(name: string, descriptor: number) {
    this.name = name;
    this.#kind = kindOfFile(name);
    this.#descriptor = descriptor;
  }

  async size(): Promise<number> {
    const status = await this.#call<fs.Stats>("size", (descriptor, done) =>
      fs.fstat(descriptor, done),
    );
    return status.size;
  }

  read(position: number, length: number): Promise<Uint8Array> {
    return this.#call("read", (descriptor, done) => {
      readFully(descriptor, { bytes: new Uint8Array(length), from: 0, position }, done);
    });
  }

  write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    return this.#call("write", (descriptor, done) =>
      writeFully(descriptor, chunks, position, done),
    );
  }

  /** By fdatasync, which takes the length along but not the time of the last change. */
  sync(): Promise<void> {
    return this.#call("sync", (descriptor, done) =>
      fs.fdatasync(descriptor, (error) => done(error, undefined)),
    );
  }

  truncate(length: number): Promise<void> {
    return this.#call("truncate", (descriptor, done) =>
      fs.ftruncate(descriptor, length, (error) => done(error, undefined)),
    );
  }

  /** Waits for what is under way: a descriptor closed too early could by then belong to another file. */
  close(): Promise<void> {
    this.#closed ??= new Promise((done, fail) => {
      this.#whenIdle = () =>
        fs.close(this.#descriptor, (error) => {
          if (error === null || error === undefined) done();
          else fail(toDiskError("close", this.name, error));
        });
      if (this.#callsUnderWay === 0) this.#whenIdle();
    });
    return this.#closed;
  }

  #call<Result>(
    operation: string,
    start: (descriptor: number, done: Done<Result>) => void,
  ): Promise<Result> {
    return new Promise((done, fail) => {
      if (this.#closed !== undefined) {
        fail(new DiskError("io", operation, this.name, { cause: new Error("the file is closed") }));
        return;
      }
      this.#callsUnderWay += 1;
      diskFailpoint(this.#kind, "before", operation);
      const answer: Done<Result> = (error, result) => {
        this.#callsUnderWay -= 1;
        if (error === null) {
          diskFailpoint(this.#kind, "after", operation);
          done(result);
        } else fail(toDiskError(operation, this.name, error));
        if (this.#callsUnderWay === 0) this.#whenIdle?.();
      };
      try {
        start(this.#descriptor, answer);
      } catch (error) {
        answer(error as Error, undefined as Result); // an argument that node:fs refuses
      }
    });
  }
}

/** Reads until `bytes` is full or the file ends. */
function readFully(
  descriptor: number,
  target: { readonly bytes: Uint8Array; readonly from: number; readonly position: number },
  done: Done<Uint8Array>,
): void {
  const { bytes, from, position } = target;
  if (from === bytes.byteLength) {
    done(null, bytes);
    return;
  }
  fs.read(descriptor, bytes, from, bytes.byteLength - from, position + from, (error, count) => {
    if (error !== null) done(error, bytes);
    else if (count === 0) done(null, bytes.slice(0, from));
    else readFully(descriptor, { bytes, from: from + count, position }, done);
  });
}

/** Writes until nothing is left: the system may take a part only, and then says why at the next call. */
function writeFully(
  descriptor: number,
  chunks: readonly Uint8Array[],
  position: number,
  done: Done<void>,
): void {
  const left = withoutFirst(chunks, 0);
  if (left.length === 0) {
    done(null, undefined);
    return;
  }
  const taken = left.length > MAX_CHUNKS_PER_CALL ? left.slice(0, MAX_CHUNKS_PER_CALL) : left;
  fs.writev(descriptor, taken, position, (error, count) => {
    if (error !== null) done(error, undefined);
    else if (count === 0) done(new Error("the system wrote nothing and gave no reason"), undefined);
    else writeFully(descriptor, withoutFirst(left, count), position + count, done);
  });
}

/** What is left of `chunks` after `byteCount` bytes. It never starts with an empty chunk. */
function withoutFirst(chunks: readonly Uint8Array[], byteCount: number): readonly Uint8Array[] {
  let index = 0;
  let skip = byteCount;
  for (; index < chunks.length; index += 1) {
    const length = chunks[index]?.byteLength ?? 0;
    if (skip < length) break;
    skip -= length;
  }
  const first = chunks[index];
  if (first === undefined) return [];
  if (skip === 0) return index === 0 ? chunks : chunks.slice(index);
  return [first.subarray(skip), ...chunks.slice(index + 1)];
}

/** Creates `directory` and what is missing above it, and makes the new entries durable. */
async function createDirectory(directory: string): Promise<void> {
  const missing: string[] = [];
  for (let path = directory; !(await isDirectory(path)); path = dirname(path)) missing.push(path);
  // Not `recursive`: that never returns where a directory is said to be missing however often it is made, as in /proc.
  for (const path of missing.reverse()) {
    try {
      await mkdir(path, { mode: 0o700 });
    } catch (error) {
      if (!(await isDirectory(path))) throw error; // else another process was faster
    }
    await syncDirectory(dirname(path));
  }
}

/** False if nothing is there; what is there and no directory is an error. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is no directory`), { code: "ENOTDIR" });
}

async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return; // it opens no directories, and keeps entries in a journal
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function attempt<Result>(
  operation: string,
  file: string,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw toDiskError(operation, file, error);
  }
}

const OUT_OF_SPACE = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const NEEDS_SPACE = new Set(["write", "truncate", "create", "rename"]);

/** What no other disk would cure, but another directory or other rights. */
const UNUSABLE = new Set([
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "EPERM",
  "EROFS",
  "ENAMETOOLONG",
  "ELOOP",
]);

function toLockError(location: string, cause: unknown): Error {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  if (cause instanceof Error && UNUSABLE.has(code)) return new DirectoryUnusable(location, cause);
  return toDiskError("lock", location, cause);
}

function toDiskError(operation: string, file: string, cause: unknown): DiskError {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return new DiskError(kindOf(operation, code), operation, file, { cause });
}

function kindOf(operation: string, code: string | undefined): DiskErrorKind {
  if (operation.startsWith("sync") || code === undefined) return "io"; // whatever became of what was written before
  if (OUT_OF_SPACE.has(code) && NEEDS_SPACE.has(operation)) return "full";
  if (code === "ENOENT") return "missing";
  if (code === "EEXIST") return "exists";
  return "io";
}
