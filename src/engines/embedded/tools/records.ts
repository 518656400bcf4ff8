import { DecodedMessage, MessageBatch } from "@peyk/client/protocol";
import type { Disk } from "../disk.js";
import { decodeEntries, type Entry } from "../entries.js";
import { decodeSegmentHeader, RecordKind, SEGMENT_HEADER_BYTES } from "../format.js";
import { decodeReferences, type Reference } from "../references.js";
import type { ScannedRecord } from "../scan.js";
import { salvageRecords, salvageSegment } from "./salvage.js";
import type { Survey } from "./survey.js";
import type { SurveyedFile } from "./surveyed-file.js";

/** One record of the journal, or a place that cannot be read. */
export interface RecordReport {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  readonly kind: "entries" | "messages" | "references" | "notes" | "mark" | "damaged";
  /** Of segments. */
  readonly commit?: number;
  /** Of its commit, ms since 1970. */
  readonly timeMs?: number;
  readonly log?: number;
  readonly owner?: string;
  readonly first?: number;
  readonly last?: number;
  readonly entries?: readonly Entry[];
  readonly references?: readonly Reference[];
  readonly messages?: readonly MessageReport[];
  readonly note?: string;
}

export interface MessageReport {
  readonly position: number;
  readonly key: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly payload: Uint8Array;
}

/** Every record of these files, in the order of the bytes. */
export async function* readRecords(
  disk: Disk,
  survey: Survey,
  files: readonly SurveyedFile[],
): AsyncGenerator<RecordReport, void> {
  for (const file of files) {
    const handle = await disk.open(file.name);
    let bytes: Uint8Array;
    try {
      bytes = await handle.read(0, await handle.size());
    } finally {
      await handle.close();
    }
    if (file.kind === "segment") yield* ofSegment(survey, file, bytes);
    else {
      const range = { from: SEGMENT_HEADER_BYTES, to: file.dataEnd };
      for (const record of salvageRecords(bytes, range, file.journal).records) {
        if (record.kind !== RecordKind.footer) yield describe(survey, file, record, {});
      }
    }
  }
}

function* ofSegment(
  survey: Survey,
  file: SurveyedFile,
  bytes: Uint8Array,
): Generator<RecordReport, void> {
  const { firstCommit } = decodeSegmentHeader(bytes) ?? file.header;
  const range = { file: file.number, from: SEGMENT_HEADER_BYTES, to: file.dataEnd, firstCommit };
  for (const item of salvageSegment(bytes, range, file.journal)) {
    if (item.kind === "commit") {
      const { number: commit, timeMs, offset, length } = item.commit.header;
      const common = { commit, timeMs };
      for (const record of item.commit.records) yield describe(survey, file, record, common);
      if (item.commit.records.length > 0) continue;
      yield { file: file.name, offset, bytes: length, kind: "mark", ...common };
      continue;
    }
    const { from, to, firstCommit: commit, records } = item.place;
    yield { file: file.name, offset: from, bytes: to - from, kind: "damaged", commit };
    for (const record of records) yield describe(survey, file, record, { commit });
  }
}

function describe(
  { state }: Survey,
  file: SurveyedFile,
  record: ScannedRecord,
  common: { readonly commit?: number; readonly timeMs?: number },
): RecordReport {
  const { offset, bodyBytes, kind, log, firstPosition: first, count, body, timeMs } = record;
  const place = { file: file.name, offset, bytes: bodyBytes, timeMs, ...common };
  if (kind === RecordKind.entries) {
    return { ...place, kind: "entries", entries: decodeEntries(body) };
  }
  const owner = state.knownLogs.get(log)?.owner;
  const own = {
    ...place,
    log,
    ...(owner !== undefined && { owner }),
    first,
    last: first + count - 1,
  };
  if (kind === RecordKind.messages) {
    return { ...own, kind: "messages", messages: messagesOf(new MessageBatch(body, count), first) };
  }
  if (kind === RecordKind.references) {
    return { ...own, kind: "references", references: decodeReferences(body, first) };
  }
  return { ...own, kind: "notes", note: Buffer.from(body).toString() };
}

function messagesOf(batch: MessageBatch, first: number): MessageReport[] {
  return Array.from({ length: batch.count }, (_, index) => {
    const message = new DecodedMessage(batch.message(index));
    const { key, attributes, contentType, payload } = message;
    return { position: first + index, key, attributes, contentType, payload };
  });
}
