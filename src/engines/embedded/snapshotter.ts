import type { Core } from "./core.js";
import { DiskError } from "./disk.js";
import { failpoint } from "./failpoints.js";
import { FileKind, snapshotName } from "./format.js";
import { globalPiece, producerPiece, subscriptionPiece, topicPiece } from "./pieces.js";
import { SnapshotWriter } from "./snapshot.js";
import type { Piece } from "./entries.js";

/** Commits are held up by a snapshot for about this long at a time, in ms. */
const SLICE_MS = 5;

/** Snapshots that are kept: should the last one be damaged, the one before it serves. */
const KEPT_SNAPSHOTS = 2;

/** Takes snapshots of the state, a slice between two commits at a time. */
export class Snapshotter {
  readonly #core: Core;
  /** Commits that kept snapshots cover, oldest first. */
  readonly #kept: number[];
  #running: { readonly writer: SnapshotWriter; readonly pieces: Iterator<Piece> } | undefined;
  #isFinishing = false;
  #isWanted = false;
  readonly #onDone: (() => void)[] = [];

  constructor(core: Core, kept: readonly number[]) {
    this.#core = core;
    this.#kept = [...kept];
  }

  /** Commits up to this one are in every kept snapshot: files that hold nothing else may go. */
  get coveredByAll(): number {
    return this.#kept.length < KEPT_SNAPSHOTS ? 0 : (this.#kept[0] ?? 0);
  }

  get newest(): number {
    return this.#kept.at(-1) ?? 0;
  }

  /** Begins a snapshot, unless one is being taken. Resolves when it is on disk, or could not be made for want of room. */
  take(): Promise<void> {
    this.#isWanted = true;
    const number = this.#core.journal.quietNumber;
    if (number !== undefined) this.slice(number);
    return new Promise((resolve) => this.#onDone.push(resolve));
  }

  /** The state is that of commit `number`: copies what fits into one slice. */
  slice(number: number): void {
    if (!this.#isWanted || this.#isFinishing) return;
    this.#running ??= this.#begin(number);
    const { writer, pieces } = this.#running;
    const until = this.#core.clock.monotonic() + SLICE_MS;
    do {
      const { value, done } = pieces.next();
      if (done) {
        this.#isFinishing = true;
        void this.#finish(writer, false);
        return;
      }
      writer.add({ commit: number, piece: value });
    } while (this.#core.clock.monotonic() < until);
    // Without traffic nothing else would bring the next slice.
    this.#core.clock.defer(() => {
      const quiet = this.#core.journal.quietNumber;
      if (quiet !== undefined) this.slice(quiet);
    });
  }

  /** The last one: everything is closed, and the next start needs nothing else. */
  async takeClean(number: number): Promise<void> {
    const { writer, pieces } = this.#begin(number);
    for (let next = pieces.next(); !next.done; next = pieces.next()) {
      writer.add({ commit: number, piece: next.value });
    }
    this.#isFinishing = true;
    await this.#finish(writer, true);
  }

  #begin(number: number) {
    const { journal } = this.#core.files;
    const writer = new SnapshotWriter(journal, number, this.#core.clock.now());
    return { writer, pieces: this.#pieces() };
  }

  *#pieces(): Generator<Piece, undefined> {
    const { state, files } = this.#core;
    state.nextFile = files.nextFile;
    const hot = [...files.all.values()].filter(({ header }) => header.kind === FileKind.hot);
    yield globalPiece(
      state,
      hot.map(({ header }) => header.file),
    );
    for (const topic of state.topics.values()) yield topicPiece(topic);
    for (const owner of state.subscriptions.values()) yield subscriptionPiece(owner);
    for (const [id, producer] of state.producers.byId) yield producerPiece(id, producer);
    return undefined;
  }

  async #finish(writer: SnapshotWriter, isClean: boolean): Promise<void> {
    const { disk } = this.#core.files;
    try {
      // Its pieces may contain commits that are not durable yet; it must not survive them.
      await this.#core.journal.synced(writer.lastCommit);
      await writer.finish(disk, isClean);
      if (this.#kept.at(-1) !== writer.covers) this.#kept.push(writer.covers);
      while (this.#kept.length > KEPT_SNAPSHOTS) {
        const oldest = this.#kept.shift();
        if (oldest !== undefined) await disk.remove(snapshotName(oldest));
        failpoint("snapshot.after-remove");
      }
    } catch (error) {
      // A full disk puts it off; the journal alone is enough.
      if (!(error instanceof DiskError) || error.kind !== "full") {
        this.#core.journal.fail(error);
        return;
      }
    } finally {
      this.#running = undefined;
      this.#isFinishing = false;
      this.#isWanted = false;
      for (const resolve of this.#onDone.splice(0)) resolve();
    }
  }
}
