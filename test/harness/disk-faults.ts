import type { DiskErrorKind } from "../../src/engines/embedded/disk.js";

export const DISK_OPERATIONS = [
  "list",
  "create",
  "open",
  "read",
  "write",
  "sync",
  "truncate",
  "rename",
  "remove",
  "syncDirectory",
] as const;

export type DiskOperation = (typeof DISK_OPERATIONS)[number];

export interface DiskFault {
  readonly operation: DiskOperation;
  /** Which call fails, counted from when the fault is planned: 1 is the next one. */
  readonly nth: number;
  /** A failed sync is `io` whatever is said here, as on every disk. */
  readonly kind: "io" | "full";
  /** Whether all calls after the n-th fail too. Default: only the n-th. */
  readonly fromThenOn?: boolean;
  /** Counts calls on this file only. Default: all. */
  readonly file?: string;
}

/** The calls that are to fail. */
export class FaultPlan {
  /** How many calls were told to fail. */
  hits = 0;
  #faults: { readonly fault: DiskFault; callsLeft: number }[] = [];

  add(fault: DiskFault): void {
    this.#faults.push({ fault, callsLeft: fault.nth });
  }

  clear(): void {
    this.#faults = [];
  }

  /** Counts a call; how it is to fail, or undefined if it is not. */
  take(operation: DiskOperation, file: string): DiskErrorKind | undefined {
    let kind: DiskErrorKind | undefined;
    for (const planned of this.#faults) {
      const { fault } = planned;
      if (fault.operation !== operation || (fault.file ?? file) !== file) continue;
      planned.callsLeft -= 1;
      const isHit = planned.callsLeft === 0 || (planned.callsLeft < 0 && fault.fromThenOn === true);
      if (isHit) kind ??= operation.startsWith("sync") ? "io" : fault.kind;
    }
    if (kind !== undefined) this.hits += 1;
    return kind;
  }
}
