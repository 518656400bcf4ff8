import { JournalDamaged } from "../../src/engines/embedded/errors.js";
import { RecordKind, SEGMENT_HEADER_BYTES } from "../../src/engines/embedded/format.js";
import { MemoryDisk } from "../../src/engines/embedded/memory-disk.js";
import type { RecoveryReport } from "../../src/engines/embedded/recovery.js";
import { repairJournal } from "../../src/engines/embedded/tools/repair.js";
import { diskOf } from "./damaged-journal.js";
import { EngineHarness } from "./engine-harness.js";
import { lineOf, viewOf, type SeenMessage } from "./journal-view.js";
import { messagesIn, type KnownJournal } from "./known-journal.js";
import { withChanges, type Files } from "./plain-journal.js";
import { SeededRandom } from "./seeded-random.js";
import { TestClock } from "./test-clock.js";

/** One bit that is turned over, or a file that is cut at `offset`. */
export interface SmallDamage {
  readonly kind: "bit" | "cut";
  readonly file: string;
  readonly offset: number;
  /** 0 to 7; of a cut 0. */
  readonly bit: number;
}

/** What a start made of a damaged copy. */
type Started =
  | { readonly kind: "refused"; readonly file: string; readonly offset: number }
  | {
      readonly kind: "open";
      readonly view: readonly SeenMessage[];
      readonly report: RecoveryReport;
      /** Files with records that turned out to be damaged when they were read. */
      readonly damagedFiles: readonly string[];
    };

/** Every small damage that can be done to some files, numbered from 0. */
export class SmallDamages {
  readonly #files: Files;
  readonly count: number;

  constructor(files: Files) {
    this.#files = files;
    this.count = [...files.values()].reduce((sum, bytes) => sum + 9 * bytes.byteLength, 0);
  }

  /** Of each byte its eight bits, then the cut before it. */
  at(index: number): SmallDamage {
    let left = index;
    for (const [file, { byteLength }] of this.#files) {
      const offset = Math.floor(left / 9);
      const bit = left % 9;
      if (offset < byteLength) {
        return { kind: bit < 8 ? "bit" : "cut", file, offset, bit: bit % 8 };
      }
      left -= 9 * byteLength;
    }
    throw new RangeError(`there is no damage ${index}`);
  }
}

/**
 * Starts, verifies and repairs a copy with this damage. Throws unless the start
 *
 * - is refused, and names the file and a place in it not behind the damage; a repair then saves all that was not hit;
 * - or has all there is, but what one damaged record held, which is told;
 * - or ends earlier, where no later commit says that the rest was durable, and counts what it cut.
 *
 * Returns what happened.
 */
export async function checkDamage(
  journal: KnownJournal,
  done: SmallDamage,
): Promise<"refused" | "whole" | "told" | "cut"> {
  try {
    const files = damaged(journal.files, done);
    const started = await start(files);
    await checkTools(journal, files, done, started);
    if (started.kind === "refused") return checkRefusal(journal, done, started);
    return checkStart(journal, done, started);
  } catch (error) {
    const { kind, file, offset, bit } = done;
    const what = kind === "bit" ? `bit ${bit} of byte ${offset} of ${file}` : `${file} cut`;
    throw new Error(`${what} (at ${offset}): ${String(error)}`, { cause: error });
  }
}

function damaged(files: Files, { kind, file, offset, bit }: SmallDamage): Files {
  const bytes = Uint8Array.from(files.get(file) ?? []);
  if (kind === "cut") return withChanges(files, { [file]: bytes.slice(0, offset) });
  bytes[offset] = (bytes[offset] ?? 0) ^ (1 << bit);
  return withChanges(files, { [file]: bytes });
}

async function start(files: Files): Promise<Started> {
  try {
    const harness = await EngineHarness.open({}, await diskOf(files));
    const damagedFiles: string[] = [];
    harness.engine.onDamage(({ file }) => damagedFiles.push(file));
    const view = await viewOf(harness);
    return { kind: "open", view, report: harness.engine.recovery, damagedFiles };
  } catch (error) {
    if (!(error instanceof JournalDamaged)) throw error;
    return { kind: "refused", file: error.file, offset: error.offset };
  }
}

function checkRefusal(
  journal: KnownJournal,
  done: SmallDamage,
  { file, offset }: Started & { readonly kind: "refused" },
): "refused" {
  if (file === done.file && offset <= done.offset) return "refused";
  // A last segment without a header is empty: then the journal ends in the one before it.
  const isEmpty = done.kind === "cut" && done.offset < SEGMENT_HEADER_BYTES;
  if (done.file === journal.last && isEmpty && file < done.file) return "refused";
  throw new Error(`the start is refused for ${file} at ${offset}`);
}

function checkStart(
  journal: KnownJournal,
  done: SmallDamage,
  started: Started & { readonly kind: "open" },
): "whole" | "told" | "cut" {
  const { view, report, damagedFiles } = started;
  if (done.file.startsWith("snapshot")) {
    if (report.damagedSnapshots !== 1) throw new Error("the damaged snapshot is not counted");
    checkSame(journal.whole, view);
    return "whole";
  }
  if (done.file === journal.last) {
    checkEnd(journal, done, started);
    return "cut";
  }
  if (damagedFiles.length === 0) {
    checkSame(journal.whole, view);
    return "whole";
  }
  if (damagedFiles.some((file) => file !== done.file)) throw new Error(`${damagedFiles.join()}`);
  checkLost(journal, done, view);
  return "told";
}

/** The last segment ends earlier. One that is cut off in its header counts as empty. */
function checkEnd(
  journal: KnownJournal,
  { kind, file, offset }: SmallDamage,
  { view, report }: Started & { readonly kind: "open" },
): void {
  const place = Math.max(offset, SEGMENT_HEADER_BYTES);
  const hit = journal.commitAt(file, place);
  if (!hit || (kind === "bit" && place > offset)) throw new Error("no header is whole");
  if (kind === "bit" && journal.isMarked(hit.number)) {
    throw new Error(`commit ${hit.number} was durable, and is cut off`);
  }
  const ending = journal.endingWith(hit.number - 1);
  if (!ending) throw new Error(`a snapshot has commit ${hit.number}, and it is cut off`);
  const size = kind === "cut" ? place : (journal.files.get(file)?.byteLength ?? 0);
  if (report.tornBytes !== size - hit.from) {
    throw new Error(`${size - hit.from} bytes are cut off, and ${report.tornBytes} counted`);
  }
  checkSame(ending, view);
}

function checkSame(expected: readonly SeenMessage[], view: readonly SeenMessage[]): void {
  const { missing, added } = difference(expected, view);
  if (missing.length + added.length === 0) return;
  const lines = [...missing.map((each) => `- ${lineOf(each)}`), ...added.map(lineOf)];
  throw new Error(`silently something else is there:\n${lines.slice(0, 10).join("\n")}`);
}

/** What is missing is what the damaged record held, and whoever waited for it has a dead letter instead. */
function checkLost(journal: KnownJournal, done: SmallDamage, view: readonly SeenMessage[]): void {
  const record = journal.recordAt(done.file, done.offset);
  const hit = new Set(record ? messagesIn(record) : []);
  const { missing, added } = difference(journal.whole, view);
  for (const each of missing) {
    const isExplained =
      record?.kind === RecordKind.references ||
      (record?.kind === RecordKind.notes && each.note !== undefined) ||
      (each.id !== undefined && hit.has(each.id) && isTold(each, added));
    if (!isExplained) throw new Error(`missing though another record is damaged: ${lineOf(each)}`);
  }
  for (const each of added) {
    const isWithoutNote = record?.kind === RecordKind.notes && each.note === undefined;
    if (each.id !== undefined && !isWithoutNote) throw new Error(`added: ${lineOf(each)}`);
  }
  const most = record?.kind === RecordKind.entries ? 0 : (record?.count ?? 0);
  const count = missing.filter(({ where }) => where.includes("/")).length;
  if (count > most) throw new Error(`${count} are missing, and the damaged record had ${most}`);
}

/** A topic that keeps messages has no dead letters. */
const isTold = (missing: SeenMessage, added: readonly SeenMessage[]): boolean =>
  !missing.where.includes("/") ||
  added.some(
    ({ where, topic, position, id }) =>
      where.split(" ")[0] === missing.where.split(" ")[0] &&
      topic === missing.topic &&
      position === missing.position &&
      id === undefined,
  );

function difference(expected: readonly SeenMessage[], view: readonly SeenMessage[]) {
  const [wanted, there] = [new Set(expected.map(lineOf)), new Set(view.map(lineOf))];
  return {
    missing: expected.filter((each) => !there.has(lineOf(each))),
    added: view.filter((each) => !wanted.has(lineOf(each))),
  };
}

/** `verify` says what a start says, and after a `repair` all is there that the damage did not hit. */
async function checkTools(
  journal: KnownJournal,
  files: Files,
  done: SmallDamage,
  started: Started,
): Promise<void> {
  const disk = await diskOf(files);
  const tools = { clock: new TestClock(), random: new SeededRandom(1) };
  const { wasNeeded, damages, steps } = await repairJournal(disk, new MemoryDisk(), tools);
  const isFound = started.kind === "refused" || started.damagedFiles.length > 0;
  // What is cut off between two commits is missing before the next file.
  if (isFound && !damages.some(({ file, bytes }) => file === done.file || bytes === 0)) {
    throw new Error(`verify finds nothing in it: ${JSON.stringify(damages)}`);
  }
  if (started.kind === "refused" && !wasNeeded) throw new Error("repair finds nothing to do");
  if (!wasNeeded) {
    if (steps.length > 0) throw new Error(`repair did ${JSON.stringify(steps)}`);
    return;
  }
  const saved = new Set((await viewOf(await EngineHarness.open({}, disk))).map(({ id }) => id));
  const isHit = hitBy(journal, done);
  for (const each of journal.whole) {
    if (saved.has(each.id) || isHit(each)) continue;
    throw new Error(`the repair lost what was not hit: ${lineOf(each)}`);
  }
}

/** Whether a message stands where the damage is; of a file that is cut, behind it. */
function hitBy(journal: KnownJournal, done: SmallDamage): (message: SeenMessage) => boolean {
  const { kind, file, offset } = done;
  const hit = new Set<number | undefined>();
  for (const place of journal.records) {
    if (place.file !== file || place.to <= offset) continue;
    if (kind === "bit" && place.from > offset) continue;
    for (const id of messagesIn(place.record)) hit.add(id);
  }
  return ({ id }) => hit.has(id);
}
