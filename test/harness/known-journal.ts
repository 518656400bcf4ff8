import { MessageBatch } from "@peyk/client/protocol";
import { JournalDamaged } from "../../src/engines/embedded/errors.js";
import {
  decodeRecord,
  decodeSegmentHeader,
  RECORD_HEADER_BYTES,
  RecordKind,
  SEGMENT_HEADER_BYTES,
} from "../../src/engines/embedded/format.js";
import { scanCommits, type ScannedRecord } from "../../src/engines/embedded/scan.js";
import { recordsOf } from "../../src/engines/embedded/tools/survey-segment.js";
import { surveyJournal } from "../../src/engines/embedded/tools/survey.js";
import { diskOf } from "./damaged-journal.js";
import { EngineHarness } from "./engine-harness.js";
import { viewOf, type SeenMessage } from "./journal-view.js";
import { idOf } from "./messages.js";
import { lastSegment, namesOf, withChanges, type Files } from "./plain-journal.js";

/** Where a commit stands. */
export interface KnownCommit {
  readonly file: string;
  readonly number: number;
  /** The commit up to which all is durable, as it says. */
  readonly mark: number;
  readonly from: number;
  readonly to: number;
  readonly records: readonly ScannedRecord[];
}

/** A record of a segment or of a cold file. */
export interface KnownRecord {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly record: ScannedRecord;
}

/** A whole journal, what every byte of its segments is for, and what is there if it ends earlier. */
export class KnownJournal {
  readonly files: Files;
  /** The segment that is written to. */
  readonly last: string;
  readonly commits: readonly KnownCommit[];
  readonly records: readonly KnownRecord[];
  /** By the number of the last commit, from that before the last segment on; undefined: a snapshot knows better. */
  readonly #endings: ReadonlyMap<number, readonly SeenMessage[] | undefined>;

  private constructor(
    files: Files,
    commits: readonly KnownCommit[],
    inColdFiles: readonly KnownRecord[],
    endings: ReadonlyMap<number, readonly SeenMessage[] | undefined>,
  ) {
    this.files = files;
    this.last = lastSegment(files);
    this.commits = commits;
    const inCommits = commits.flatMap(({ file, records }) =>
      records.map((record) => placed(file, record)),
    );
    this.records = [...inCommits, ...inColdFiles];
    this.#endings = endings;
  }

  static async of(files: Files): Promise<KnownJournal> {
    const commits = namesOf(files, "segment").flatMap((name) => commitsOf(files, name));
    const last = lastSegment(files);
    const bytes = files.get(last) ?? new Uint8Array();
    const inLast = commits.filter(({ file }) => file === last);
    const before = (inLast[0]?.number ?? 1) - 1;
    const endings = new Map<number, readonly SeenMessage[] | undefined>();
    endings.set(before, await startOn(files, last, bytes.subarray(0, SEGMENT_HEADER_BYTES)));
    for (const { number, to } of inLast) {
      endings.set(number, await startOn(files, last, bytes.subarray(0, to)));
    }
    return new KnownJournal(files, commits, await coldRecords(files), endings);
  }

  get whole(): readonly SeenMessage[] {
    return [...this.#endings.values()].at(-1) ?? [];
  }

  /** What is there if commit `number` of the last segment is the last one; undefined: that cannot be. */
  endingWith(number: number): readonly SeenMessage[] | undefined {
    return this.#endings.get(number);
  }

  commitAt(file: string, offset: number): KnownCommit | undefined {
    return this.commits.find(
      (commit) => commit.file === file && commit.from <= offset && offset < commit.to,
    );
  }

  recordAt(file: string, offset: number): ScannedRecord | undefined {
    const isAt = (place: KnownRecord): boolean => place.from <= offset && offset < place.to;
    return this.records.find((place) => place.file === file && isAt(place))?.record;
  }

  /** Whether something behind a commit says that it is durable. */
  isMarked(number: number): boolean {
    return this.commits.some((commit) => commit.number > number && commit.mark >= number);
  }
}

/** The numbers of the messages in a record. */
export function messagesIn(record: ScannedRecord): number[] {
  if (record.kind !== RecordKind.messages) return [];
  const batch = new MessageBatch(record.body, record.count);
  return Array.from({ length: record.count }, (_, index) => idOf(batch, index));
}

function commitsOf(files: Files, file: string): KnownCommit[] {
  const bytes = files.get(file) ?? new Uint8Array();
  const header = decodeSegmentHeader(bytes);
  if (!header) throw new Error(`${file} has no header`);
  const commits: KnownCommit[] = [];
  const { firstCommit, journal } = header;
  const place = { file: header.file, from: SEGMENT_HEADER_BYTES, firstCommit };
  scanCommits(bytes, place, journal, ({ header: { number, mark, offset, length }, records }) => {
    commits.push({ file, number, mark, from: offset, to: offset + length, records });
  });
  return commits;
}

/** Cold files have no commits: their footers say where the records are. */
async function coldRecords(files: Files): Promise<KnownRecord[]> {
  const survey = await surveyJournal(await diskOf(files));
  return survey.used.flatMap(({ kind, name, header, footer }) => {
    if (kind !== "cold" || !footer) return [];
    return [...recordsOf(footer)].flatMap(({ place: { offset } }) => {
      const record = decodeRecord(files.get(name) ?? new Uint8Array(), offset, header.journal);
      return record ? [placed(name, { ...record, offset })] : [];
    });
  });
}

function placed(file: string, record: ScannedRecord): KnownRecord {
  const to = record.offset + RECORD_HEADER_BYTES + record.body.byteLength;
  return { file, from: record.offset, to, record };
}

/** What is there with other bytes in one file; undefined: the start is refused. */
async function startOn(
  files: Files,
  name: string,
  bytes: Uint8Array,
): Promise<readonly SeenMessage[] | undefined> {
  try {
    const disk = await diskOf(withChanges(files, { [name]: bytes }));
    return await viewOf(await EngineHarness.open({}, disk));
  } catch (error) {
    if (error instanceof JournalDamaged) return undefined;
    throw error;
  }
}
