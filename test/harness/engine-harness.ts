import type {
  Append,
  AppendResult,
  Catalog,
  CatalogChange,
  CatalogEvent,
  Feed,
  LossReason,
  Outcome,
  Ref,
  Run,
  SettleResult,
  Start,
  Subscription,
  SubscriptionSettings,
  Topic,
  TopicSettings,
  Unit,
  UnitResult,
} from "../../src/broker/engine.js";
import type { Disk } from "../../src/engines/embedded/disk.js";
import { EmbeddedEngine, type EmbeddedEngineOptions } from "../../src/engines/embedded/engine.js";
import { idsOf, numbered } from "./messages.js";
import { SeededRandom } from "./seeded-random.js";
import { SimulatedDisk } from "./simulated-disk.js";
import { TestClock } from "./test-clock.js";

export const TOPIC_SETTINGS: TopicSettings = {
  retainMs: 0,
  retainBytes: 0,
  expireUnsettledMs: 0,
  maxBacklogBytes: 0,
  overflow: "reject",
};

export const SUBSCRIPTION_SETTINGS: SubscriptionSettings = {
  ackDeadlineMs: 30_000,
  maxAttempts: 5,
  retry: { minMs: 1_000, maxMs: 600_000, factor: 2, jitter: 0 },
  maxExtensionMs: 3_600_000,
  deadLetterRetainMs: 0,
  mode: "shared",
  ordered: false,
  onKeyFailure: "skip",
  filter: "",
};

/** Small files, so that sealing, snapshots and reclaim happen after a few messages. */
export const SMALL_FILES: EmbeddedEngineOptions = {
  durability: "fsync",
  segmentBytes: 16 * 1024,
  snapshotBytes: 16 * 1024,
  spareBytes: 0,
  recentBytes: 16 * 1024,
  maxWaitingRetries: 100_000,
};

export const DONE: Outcome = { kind: "done" };

/** Failed; comes again after `delayMs`. */
export const retryAfter = (
  delayMs: number,
  failures = 1,
  more: { readonly crashes?: number; readonly note?: string } = {},
): Outcome => ({ kind: "retry", failures, crashes: 0, note: undefined, delayMs, ...more });

export const dead = (error = "it cannot be done"): Outcome => ({
  kind: "dead",
  death: { reason: "rejected", error, attempts: 1, lastConsumer: "test" },
});

/**
 * An embedded engine over a simulated disk, with a clock that stands still. What is asked of it is answered within the
 * call: `quiet` lets everything happen that needs no more time.
 */
export class EngineHarness {
  readonly engine: EmbeddedEngine;
  readonly disk: Disk;
  readonly clock: TestClock;
  readonly options: Partial<EmbeddedEngineOptions>;
  /** What the engine found when it was opened. */
  catalog: Catalog = { topics: [], subscriptions: [] };
  /** What the engine reported as its end. */
  readonly failures: Error[] = [];

  private constructor(
    disk: Disk,
    clock: TestClock,
    options: Partial<EmbeddedEngineOptions>,
    random: SeededRandom,
  ) {
    this.disk = disk;
    this.clock = clock;
    this.options = { ...SMALL_FILES, ...options };
    this.engine = new EmbeddedEngine(disk, clock, random, this.options);
    this.engine.onFailure((error) => this.failures.push(error));
  }

  static async open(
    options: Partial<EmbeddedEngineOptions> = {},
    disk: Disk = new SimulatedDisk(),
    clock = new TestClock(),
    random = new SeededRandom(7),
  ): Promise<EngineHarness> {
    const harness = new EngineHarness(disk, clock, options, random);
    harness.catalog = await harness.answer(harness.engine.open());
    return harness;
  }

  /** The engine as the next process finds it on another disk, or on the same one after `close`. */
  reopen(disk: Disk = this.disk): Promise<EngineHarness> {
    return EngineHarness.open(this.options, disk, this.clock);
  }

  /** Stops it and starts the next one on the same disk. */
  async restart(): Promise<EngineHarness> {
    await this.close();
    return this.reopen();
  }

  /** Kills the process and starts the next one. */
  crash(): Promise<EngineHarness> {
    return this.reopen((this.disk as SimulatedDisk).crash());
  }

  close(): Promise<void> {
    return this.answer(this.engine.close());
  }

  /** Lets everything happen that waits for nothing but the disk and the end of a turn. */
  async quiet(): Promise<void> {
    for (let idleTurns = 0; idleTurns < 2;) {
      const before = this.#activity();
      this.clock.flush();
      await nextTurn();
      const isQuiet = this.#activity() === before && this.clock.deferredCount === 0;
      idleTurns = isQuiet ? idleTurns + 1 : 0;
    }
  }

  /** Moves the clock in steps, and lets happen what becomes due. */
  async advance(ms: number, stepMs = 1_000): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs));
      await this.quiet();
    }
  }

  // ---- Catalog -----------------------------------------------------------------------------------------------------

  change(change: CatalogChange): Promise<CatalogEvent> {
    return this.answer(this.engine.change(change));
  }

  async createTopic(name: string, settings: Partial<TopicSettings> = {}): Promise<Topic> {
    const complete = { ...TOPIC_SETTINGS, ...settings };
    const event = await this.change({
      kind: "create-topic",
      name,
      settings: complete,
      autoCreated: false,
    });
    if (event.kind !== "topic") throw new Error(`${event.kind} came of creating a topic`);
    return event.topic;
  }

  async subscribe(
    name: string,
    settings: Partial<SubscriptionSettings> = {},
    start: Start = { at: "latest" },
  ): Promise<Subscription & { readonly deadLetters: number }> {
    const event = await this.change({
      kind: "create-subscription",
      name,
      source: name.slice(0, name.lastIndexOf("/")),
      settings: { ...SUBSCRIPTION_SETTINGS, ...settings },
      start,
      autoCreated: false,
    });
    if (event.kind !== "subscription") throw new Error(`${event.kind} came of subscribing`);
    return { ...event.subscription, deadLetters: event.subscription.deadLetters ?? 0 };
  }

  // ---- Messages ----------------------------------------------------------------------------------------------------

  commit(unit: Partial<Unit>): Promise<UnitResult> {
    return this.answer(
      new Promise((resolve) => {
        this.engine.commit({ atomic: false, appends: [], settles: [], ...unit }, resolve);
      }),
    );
  }

  async append(append: Partial<Append> & Pick<Append, "topic" | "batch">): Promise<AppendResult> {
    const complete = { priority: 0, producer: undefined, ...append };
    const { appends } = await this.commit({ appends: [complete] });
    return appends[0] ?? [];
  }

  /** Publishes messages with these numbers and returns the position of the first. */
  async publish(
    topic: Pick<Topic, "id">,
    firstId: number,
    count = 1,
    payloadBytes?: number,
    priority = 0,
  ): Promise<number> {
    const batch = numbered(firstId, count, payloadBytes);
    const [range] = await this.append({ topic: topic.id, priority, batch });
    if (range?.kind !== "stored")
      throw new Error(`the messages were ${range?.kind ?? "forgotten"}`);
    return range.firstPosition;
  }

  async settle(
    subscription: number,
    { log, first, count }: Ref,
    outcome: Outcome = DONE,
  ): Promise<SettleResult> {
    const settle = { subscription, log, first, count, outcome };
    const { settles } = await this.commit({ settles: [settle] });
    return settles[0] ?? "unknown";
  }

  /** Opens the feed of a subscription and hands out what is there, up to `messages`. */
  async consume(subscription: number, messages = 1_000_000): Promise<TestConsumer> {
    const consumer = new TestConsumer(this, subscription);
    await consumer.want(messages);
    return consumer;
  }

  /** Numbers of all messages that a subscription would hand out now, in order; touches nothing. */
  async unsettled(subscription: number): Promise<number[]> {
    const consumer = await this.consume(subscription);
    consumer.close();
    return consumer.ids.sort((a, b) => a - b);
  }

  #activity(): number {
    return this.disk instanceof SimulatedDisk ? this.disk.trace.callCount : 0;
  }

  /** Waits for an answer, and keeps the engine going meanwhile. */
  async answer<Result>(answer: Promise<Result>): Promise<Result> {
    let isAnswered = false;
    const noted = answer.finally(() => (isAnswered = true));
    noted.catch(() => {});
    for (let turns = 0; !isAnswered && turns < 10_000; turns += 1) {
      this.clock.flush();
      await nextTurn();
    }
    if (!isAnswered) throw new Error("the engine does not answer");
    return noted;
  }
}

/** Takes what a feed hands out. */
export class TestConsumer {
  readonly feed: Feed;
  readonly runs: Run[] = [];
  readonly blocked: string[] = [];
  readonly lost: { readonly refs: readonly Ref[]; readonly reason: LossReason }[] = [];
  readonly #harness: EngineHarness;
  readonly #subscription: number;

  constructor(harness: EngineHarness, subscription: number) {
    this.#harness = harness;
    this.#subscription = subscription;
    this.feed = harness.engine.feed(subscription, {
      run: (run) => this.runs.push(run),
      blocked: (keys) => this.blocked.push(...keys.map((key) => Buffer.from(key).toString())),
      lost: (refs, reason) => this.lost.push({ refs, reason }),
    });
  }

  /** Numbers of the messages that were handed out, in order. */
  get ids(): number[] {
    return this.runs.flatMap(idsOf);
  }

  /** What was handed out since the last call. */
  take(): Run[] {
    return this.runs.splice(0);
  }

  async want(messages: number, bytes = 1e9): Promise<void> {
    this.feed.want(messages, bytes);
    await this.#harness.quiet();
  }

  async giveBack(refs: readonly Ref[]): Promise<void> {
    this.feed.giveBack(refs);
    await this.#harness.quiet();
  }

  /** Settles runs, by default all that were handed out. */
  async settle(outcome: Outcome = DONE, runs: readonly Ref[] = this.take()): Promise<void> {
    for (const run of runs) await this.#harness.settle(this.#subscription, run, outcome);
  }

  close(): void {
    this.feed.close();
  }
}

/** Resolves when all that was ready to run has run. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
