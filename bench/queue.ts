/**
 * What one message costs in the queue and its consumer, from the feed's run to the answered settle, without sockets and
 * disk. The engine behind it answers at once and stores nothing. Budget: 60 ns for runs of 100 and range acks.
 */
import { MESSAGES_TAG, MessageBatch, PLAIN_SETTLE } from "@peyk/client/protocol";
import { attachConsumer } from "../src/broker/attach.js";
import type { Consumer } from "../src/broker/consumer.js";
import type { FeedEvents, Run, Subscription, Unit, UnitResult } from "../src/broker/engine.js";
import { HeldBytes } from "../src/broker/held-bytes.js";
import { LeaseClock } from "../src/broker/lease-clock.js";
import type { QueueContext } from "../src/broker/queue-context.js";
import { Queue } from "../src/broker/queue.js";
import { systemClock } from "../src/runtime/clock.js";
import { systemRandom } from "../src/runtime/random.js";
import { Timers } from "../src/runtime/timers.js";

const MESSAGE_BYTES = 128;
const ROUNDS = 7;

interface Case {
  readonly name: string;
  readonly consumers: number;
  readonly runLength: number;
  /** Deliveries per settle range; each range is a Settle frame of its own. */
  readonly settleLength: number;
  readonly messages: number;
}

const CASES: readonly Case[] = [
  {
    name: "1 consumer, runs of 100, range acks",
    consumers: 1,
    runLength: 100,
    settleLength: 100,
    messages: 2e6,
  },
  {
    name: "8 consumers, runs of 100, range acks",
    consumers: 8,
    runLength: 100,
    settleLength: 100,
    messages: 2e6,
  },
  {
    name: "8 consumers, runs of 800, range acks",
    consumers: 8,
    runLength: 800,
    settleLength: 100,
    messages: 2e6,
  },
  {
    name: "1 consumer, runs of 100, an ack for each",
    consumers: 1,
    runLength: 100,
    settleLength: 1,
    messages: 5e5,
  },
  {
    name: "1 consumer, single messages, an ack for each",
    consumers: 1,
    runLength: 1,
    settleLength: 1,
    messages: 3e5,
  },
  {
    name: "8 consumers, single messages, an ack for each",
    consumers: 8,
    runLength: 1,
    settleLength: 1,
    messages: 3e5,
  },
];

/** An engine that has any number of messages and whose commits are durable at once. */
class EndlessEngine {
  events: FeedEvents | undefined;
  wanted = 0;
  readonly #pending: { readonly unit: Unit; readonly done: (result: UnitResult) => void }[] = [];
  readonly #runLength: number;
  #position = 1;

  constructor(runLength: number) {
    this.#runLength = runLength;
  }

  feed(_subscription: number, events: FeedEvents): ReturnType<QueueContext["engine"]["feed"]> {
    this.events = events;
    return {
      want: (messages) => void (this.wanted = messages),
      giveBack: () => {},
      close: () => {},
    };
  }

  commit(unit: Unit, done: (result: UnitResult) => void): void {
    this.#pending.push({ unit, done });
  }

  complete(): void {
    for (const { unit, done } of this.#pending.splice(0)) {
      done({ appends: [], settles: unit.settles.map(() => "done" as const) });
    }
  }

  handOver(_subscription: number, _ref: unknown, done: () => void): void {
    done();
  }

  pump(batch: MessageBatch): void {
    while (this.wanted >= this.#runLength) {
      this.wanted -= this.#runLength;
      this.events?.run(this.#run(batch));
    }
  }

  #run(batch: MessageBatch): Run {
    const first = this.#position;
    this.#position += this.#runLength;
    return {
      log: 1,
      first,
      count: this.#runLength,
      batch,
      from: 0,
      topic: { id: 1, name: "orders.created", epoch: 1 },
      firstPosition: first,
      publishedAtMs: 0,
      failures: 0,
      crashes: 0,
      interrupted: false,
      note: undefined,
      death: undefined,
    };
  }
}

/** What a consumer was sent and has not acked. */
class Worker {
  consumer!: Consumer;
  first = 1;
  received = 0;
  answered = 0;

  deliver({ count }: { readonly count: number }): void {
    this.received += count;
  }

  notice(): void {
    throw new Error("a lease was lost");
  }

  ackAll(settleLength: number): void {
    const last = this.received;
    while (this.first <= last) {
      const count = Math.min(settleLength, last - this.first + 1);
      const { first: firstDelivery } = this;
      this.consumer.settle(
        [{ firstDelivery, count, verb: "ack", ...PLAIN_SETTLE }],
        this.#onAnswer,
      );
      this.first += count;
    }
  }

  readonly #onAnswer = (ranges: readonly { readonly count: number }[]): void => {
    for (const { count } of ranges) this.answered += count;
  };
}

function measure(each: Case): number {
  const deferred: (() => void)[] = [];
  const clock = { ...systemClock, defer: (callback: () => void) => void deferred.push(callback) };
  const engine = new EndlessEngine(each.runLength);
  const timers = new Timers(clock);
  const context: QueueContext = {
    engine,
    clock,
    leaseClock: new LeaseClock(clock, timers),
    random: systemRandom,
    events: {
      retryScheduled: () => {},
      deadLettered: () => {},
      leaseLost: () => {},
      consumerLost: () => {},
    },
    maxCredit: { messages: 10_000, bytes: 2 ** 28 },
    held: new HeldBytes({ all: 2 ** 29, one: 2 ** 28 }, clock),
  };
  const queue = new Queue(context, SUBSCRIPTION);
  const workers = Array.from({ length: each.consumers }, (_, index) => {
    const worker = new Worker();
    const credit = { messages: 1_000, bytes: 0, concurrency: 0 };
    const name = `worker ${index}`;
    worker.consumer = attachConsumer(context, [queue], {
      name,
      credit,
      ackOnDelivery: false,
      sharesProcess: false,
      port: worker,
    });
    return worker;
  });
  const batch = messageBatch(each.runLength);
  const turn = (): void => {
    for (const callback of deferred.splice(0)) callback();
    engine.pump(batch);
    for (const callback of deferred.splice(0)) callback();
    for (const worker of workers) worker.ackAll(each.settleLength);
    engine.complete();
  };

  const startedAt = process.hrtime.bigint();
  while (queue.counters.acked < each.messages) turn();
  const ns = Number(process.hrtime.bigint() - startedAt) / queue.counters.acked;
  for (const { consumer } of workers) consumer.detach("clean");
  timers.close();
  return ns;
}

const SUBSCRIPTION: Subscription = {
  id: 1,
  name: "orders.created/billing",
  source: "orders.created",
  deadLetters: 2,
  settings: {
    ackDeadlineMs: 30_000,
    maxAttempts: 5,
    retry: { minMs: 1_000, maxMs: 600_000, factor: 2, jitter: 0.2 },
    maxExtensionMs: 3_600_000,
    deadLetterRetainMs: 1_209_600_000,
    mode: "shared",
    ordered: false,
    onKeyFailure: "skip",
    filter: "",
  },
  createdAtMs: 0,
  autoCreated: false,
};

function messageBatch(count: number): MessageBatch {
  const offsets = Uint32Array.from({ length: count + 1 }, (_, index) => index * MESSAGE_BYTES);
  const bytes = new Uint8Array(count * MESSAGE_BYTES);
  for (let index = 0; index < count; index += 1) bytes[index * MESSAGE_BYTES] = MESSAGES_TAG;
  return new MessageBatch(bytes, count, offsets);
}

for (const each of CASES) {
  const rounds = Array.from({ length: ROUNDS }, () => measure(each)).sort(
    (one, other) => one - other,
  );
  const [best = 0] = rounds;
  const median = rounds[Math.floor(ROUNDS / 2)] ?? 0;
  console.log(
    `${each.name.padEnd(48)} ${median.toFixed(1)} ns a message (best ${best.toFixed(1)})`,
  );
}
