/**
 * The disk as the journal sees it: one flat directory of files. The journal does no other I/O, so that a test can put a
 * disk in its place that forgets what was not synced, tears writes, fails the n-th call or fills up.
 *
 * Every method rejects with a DiskError. After a failed `sync` nothing may be assumed of what was written before it.
 */
export interface Disk {
  /** Shown to people: the directory's path, or "(memory)". */
  readonly location: string;
  /**
   * Takes the directory for this process; creates it where needed. Rejects with DirectoryInUse if another one holds it,
   * with DirectoryUnusable where there can be none.
   */
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** Names of all files but the lock, in no order. */
  list(): Promise<readonly string[]>;
  /** Makes an empty file; EEXIST if it is there. It survives a power cut only after its own `sync` and `syncDirectory`. */
  create(name: string): Promise<DiskFile>;
  /** Opens a file for reading and writing; ENOENT if it is not there. */
  open(name: string): Promise<DiskFile>;
  /** Atomic; replaces `to` if it is there. Durable after `syncDirectory`. */
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes creations, renames and removals durable. */
  syncDirectory(): Promise<void>;
  space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
}

export interface DiskFile {
  readonly name: string;
  size(): Promise<number>;
  /** Bytes `position` to `position + length - 1`, in a buffer of their own; shorter only where the file ends. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Writes all chunks, one after the other, from `position` on. When it rejects, any part of it may have been written. */
  write(chunks: readonly Uint8Array[], position: number): Promise<void>;
  /** Makes what was written (and the length) durable. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** `full`: no space, quota or file-size limit (ENOSPC, EDQUOT, EFBIG). `io`: anything else; final. */
export type DiskErrorKind = "full" | "io" | "missing" | "exists";

export class DiskError extends Error {
  override readonly name = "DiskError";
  readonly kind: DiskErrorKind;
  /** "sync", "write", ... */
  readonly operation: string;
  readonly file: string;

  constructor(
    kind: DiskErrorKind,
    operation: string,
    file: string,
    options?: { readonly cause?: unknown },
  ) {
    const cause = options?.cause instanceof Error ? `: ${options.cause.message}` : "";
    super(`${operation} of ${file} failed${cause}`, options);
    this.kind = kind;
    this.operation = operation;
    this.file = file;
  }
}

/** It cannot be made, or nothing can be written there. Exit code 73. */
export class DirectoryUnusable extends Error {
  override readonly name = "DirectoryUnusable";
  readonly location: string;

  constructor(location: string, cause: Error) {
    super(`${location} cannot be used as a data directory: ${cause.message}`, { cause });
    this.location = location;
  }
}

/** Another process works on the directory. */
export class DirectoryInUse extends Error {
  override readonly name = "DirectoryInUse";
  readonly location: string;
  /** The other process, if it can be told. */
  readonly pid: number | undefined;

  constructor(location: string, pid: number | undefined) {
    super(`${location} is in use by ${pid === undefined ? "another process" : `process ${pid}`}`);
    this.location = location;
    this.pid = pid;
  }
}
