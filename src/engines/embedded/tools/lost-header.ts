/** What the commits of a segment say that its header should. */
import { asBuffer, createJournalId, SEGMENT_HEADER_BYTES, type JournalId } from "../format.js";
import { salvageSegment } from "./salvage.js";
import type { SurveyedFile } from "./surveyed-file.js";

/** The id in a header that is damaged elsewhere, if a commit proves it. */
export function idFrom(bytes: Uint8Array, file: number): JournalId | undefined {
  if (bytes.byteLength < SEGMENT_HEADER_BYTES) return undefined;
  const id = createJournalId(Uint8Array.from(asBuffer(bytes).subarray(16, 32)));
  const range = { file, from: SEGMENT_HEADER_BYTES, to: bytes.byteLength, firstCommit: 0 };
  for (const { kind } of salvageSegment(bytes, range, id)) if (kind === "commit") return id;
  return undefined;
}

/** Of a segment whose header does not say it. */
export function firstCommitOf(
  bytes: Uint8Array,
  file: SurveyedFile,
  { last, covers }: { readonly last: number; readonly covers: number },
): number {
  const range = { file: file.number, from: SEGMENT_HEADER_BYTES, to: bytes.byteLength };
  for (const item of salvageSegment(bytes, { ...range, firstCommit: 0 }, file.journal)) {
    if (item.kind !== "commit") continue;
    const { number } = item.commit.header;
    // Between two segments others may have been freed.
    return last === 0 || number <= covers + 1 ? number : last + 1;
  }
  return last + 1;
}
