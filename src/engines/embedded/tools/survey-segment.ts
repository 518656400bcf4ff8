import {
  decodeRecord,
  decodeSegmentTail,
  RECORD_HEADER_BYTES,
  RecordKind,
  SEGMENT_HEADER_BYTES,
  SEGMENT_TAIL_BYTES,
} from "../format.js";
import { blockBytes, decodeBlock, LogExtents, type RecordPlace } from "../record-index.js";
import { endsWithCommit, provesDurable, type ScannedCommit, type ScannedRecord } from "../scan.js";
import type { FoundDamage } from "./report.js";
import { salvageRecords, salvageSegment, type BrokenPlace } from "./salvage.js";
import type { SurveyedFile, UnreadableRecord } from "./surveyed-file.js";

/** What a survey of a segment is told from outside. */
export interface SegmentPlace {
  /** The number that its first commit must have. */
  readonly firstCommit: number;
  /** The first commit of the segment that follows; `undefined`: it is the last one. */
  readonly nextFirst: number | undefined;
  /** Commits up to this one were durable for certain: a snapshot contains them. */
  readonly durable: number;
}

/** What it tells, in order. */
export interface SegmentVisitor {
  commit(number: number, records: readonly ScannedRecord[]): void;
  /**
   * `damage` is what it is reported as; records that are whole count as those of its first commit. `indexed`: what the
   * footer says of records there that cannot be read.
   */
  broken(place: BrokenPlace, damage: FoundDamage, indexed: readonly UnreadableRecord[]): void;
}

/** Reads all of a segment, and notes in `file` what is in it. */
export function surveySegment(
  file: SurveyedFile,
  bytes: Uint8Array,
  place: SegmentPlace,
  visitor: SegmentVisitor,
): void {
  readFooter(file, bytes);
  const to = file.tail?.footerOffset ?? bytes.byteLength;
  const range = { file: file.number, from: SEGMENT_HEADER_BYTES, to };
  const items = salvageSegment(bytes, { ...range, ...place }, file.journal);
  const good = new Set<number>();
  for (const item of items) {
    if (item.kind === "broken" && isEnd(file, bytes, item.place, place)) {
      endAt(file, bytes, item.place, place);
      break;
    }
    const records = item.kind === "commit" ? item.commit.records : item.place.records;
    for (const record of records) {
      good.add(record.offset);
      file.add(record);
    }
    if (item.kind === "commit") takeCommit(file, item.commit, visitor);
    else takeBroken(file, item.place, (at) => good.has(at), visitor);
  }
  if (file.footer) noteUnreadable(file, file.footer, (at) => good.has(at));
}

/** Reads all of a cold file. Its footer says what is in it; without one, whatever is found counts. */
export function surveyCold(file: SurveyedFile, bytes: Uint8Array): void {
  readFooter(file, bytes);
  if (!file.footer) {
    const to = file.tail?.footerOffset ?? bytes.byteLength;
    const from = SEGMENT_HEADER_BYTES;
    const { records } = salvageRecords(bytes, { from, to }, file.journal);
    for (const record of records) {
      // Its own footer stands where no tail says so.
      if (record.kind === RecordKind.footer) break;
      file.add(record);
      file.dataEnd = record.offset + RECORD_HEADER_BYTES + record.bodyBytes;
    }
    return;
  }
  file.dataEnd = file.tail?.footerOffset ?? bytes.byteLength;
  noteUnreadable(file, file.footer, (at, log, { first, count }) => {
    const record = decodeRecord(bytes, at, file.journal);
    const isIt = record?.log === log && record.firstPosition === first && record.count === count;
    if (isIt) file.add(record);
    return isIt;
  });
}

/** The records that a segment's footer or cold file's footer names. */
export function* recordsOf(
  footer: Uint8Array,
): Generator<{ readonly log: number; readonly place: RecordPlace }, void> {
  const extents = new LogExtents(footer);
  for (const log of extents.logs()) {
    const extent = extents.get(log);
    if (!extent) continue;
    const block = footer.subarray(extent.at, extent.at + blockBytes(extent));
    const index = decodeBlock(block, extent.entries);
    for (let entry = 0; entry < index.length; entry += 1) {
      const place = index.at(entry);
      if (place) yield { log, place };
    }
  }
}

function noteUnreadable(
  file: SurveyedFile,
  footer: Uint8Array,
  isReadable: (offset: number, log: number, place: RecordPlace) => boolean,
): void {
  for (const { log, place } of recordsOf(footer)) {
    if (!isReadable(place.offset, log, place)) file.unreadable.push({ ...place, log });
  }
}

function readFooter(file: SurveyedFile, bytes: Uint8Array): void {
  const tailAt = Math.max(bytes.byteLength - SEGMENT_TAIL_BYTES, SEGMENT_HEADER_BYTES);
  const tail = decodeSegmentTail(bytes.subarray(tailAt), file.journal);
  if (!tail || tail.footerOffset > tailAt) return;
  file.tail = tail;
  const footer = decodeRecord(bytes.subarray(0, tailAt), tail.footerOffset, file.journal);
  if (footer?.kind === RecordKind.footer) file.footer = footer.body;
}

function takeCommit(
  file: SurveyedFile,
  { header, records }: ScannedCommit,
  visitor: SegmentVisitor,
): void {
  const { number, timeMs, offset, length } = header;
  file.commits = { first: file.commits?.first ?? number, last: number };
  file.times = { first: file.times?.first ?? timeMs, last: timeMs };
  file.dataEnd = offset + length;
  visitor.commit(number, records);
}

function takeBroken(
  file: SurveyedFile,
  place: BrokenPlace,
  isReadable: (offset: number) => boolean,
  visitor: SegmentVisitor,
): void {
  const last = place.records.at(-1);
  if (last) file.dataEnd = last.offset + RECORD_HEADER_BYTES + last.bodyBytes;
  const [were, are] = isOne(place) ? ["was", "is"] : ["were", "are"];
  const damage: FoundDamage = {
    file: file.name,
    offset: place.from,
    bytes: place.to - place.from,
    detail: `${commitsText(place.firstCommit, place.lastCommit ?? place.firstCommit)}, which ${were} confirmed, ${are} not whole`,
    lost: [],
    effects: [],
  };
  file.damages.push(damage);
  const indexed = [...(file.footer ? recordsOf(file.footer) : [])]
    .map(({ log, place: record }) => ({ ...record, log }))
    .filter(({ offset }) => place.from <= offset && offset < place.to && !isReadable(offset));
  visitor.broken(place, damage, indexed);
}

/** Whether a place is what may stand at the end of a segment without being damage. */
function isEnd(
  file: SurveyedFile,
  bytes: Uint8Array,
  broken: BrokenPlace,
  place: SegmentPlace,
): boolean {
  if (file.tail || broken.from === broken.to) return false;
  const hasMore = broken.records.some(({ kind }) => kind !== RecordKind.footer);
  const number = broken.firstCommit;
  if (place.nextFirst !== undefined) {
    const isComplete = place.nextFirst === number || endsWithCommit(bytes, broken.from);
    return isComplete && !hasMore && broken.to === bytes.byteLength;
  }
  return (
    number > place.durable && !provesDurable(bytes, broken.from, file.number, number, file.journal)
  );
}

function endAt(
  file: SurveyedFile,
  bytes: Uint8Array,
  { from }: BrokenPlace,
  { nextFirst }: SegmentPlace,
): void {
  const rest = bytes.subarray(from);
  if (rest.every((byte) => byte === 0)) return;
  file.tornBytes = rest.byteLength;
  if (nextFirst === undefined) return;
  file.damages.push({
    file: file.name,
    offset: from,
    bytes: rest.byteLength,
    detail: "its footer is not readable",
    lost: [],
    effects: ["nothing is lost: the next start reads the commits before it instead"],
  });
}

const isOne = ({ firstCommit, lastCommit }: BrokenPlace): boolean =>
  lastCommit === undefined || lastCommit === firstCommit;

/** "commit 3", "commits 3 to 5" */
export const commitsText = (first: number, last: number): string =>
  first === last ? `commit ${first}` : `commits ${first} to ${last}`;
