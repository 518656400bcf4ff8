import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelWorld, type Client, type Order, type Pair } from "../harness/model/model-world.js";
import type { ModelSettings } from "../harness/model/subscription-model.js";
import { Rounds } from "../harness/rounds.js";
import { SeededRandom } from "../harness/seeded-random.js";

/** Sequences in every check; of the interleavings a fifth of that. */
const SEQUENCES = 300;
const INTERLEAVED_SHARE = 5;
const COMMANDS = 200;
const CLIENTS = 3;
const CONSUMERS = 4;

/** Replays what a failure printed: the path to the one sequence, and which of its commands were left. */
const PATH = process.env["PEYK_PATH"];
const REPLAY_PATH = process.env["PEYK_REPLAY_PATH"];

const LENGTH = {
  maxCommands: COMMANDS,
  size: "max",
  ...(REPLAY_PATH !== undefined && { replayPath: REPLAY_PATH }),
} as const;

type Empty = Record<string, never>;

/** One step, with a text from which a failing sequence can be read. */
class Step implements fc.AsyncCommand<Empty, ModelWorld> {
  readonly #text: string;
  readonly #act: (world: ModelWorld) => void | Promise<void>;
  readonly #isChecked: boolean;

  constructor(text: string, act: (world: ModelWorld) => void | Promise<void>, isChecked: boolean) {
    this.#text = text;
    this.#act = act;
    this.#isChecked = isChecked;
  }

  check(): boolean {
    return true;
  }

  async run(_model: Empty, world: ModelWorld): Promise<void> {
    await this.#act(world);
    if (this.#isChecked) await world.check();
  }

  toString(): string {
    return this.#text;
  }
}

interface Kind {
  readonly weight: number;
  readonly steps: (isChecked: boolean) => fc.Arbitrary<Step>;
}

function step<Values>(
  weight: number,
  name: string,
  values: fc.Arbitrary<Values>,
  act: (world: ModelWorld, values: Values) => void | Promise<void>,
): Kind {
  const steps = (isChecked: boolean) =>
    values.map(
      (each) => new Step(`${name}(${fc.stringify(each)})`, (world) => act(world, each), isChecked),
    );
  return { weight, steps };
}

/** A step with one of the clients, if there are any. */
function ofClient<Values>(
  weight: number,
  name: string,
  values: fc.Arbitrary<Values>,
  act: (world: ModelWorld, client: Client, values: Values) => void | Promise<void>,
): Kind {
  return step(weight, name, fc.tuple(fc.nat(CLIENTS), values), (world, [which, each]) => {
    const client = world.clients[which % Math.max(world.clients.length, 1)];
    return client && act(world, client, each);
  });
}

/** A step with one of the consumers whose client is there. */
function ofConsumer<Values>(
  weight: number,
  name: string,
  values: fc.Arbitrary<Values>,
  act: (world: ModelWorld, client: Client, pair: Pair, values: Values) => void,
): Kind {
  return step(weight, name, fc.tuple(fc.nat(CONSUMERS), values), (world, [which, each]) => {
    const there = world.pairs.filter(
      ({ pair, client }) => pair.isAttached && client.session.isConnected,
    );
    const one = there[which % Math.max(there.length, 1)];
    if (one) act(world, one.client, one.pair, each);
  });
}

const nothing = fc.constant(undefined);
const side = fc.constantFrom("live", "live", "live", "dead");
const credit = fc.record({
  messages: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(0, 1, 100)),
  concurrency: fc.constantFrom(0, 1, 2, 5),
});
const verb = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ verb: "ack" as const }) },
  { weight: 3, arbitrary: fc.constant({ verb: "nack" as const }) },
  {
    weight: 1,
    arbitrary: fc.nat(2_000).map((tens) => ({ verb: "nack" as const, delayMs: 10 * tens })),
  },
  { weight: 1, arbitrary: fc.constant({ verb: "reject" as const, reason: "bad" }) },
  { weight: 2, arbitrary: fc.constant({ verb: "release" as const }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      { verb: "extend" as const },
      { verb: "extend" as const, extendMs: 1_000 },
      { verb: "extend" as const, extendMs: 50_000 },
    ),
  },
);
/** Beginning `back` before the last delivery of the consumer: new ones, settled ones, and some that do not exist. */
const ranges = fc.array(
  fc.record({
    back: fc.oneof(fc.nat(8), fc.nat(30), fc.nat(150)),
    count: fc.integer({ min: 1, max: 20 }),
    verb,
  }),
  { minLength: 1, maxLength: 3 },
);

/** What clients do, and time: in any order, also before the last one has had its effect. */
const CLIENT_STEPS: readonly Kind[] = [
  step(2, "connect", nothing, (world) => {
    if (world.clients.length < CLIENTS) world.connect();
  }),
  ofClient(3, "publish", fc.integer({ min: 1, max: 20 }), (world, client, count) => {
    if (client.session.isConnected) world.publish(client, count);
  }),
  ofClient(3, "subscribe", fc.tuple(side, credit), (world, client, [where, each]) => {
    const isPossible = client.session.isConnected && world.pairs.length < CONSUMERS;
    if (isPossible) world.subscribe(client, where, each);
  }),
  ofConsumer(9, "settle", ranges, (world, client, pair, each) => {
    const last = pair.model.deliveries.length;
    // Of deliveries that are on their way the model does not know.
    const end = world.isInterleaved ? last + 1 : Infinity;
    const settles = each.map(({ back, count: most, verb: said }) => {
      const firstDelivery = Math.max(last + 1 - back, 1);
      return { ...said, firstDelivery, count: Math.min(most, end - firstDelivery) };
    });
    const some = settles.filter(({ count }) => count > 0);
    if (some.length > 0) world.settle(client, pair, some);
  }),
  ofConsumer(1, "credit", credit, (world, client, pair, each) => world.credit(client, pair, each)),
  ofConsumer(1, "unsubscribe", nothing, (world, client, pair) => world.unsubscribe(client, pair)),
  ofClient(1, "disconnect", nothing, (world, client) => {
    // What it has not been told of it cannot take up again.
    if (client.pairs.every(({ isAttached }) => isAttached)) world.disconnect(client);
  }),
  ofClient(2, "resume", fc.nat(20), (world, client, missed) => world.resume(client, missed)),
];

/** What happens only when nothing else is under way, because the model does not know what it meets. */
const OTHER_STEPS: readonly Kind[] = [
  ofClient(1, "leave", nothing, (world, client) => world.leave(client)),
  ofClient(2, "expire", fc.constantFrom(10_000, 10_010), async (world, client, ms) => {
    world.disconnect(client);
    await world.advance(ms);
  }),
  step(4, "advance", fc.oneof(fc.nat(200), fc.nat(2_500)), (world, tens) =>
    world.advance(10 * tens),
  ),
  step(1, "settings", fc.integer({ min: 0, max: 4 }), (world, most) => world.updateSettings(most)),
  step(1, "redrive", nothing, (world) => world.redrive()),
  step(1, "purge", side, (world, where) => world.purge(where)),
  step(1, "delete", nothing, (world) => world.deleteSubscription()),
  step(1, "restart", fc.constantFrom("crash", "power-cut", "stop"), (world, how) =>
    world.restart(how),
  ),
];

/** Some of what is under way happens. */
const GO_ON = step(1, "go on", fc.integer({ min: 1, max: 12 }), async (world, count) => {
  for (let left = count; left > 0; left -= 1) await world.step();
});

const weighted = (kinds: readonly Kind[], isChecked: boolean): fc.Arbitrary<Step>[] =>
  kinds.flatMap(({ weight, steps }) =>
    new Array<fc.Arbitrary<Step>>(weight).fill(steps(isChecked)),
  );

const settings: fc.Arbitrary<ModelSettings> = fc.record({
  ackDeadlineMs: fc.constantFrom(1_010, 9_970),
  maxExtensionMs: fc.constantFrom(0, 45_000),
  maxAttempts: fc.constantFrom(0, 1, 3, 5),
  retry: fc.constantFrom(
    { minMs: 1_000, maxMs: 10_000, factor: 2 },
    { minMs: 0, maxMs: 0, factor: 2 },
  ),
});

/** Consumers that ack everything empty the subscription and its dead-letter queue, and leave nothing behind. */
async function drain(world: ModelWorld): Promise<void> {
  await world.check();
  await world.restart("crash");
  world.connect();
  const [client] = world.clients;
  if (!client) throw new Error("nobody is connected");
  for (const where of ["live", "dead"] as const) {
    world.subscribe(client, where, { messages: 50, concurrency: 0 });
  }
  for (let rounds = 0; rounds < 200; rounds += 1) {
    await world.check();
    if (world.model.messages.every(({ state }) => state === "gone")) return;
    const held = client.pairs.filter(({ model }) => world.model.unsettled(model).length > 0);
    for (const pair of held) {
      const count = pair.model.deliveries.length;
      world.settle(client, pair, [{ verb: "ack", firstDelivery: 1, count }]);
    }
    if (held.length === 0) await world.advance(5_000);
  }
  throw new Error("the subscription is not empty in the end");
}

describe("a subscription and its model", () => {
  const replay = (rounds: Rounds) => ({
    seed: Number(BigInt.asIntN(32, rounds.seed)),
    ...(PATH !== undefined && { path: PATH }),
  });

  // Goal: whatever clients and operators do in whatever order, the broker does what the model does. Method: random
  // sequences of commands to both; after each, everything that can be seen is compared. A failure is printed as the
  // shortest such sequence, with a seed, a path and a replayPath: as PEYK_TEST_SEED, PEYK_PATH and PEYK_REPLAY_PATH they
  // give it again.
  test("are the same after any sequence of commands", async () => {
    const rounds = new Rounds(SEQUENCES, "command sequences");
    const kinds = weighted([...CLIENT_STEPS, ...OTHER_STEPS], true);
    await fc.assert(
      fc.asyncProperty(settings, fc.commands(kinds, LENGTH), async (each, commands) => {
        const world = await ModelWorld.open({ settings: each });
        await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
        await drain(world);
        rounds.add();
      }),
      { numRuns: rounds.count, ...replay(rounds) },
    );
    expect(rounds.done).toBeGreaterThan(0);
  }, 86_400_000);

  // Goal: the same while commands, turns of the event loop and what the disk does take effect in any order that is
  // possible. Method: they wait in a list, and a seed draws what comes next.
  test("are the same whatever overtakes what", async () => {
    const rounds = new Rounds(SEQUENCES / INTERLEAVED_SHARE, "interleavings");
    const count = Math.ceil(rounds.count / (rounds.isProof ? INTERLEAVED_SHARE : 1));
    const goOn = new Array<fc.Arbitrary<Step>>(6).fill(GO_ON.steps(false));
    const steps = [...weighted(CLIENT_STEPS, false), ...goOn];
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.commands(steps, LENGTH),
        fc.nat(),
        async (each, commands, seed) => {
          const world = await ModelWorld.open({ settings: each, order: new DrawnOrder(seed) });
          await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
          await drain(world);
          rounds.add();
        },
      ),
      { numRuns: count, ...replay(rounds) },
    );
    expect(rounds.done).toBeGreaterThan(0);
  }, 86_400_000);
});

/** What waits happens in an order that the seed draws. */
class DrawnOrder implements Order {
  readonly #random: SeededRandom;
  readonly #waiting: (() => void)[] = [];

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  schedule(_what: string, happen: () => void): void {
    this.#waiting.push(happen);
  }

  next(): Promise<boolean> {
    const [happen] = this.#waiting.splice(this.#random.int(this.#waiting.length), 1);
    happen?.();
    return Promise.resolve(happen !== undefined);
  }
}
