import { describe, expect, test } from "vitest";
import type { Ref, Topic } from "../../src/broker/engine.js";
import { createClock, type TimeSource } from "../../src/runtime/clock.js";
import { Timers } from "../../src/runtime/timers.js";
import { EngineHarness, retryAfter, type TestConsumer } from "../harness/engine-harness.js";
import { idOf } from "../harness/messages.js";
import { Rounds } from "../harness/rounds.js";
import type { SeededRandom } from "../harness/seeded-random.js";

/** Journals on which the clock jumps. */
const JOURNALS = 5;

/** Jumps of the wall clock on each. */
const JUMPS = 100;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How late a retry may be, in ms: the clock of the test moves in such steps. */
const STEP_MS = 500;

// Goal: whoever sets the wall clock makes no retry early or late, and publish time never goes back. Method: random work of an
// engine while the wall clock jumps an hour or a day forward and back, with crashes in between.
describe("a wall clock that jumps", () => {
  test(
    "changes neither retries nor the order of times and positions",
    { timeout: 86_400_000 },
    async () => {
      const rounds = new Rounds(JOURNALS, `journals, ${JUMPS} jumps on each`);
      await rounds.each(async (random) => {
        const world = await JumpingWorld.open(random);
        for (let jump = 0; jump < JUMPS; jump += 1) await world.step();
        expect(world.retried).toBeGreaterThan(JUMPS);
      });
    },
  );
});

describe("delays of many days", () => {
  // Goal: never early, hardly late, and one timer of the machine for all. Method: a machine whose timers fire at once where
  // Node's do, with a fake clock.
  test("come when they are due, by one timer that is never too long for Node", () => {
    const machine = new OverflowingMachine();
    const timers = new Timers(createClock(machine));
    const late: number[] = [];
    for (const days of [365, 24.8, 30, 25]) {
      const dueAt = days * DAY_MS;
      timers.createAlarm(() => late.push(machine.monotonicMs() - dueAt)).set(dueAt);
    }
    while (machine.timeouts.size > 0) {
      expect(machine.timeouts.size).toBe(1);
      machine.fireNext();
    }
    expect(late).toHaveLength(4);
    for (const ms of late) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(10);
    }
  });
});

/** Fires timers in order of time; those of more than 2^31 - 1 ms after one. */
class OverflowingMachine implements TimeSource {
  readonly timeouts = new Map<() => void, number>();
  #nowMs = 0.4;

  wallMs(): number {
    return Math.floor(this.#nowMs);
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  startTimeout(delayMs: number, callback: () => void): () => void {
    const fire = (): void => callback();
    this.timeouts.set(fire, this.#nowMs + (delayMs > 2 ** 31 - 1 ? 1 : delayMs));
    return () => this.timeouts.delete(fire);
  }

  defer(callback: () => void): void {
    callback();
  }

  fireNext(): void {
    const [next] = [...this.timeouts].sort(([, a], [, b]) => a - b);
    if (!next) return;
    const [fire, dueAt] = next;
    this.timeouts.delete(fire);
    this.#nowMs = Math.max(this.#nowMs, dueAt);
    fire();
  }
}

/** An engine, its consumer, and when what failed has to come again. */
class JumpingWorld {
  retried = 0;
  readonly #random: SeededRandom;
  #harness: EngineHarness;
  #consumer: TestConsumer;
  readonly #topic: Topic;
  readonly #subscription: number;
  /** By message: when it has to come again, on the monotonic clock. */
  readonly #dueAt = new Map<number, number>();
  #published = 0;

  private constructor(
    random: SeededRandom,
    harness: EngineHarness,
    { topic, subscription, consumer }: Parts,
  ) {
    this.#random = random;
    this.#harness = harness;
    this.#topic = topic;
    this.#subscription = subscription;
    this.#consumer = consumer;
  }

  static async open(random: SeededRandom): Promise<JumpingWorld> {
    const harness = await EngineHarness.open();
    const topic = await harness.createTopic("t", { retainMs: 1e12, retainBytes: 1e9 });
    const { id: subscription } = await harness.subscribe("t/g");
    const consumer = await harness.consume(subscription);
    return new JumpingWorld(random, harness, { topic, subscription, consumer });
  }

  /** A jump, some messages, some failures, and time in which retries become due. */
  async step(): Promise<void> {
    const random = this.#random;
    const { clock } = this.#harness;
    if (random.chance(0.05)) await this.#crash();
    clock.jumpWall(random.pick([-1, 1]) * random.pick([HOUR_MS, DAY_MS]));
    await this.#harness.publish(this.#topic, this.#published + 1, 3, 50);
    this.#published += 3;
    for (let left = random.int(20); left > 0; left -= 1) {
      await this.#take();
      await this.#harness.advance(STEP_MS, STEP_MS);
    }
    await this.#checkOrder();
  }

  /** What came may not have been early, and what did not may not be late. */
  async #take(): Promise<void> {
    const now = this.#harness.clock.monotonic();
    for (const run of this.#consumer.take()) {
      for (let at = 0; at < run.count; at += 1) {
        const message = idOf(run.batch, run.from + at);
        const early = (this.#dueAt.get(message) ?? 0) - now;
        if (early > 0) throw new Error(`message ${message} comes ${early} ms too early`);
        await this.#answer(message, { log: run.log, first: run.first + at, count: 1 });
      }
    }
    for (const [message, dueAt] of this.#dueAt) {
      const late = this.#harness.clock.monotonic() - dueAt;
      if (late > STEP_MS) throw new Error(`message ${message} is ${late} ms late`);
    }
  }

  async #answer(message: number, ref: Ref): Promise<void> {
    if (this.#dueAt.delete(message)) this.retried += 1;
    if (this.#random.chance(0.3)) {
      await this.#harness.settle(this.#subscription, ref);
      return;
    }
    const delayMs = 1_000 + this.#random.int(20_000);
    await this.#harness.settle(this.#subscription, ref, retryAfter(delayMs));
    this.#dueAt.set(message, this.#harness.clock.monotonic() + delayMs);
  }

  /** What failed before comes by the wall clock then, which nobody can trust here. */
  async #crash(): Promise<void> {
    this.#harness = await this.#harness.crash();
    this.#dueAt.clear();
    this.#consumer = await this.#harness.consume(this.#subscription);
  }

  async #checkOrder(): Promise<void> {
    const limit = { messages: 1e6, bytes: 1e9 };
    const runs = await this.#harness.answer(this.#harness.engine.read(this.#topic.id, 1, limit));
    let last = { position: 0, timeMs: 0, message: 0 };
    for (const run of runs) {
      for (let at = 0; at < run.count; at += 1) {
        const message = idOf(run.batch, run.from + at);
        const next = { position: run.first + at, timeMs: run.publishedAtMs, message };
        const isInOrder =
          next.position > last.position &&
          next.timeMs >= last.timeMs &&
          next.message === last.message + 1;
        if (!isInOrder) throw new Error(`${JSON.stringify(next)} follows ${JSON.stringify(last)}`);
        last = next;
      }
    }
    if (last.message !== this.#published) throw new Error(`the last one is ${last.message}`);
  }
}

interface Parts {
  readonly topic: Topic;
  readonly subscription: number;
  readonly consumer: TestConsumer;
}
