import { MESSAGES_TAG, MessageBatch } from "@peyk/client/protocol";
import type {
  Death,
  Feed,
  FeedEvents,
  LossReason,
  Outcome,
  Ref,
  Run,
  Settle,
  SettleResult,
  Subscription,
  SubscriptionSettings,
  Unit,
  UnitResult,
} from "../../src/broker/engine.js";
import type { Clock } from "../../src/runtime/clock.js";

/** What the engine knows of one message of one subscription. */
export interface StoredMessage {
  readonly log: number;
  readonly position: number;
  readonly batch: MessageBatch;
  /** Its index in `batch`. */
  readonly index: number;
  state: "ready" | "out" | "waiting" | "done" | "dead" | "lost";
  failures: number;
  crashes: number;
  /** It was with a consumer within the process when that stopped. */
  interrupted: boolean;
  note: string | undefined;
  /** Monotonic time of its next attempt; counts while it is waiting. */
  dueAt: number;
  /** Whether the commit that made it wait is durable. */
  isDurable: boolean;
  death: Death | undefined;
}

interface OpenFeed {
  readonly events: FeedEvents;
  messages: number;
  bytes: number;
}

interface PendingCommit {
  readonly result: UnitResult;
  readonly done: (result: UnitResult) => void;
  readonly settled: readonly StoredMessage[];
}

const DEFAULTS: SubscriptionSettings = {
  ackDeadlineMs: 30_000,
  maxAttempts: 5,
  retry: { minMs: 1_000, maxMs: 600_000, factor: 2, jitter: 0 },
  maxExtensionMs: 3_600_000,
  deadLetterRetainMs: 1_209_600_000,
  mode: "shared",
  ordered: false,
  onKeyFailure: "skip",
  filter: "",
};

export function subscriptionOf(
  id: number,
  settings: Partial<SubscriptionSettings> = {},
): Subscription {
  return {
    id,
    name: `topic/group${id}`,
    source: "topic",
    deadLetters: 1_000 + id,
    settings: { ...DEFAULTS, ...settings },
    createdAtMs: 0,
    autoCreated: false,
  };
}

/** Encoded messages of these sizes in bytes, tag and length included (at least 3 each). */
export function batchOf(sizes: readonly number[]): MessageBatch {
  const offsets = new Uint32Array(sizes.length + 1);
  sizes.forEach((size, index) => (offsets[index + 1] = (offsets[index] ?? 0) + size));
  const bytes = new Uint8Array(offsets.at(-1) ?? 0);
  for (const offset of offsets.subarray(0, -1)) bytes[offset] = MESSAGES_TAG;
  return new MessageBatch(bytes, sizes.length, offsets);
}

/**
 * The feeds and settles of an engine, in memory and strict: it throws where the queue breaks the contract of the port,
 * such as settling twice or giving back what it does not have. Nothing happens by itself: `pump` hands messages out,
 * `complete` lets commits become durable, in their order.
 */
export class FakeEngine {
  readonly #clock: Clock;
  readonly #messages = new Map<number, StoredMessage[]>();
  readonly #feeds = new Map<number, OpenFeed>();
  readonly #commits: PendingCommit[] = [];
  readonly units: Unit[] = [];
  readonly handOvers: (Ref & { readonly subscription: number })[] = [];
  /** Hand-overs are written by `write` only. */
  isSlowToWrite = false;
  readonly #unwritten: (() => void)[] = [];
  /** Every `want` of every feed, for tests that look at the demand. */
  readonly wants: { subscription: number; messages: number; bytes: number }[] = [];
  /** Runs are cut at this many messages. */
  maxRun = 1_000;
  /** Makes the next settles fail as after a lost connection to the store. */
  isLosingAnswers = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get pendingCommits(): number {
    return this.#commits.length;
  }

  messages(subscription: number): StoredMessage[] {
    const messages = this.#messages.get(subscription) ?? [];
    this.#messages.set(subscription, messages);
    return messages;
  }

  isOpen(subscription: number): boolean {
    return this.#feeds.has(subscription);
  }

  /** What the feed may still hand out. */
  demand(subscription: number): { messages: number; bytes: number } {
    const { messages, bytes } = this.#feeds.get(subscription) ?? { messages: 0, bytes: 0 };
    return { messages, bytes };
  }

  /** Stores one batch for a subscription; `known` is what earlier attempts left. */
  publish(
    subscription: number,
    sizes: readonly number[],
    known: { log?: number; failures?: number; crashes?: number; interrupted?: boolean } = {},
  ): StoredMessage[] {
    const { log = 1, failures = 0, crashes = 0, interrupted = false } = known;
    const batch = batchOf(sizes);
    const messages = this.messages(subscription);
    const next = messages.reduce((most, { position }) => Math.max(most, position), 0) + 1;
    const added = sizes.map((_size, index): StoredMessage => {
      const place = { log, position: next + index, batch, index };
      const death = undefined;
      const attempts = { failures, crashes, interrupted, note: undefined };
      return { ...place, state: "ready", ...attempts, dueAt: 0, isDurable: true, death };
    });
    messages.push(...added);
    return added;
  }

  feed(subscription: number, events: FeedEvents): Feed {
    if (this.#feeds.has(subscription)) throw new Error(`feed ${subscription} is open already`);
    const feed: OpenFeed = { events, messages: 0, bytes: 0 };
    this.#feeds.set(subscription, feed);
    const checkOpen = (): void => {
      if (this.#feeds.get(subscription) !== feed) throw new Error("the feed is closed");
    };
    return {
      want: (messages, bytes) => {
        checkOpen();
        this.wants.push({ subscription, messages, bytes });
        Object.assign(feed, { messages, bytes });
      },
      giveBack: (refs) => {
        checkOpen();
        for (const message of this.#find(subscription, refs)) {
          if (message.state !== "out") throw new Error(`gives back what is ${message.state}`);
          message.state = "ready";
        }
      },
      close: () => {
        checkOpen();
        this.#feeds.delete(subscription);
        for (const message of this.messages(subscription)) {
          if (message.state === "out") message.state = "ready";
        }
      },
    };
  }

  commit(unit: Unit, done: (result: UnitResult) => void): void {
    this.units.push(unit);
    const settled: StoredMessage[] = [];
    const settles = unit.settles.map((settle) => this.#settle(settle, settled));
    this.#commits.push({ result: { appends: [], settles }, done, settled });
  }

  /** The message is with a consumer within the process; `write` says so when that is held back. */
  handOver(subscription: number, ref: Ref, done: () => void): void {
    this.handOvers.push({ subscription, ...ref });
    if (this.isSlowToWrite) this.#unwritten.push(done);
    else done();
  }

  /** Writes the oldest hand-over that is not written. */
  write(): void {
    this.#unwritten.shift()?.();
  }

  /** Lets the oldest commits become durable. */
  complete(count = Infinity): void {
    for (let left = count; left > 0; left -= 1) {
      const commit = this.#commits.shift();
      if (commit === undefined) return;
      for (const message of commit.settled) message.isDurable = true;
      commit.done(commit.result);
    }
  }

  /** Hands out what is wanted and there: what came back first, by position, then the rest. Returns how many messages. */
  pump(): number {
    let count = 0;
    for (const [subscription, feed] of this.#feeds) {
      for (
        let run = this.#nextRun(subscription, feed);
        run;
        run = this.#nextRun(subscription, feed)
      ) {
        count += run.count;
        feed.messages -= run.count;
        feed.bytes -= run.batch.byteLength(run.from, run.count);
        feed.events.run(run);
      }
    }
    return count;
  }

  /** Forgets unsettled messages, handed out or not, and tells the queue of those that are out. */
  lose(subscription: number, refs: readonly Ref[], reason: LossReason): void {
    const out: Ref[] = [];
    for (const message of this.#find(subscription, refs)) {
      if (message.state === "done" || message.state === "dead") continue;
      if (message.state === "out")
        out.push({ log: message.log, first: message.position, count: 1 });
      message.state = "lost";
    }
    if (out.length > 0) this.#feeds.get(subscription)?.events.lost(out, reason);
  }

  #settle(settle: Settle, settled: StoredMessage[]): SettleResult {
    const messages = this.#find(settle.subscription, [settle]);
    if (this.isLosingAnswers) return "unknown";
    if (messages.some(({ state }) => state === "lost")) return "lost";
    for (const message of messages) {
      if (message.state !== "out") throw new Error(`settles what is ${message.state}`);
      apply(settle.outcome, message, this.#clock.monotonic());
      settled.push(message);
    }
    return "done";
  }

  #find(subscription: number, refs: readonly Ref[]): StoredMessage[] {
    return refs.flatMap(({ log, first, count }) => {
      const found = this.messages(subscription).filter(
        ({ log: of, position }) => of === log && position >= first && position < first + count,
      );
      if (found.length !== count) throw new Error(`names ${count} messages, ${found.length} exist`);
      return found;
    });
  }

  #nextRun(subscription: number, feed: OpenFeed): Run | undefined {
    const now = this.#clock.monotonic();
    const ready = this.messages(subscription).filter(
      ({ state, dueAt, isDurable }) =>
        state === "ready" || (state === "waiting" && isDurable && dueAt <= now),
    );
    const first = ready.sort((one, other) => one.position - other.position)[0];
    if (first === undefined || feed.messages <= 0 || feed.bytes <= 0) return undefined;
    let count = 0;
    let bytes = 0;
    for (const message of ready) {
      bytes += message.batch.byteLength(message.index, 1);
      if (count === Math.min(feed.messages, this.maxRun)) break;
      if (count > 0 && (bytes > feed.bytes || !follows(first, message, count))) break;
      message.state = "out";
      count += 1;
    }
    return runOf(first, count);
  }
}

function apply(outcome: Outcome, message: StoredMessage, now: number): void {
  message.isDurable = false;
  message.interrupted = false;
  if (outcome.kind === "done") message.state = "done";
  else if (outcome.kind === "dead") {
    message.state = "dead";
    message.death = outcome.death;
  } else {
    const { failures, crashes, note, delayMs } = outcome;
    Object.assign(message, { state: "waiting", failures, crashes, note, dueAt: now + delayMs });
  }
}

function follows(first: StoredMessage, message: StoredMessage, count: number): boolean {
  return (
    message.log === first.log &&
    message.position === first.position + count &&
    message.batch === first.batch &&
    message.failures === first.failures &&
    message.crashes === first.crashes &&
    message.interrupted === first.interrupted &&
    message.note === first.note
  );
}

function runOf(first: StoredMessage, count: number): Run {
  return {
    log: first.log,
    first: first.position,
    count,
    batch: first.batch,
    from: first.index,
    topic: { id: 1, name: "topic", epoch: 1 },
    firstPosition: first.position,
    publishedAtMs: 0,
    failures: first.failures,
    crashes: first.crashes,
    interrupted: first.interrupted,
    note: first.note,
    death: undefined,
  };
}
