import type {
  Capabilities,
  Catalog,
  CatalogChange,
  CatalogEvent,
  Closable,
  Engine,
  Feed,
  FeedEvents,
  ProducerId,
  ProducerState,
  Ref,
  Run,
  StorageState,
  SubscriptionStats,
  TopicStats,
  Unit,
  UnitResult,
  Which,
} from "../../broker/engine.js";
import type { Clock } from "../../runtime/clock.js";
import type { Random } from "../../runtime/random.js";
import { Timers } from "../../runtime/timers.js";
import { Appender } from "./appender.js";
import { Backlogs } from "./backlogs.js";
import { refuseAsWhole } from "./atomic-unit.js";
import { Browser } from "./browser.js";
import { CatalogChanges } from "./catalog.js";
import type { SealedCommit } from "./commit.js";
import { Core } from "./core.js";
import { DamagedRecords, type DamageListener } from "./damaged-records.js";
import { DeadLetters } from "./dead-letters.js";
import { DiskPressure } from "./disk-pressure.js";
import { DiskError, type Disk } from "./disk.js";
import { Feeds } from "./feeds.js";
import { RecordKind } from "./format.js";
import { Journal } from "./journal.js";
import { Overflow } from "./overflow.js";
import { Purge } from "./purge.js";
import { RecordReader } from "./reader.js";
import { RecentRecords } from "./recent.js";
import { recover, type Recovered, type RecoveryReport } from "./recovery.js";
import { Settler } from "./settler.js";
import type { SubscriptionState } from "./state.js";
import { Tails } from "./tails.js";
import { Upkeep } from "./upkeep.js";

export interface EmbeddedEngineOptions {
  /** fsync: confirmed after fdatasync. os: after the write. memory: nothing survives the process. */
  readonly durability: "fsync" | "os" | "memory";
  /** Size at which a segment is sealed, in bytes. */
  readonly segmentBytes: number;
  /** A snapshot is taken once this many bytes were written since the last one. */
  readonly snapshotBytes: number;
  /** Kept free for acks on a full disk, in bytes; 0: none. Not less than two of the largest units that are committed. */
  readonly spareBytes: number;
  /** Recent messages kept in memory, in bytes. */
  readonly recentBytes: number;
  /** Per subscription; see design, "Retry". */
  readonly maxWaitingRetries: number;
}

export const EMBEDDED_DEFAULTS: EmbeddedEngineOptions = {
  durability: "fsync",
  segmentBytes: 64 * 1024 * 1024,
  snapshotBytes: 64 * 1024 * 1024,
  spareBytes: 64 * 1024 * 1024,
  recentBytes: 32 * 1024 * 1024,
  maxWaitingRetries: 100_000,
};

/** Everything in one journal on one machine. */
export class EmbeddedEngine implements Engine {
  readonly capabilities: Capabilities;
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: EmbeddedEngineOptions;
  readonly #failureListeners: ((error: Error) => void)[] = [];
  readonly #damagedRecords = new DamagedRecords();
  #parts: Parts | undefined;

  constructor(
    disk: Disk,
    clock: Clock,
    random: Random,
    options: Partial<EmbeddedEngineOptions> = {},
  ) {
    this.#disk = disk;
    this.#clock = clock;
    this.#random = random;
    this.#options = { ...EMBEDDED_DEFAULTS, ...options };
    const { durability } = this.#options;
    this.capabilities = {
      engine: "embedded",
      durability,
      ackDurability: durability,
      fencing: "strict",
      atomicCommit: true,
      attempts: "exact",
      keyIsolation: "key",
    };
  }

  get boot(): number {
    return this.#opened.core.state.boot;
  }

  /** What the start found; after `open`. */
  get recovery(): RecoveryReport {
    return this.#opened.recovered.report;
  }

  async open(): Promise<Catalog> {
    await this.#disk.lock();
    try {
      const recovered = await recover(this.#disk, this.#clock, this.#random, this.#options);
      const parts = this.#assemble(recovered);
      this.#parts = parts;
      await parts.upkeep.start();
    } catch (error) {
      await this.#giveUp();
      throw error;
    }
    const { topics, subscriptions } = this.#opened.core.state;
    return {
      topics: [...topics.values()].map(({ topic }) => topic),
      subscriptions: [...subscriptions.values()].map(({ subscription }) => subscription),
    };
  }

  change(change: CatalogChange): Promise<CatalogEvent> {
    return this.#readFor(this.#opened.catalog.change(change));
  }

  watch(listener: (event: CatalogEvent) => void): Closable {
    return this.#opened.catalog.watch(listener);
  }

  /** An atomic unit of which one item is refused or lost leaves no trace; its other items are refused or unknown then. */
  commit(unit: Unit, done: (result: UnitResult) => void): void {
    const { core, appender, settler } = this.#opened;
    if (core.journal.failure) return;
    core.journal.begin();
    const result = (unit.atomic && refuseAsWhole(unit, appender, settler)) || {
      appends: unit.appends.map((append) => appender.append(append)),
      settles: unit.settles.map((settle) => settler.settle(settle)),
    };
    core.journal.open.whenDurable(() => done(result));
  }

  /** Not while the disk is full, either: what is left is for settles. */
  handOver(subscription: number, { log, first, count }: Ref, done: () => void): void {
    const { core } = this.#opened;
    if (core.journal.failure) return;
    if (this.#options.durability === "memory" || core.files.isFull) return done();
    core.enterPassing({ handedOver: { subscription, log, first, count } });
    core.journal.open.whenWritten(done);
  }

  feed(subscription: number, events: FeedEvents): Feed {
    return this.#opened.feeds.open(subscription, events);
  }

  tail(pattern: string, listener: (run: Run) => void): Closable {
    return this.#opened.tails.open(pattern, listener);
  }

  read(
    topic: number,
    from: number,
    limit: { readonly messages: number; readonly bytes: number },
  ): Promise<readonly Run[]> {
    return this.#readFor(this.#opened.browser.read(topic, from, limit));
  }

  peek(
    subscription: number,
    state: "ready" | "retrying",
    count: number,
    after?: number,
  ): Promise<readonly Run[]> {
    return this.#readFor(this.#opened.browser.peek(subscription, state, count, after));
  }

  async redrive(subscription: number, which: Which): Promise<number> {
    const { core, deadLetters } = this.#working;
    const owner = core.state.subscriptions.get(subscription);
    return owner ? this.#readFor(deadLetters.redrive(owner, which)) : 0;
  }

  async purge(subscription: number, which: Which = { count: Infinity }): Promise<number> {
    const owner = this.#working.core.state.subscriptions.get(subscription);
    return owner ? this.#readFor(this.#purge(owner, which)) : 0;
  }

  async purgeTopic(topic: number): Promise<number> {
    return this.#working.purge.topic(topic);
  }

  async stats(subscription: number): Promise<SubscriptionStats> {
    return this.#readFor(this.#opened.browser.stats(subscription));
  }

  topicStats(topic: number): TopicStats {
    return this.#opened.browser.topicStats(topic);
  }

  attachProducer(id: ProducerId): ProducerState {
    return this.#opened.upkeep.attachProducer(id);
  }

  detachProducer(id: ProducerId): void {
    this.#opened.upkeep.detachProducer(id);
  }

  storage(): StorageState {
    const { byteLength, isFull } = this.#opened.core.files;
    return { diskBytes: byteLength, isFull };
  }

  onFailure(listener: (error: Error) => void): void {
    this.#failureListeners.push(listener);
  }

  /** Told once of each record that turns out to be damaged when it is read; its messages become dead letters. */
  onDamage(listener: DamageListener): void {
    this.#damagedRecords.listen(listener);
  }

  async close(): Promise<void> {
    const parts = this.#parts;
    if (!parts) return;
    const { core, upkeep, feeds } = parts;
    feeds.close();
    try {
      await upkeep.stop();
    } finally {
      this.#parts = undefined;
      core.timers.close();
      await core.files.close();
      await this.#disk.unlock();
    }
  }

  get #opened(): Parts {
    if (!this.#parts) throw new Error("the engine is not open");
    return this.#parts;
  }

  /** For what waits until it is durable: rejects at once where nothing is confirmed any more. */
  get #working(): Parts {
    this.#opened.core.journal.checkWorks();
    return this.#opened;
  }

  async #purge(owner: SubscriptionState, which: Which): Promise<number> {
    const { core, deadLetters, purge } = this.#opened;
    const ofReferences = await deadLetters.purge(owner, which);
    const isDeadLetterQueue = core.state.parents.has(owner.subscription.id);
    return isDeadLetterQueue ? ofReferences : ofReferences + (await purge.subscription(owner));
  }

  /** What was read for somebody who asked. If the disk refuses, the process should stop, as for what a feed reads. */
  async #readFor<Answer>(work: Promise<Answer>): Promise<Answer> {
    try {
      return await work;
    } catch (error) {
      // Who closes the engine takes the files away, too.
      const journal = this.#parts?.core.journal;
      if (!journal || !(error instanceof DiskError)) throw error;
      journal.fail(error);
      throw journal.failure ?? error;
    }
  }

  /** The start failed: lets go of what it had taken. What that says counts less than why. */
  async #giveUp(): Promise<void> {
    const parts = this.#parts;
    this.#parts = undefined;
    parts?.core.timers.close();
    await parts?.core.files.close().catch(() => {});
    await this.#disk.unlock().catch(() => {});
  }

  #assemble(recovered: Recovered): Parts {
    const { state, files, lastCommit } = recovered;
    const clock = this.#clock;
    const recent = new RecentRecords(this.#options.recentBytes);
    const reader = new RecordReader(files, recent, this.#damagedRecords);
    const journal = new Journal(
      files,
      clock,
      this.#options,
      {
        committed: (commit) => this.#committed(commit),
        answered: () => this.#parts?.feeds.pump(),
        betweenCommits: (number) => this.#parts?.upkeep.betweenCommits(number),
        failed: (error) => this.#failed(error),
      },
      { lastCommit, lastTimeMs: state.lastTimeMs },
    );
    const timers = new Timers(clock);
    const random = this.#random;
    const core = new Core({ state, journal, files, recent, reader, clock, random, timers });
    const tails = new Tails();
    const settler = new Settler(core);
    const deadLetters = new DeadLetters(core, settler);
    const feeds = new Feeds(core, settler, this.#options);
    const backlogs = new Backlogs(core, (topic) => this.#parts?.upkeep.makeRoom(topic));
    const pressure = new DiskPressure(core);
    const overflow = new Overflow(core, settler, backlogs);
    const catalog = new CatalogChanges(core, deadLetters);
    catalog.watch((event) => backlogs.changed(event));
    return {
      recovered,
      core,
      tails,
      settler,
      feeds,
      appender: new Appender(core, tails, { backlogs, pressure }),
      catalog,
      deadLetters,
      purge: new Purge(core),
      browser: new Browser(core),
      upkeep: new Upkeep(core, recovered, { deadLetters, overflow, pressure }, this.#options),
    };
  }

  /** What a commit stored can be handed out now. */
  #committed(commit: SealedCommit): void {
    const { core, feeds } = this.#opened;
    core.state.lastTimeMs = commit.timeMs;
    for (const record of commit.records) {
      const log = core.state.logs.get(record.log);
      if (!log || record.kind === RecordKind.entries) continue;
      if (record.batch) core.recent.add({ ...record, batch: record.batch });
      log.positions.durableNext = Math.max(log.positions.durableNext, record.first + record.count);
      feeds.stored(log);
    }
  }

  /** The journal calls it once; nothing is said to those who closed the engine. */
  #failed(error: Error): void {
    if (!this.#parts) return;
    this.#parts.upkeep.failed();
    for (const listener of this.#failureListeners) listener(error);
  }
}

interface Parts {
  readonly recovered: Recovered;
  readonly core: Core;
  readonly tails: Tails;
  readonly settler: Settler;
  readonly feeds: Feeds;
  readonly appender: Appender;
  readonly catalog: CatalogChanges;
  readonly deadLetters: DeadLetters;
  readonly purge: Purge;
  readonly browser: Browser;
  readonly upkeep: Upkeep;
}
