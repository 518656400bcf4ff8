import type { Clock } from "../../runtime/clock.js";
import type { Random } from "../../runtime/random.js";
import type { Timers } from "../../runtime/timers.js";
import type { Entry } from "./entries.js";
import type { EmbeddedFeed } from "./feed.js";
import type { Files } from "./files.js";
import type { Journal } from "./journal.js";
import type { RecordReader } from "./reader.js";
import type { RecentRecords } from "./recent.js";
import type { State } from "./state.js";

/** Entries of the running process are newer than any snapshot. */
const NOW = Number.MAX_SAFE_INTEGER;

/** What the parts of the embedded engine share: the state, the journal behind it, and the feeds in front of it. */
export class Core {
  readonly state: State;
  readonly journal: Journal;
  readonly files: Files;
  readonly recent: RecentRecords;
  readonly reader: RecordReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  /** Open feeds by subscription. */
  readonly feeds = new Map<number, EmbeddedFeed>();

  constructor(parts: {
    readonly state: State;
    readonly journal: Journal;
    readonly files: Files;
    readonly recent: RecentRecords;
    readonly reader: RecordReader;
    readonly clock: Clock;
    readonly random: Random;
    readonly timers: Timers;
  }) {
    this.state = parts.state;
    this.journal = parts.journal;
    this.files = parts.files;
    this.recent = parts.recent;
    this.reader = parts.reader;
    this.clock = parts.clock;
    this.random = parts.random;
    this.timers = parts.timers;
  }

  /** Lets an entry take effect and adds it to the open commit. */
  enter(entry: Entry): void {
    this.journal.open.entry(entry);
    this.state.apply(entry, NOW);
  }

  /** The same for records at these positions, which were taken from their log. */
  appended(log: number, first: number, count: number): void {
    this.state.appended(log, first, count, NOW);
  }

  /** Resolves when everything entered so far is durable. */
  durable(): Promise<void> {
    return this.journal.durable();
  }
}
