import type { Disk } from "../disk.js";
import { decodeEntries } from "../entries.js";
import { JournalFormatUnknown } from "../errors.js";
import {
  coldName,
  decodeSegmentHeader,
  FileKind,
  FORMAT_VERSION,
  parseFileName,
  RecordKind,
  SEGMENT_HEADER_BYTES,
  segmentName,
  snapshotName,
  type JournalId,
  type SegmentHeader,
  type StoredRecord,
} from "../format.js";
import type { Range } from "../liveness.js";
import { endOfSegment, restorePiece } from "../pieces.js";
import type { PositionSet } from "../position-set.js";
import { replayCommit } from "../replay.js";
import { decodeSnapshot, type Snapshot } from "../snapshot.js";
import { KnownState } from "./known-state.js";
import { firstCommitOf, idFrom } from "./lost-header.js";
import { LossFinder, type LostRange } from "./losses.js";
import type { FoundDamage, Remark } from "./report.js";
import type { BrokenPlace } from "./salvage.js";
import { commitsText, surveyCold, surveySegment } from "./survey-segment.js";
import { SurveyedFile, type UnreadableRecord } from "./surveyed-file.js";

/** Told before each file that is read. */
export type Progress = (file: string, index: number, total: number) => void;

/** A file in which nothing of the journal can be read, or that is none of its files. */
export interface OtherFile {
  readonly name: string;
  readonly kind: "segment" | "cold" | "snapshot" | "spare" | "temporary" | "foreign";
  readonly size: number;
  readonly header: SegmentHeader | undefined;
  readonly isDamaged: boolean;
  /** Of a snapshot that is whole. */
  readonly snapshot: Snapshot | undefined;
}

interface Numbered {
  readonly name: string;
  readonly kind: "segment" | "cold";
  readonly number: number;
  readonly size: number;
  readonly header: SegmentHeader | undefined;
}

/**
 * All that can be read of a data directory, and what not. Reads every byte of it and changes nothing. Rejects with
 * JournalFormatUnknown where a newer version wrote it.
 */
export async function surveyJournal(disk: Disk, progress: Progress = () => {}): Promise<Survey> {
  const survey = new Survey(disk, progress);
  await survey.run();
  return survey;
}

export class Survey {
  readonly location: string;
  /** `undefined`: nothing tells. */
  journal: JournalId | undefined;
  /** Segments and cold files, in order of their numbers. */
  readonly files: SurveyedFile[] = [];
  readonly others: OtherFile[] = [];
  readonly damages: FoundDamage[] = [];
  readonly remarks: Remark[] = [];
  /** What the newest whole snapshot and all commits after it that can be read say together. */
  readonly state = new KnownState();
  /** Replay begins after the commits that it covers. */
  snapshot: Snapshot | undefined;
  /** The highest commit that is known to have been there. */
  lastCommit = 0;
  /** How many commits cannot be read, or not wholly, that no snapshot contains. */
  lostCommits = 0;
  /** Subscriptions that commits speak of and that nobody made: by their number, the logs that they had. */
  readonly lostSubscriptions = new Map<number, Set<number>>();
  readonly #disk: Disk;
  readonly #progress: Progress;
  readonly losses = new LossFinder(this.state);

  constructor(disk: Disk, progress: Progress) {
    this.location = disk.location;
    this.#disk = disk;
    this.#progress = progress;
  }

  /** Segments and cold files whose messages count. */
  get used(): SurveyedFile[] {
    return this.files.filter((file) => this.isUsed(file));
  }

  get segments(): SurveyedFile[] {
    return this.files.filter(({ kind }) => kind === "segment");
  }

  isUsed({ kind, number }: SurveyedFile): boolean {
    const { coldFiles, replacedFiles } = this.state;
    return kind === "cold" ? coldFiles.has(number) : !replacedFiles.has(number);
  }

  async run(): Promise<void> {
    const names = [...(await this.#disk.list())].sort();
    const numbered: Numbered[] = [];
    const snapshots: OtherFile[] = [];
    for (const [index, name] of names.entries()) {
      this.#progress(name, index, names.length);
      const parsed = parseFileName(name);
      if (parsed.kind === "segment" || parsed.kind === "cold") {
        const { size, header } = await this.#readHead(name);
        numbered.push({ name, kind: parsed.kind, number: parsed.number, size, header });
      } else if (parsed.kind === "snapshot") snapshots.push(await this.#readSnapshot(name));
      else this.#noteOther(name, parsed.kind, await this.#sizeOf(name));
    }
    numbered.sort((a, b) => a.number - b.number);
    this.journal = (await this.#electJournal(numbered, snapshots)) ?? undefined;
    this.#useSnapshots(snapshots);
    await this.#readSegments(numbered.filter(({ kind }) => kind === "segment"));
    this.#checkSegments();
    await this.#readColdFiles(numbered.filter(({ kind }) => kind === "cold"));
    this.#checkEnds(numbered);
    this.losses.finish(this.used, this.damages);
  }

  // ---- What is there -----------------------------------------------------------------------------------------------

  async #readHead(name: string) {
    const file = await this.#disk.open(name);
    try {
      const header = decodeSegmentHeader(await file.read(0, SEGMENT_HEADER_BYTES));
      this.#checkVersion(name, header);
      return { size: await file.size(), header };
    } finally {
      await file.close();
    }
  }

  async #readAll(name: string): Promise<Uint8Array> {
    const file = await this.#disk.open(name);
    try {
      return await file.read(0, await file.size());
    } finally {
      await file.close();
    }
  }

  async #sizeOf(name: string): Promise<number> {
    const file = await this.#disk.open(name);
    try {
      return await file.size();
    } finally {
      await file.close();
    }
  }

  async #readSnapshot(name: string): Promise<OtherFile> {
    const bytes = await this.#readAll(name);
    const header = decodeSegmentHeader(bytes);
    this.#checkVersion(name, header);
    const snapshot = decodeSnapshot(bytes);
    const isDamaged = snapshot === undefined || snapshotName(snapshot.covers) !== name;
    return { name, kind: "snapshot", size: bytes.byteLength, header, snapshot, isDamaged };
  }

  #checkVersion(name: string, header: SegmentHeader | undefined): void {
    if (!header || header.version === FORMAT_VERSION) return;
    throw new JournalFormatUnknown(this.location, name, header.version, FORMAT_VERSION);
  }

  #noteOther(name: string, kind: "spare" | "temporary" | "foreign", size: number): void {
    const nothing = { header: undefined, snapshot: undefined, isDamaged: false };
    this.others.push({ name, kind, size, ...nothing });
    if (kind === "foreign") this.remarks.push({ file: name, detail: "it is no file of Peyk's" });
    if (kind === "temporary") {
      this.remarks.push({ file: name, detail: "it was being made; the next start removes it" });
    }
  }

  /** The id that most files have; of several, that of the last segment. */
  async #electJournal(
    numbered: readonly Numbered[],
    snapshots: readonly OtherFile[],
  ): Promise<JournalId | undefined> {
    const votes = new Map<string, { id: JournalId; count: number }>();
    const segments = numbered.filter(({ kind }) => kind === "segment");
    const ordered = [...snapshots, ...numbered.filter(({ kind }) => kind === "cold"), ...segments];
    for (const { header } of ordered) {
      if (!header) continue;
      const key = Buffer.from(header.journal.bytes).toString("hex");
      const count = (votes.get(key)?.count ?? 0) + 1;
      votes.delete(key);
      votes.set(key, { id: header.journal, count });
    }
    const most = Math.max(...[...votes.values()].map(({ count }) => count));
    const elected = [...votes.values()].findLast(({ count }) => count === most);
    if (elected) return elected.id;
    for (const { name, number } of segments.reverse()) {
      const id = idFrom(await this.#readAll(name), number);
      if (id) return id;
    }
    return undefined;
  }

  #useSnapshots(snapshots: readonly OtherFile[]): void {
    for (const file of snapshots) {
      const isStranger = file.header !== undefined && !this.#isOurs(file.header.journal);
      const isDamaged = file.isDamaged || isStranger;
      this.others.push({ ...file, isDamaged });
      if (!isDamaged) this.snapshot = file.snapshot;
      else {
        const detail = isStranger ? STRANGER : "the snapshot is not whole";
        const effects = [
          "nothing is lost as long as an older one and the commits after it are there",
        ];
        this.#damage({ file: file.name, bytes: file.size, detail, effects });
      }
    }
    const { snapshot, state } = this;
    for (const { piece, commit } of snapshot?.pieces ?? []) restorePiece(state, piece, commit);
    state.firstNewLog = state.nextLog;
    this.lastCommit = snapshot?.lastCommit ?? 0;
  }

  #isOurs({ bytes }: JournalId): boolean {
    return this.journal === undefined || Buffer.compare(bytes, this.journal.bytes) === 0;
  }

  // ---- Segments ----------------------------------------------------------------------------------------------------

  async #readSegments(segments: readonly Numbered[]): Promise<void> {
    const covers = this.snapshot?.covers ?? 0;
    let last = 0;
    for (const [index, each] of segments.entries()) {
      this.#progress(each.name, index, segments.length);
      const bytes = await this.#readAll(each.name);
      const isLast = index === segments.length - 1;
      const isEmpty = each.size <= SEGMENT_HEADER_BYTES || bytes.every((byte) => byte === 0);
      if (!each.header && isLast && isEmpty) {
        this.#noteLeftover(each);
        continue;
      }
      const file = this.#take(each);
      if (!file) continue;
      const firstCommit = file.header.firstCommit || firstCommitOf(bytes, file, { last, covers });
      file.header = { ...file.header, firstCommit };
      if (firstCommit > last + 1 && firstCommit > covers + 1) {
        const from = Math.max(last, covers) + 1;
        this.#lostBefore(file, from, firstCommit - 1);
      }
      surveySegment(
        file,
        bytes,
        {
          firstCommit,
          // Of a header that is not readable nothing is known; 0 is the number of no commit.
          nextFirst: isLast ? undefined : (segments[index + 1]?.header?.firstCommit ?? 0),
          durable: this.snapshot?.lastCommit ?? 0,
        },
        {
          commit: (number, records) => this.#replay(number, records),
          broken: (place, damage, indexed) => this.#broken(place, damage, indexed),
        },
      );
      this.#checkEnd(file, firstCommit - 1);
      // Its header was durable before anything else: what no commit tells is gone.
      if (!file.isHeaderWhole && !file.commits) this.lostCommits += 1;
      // That of the last segment may be torn like all that is written last.
      if (file.tail && !file.footer && isLast) file.tornBytes = file.size - file.tail.footerOffset;
      else if (file.tail && !file.footer) this.#footerDamage(file);
      this.damages.push(...file.damages);
      last = Math.max(last, file.commits?.last ?? 0, file.tail?.lastCommit ?? 0, firstCommit - 1);
      this.lastCommit = Math.max(this.lastCommit, last);
    }
    this.state.forgetAwaited();
  }

  /** Where a file ends between two commits, only the snapshot knows of others that it had. */
  #checkEnd(file: SurveyedFile, before: number): void {
    const last = file.commits?.last ?? before;
    const end = endOfSegment(this.#global, file.number);
    if (file.tail || file.damages.length > 0 || end <= last) return;
    const detail = `${commitsText(last + 1, end)} at its end ${end === last + 1 ? "is" : "are"} missing`;
    const effects = ["the messages in them"];
    file.damages.push({
      file: file.name,
      offset: file.dataEnd,
      bytes: 0,
      detail,
      lost: [],
      effects,
    });
  }

  /** `undefined` where it is another journal's, or nothing tells what it is. */
  #take(each: Numbered): SurveyedFile | undefined {
    const { name, kind, number, size } = each;
    const { header } = each;
    const isStranger = header !== undefined && !this.#isOurs(header.journal);
    if (isStranger || !this.journal) {
      const detail = isStranger ? STRANGER : "nothing in the directory tells which journal it is";
      this.#damage({ file: name, bytes: size, detail, effects: ["all that is in it"] });
      this.others.push({ name, kind, size, header, isDamaged: true, snapshot: undefined });
      return undefined;
    }
    const isHot = header?.kind === FileKind.hot;
    const isIt = header?.file === number && isHot === (kind === "segment");
    const { journal } = this;
    const own = { name, kind, number, size, journal, version: FORMAT_VERSION };
    const file = new SurveyedFile({ ...own, header: isIt ? header : undefined });
    if (!isIt) {
      file.damages.push({
        file: name,
        offset: 0,
        bytes: SEGMENT_HEADER_BYTES,
        detail: header ? `its header is that of file ${header.file}` : "its header is not readable",
        lost: [],
        effects: [],
      });
    }
    this.files.push(file);
    return file;
  }

  #replay(number: number, records: readonly StoredRecord[]): void {
    this.lastCommit = Math.max(this.lastCommit, number);
    if (number <= (this.snapshot?.covers ?? 0)) return;
    this.losses.look(records);
    if (this.lostCommits > 0) this.#noteLostSubscriptions(records);
    replayCommit(this.state, number, records);
  }

  #noteLostSubscriptions(records: readonly StoredRecord[]): void {
    const made = new Set<number>();
    for (const { kind, body } of records) {
      if (kind !== RecordKind.entries) continue;
      for (const { subscriptionSaved, ...entry } of decodeEntries(body)) {
        if (subscriptionSaved) made.add(subscriptionSaved.id ?? 0);
        const { subscription, log } = entry.settled ?? entry.retried ?? entry.died ?? {};
        if (!subscription || made.has(subscription)) continue;
        if (this.state.subscriptions.has(subscription)) continue;
        const logs = this.lostSubscriptions.get(subscription) ?? new Set();
        this.lostSubscriptions.set(subscription, logs.add(log ?? 0));
      }
    }
  }

  #broken(place: BrokenPlace, damage: FoundDamage, indexed: readonly UnreadableRecord[]): void {
    const covers = this.snapshot?.covers ?? 0;
    const { firstCommit, lastCommit = firstCommit } = place;
    const isNew = lastCommit > covers;
    if (isNew) {
      this.lostCommits += lastCommit - Math.max(firstCommit - 1, covers);
      damage.effects.push("acks, failed attempts and changes to topics in there may be undone");
    }
    const lost = this.losses.broken(place, damage, indexed, isNew);
    // What is lost existed: whoever settled it did so, and whoever did not waits for it.
    this.#replay(firstCommit, [...place.records, ...lost.map(emptyRecord)]);
  }

  #lostBefore(file: SurveyedFile, from: number, to: number): void {
    this.lostCommits += to - from + 1;
    const effects = ["lost with them: messages, acks, changes to topics and subscriptions"];
    const detail = `${commitsText(from, to)} before it ${from === to ? "is" : "are"} missing`;
    file.damages.push({ file: file.name, offset: 0, bytes: 0, detail, lost: [], effects });
  }

  /** Whether all segments are there that the snapshot needs. */
  #checkSegments(): void {
    const there = new Set(this.segments.map(({ number }) => number));
    for (const number of this.#global?.segments ?? []) {
      if (there.has(number) || this.state.replacedFiles.has(number)) continue;
      this.lostCommits += 1;
      this.#missing(segmentName(number));
    }
  }

  get #global() {
    return this.snapshot?.pieces.find(({ piece }) => piece.global)?.piece.global;
  }

  // ---- Cold files --------------------------------------------------------------------------------------------------

  async #readColdFiles(coldFiles: readonly Numbered[]): Promise<void> {
    const numbers = new Set(coldFiles.map(({ number }) => number));
    const gone = [...this.state.coldFiles].filter((number) => !numbers.has(number));
    // Files are removed after the commit that says so: it is lost, or somebody else removed them.
    this.lostCommits += gone.length;
    for (const [index, each] of coldFiles.entries()) {
      this.#progress(each.name, index, coldFiles.length);
      const isUsed = this.state.coldFiles.has(each.number);
      if (!isUsed && !each.header && this.lostCommits === 0) {
        this.#noteLeftover(each);
        continue;
      }
      const file = this.#take(each);
      if (!file) continue;
      surveyCold(file, await this.#readAll(each.name));
      if (!isUsed && this.#isNeeded(file)) {
        this.state.coldFiles.add(file.number);
        const detail =
          "the commit that put it in use is lost; it has messages that no other file has";
        this.remarks.push({ file: each.name, detail });
      } else if (!isUsed) {
        file.damages.length = 0;
        const detail = "it is not in use; the next start removes it";
        this.remarks.push({ file: each.name, detail });
        continue;
      }
      if (!file.footer) this.#footerDamage(file);
      this.damages.push(...file.damages);
    }
    for (const number of gone) this.#missing(coldName(number));
  }

  /** Whether only a commit that is lost can have put a cold file in use: others have nothing of what is in it. */
  #isNeeded({ number, logs }: SurveyedFile): boolean {
    const isPossible = this.lostCommits > 0 && !this.state.replacedFiles.has(number);
    if (!isPossible || logs.size === 0) return false;
    return this.used.every((other) =>
      [...logs].every(([log, { positions }]) => {
        const theirs = other.logs.get(log)?.positions;
        return !theirs || [...positions.ranges()].every((each) => isWithout(theirs, each));
      }),
    );
  }

  #missing(file: string): void {
    this.#damage({ file, bytes: 0, detail: "it is missing", effects: ["all that was in it"] });
  }

  #footerDamage(file: SurveyedFile): void {
    const offset = file.tail?.footerOffset ?? file.dataEnd;
    const hot = "nothing is lost: the next start reads its commits instead";
    const cold = "its messages are there as far as their checksums fit";
    file.damages.push({
      file: file.name,
      offset,
      bytes: file.size - offset,
      detail: "its footer is not readable",
      lost: [],
      effects: [file.kind === "segment" ? hot : cold],
    });
  }

  // ---- The whole ---------------------------------------------------------------------------------------------------

  #checkEnds(numbered: readonly Numbered[]): void {
    const last = this.segments.at(-1);
    const durable = this.snapshot?.lastCommit ?? 0;
    const end = last?.commits?.last ?? (last ? last.header.firstCommit - 1 : 0);
    if (last && end < durable && last.damages.length === 0) {
      const [were, are] = end + 1 === durable ? ["was", "is"] : ["were", "are"];
      const detail = `${commitsText(end + 1, durable)}, which ${were} confirmed, ${are} missing`;
      this.#damage({ file: last.name, offset: last.dataEnd, bytes: 0, detail, effects: [] });
    }
    const isOrphaned = numbered.some(({ kind }) => kind === "cold") || this.snapshot !== undefined;
    if (!last && isOrphaned) {
      const file = this.files[0]?.name ?? this.others.find(({ header }) => header)?.name ?? "";
      const detail = "the segments it belongs to are missing";
      this.#damage({ file, bytes: 0, detail, effects: ["all messages but those in cold files"] });
    }
    this.lastCommit = Math.max(this.lastCommit, durable);
  }

  #noteLeftover({ name, kind, size, header }: Numbered): void {
    this.others.push({ name, kind, size, header, isDamaged: false, snapshot: undefined });
    const detail = "it was being made when the process died; the next start removes it";
    this.remarks.push({ file: name, detail });
  }

  #damage(
    damage: Pick<FoundDamage, "file" | "bytes" | "detail" | "effects"> & { offset?: number },
  ): void {
    this.damages.push({ offset: 0, lost: [], ...damage });
  }
}

/** Stands for a record that cannot be read, where only its positions count. */
function emptyRecord({ log, kind, first, count }: LostRange): StoredRecord {
  const header = { kind: RecordKind[kind], codec: 0, keyId: 0, log, timeMs: 0, bodyBytes: 0 };
  return { ...header, firstPosition: first, count, body: new Uint8Array(), checksum: 0 };
}

const isWithout = (positions: PositionSet, { first, count }: Range): boolean =>
  positions.countIn(first, count) === 0;

const STRANGER = "it belongs to another journal";
