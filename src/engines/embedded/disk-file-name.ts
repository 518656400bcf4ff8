import { DiskError } from "./disk.js";

/** The file that says which process a directory belongs to. */
export const LOCK_NAME = "lock";

/** Whether `name` belongs to the lock: `lock` itself, or a file that takes part in taking it over. */
export function isLockName(name: string): boolean {
  return name === LOCK_NAME || name.startsWith(`${LOCK_NAME}.`);
}

/** Throws a DiskError unless `name` is one that every disk takes: a plain file name, and none of the lock's. */
export function checkFileName(operation: string, name: string): void {
  const isPlainName = name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name);
  if (isPlainName && !isLockName(name)) return;
  const cause = new Error(`"${name}" is not a plain file name, or is kept for the lock`);
  throw new DiskError("io", operation, name, { cause });
}
