import { PLAIN_SETTLE } from "@peyk/client/protocol";
import type { SettledRange, SettleRange, SettleVerb } from "@peyk/client/protocol";
import { attachConsumer } from "../../../src/broker/attach.js";
import type { Consumer } from "../../../src/broker/consumer.js";
import type {
  ConsumerNotice,
  DeliveryBatch,
  LostLeases,
} from "../../../src/broker/consumer-port.js";
import type { SubscriptionSettings } from "../../../src/broker/engine.js";
import { HeldBytes } from "../../../src/broker/held-bytes.js";
import { LeaseClock } from "../../../src/broker/lease-clock.js";
import type { QueueContext } from "../../../src/broker/queue-context.js";
import type {
  ConsumerLost,
  DeadLettered,
  LeaseLost,
  Retry,
} from "../../../src/broker/queue-events.js";
import { Queue } from "../../../src/broker/queue.js";
import type { Clock } from "../../../src/runtime/clock.js";
import { Timers } from "../../../src/runtime/timers.js";
import { FakeEngine, subscriptionOf } from "../../harness/fake-engine.js";
import { SeededRandom } from "../../harness/seeded-random.js";
import { StallingClock } from "./stalling-clock.js";

/** What is said of deliveries; fields that it does not need may be absent. */
export type Said = Partial<Omit<SettleRange, "firstDelivery" | "count">> & {
  readonly verb: SettleVerb;
};

export function rangeOf(firstDelivery: number, count: number, said: Said): SettleRange {
  return { ...PLAIN_SETTLE, firstDelivery, count, ...said };
}

/** One delivery as a client sees it. */
export interface Seen {
  readonly delivery: number;
  readonly source: number;
  readonly position: number;
  readonly failures: number;
}

/** The session's side of a consumer: it writes down what it is told. */
export class FakeSession {
  readonly batches: DeliveryBatch[] = [];
  readonly notices: ConsumerNotice[] = [];
  onDeliver = (_batch: DeliveryBatch): void => {};
  onLost = (_delivery: number): void => {};
  consumer!: Consumer;

  deliver(batch: DeliveryBatch): void {
    this.batches.push(batch);
    this.onDeliver(batch);
  }

  notice(notice: ConsumerNotice): void {
    this.notices.push(notice);
    if (notice.kind !== "lost") return;
    for (const { firstDelivery, count } of notice.leases) {
      for (let index = 0; index < count; index += 1) this.onLost(firstDelivery + index);
    }
  }

  get seen(): Seen[] {
    return this.batches.flatMap(({ firstDelivery, source, run, from, count }) =>
      Array.from({ length: count }, (_, index) => ({
        delivery: firstDelivery + index,
        source,
        position: run.first + from + index,
        failures: run.failures,
      })),
    );
  }

  get positions(): number[] {
    return this.seen.map(({ position }) => position);
  }

  get lost(): LostLeases[] {
    return this.notices.flatMap((notice) => (notice.kind === "lost" ? notice.leases : []));
  }

  /** Settles `count` deliveries from `firstDelivery` on; the answers are in `answers` when they come. */
  settle(firstDelivery: number, count: number, said: Said): SettledRange[] {
    return this.settleAll([rangeOf(firstDelivery, count, said)]);
  }

  settleAll(ranges: readonly SettleRange[]): SettledRange[] {
    const answers: SettledRange[] = [];
    this.consumer.settle(ranges, (settled) => void answers.push(...settled));
    return answers;
  }

  ack(firstDelivery: number, count = 1): SettledRange[] {
    return this.settle(firstDelivery, count, { verb: "ack" });
  }
}

export interface Events {
  readonly retries: Retry[];
  readonly dead: DeadLettered[];
  readonly leases: LeaseLost[];
  readonly consumers: ConsumerLost[];
}

const MAX_CREDIT_BYTES = 256 * 1024 * 1024;
const MAX_HELD_BYTES = 512 * 1024 * 1024;

export interface AttachOptions {
  readonly name?: string;
  readonly messages?: number;
  readonly bytes?: number;
  readonly concurrency?: number;
  readonly ackOnDelivery?: boolean;
  readonly sharesProcess?: boolean;
}

/** Queues over a fake engine and a clock that stands still. */
export class QueueHarness {
  readonly clock = new StallingClock();
  readonly engine = new FakeEngine(this.clock);
  readonly timers = new Timers(this.clock);
  readonly leaseClock = new LeaseClock(this.clock, this.timers);
  readonly events: Events = { retries: [], dead: [], leases: [], consumers: [] };
  readonly context: { -readonly [Field in keyof QueueContext]: QueueContext[Field] } = {
    engine: this.engine,
    clock: this.clock satisfies Clock,
    leaseClock: this.leaseClock,
    random: new SeededRandom(1),
    events: {
      retryScheduled: (_subscription, retry) => void this.events.retries.push(retry),
      deadLettered: (_subscription, dead) => void this.events.dead.push(dead),
      leaseLost: (_subscription, lost) => void this.events.leases.push(lost),
      consumerLost: (_subscription, lost) => void this.events.consumers.push(lost),
    },
    maxCredit: { messages: 10_000, bytes: MAX_CREDIT_BYTES },
    held: new HeldBytes({ all: MAX_HELD_BYTES, one: MAX_CREDIT_BYTES }, this.clock),
  };
  #queues = 0;

  queue(settings: Partial<SubscriptionSettings> = {}): Queue {
    this.#queues += 1;
    return new Queue(this.context, subscriptionOf(this.#queues, settings));
  }

  attach(queues: Queue | readonly Queue[], options: AttachOptions = {}): FakeSession {
    const session = this.attachWithoutTurn(queues, options);
    this.settle();
    return session;
  }

  attachWithoutTurn(queues: Queue | readonly Queue[], options: AttachOptions = {}): FakeSession {
    const { name = "worker", messages = 10, bytes = 0, concurrency = 0 } = options;
    const session = new FakeSession();
    session.consumer = attachConsumer(this.context, queues instanceof Queue ? [queues] : queues, {
      name,
      credit: { messages, bytes, concurrency },
      ackOnDelivery: options.ackOnDelivery ?? false,
      sharesProcess: options.sharesProcess ?? false,
      port: session,
    });
    return session;
  }

  /** Publishes `count` messages of 10 bytes, and delivers what can be delivered. */
  publish(
    queue: Queue,
    count: number,
    known: { sizes?: number[]; failures?: number; crashes?: number; interrupted?: boolean } = {},
  ): void {
    const sizes = known.sizes ?? new Array<number>(count).fill(10);
    this.engine.publish(queue.subscription.id, sizes, known);
    this.settle();
  }

  /** Lets everything happen that can without time going on. */
  settle(): void {
    do {
      this.clock.flush();
      this.engine.complete();
      this.clock.flush();
    } while (this.engine.pump() > 0);
  }

  advance(ms: number): void {
    this.clock.advance(ms);
    this.settle();
  }
}
