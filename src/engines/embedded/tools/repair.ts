import type { Clock } from "../../../runtime/clock.js";
import type { Random } from "../../../runtime/random.js";
import { DiskError, type Disk, type DiskFile } from "../disk.js";
import { JournalDamaged } from "../errors.js";
import { createSegment } from "../files.js";
import {
  encodeSegmentHeader,
  FileKind,
  FORMAT_VERSION,
  RecordKind,
  SEGMENT_HEADER_BYTES,
  SPARE_NAME,
  TEMPORARY_SUFFIX,
  type JournalId,
} from "../format.js";
import { globalPiece, producerPiece, subscriptionPiece, topicPiece } from "../pieces.js";
import { Segment } from "../segment.js";
import { SnapshotWriter } from "../snapshot.js";
import { checkStart } from "./check-start.js";
import { mendState, type FoundTopic } from "./mend-state.js";
import { copyFile } from "./overlay-disk.js";
import type { Damage } from "./report.js";
import { salvageRecords, salvageSegment } from "./salvage.js";
import { surveyJournal, type OtherFile, type Progress, type Survey } from "./survey.js";
import type { SurveyedFile } from "./surveyed-file.js";

/** What a repair does to one file. Before that a copy of it is put aside. */
export interface RepairStep {
  readonly file: string;
  readonly action: "set aside" | "header written" | "footer written" | "made";
  /** Bytes cut from its end. */
  readonly cutBytes: number;
}

export interface Repair {
  /** False: a broker starts and finds all that can be read; nothing was done. */
  readonly wasNeeded: boolean;
  /** Why it is needed. */
  readonly reason: string | undefined;
  readonly steps: readonly RepairStep[];
  readonly damages: readonly Damage[];
  /** Messages that are lost and needed. */
  readonly neededLost: number;
  /** Commits that cannot be read, or not wholly. */
  readonly lostCommits: number;
  /** They keep all their messages from now on, because nobody knows who waits for them. */
  readonly foundTopics: readonly FoundTopic[];
  /** How many subscriptions commits speak of that are lost. */
  readonly lostSubscriptions: number;
  readonly topics: number;
  readonly subscriptions: number;
  /** What subscriptions have left. */
  readonly unsettledMessages: number;
}

export interface RepairOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly progress?: Progress;
}

/**
 * Makes a directory one that a broker starts on, with everything in it that can be read. What it changes or takes out is
 * copied to `backup` first. Whenever it is cut off, what is left can be repaired again. The disk must be locked.
 *
 * Damage that no start minds is left as it is: those messages become dead letters when it is their turn.
 */
export async function repairJournal(
  disk: Disk,
  backup: Disk,
  options: RepairOptions,
): Promise<Repair> {
  const { clock, random, progress } = options;
  const start = await checkStart(disk, clock, random);
  const survey = await surveyJournal(disk, progress);
  const { journal, damages } = survey;
  const reason = start.canStart ? hiddenLoss(survey) : start.reason.message;
  if (reason === undefined) return report(survey, undefined, [], []);
  if (!journal) throw beyondRepair(disk.location, damages);
  const foundTopics = mendState(survey, random, clock.now());
  const work = new RepairWork(survey, journal, { disk, backup, clock });
  await work.run();
  const after = await checkStart(disk, clock, random);
  if (!after.canStart) throw new Error(`the repair was not enough: ${after.reason.message}`);
  return report(survey, reason, work.steps, foundTopics);
}

function beyondRepair(location: string, damages: readonly Damage[]): JournalDamaged {
  const { file = "", offset = 0, detail = "" } = damages[0] ?? {};
  return new JournalDamaged(location, file, offset, detail, "Only a copy can help: restore one");
}

/** What a start does not see, and what would stay wrong for ever. */
function hiddenLoss({ damages, losses }: Survey): string | undefined {
  // Messages that can be read would be gone with the dead letters that name them.
  const isReferenceLost = damages.some(({ lost }) =>
    lost.some(({ kind }) => kind === "references"),
  );
  if (isReferenceLost) return "dead letters cannot be read, and their messages can";
  if (losses.missing.size > 0) return "subscriptions wait for messages that are in no file";
  return undefined;
}

function report(
  survey: Survey,
  reason: string | undefined,
  steps: readonly RepairStep[],
  foundTopics: readonly FoundTopic[],
): Repair {
  const { topics, subscriptions, parents } = survey.state;
  let unsettledMessages = 0;
  for (const { subscription, cursors } of subscriptions.values()) {
    if (parents.has(subscription.id)) continue;
    for (const { unsettledCount } of cursors.values()) unsettledMessages += unsettledCount;
  }
  return {
    wasNeeded: reason !== undefined,
    reason,
    steps,
    damages: survey.damages,
    neededLost: survey.losses.neededLost,
    lostCommits: survey.lostCommits,
    foundTopics,
    lostSubscriptions: survey.lostSubscriptions.size,
    topics: topics.size,
    subscriptions: subscriptions.size - parents.size,
    unsettledMessages,
  };
}

/** The steps, in an order in which each leaves something that can be repaired again; the snapshot makes it whole. */
class RepairWork {
  readonly steps: RepairStep[] = [];
  readonly #survey: Survey;
  readonly #journal: JournalId;
  readonly #disk: Disk;
  readonly #backup: Disk;
  readonly #clock: Clock;

  constructor(
    survey: Survey,
    journal: JournalId,
    parts: { readonly disk: Disk; readonly backup: Disk; readonly clock: Clock },
  ) {
    this.#survey = survey;
    this.#journal = journal;
    this.#disk = parts.disk;
    this.#backup = parts.backup;
    this.#clock = parts.clock;
  }

  async run(): Promise<void> {
    const { others, used } = this.#survey;
    const aside = others.filter(isInTheWay).map(({ name }) => name);
    const mended = used.filter((file) => !file.isHeaderWhole || !file.isSealed);
    await this.#backUp([...aside, ...mended.map(({ name }) => name)]);
    for (const name of aside) {
      await this.#disk.remove(name);
      this.steps.push({ file: name, action: "set aside", cutBytes: 0 });
    }
    for (const file of mended) await this.#mend(file);
    await this.#disk.syncDirectory();
    await this.#begin();
  }

  /** Copies files; all of them are durable before anything is changed. */
  async #backUp(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    let neededBytes = 0;
    for (const name of names) neededBytes += await sizeOf(this.#disk, name);
    const { freeBytes } = await this.#backup.space();
    if (freeBytes < neededBytes) {
      const cause = new Error(`it needs ${neededBytes} bytes, and ${freeBytes} are free`);
      throw new DiskError("full", "copy", this.#backup.location, { cause });
    }
    for (const name of names) await copyFile(this.#disk, this.#backup, name);
    await this.#backup.syncDirectory();
  }

  async #mend(file: SurveyedFile): Promise<void> {
    const { header, name } = file;
    const handle = await this.#disk.open(name);
    try {
      if (!file.isHeaderWhole) {
        await handle.write([encodeSegmentHeader(header)], 0);
        this.steps.push({ file: name, action: "header written", cutBytes: 0 });
      }
      if (!file.isSealed) await this.#seal(file, handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Writes what can be read of it into a footer: from now on nobody reads it whole. */
  async #seal(file: SurveyedFile, handle: DiskFile): Promise<void> {
    const { dataEnd, size } = file;
    const segment = new Segment(file.header, handle, dataEnd);
    const bytes = await handle.read(0, dataEnd);
    for (const { log, firstPosition, count, offset, bodyBytes } of inOrder(file, bytes)) {
      segment.add(log, firstPosition, count, offset, bodyBytes);
    }
    if (file.commits) segment.lastCommit = file.commits.last;
    const footer = segment.encodeFooter();
    await handle.write([footer], dataEnd);
    await handle.truncate(dataEnd + footer.byteLength);
    this.steps.push({ file: file.name, action: "footer written", cutBytes: size - dataEnd });
  }

  /** An empty segment to write to, and a snapshot after which a start needs no other commit. */
  async #begin(): Promise<void> {
    const { state, used, lastCommit } = this.#survey;
    const now = this.#clock.now();
    const covers = lastCommit + 1;
    const number = state.nextFile++;
    const segment = await createSegment(this.#disk, {
      version: FORMAT_VERSION,
      kind: FileKind.hot,
      journal: this.#journal,
      file: number,
      firstCommit: covers + 1,
      createdAtMs: now,
    });
    await segment.close();
    this.steps.push({ file: segment.file.name, action: "made", cutBytes: 0 });
    const writer = new SnapshotWriter(this.#journal, covers, now);
    const hot = used
      .filter(({ kind }) => kind === "segment")
      .map((file) => ({ number: file.number, lastCommit: file.commits?.last ?? 0 }));
    const pieces = [
      globalPiece(state, [...hot, { number, lastCommit: covers }]),
      ...[...state.topics.values()].map(topicPiece),
      ...[...state.subscriptions.values()].map(subscriptionPiece),
      ...[...state.producers.byId].map(([id, producer]) => producerPiece(id, producer)),
    ];
    for (const piece of pieces) writer.add({ commit: covers, piece });
    const file = await writer.finish(this.#disk, false);
    this.steps.push({ file, action: "made", cutBytes: 0 });
  }
}

/** What a start stumbles over, and what it would only remove. A spare that was being made is nothing but zeros. */
const isInTheWay = ({ isDamaged, kind, name }: OtherFile): boolean =>
  isDamaged ||
  kind === "segment" ||
  kind === "cold" ||
  (kind === "temporary" && name !== SPARE_NAME + TEMPORARY_SUFFIX);

/** The records of a file that a footer is to name, as their logs need them: rising. */
function inOrder(file: SurveyedFile, bytes: Uint8Array) {
  const range = { from: SEGMENT_HEADER_BYTES, to: bytes.byteLength };
  const { firstCommit } = file.header;
  const records =
    file.kind === "cold"
      ? salvageRecords(bytes, range, file.journal).records
      : [
          ...salvageSegment(bytes, { ...range, file: file.number, firstCommit }, file.journal),
        ].flatMap((item) => (item.kind === "commit" ? item.commit.records : item.place.records));
  return records
    .filter(
      ({ kind, count }) => count > 0 && kind !== RecordKind.entries && kind !== RecordKind.footer,
    )
    .sort((a, b) => a.firstPosition - b.firstPosition);
}

async function sizeOf(disk: Disk, name: string): Promise<number> {
  const file = await disk.open(name);
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}
