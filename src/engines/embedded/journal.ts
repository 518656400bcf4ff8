import type { Clock, Timer } from "../../runtime/clock.js";
import { Commit, type SealedCommit } from "./commit.js";
import { DiskError } from "./disk.js";
import { JournalFailed } from "./errors.js";
import { failpoint } from "../../runtime/failpoints.js";
import { COMMIT_HEADER_BYTES } from "./format.js";
import type { Files } from "./files.js";
import type { Segment } from "./segment.js";

/** A commit that holds more than this takes no other unit, in bytes: bounds memory and the spare. */
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
  /** Size of the commit that is being written. */
  #writingBytes = 0;
  #phase: "idle" | "scheduled" | "writing" | "failed" | "closed" = "idle";
  #failure: JournalFailed | undefined;
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
  /** Those to be told if what they wait for never becomes durable. */
  readonly #onLost = new Set<(error: Error) => void>();

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

  /** Why nothing is confirmed any more. */
  get failure(): JournalFailed | undefined {
    return this.#failure;
  }

  /** Throws why, after a failure. */
  checkWorks(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Bytes that are not durable yet: what back-pressure looks at, and what the spare must have room for. */
  get waitingBytes(): number {
    return this.#queue.reduce((sum, commit) => sum + commit.byteLength, this.#writingBytes);
  }

  /** Where to add things now. The commit is written after the I/O events of this turn; after a failure never. */
  get open(): Commit {
    return this.#queue.at(-1) ?? this.#next();
  }

  /** What is entered from here on until the next call, in the same turn, is in one commit: whole or absent after a crash. */
  begin(): void {
    if (this.open.byteLength > MAX_COMMIT_BYTES) this.#next();
  }

  /** What is entered next comes before the records of its commit. */
  beginCount(): void {
    if (this.open.hasRecords) this.#next();
  }

  /** Resolves when everything entered so far is durable; rejects if that will never be. */
  durable(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#onLost.add(reject);
      this.open.whenDurable(() => {
        this.#onLost.delete(reject);
        resolve();
      });
    });
  }

  /** Writes a commit without content. Resolves when it is durable. */
  writeEmpty(): Promise<void> {
    this.open.keepEmpty();
    return this.durable();
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

  /** Resolves when a sync covers commit `number`, which has been given its number; rejects if that will never be. */
  async synced(number: number): Promise<void> {
    if (number <= this.#syncedNumber) return;
    // Those before the last one are written; it may be on its way.
    if (number >= this.#lastNumber && this.#phase !== "closed") await this.durable();
    // Segments before the current one were synced when they were left.
    if (number > this.#syncedNumber) await this.files.current.file.sync();
  }

  /** Something that the journal stands on failed: nothing more is written or answered. */
  fail(cause: unknown): void {
    if (!this.#failure) this.#fail(cause);
  }

  #untilIdle(): Promise<void> {
    if (this.#phase !== "scheduled" && this.#phase !== "writing") return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #next(): Commit {
    this.#lastTimeMs = Math.max(this.#lastTimeMs, this.#clock.now());
    const commit = new Commit(this.#lastTimeMs);
    if (this.#failure) return commit;
    this.#queue.push(commit);
    this.#schedule();
    return commit;
  }

  #schedule(): void {
    if (this.#phase !== "idle") return;
    this.#phase = "scheduled";
    this.#clock.defer(() => void this.#run());
  }

  /** Writes commits until none is left. */
  async #run(): Promise<void> {
    if (this.#failure) return;
    this.#phase = "writing";
    this.#markTimer?.cancel();
    try {
      for (let commit = this.#queue.shift(); commit; commit = this.#queue.shift()) {
        this.#writingBytes = commit.byteLength;
        await this.#write(commit);
      }
      this.#writingBytes = 0;
      if (this.#failure) return;
      this.#phase = "idle";
      this.#listener.betweenCommits(this.#lastNumber);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.#syncedMark < this.#contentNumber) {
      this.#markTimer = this.#clock.setTimer(MARK_DELAY_MS, () => this.#writeMark());
    }
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  async #write(commit: Commit): Promise<void> {
    if (commit.isEmpty) {
      commit.durable();
      return;
    }
    const { segment, sealed } = await this.#writeSealed(commit);
    failpoint("commit.after-write");
    if (this.#mustSync(commit)) {
      const syncing = segment.file.sync();
      commit.written();
      await syncing;
      this.#syncedNumber = sealed.number;
      this.#syncedMark = sealed.mark;
      if (sealed.records.length > 0) this.#contentNumber = sealed.number;
    } else {
      commit.written();
    }
    failpoint("commit.after-sync");
    // Something else that the journal stands on may have failed meanwhile.
    this.checkWorks();
    this.#listener.committed(sealed, segment);
    failpoint("commit.before-replies");
    commit.durable();
    this.#listener.answered();
    failpoint("commit.after-replies");
  }

  #mustSync(commit: Commit): boolean {
    return commit.needsSync || (this.#options.durability === "fsync" && commit.isWorthSync);
  }

  async #writeSealed(commit: Commit): Promise<{ segment: Segment; sealed: SealedCommit }> {
    let segment = this.files.current;
    const commitBytes = commit.byteLength + COMMIT_HEADER_BYTES;
    if (this.files.needsRoll(commitBytes, this.#options.segmentBytes)) {
      const isSynced = this.#syncedNumber === this.#lastNumber;
      segment = await this.files.roll(this.#lastNumber + 1, isSynced);
      this.#syncedNumber = this.#lastNumber;
    }
    const sealed = this.#seal(commit, segment);
    failpoint("commit.before-write");
    const writing = segment.file.write(sealed.chunks, sealed.offset);
    // The disk works meanwhile, and nothing was entered since.
    if (this.#queue.length === 0) this.#listener.betweenCommits(this.#lastNumber);
    try {
      await writing;
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
    this.#queue.length = 0;
    this.#failure = new JournalFailed(
      `the journal cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        "Nothing more is confirmed; restart the broker once the disk is sound",
      { cause },
    );
    this.#listener.failed(this.#failure);
    for (const reject of this.#onLost) reject(this.#failure);
    this.#onLost.clear();
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
