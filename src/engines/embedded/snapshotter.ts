import type { Core } from "./core.js";
import { DiskError } from "./disk.js";
import { FileKind, parseFileName } from "./format.js";
import { globalPiece, producerPiece, subscriptionPiece, topicPiece } from "./pieces.js";
import { SnapshotWriter } from "./snapshot.js";
import type { Piece } from "./entries.js";

/** Commits are held up by a snapshot for about this long at a time, in ms. */
const SLICE_MS = 5;

/** Snapshots that are kept: should the last one be damaged, the one before it serves. */
const KEPT_SNAPSHOTS = 2;

interface Copy {
  readonly writer: SnapshotWriter;
  readonly pieces: Iterator<Piece, undefined>;
  /** `Files.spareUses` when it began. */
  readonly spareUses: number;
}

interface RunningSnapshot {
  /** Made with the first slice. */
  copy: Copy | undefined;
  /** To be called when everything is copied. */
  copied(): void;
}

/** Takes snapshots of the state, a slice between two commits at a time. */
export class Snapshotter {
  readonly #core: Core;
  /** Commits that kept snapshots cover, oldest first. */
  readonly #kept: number[];
  #running: RunningSnapshot | undefined;

  constructor(core: Core, kept: readonly number[]) {
    this.#core = core;
    this.#kept = [...kept];
  }

  /** Commits up to this one are in every kept snapshot: files that hold nothing else may go. */
  get coveredByAll(): number {
    return this.#kept.length < KEPT_SNAPSHOTS ? 0 : (this.#kept[0] ?? 0);
  }

  /**
   * Takes a snapshot; one at a time. Resolves when it is on disk, or could not be made for want of room; rejects if the
   * disk failed.
   */
  async take(): Promise<void> {
    const { journal } = this.#core;
    // One that covers no more than the last one would take its place instead of standing beside it.
    if (this.#kept.at(-1) === journal.lastNumber) await journal.writeEmpty();
    journal.checkWorks();
    const running: RunningSnapshot = { copy: undefined, copied: () => {} };
    await new Promise<void>((resolve) => {
      running.copied = resolve;
      this.#running = running;
      const number = journal.quietNumber;
      if (number !== undefined) this.slice(number);
    });
    this.#running = undefined;
    journal.checkWorks();
    if (running.copy) await this.#finish(running.copy, false);
  }

  /** The journal failed: nothing is copied any more. */
  abandon(): void {
    this.#running?.copied();
  }

  /** The state is that of commit `number`: copies what fits into one slice. */
  slice(number: number): void {
    const running = this.#running;
    if (!running) return;
    const { writer, pieces } = (running.copy ??= this.#begin(number));
    const until = this.#core.clock.monotonic() + SLICE_MS;
    do {
      const next = pieces.next();
      if (next.done) return running.copied();
      writer.add({ commit: number, piece: next.value });
    } while (this.#core.clock.monotonic() < until);
    // Without traffic nothing else would bring the next slice.
    this.#core.clock.defer(() => {
      const quiet = this.#core.journal.quietNumber;
      if (quiet !== undefined && this.#running === running) this.slice(quiet);
    });
  }

  /** The last one: everything is closed, and the next start needs nothing else. */
  async takeClean(number: number): Promise<void> {
    const copy = this.#begin(number);
    const { writer, pieces } = copy;
    for (let next = pieces.next(); !next.done; next = pieces.next()) {
      writer.add({ commit: number, piece: next.value });
    }
    await this.#finish(copy, true);
  }

  #begin(number: number): Copy {
    const { journal, spareUses } = this.#core.files;
    const writer = new SnapshotWriter(journal, number, this.#core.clock.now());
    return { writer, pieces: this.#pieces(), spareUses };
  }

  *#pieces(): Generator<Piece, undefined> {
    const { state, files } = this.#core;
    state.nextFile = files.nextFile;
    const hot = [...files.all.values()].filter(
      ({ header }) => header.kind === FileKind.hot && !state.replacedFiles.has(header.file),
    );
    yield globalPiece(state, hot);
    for (const topic of state.topics.values()) yield topicPiece(topic);
    for (const owner of state.subscriptions.values()) yield subscriptionPiece(owner);
    for (const [id, producer] of state.producers.byId) yield producerPiece(id, producer);
    return undefined;
  }

  /** A full disk puts it off; the journal alone is enough. */
  async #finish({ writer, spareUses }: Copy, isClean: boolean): Promise<void> {
    const { files } = this.#core;
    const { disk } = files;
    try {
      // Its pieces may contain commits that are not durable yet; it must not survive them.
      await this.#core.journal.synced(writer.lastCommit);
      // The commit that it begins with was being written, and went to the spare: a file that it does not know.
      if (files.spareUses !== spareUses) return;
      await writer.finish(disk, isClean);
    } catch (error) {
      if (!(error instanceof DiskError) || error.kind !== "full") throw error;
      return;
    }
    if (this.#kept.at(-1) !== writer.covers) this.#kept.push(writer.covers);
    while (this.#kept.length > KEPT_SNAPSHOTS) this.#kept.shift();
    for (const name of await disk.list()) {
      const parsed = parseFileName(name);
      if (parsed.kind !== "snapshot" || this.#kept.includes(parsed.number)) continue;
      await disk.remove(name);
    }
  }
}
