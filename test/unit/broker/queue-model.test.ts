import fc from "fast-check";
import { expect, test } from "vitest";
import type { ConsumerCredit } from "@peyk/client/protocol";
import type { LossReason, SubscriptionSettings } from "../../../src/broker/engine.js";
import { checkDemand, checkNobodyWaits, checkWorld } from "./queue-check.js";
import { rangeOf } from "./queue-harness.js";
import type { Said } from "./queue-harness.js";
import { QueueWorld } from "./queue-world.js";
import type { Pair } from "./queue-world.js";

const RUNS = Number(process.env["PEYK_RUNS"] ?? 300);
/** Replays what a failure printed: the seed, and the path to the one run. */
const SEED = process.env["PEYK_SEED"];
const PATH = process.env["PEYK_PATH"];

type World = QueueWorld;
type Empty = Record<string, never>;

/** One step, with a text from which a failing run can be read. */
class Step implements fc.Command<Empty, World> {
  readonly #text: string;
  readonly #act: (world: World) => void;

  constructor(text: string, act: (world: World) => void) {
    this.#text = text;
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  run(_model: Empty, world: World): void {
    this.#act(world);
    checkWorld(world);
  }

  toString(): string {
    return this.#text;
  }
}

function step<Values>(
  name: string,
  values: fc.Arbitrary<Values>,
  act: (world: World, values: Values) => void,
): fc.Arbitrary<Step> {
  return values.map(
    (each) => new Step(`${name}(${fc.stringify(each)})`, (world) => act(world, each)),
  );
}

/** A step with one of the consumers that are attached, if there are any. */
function stepOfOne<Values>(
  name: string,
  values: fc.Arbitrary<Values>,
  act: (world: World, pair: Pair, values: Values) => void,
): fc.Arbitrary<Step> {
  return step(name, fc.tuple(fc.nat(7), values), (world, [which, each]) => {
    const pair = world.alive[which % Math.max(world.alive.length, 1)];
    if (pair) act(world, pair, each);
  });
}

const queueIndex = fc.nat(1);
const nothing = fc.constant(undefined);
const sizes = fc.array(fc.integer({ min: 3, max: 40 }), { minLength: 1, maxLength: 30 });
const crashes = fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 }));
const credit: fc.Arbitrary<ConsumerCredit> = fc.record({
  messages: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(0, 1, 100)),
  bytes: fc.constantFrom(1, 100, 1_000, 10_000, 100_000),
  concurrency: fc.constantFrom(0, 1, 2, 5),
});
const verb: fc.Arbitrary<Said> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Said>({ verb: "ack" }) },
  { weight: 2, arbitrary: fc.constant<Said>({ verb: "nack" }) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 0, max: 20_000 })
      .map((delayMs): Said => ({ verb: "nack", delayMs })),
  },
  { weight: 1, arbitrary: fc.constant<Said>({ verb: "reject", reason: "bad" }) },
  { weight: 2, arbitrary: fc.constant<Said>({ verb: "release" }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Said>(
      { verb: "extend" },
      { verb: "extend", extendMs: 1 },
      { verb: "extend", extendMs: 50_000 },
    ),
  },
);
/** Beginning `back` before the last delivery of the consumer: new ones, settled ones, and some that do not exist. */
const ranges = fc.array(
  fc.record({
    back: fc.oneof(fc.nat(12), fc.nat(40), fc.nat(200)),
    count: fc.integer({ min: 1, max: 30 }),
    verb,
  }),
  { minLength: 1, maxLength: 3 },
);

const steps: fc.Arbitrary<Step>[] = [
  step("publish", fc.tuple(queueIndex, sizes, crashes), (world, [queue, each, before]) =>
    world.publish(queue, each, before),
  ),
  step(
    "attach",
    fc.tuple(fc.constantFrom([0], [0], [1], [0, 1]), credit, fc.nat(9)),
    (world, [sources, each, chance]) => {
      if (world.alive.length < 6) world.attach(sources, each, chance === 0);
    },
  ),
  stepOfOne("settle", ranges, (world, pair, each) => {
    const last = pair.model.deliveries.length;
    const settles = each.map(({ back, count, verb: said }) =>
      rangeOf(Math.max(last + 1 - back, 1), count, said),
    );
    world.settle(pair, settles);
  }),
  // Many new deliveries come and go, so that the ring passes what is held for long.
  stepOfOne("churn", fc.integer({ min: 1, max: 5 }), (world, pair, rounds) => {
    const index = world.model.subscriptions.findIndex(({ id }) => id === pair.model.sources[0]?.id);
    for (let round = 0; round < rounds; round += 1) {
      const before = pair.model.deliveries.length;
      world.publish(index, new Array<number>(25).fill(3), 0);
      rest(world);
      const count = pair.model.deliveries.length - before;
      if (count === 0) return;
      world.settle(pair, [rangeOf(before + 1, count, { verb: "ack" })]);
    }
  }),
  stepOfOne("credit", credit, (world, pair, each) => world.setCredit(pair, each)),
  stepOfOne("suspend", nothing, (world, pair) => world.suspend(pair)),
  stepOfOne("resume", fc.nat(30), (world, pair, missed) => world.resume(pair, missed)),
  stepOfOne("detach", fc.constantFrom("clean", "crash"), (world, pair, how) =>
    world.detach(pair, how),
  ),
  step("advance", fc.oneof(fc.nat(2_000), fc.integer({ min: 1, max: 40_000 })), (world, ms) =>
    world.advance(ms),
  ),
  step("complete", fc.integer({ min: 1, max: 4 }), (world, count) => world.complete(count)),
  step(
    "lose",
    fc.tuple(
      queueIndex,
      fc.nat(60),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom<LossReason>("seek", "expired"),
    ),
    (world, [queue, first, count, reason]) => world.lose(queue, first, count, reason),
  ),
  step(
    "update",
    fc.tuple(
      queueIndex,
      fc.record({
        maxAttempts: fc.integer({ min: 0, max: 5 }),
        ackDeadlineMs: fc.constantFrom(1_000, 5_000, 30_000),
      }),
    ),
    (world, [queue, settings]) => world.update(queue, settings),
  ),
  step("turn", nothing, (world) => {
    world.turn();
    checkDemand(world);
  }),
  step("pump", nothing, (world) => world.pump()),
  step("rest", nothing, (world) => rest(world)),
];
const WEIGHTS = [3, 2, 10, 1, 1, 1, 2, 1, 3, 3, 1, 1, 3, 3, 8];

const settingsOfQueue: fc.Arbitrary<Partial<SubscriptionSettings>> = fc.record({
  maxAttempts: fc.constantFrom(0, 1, 3, 5),
  ackDeadlineMs: fc.constantFrom(1_000, 30_000),
  maxExtensionMs: fc.constantFrom(0, 45_000),
  mode: fc.oneof(
    { weight: 4, arbitrary: fc.constant("shared" as const) },
    fc.constantFrom("exclusive" as const, "failover" as const),
  ),
  retry: fc.constantFrom(
    { minMs: 1_000, maxMs: 10_000, factor: 2, jitter: 0.2 },
    { minMs: 0, maxMs: 0, factor: 2, jitter: 0 },
  ),
});

/** Lets everything happen that can without time going on. */
function rest(world: World): void {
  do {
    world.turn();
    world.complete(Infinity);
    world.turn();
  } while (world.harness.engine.pump() > 0);
  checkNobodyWaits(world);
}

const isFinal = (world: World): boolean =>
  world.model.subscriptions.every(({ messages }) =>
    messages.every(({ state }) => state === "done" || state === "dead" || state === "lost"),
  );

/** Consumers that ack everything empty the queues, and leave nothing behind. */
function drain(world: World): void {
  for (const pair of world.alive) {
    world.resume(pair, 0);
    world.setCredit(pair, { messages: 50, bytes: 10_000, concurrency: 0 });
  }
  world.model.subscriptions.forEach(({ attached }, index) => {
    if (attached.length === 0)
      world.attach([index], { messages: 50, bytes: 10_000, concurrency: 0 }, false);
  });
  for (let round = 0; round < 400 && !isFinal(world); round += 1) {
    rest(world);
    for (const pair of world.alive) {
      const count = pair.model.deliveries.length;
      if (world.model.unsettled(pair.model).length === 0) continue;
      world.settle(pair, [rangeOf(1, count, { verb: "ack" })]);
    }
    rest(world);
    if (world.model.consumers.every((consumer) => world.model.unsettled(consumer).length === 0))
      world.advance(5_000);
    checkWorld(world);
  }
  rest(world);
  expect(isFinal(world)).toBe(true);
  expect(world.unanswered).toBe(0);
  for (const pair of world.alive) world.detach(pair, "clean");
  checkWorld(world);
  for (const { id } of world.model.subscriptions)
    expect(world.harness.engine.isOpen(id)).toBe(false);
  expect(world.harness.clock.timerCount).toBe(0);
}

test(
  "queues and consumers behave as their model does, whatever happens to them",
  () => {
    const weighted = steps.flatMap((each, index) =>
      new Array<typeof each>(WEIGHTS[index] ?? 1).fill(each),
    );
    fc.assert(
      fc.property(
        fc.tuple(settingsOfQueue, settingsOfQueue),
        fc.commands(weighted, { maxCommands: 200, size: "max" }),
        (settings, commands) => {
          const world = new QueueWorld(settings);
          fc.modelRun(() => ({ model: {}, real: world }), commands);
          drain(world);
        },
      ),
      {
        numRuns: RUNS,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        ...(PATH === undefined ? {} : { path: PATH }),
      },
    );
  },
  60_000 + 100 * RUNS,
);
