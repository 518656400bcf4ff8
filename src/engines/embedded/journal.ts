import type { Clock, Timer } from "../../runtime/clock.js";
import { Commit, type SealedCommit } from "./commit.js";
import { DiskError } from "./disk.js";
import type { Entry } from "./entries.js";
import { JournalFailed } from "./errors.js";
import { failpoint } from "./failpoints.js";
import type { Files } from "./files.js";
import type { Segment } from "./segment.js";

/** What a commit may hold before the next one is begun, in bytes: bounds memory and the spare. */
export const MAX_COMMIT_BYTES = 8 * 1024 * 1024;

/** If no commit follows a sync within this, an empty one carries the mark forward, in ms. */
const MARK_DELAY_MS = 100;

export interface JournalOptions {
  readonly durability: "fsync" | "os" | "memory";
  /** A segment is sealed before the commit that would make it larger than this. */
  readonly segmentBytes: number;
}

export interface JournalListener {
  /** A commit is durable; its records can be read. Called before those who wait for it are answered. */
  committed(commit: SealedCommit, segment: Segment): void;
  /** Those who waited for it have been answered: now is the time to hand out what it brought. */
  answered(): void;
  /** Nothing was entered since commit `number` was sealed: the state is exactly that of it. */
  betweenCommits(number: number): void;
  failed(error: Error): void;
}

/**
 * Writes commits, one after the other: one write and one sync are in flight at a time, and what arrives meanwhile goes
 * into the next commit. Any error of the disk but a full one is final.
 */
export class Journal {
  readonly #clock: Clock;
  readonly #options: JournalOptions;
  readonly #listener: JournalListener;
  readonly files: Files;
  /** Commits waiting for their turn; the last one is open. */
  readonly #queue: Commit[] = [];
  #phase: "idle" | "scheduled" | "writing" | "failed" | "closed" = "idle";
  /** Number of the last commit that was given one. */
  #lastNumber: number;
  /** The last commit that a sync covers: the mark of the next one. */
  #syncedNumber: number;
  /** The last synced commit with content, and the highest mark that a sync covers. */
  #contentNumber: number;
  #syncedMark: number;
  #markTimer: Timer | undefined;
  #lastTimeMs: number;
  readonly #onIdle: (() => void)[] = [];

  constructor(
    files: Files,
    clock: Clock,
    options: JournalOptions,
    listener: JournalListener,
    from: { readonly lastCommit: number; readonly lastTimeMs: number },
  ) {
    this.files = files;
    this.#clock = clock;
    this.#options = options;
    this.#listener = listener;
    this.#lastNumber = from.lastCommit;
    this.#syncedNumber = from.lastCommit;
    this.#contentNumber = from.lastCommit;
    this.#syncedMark = from.lastCommit;
    this.#lastTimeMs = from.lastTimeMs;
  }

  /** The last commit that was given its number. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** The number of the last commit, while the state is exactly that of it: nothing was entered since. */
  get quietNumber(): number | undefined {
    return this.#phase === "idle" || this.#phase === "closed" ? this.#lastNumber : undefined;
  }

  /** Bytes that wait to be written: what back-pressure looks at. */
  get waitingBytes(): number {
    return this.#queue.reduce((sum, commit) => sum + commit.byteLength, 0);
  }

  /** Where to add things now. The commit is written after the I/O events of this turn. */
  get open(): Commit {
    let commit = this.#queue.at(-1);
    if (!commit || commit.byteLength > MAX_COMMIT_BYTES) {
      this.#lastTimeMs = Math.max(this.#lastTimeMs, this.#clock.now());
      commit = new Commit(this.#lastTimeMs);
      this.#queue.push(commit);
    }
    this.#schedule();
    return commit;
  }

  enter(entry: Entry): void {
    this.open.entry(entry);
  }

  /** Resolves when everything entered so far is durable. Never settles after a failure: the process stops. */
  durable(): Promise<void> {
    return new Promise((resolve) => this.open.whenDurable(resolve));
  }

  /** Writes what is waiting, carries the mark forward and stops. */
  async close(): Promise<void> {
    this.#markTimer?.cancel();
    if (this.#phase === "failed") return;
    await this.#untilIdle();
    if (this.#syncedMark < this.#contentNumber) {
      this.#writeMark();
      await this.#untilIdle();
    }
    if (this.#phase === "idle") this.#phase = "closed";
  }

  /** Resolves when a sync covers commit `number`, which has one already. */
  async synced(number: number): Promise<void> {
    const isClosed = this.#phase === "closed";
    if (number >= this.#lastNumber && !isClosed) await this.durable();
    if (this.#options.durability === "os") await this.files.current.file.sync();
  }

  /** Something that the journal stands on failed: nothing more is written or answered. */
  fail(cause: unknown): void {
    if (this.#phase !== "failed") this.#fail(cause);
  }

  #untilIdle(): Promise<void> {
    if (this.#phase !== "scheduled" && this.#phase !== "writing") return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #schedule(): void {
    if (this.#phase !== "idle") return;
    this.#phase = "scheduled";
    this.#clock.defer(() => void this.#run());
  }

  /** Writes commits until none is left. */
  async #run(): Promise<void> {
    this.#phase = "writing";
    this.#markTimer?.cancel();
    try {
      for (;;) {
        const commit = this.#queue.shift();
        if (!commit) break;
        await this.#write(commit);
      }
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#phase = "idle";
    this.#listener.betweenCommits(this.#lastNumber);
    for (const resolve of this.#onIdle.splice(0)) resolve();
    if (this.#syncedMark < this.#contentNumber) {
      this.#markTimer = this.#clock.setTimer(MARK_DELAY_MS, () => this.#writeMark());
    }
  }

  async #write(commit: Commit): Promise<void> {
    if (this.#phase === "failed") throw new Error("the journal failed");
    if (commit.isEmpty) {
      commit.durable();
      return;
    }
    const { segment, sealed } = await this.#writeSealed(commit);
    failpoint("commit.after-write");
    if (this.#options.durability === "fsync" || commit.needsSync) {
      await segment.file.sync();
      this.#syncedNumber = sealed.number;
      this.#syncedMark = sealed.mark;
      if (sealed.records.length > 0) this.#contentNumber = sealed.number;
    }
    failpoint("commit.after-sync");
    this.#listener.committed(sealed, segment);
    failpoint("commit.before-replies");
    commit.durable();
    this.#listener.answered();
  }

  async #writeSealed(commit: Commit): Promise<{ segment: Segment; sealed: SealedCommit }> {
    let segment = this.files.current;
    if (segment.size + commit.byteLength > this.#options.segmentBytes && segment.lastCommit > 0) {
      segment = await this.files.roll(this.#lastNumber + 1);
      this.#syncedNumber = this.#lastNumber;
    }
    const sealed = this.#seal(commit, segment);
    failpoint("commit.before-write");
    try {
      await segment.file.write(sealed.chunks, sealed.offset);
      return { segment, sealed: this.#written(sealed, segment) };
    } catch (error) {
      if (!(error instanceof DiskError) || error.kind !== "full") throw error;
      return this.#writeToSpare(commit);
    }
  }

  /** A full disk is no failure: the same commit goes where room was kept for it. */
  async #writeToSpare(commit: Commit): Promise<{ segment: Segment; sealed: SealedCommit }> {
    this.#lastNumber -= 1;
    const spare = await this.files.useSpare(this.#lastNumber + 1);
    this.#syncedNumber = this.#lastNumber;
    const sealed = this.#seal(commit, spare);
    await spare.file.write(sealed.chunks, sealed.offset);
    return { segment: spare, sealed: this.#written(sealed, spare) };
  }

  #seal(commit: Commit, segment: Segment): SealedCommit {
    this.#lastNumber += 1;
    const sealed = commit.seal({
      number: this.#lastNumber,
      file: segment.number,
      offset: segment.size,
      mark: this.#syncedNumber,
      journal: segment.header.journal,
    });
    if (this.#queue.length === 0) this.#listener.betweenCommits(this.#lastNumber);
    return sealed;
  }

  #written(sealed: SealedCommit, segment: Segment): SealedCommit {
    segment.size = sealed.offset + sealed.length;
    segment.lastCommit = sealed.number;
    this.files.writtenBytes += sealed.length;
    for (const record of sealed.records) {
      if (record.log !== 0) this.files.addRecord(segment, record);
    }
    return sealed;
  }

  /** An empty commit, so that damage below what is durable now can be told from a torn tail. */
  #writeMark(): void {
    if (this.#phase !== "idle") return;
    this.open.keepEmpty();
  }

  #fail(cause: unknown): void {
    this.#phase = "failed";
    this.#markTimer?.cancel();
    const error = new JournalFailed(
      `The journal cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        "Nothing more is confirmed; restart the broker once the disk is sound",
      { cause },
    );
    this.#listener.failed(error);
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
