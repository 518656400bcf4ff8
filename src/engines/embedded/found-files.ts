import type { Disk, DiskFile } from "./disk.js";
import { JournalDamaged, JournalFormatUnknown } from "./errors.js";
import {
  decodeSegmentHeader,
  decodeSegmentTail,
  FileKind,
  FORMAT_VERSION,
  parseFileName,
  SEGMENT_HEADER_BYTES,
  SEGMENT_TAIL_BYTES,
  snapshotName,
  type JournalId,
  type SegmentTail,
} from "./format.js";
import { readFooter, Segment } from "./segment.js";
import { decodeSnapshot, type Snapshot } from "./snapshot.js";

/** A segment or cold file that was found. */
export interface FoundFile {
  readonly segment: Segment;
  /** `undefined`: it is not sealed, or was cut off. */
  readonly tail: SegmentTail | undefined;
}

/** What stands in a data directory, before anything is concluded from it. Nothing is changed. */
export class FoundFiles {
  readonly #disk: Disk;
  readonly names: readonly string[];
  /** Segments and cold files in order of their numbers. */
  readonly all: FoundFile[] = [];
  /** Whole snapshots, oldest first. */
  readonly snapshots: Snapshot[] = [];
  /** What a crash left behind: nothing refers to it. */
  readonly leftovers: string[];
  /** Cold files without a readable header, by number: damaged if they are in use, or else left behind by a crash. */
  readonly unreadableCold = new Map<number, string>();
  /** Snapshots that are not whole. The journal behind them says the same. */
  damagedSnapshots = 0;

  private constructor(disk: Disk, names: readonly string[]) {
    this.#disk = disk;
    this.names = names;
    this.leftovers = names.filter((name) => parseFileName(name).kind === "temporary");
  }

  /** Opens all there is; close it with `close` unless the files are taken over. */
  static async open(disk: Disk): Promise<FoundFiles> {
    const found = new FoundFiles(disk, await disk.list());
    try {
      await found.#openFiles();
      await found.#readSnapshots();
    } catch (error) {
      await found.close();
      throw error;
    }
    return found;
  }

  get hot(): FoundFile[] {
    return this.all.filter(({ segment }) => segment.header.kind === FileKind.hot);
  }

  /** Reads the footer of a sealed file and returns whether it is whole. */
  async readFooter({ segment, tail }: FoundFile): Promise<boolean> {
    return tail !== undefined && (await readFooter(segment, tail));
  }

  damaged(file: string, offset: number, detail: string): JournalDamaged {
    return new JournalDamaged(this.#disk.location, file, offset, detail);
  }

  async close(): Promise<void> {
    // Whatever closing says, there is an error already.
    await Promise.allSettled(this.all.map(({ segment }) => segment.close()));
  }

  async #openFiles(): Promise<void> {
    const numbered = this.names.flatMap((name) => {
      const parsed = parseFileName(name);
      if (parsed.kind !== "segment" && parsed.kind !== "cold") return [];
      return [{ name, kind: parsed.kind, number: parsed.number }];
    });
    numbered.sort((a, b) => a.number - b.number);
    const lastHot = numbered.findLast(({ kind }) => kind === "segment");
    for (const each of numbered) {
      const file = await this.#disk.open(each.name);
      const opened = await this.#openFile(file, each, each === lastHot);
      if (opened) this.all.push(opened);
      else await file.close();
    }
    const journal = this.#journal();
    const stranger = this.all.find(({ segment }) => !isSame(segment.header.journal, journal));
    if (stranger) throw this.#isStranger(stranger.segment.file.name);
  }

  /** `undefined`: it was being made when the process died, and holds nothing. */
  async #openFile(
    file: DiskFile,
    { name, kind, number }: { name: string; kind: "segment" | "cold"; number: number },
    isLastHot: boolean,
  ): Promise<FoundFile | undefined> {
    const size = await file.size();
    const header = decodeSegmentHeader(await file.read(0, SEGMENT_HEADER_BYTES));
    if (!header) {
      // A segment is synced before anything is written to it: one without a header holds nothing, if it is the last.
      const bytes = await file.read(0, size);
      const isEmpty = size <= SEGMENT_HEADER_BYTES || bytes.every((byte) => byte === 0);
      if (kind === "cold") this.unreadableCold.set(number, name);
      else if (isLastHot && isEmpty) this.leftovers.push(name);
      else throw this.damaged(name, 0, "its header is not readable");
      return undefined;
    }
    this.#checkVersion(name, header.version);
    if (header.file !== number || (header.kind === FileKind.cold) !== (kind === "cold")) {
      throw this.damaged(name, 0, `its header is that of file ${header.file}`);
    }
    const tailAt = Math.max(0, size - SEGMENT_TAIL_BYTES);
    const tail = decodeSegmentTail(await file.read(tailAt, SEGMENT_TAIL_BYTES), header.journal);
    return { segment: new Segment(header, file, size), tail };
  }

  async #readSnapshots(): Promise<void> {
    const journal = this.#journal();
    for (const name of [...this.names].sort()) {
      if (parseFileName(name).kind !== "snapshot") continue;
      const file = await this.#disk.open(name);
      const bytes = await file.read(0, await file.size());
      await file.close();
      const snapshot = decodeSnapshot(bytes);
      if (!snapshot) {
        this.damagedSnapshots += 1;
        continue;
      }
      this.#checkVersion(name, snapshot.header.version);
      const isOurs = journal === undefined || isSame(snapshot.header.journal, journal);
      if (!isOurs || name !== snapshotName(snapshot.covers)) throw this.#isStranger(name);
      this.snapshots.push(snapshot);
    }
  }

  /** The journal is that of its last segment. */
  #journal(): JournalId | undefined {
    return this.hot.at(-1)?.segment.header.journal;
  }

  #checkVersion(name: string, version: number): void {
    if (version === FORMAT_VERSION) return;
    throw new JournalFormatUnknown(this.#disk.location, name, version, FORMAT_VERSION);
  }

  #isStranger(name: string): JournalDamaged {
    return this.damaged(name, 16, "it belongs to another journal");
  }
}

const isSame = (a: JournalId, b: JournalId | undefined): boolean =>
  b === undefined || Buffer.compare(a.bytes, b.bytes) === 0;
