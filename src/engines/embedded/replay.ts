import { decodeEntries } from "./entries.js";
import { RecordKind, type StoredRecord } from "./format.js";
import type { State } from "./state.js";

/** Lets a commit take effect: what its entries say first, then what it stored. */
export function replayCommit(state: State, number: number, records: readonly StoredRecord[]): void {
  const stored: StoredRecord[] = [];
  for (const record of records) {
    if (record.kind !== RecordKind.entries) stored.push(record);
    else for (const entry of decodeEntries(record.body)) state.apply(entry, number);
  }
  // The logs of a topic share its positions: in any other order some would look like gaps.
  stored.sort((a, b) => a.firstPosition - b.firstPosition);
  for (const { log, firstPosition, count } of stored) {
    state.appended(log, firstPosition, count, number);
  }
}
