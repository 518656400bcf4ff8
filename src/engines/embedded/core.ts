import type { LossReason } from "../../broker/engine.js";
import type { Clock } from "../../runtime/clock.js";
import type { Random } from "../../runtime/random.js";
import type { Timers } from "../../runtime/timers.js";
import type { Entry } from "./entries.js";
import type { EmbeddedFeed } from "./feed.js";
import type { Files } from "./files.js";
import type { Journal } from "./journal.js";
import type { Positions } from "./positions.js";
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

  /**
   * The same for an entry that says how many messages exist: it comes before all messages of its commit, because that is
   * the order in which a commit is replayed.
   */
  enterCount(entry: Entry): void {
    this.journal.beginCount();
    this.enter(entry);
  }

  /** The same for an entry that need not survive the machine. */
  enterPassing(entry: Entry): void {
    this.journal.open.passingEntry(entry);
    this.state.apply(entry, NOW);
  }

  /** Records were entered at these positions. */
  appended(log: number, first: number, count: number): void {
    this.state.appended(log, first, count, NOW);
  }

  /** Resolves when everything entered so far is durable; rejects once the journal has failed. */
  durable(): Promise<void> {
    return this.journal.durable();
  }

  /** Tells a feed that everything below `end` is gone, in all logs that share these positions. */
  tellLost(subscription: number, positions: Positions, end: number, reason: LossReason): void {
    const feed = this.feeds.get(subscription);
    if (!feed) return;
    const owner = this.state.logs.get(positions.log)?.owner ?? 0;
    const logs = this.state.topics.get(owner)?.logs.values() ?? [];
    const refs = [...logs].map((log) => ({ log: log.id, first: 0, count: end }));
    feed.lost(refs, reason);
  }
}
