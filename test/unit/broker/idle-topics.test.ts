import { describe, expect, onTestFinished, test } from "vitest";
import { PeykError, type Published } from "@peyk/client/protocol";
import { Broker, type BrokerEvents } from "../../../src/broker/broker.js";
import type { Outcome, Run } from "../../../src/broker/engine.js";
import { EmbeddedEngine } from "../../../src/engines/embedded/engine.js";
import { MemoryDisk } from "../../../src/engines/embedded/memory-disk.js";
import { nextTurn } from "../../harness/engine-harness.js";
import { numbered } from "../../harness/messages.js";
import { SeededRandom } from "../../harness/seeded-random.js";
import { TestClock } from "../../harness/test-clock.js";

const HOUR_MS = 3_600_000;
const DEAD: Outcome = {
  kind: "dead",
  death: { reason: "rejected", error: "no", attempts: 1, lastConsumer: "test" },
};

class World {
  readonly clock = new TestClock();
  readonly removed: string[] = [];
  broker!: Broker;

  static async open(disk = new MemoryDisk(), autoCreate = true): Promise<World> {
    const world = new World();
    const random = new SeededRandom(1);
    const engine = new EmbeddedEngine(disk, world.clock, random, { spareBytes: 0 });
    const nothing = (): void => {};
    const events: BrokerEvents = {
      ...{ retryScheduled: nothing, deadLettered: nothing, leaseLost: nothing },
      ...{ consumerLost: nothing, publishedToNobody: nothing, subscriptionsOverlap: nothing },
      idleTopicRemoved: (topic) => world.removed.push(topic),
    };
    const config = {
      autoCreate,
      maxCredit: { messages: 1_000, bytes: 1e6 },
      maxHeldBytes: 1e9,
    };
    world.broker = await world.answer(Broker.open(engine, world.clock, random, config, events));
    onTestFinished(() => world.answer(world.broker.close()));
    return world;
  }

  get topics(): string[] {
    return this.broker.names.topics().map(({ name }) => name);
  }

  async quiet(): Promise<void> {
    for (let turns = 0; turns < 3; turns = this.clock.deferredCount === 0 ? turns + 1 : 0) {
      this.clock.flush();
      await nextTurn();
    }
  }

  async pass(hours: number): Promise<void> {
    for (let hour = 0; hour < hours; hour += 1) {
      this.clock.advance(HOUR_MS);
      await this.quiet();
    }
  }

  async answer<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false;
    const noted = work.finally(() => (isDone = true));
    noted.catch(() => {});
    while (!isDone) await this.quiet();
    return noted;
  }

  /** Resolves with the position that the message got. */
  publish(topic: string): Promise<number> {
    const request = {
      topic,
      count: 1,
      runs: [{ first: 0, batch: numbered(1, 1) }],
      refused: [],
      firstSequence: 0,
      producer: undefined,
      requireSubscription: false,
    };
    const published = new Promise<Published>((resolve, reject) =>
      this.broker.publish(request, (result) =>
        result instanceof PeykError ? reject(result) : resolve(result),
      ),
    );
    return this.answer(published.then(({ ranges }) => ranges[0]?.firstPosition ?? 0));
  }

  async settleAll(name: string, outcome: Outcome = { kind: "done" }): Promise<void> {
    const { engine } = this.broker;
    const { id } = this.broker.requireSubscription(name);
    const runs: Run[] = [];
    const feed = engine.feed(id, {
      run: (run) => runs.push(run),
      blocked: () => {},
      lost: () => {},
    });
    feed.want(100, 1e6);
    await this.quiet();
    const settles = runs.map(({ log, first, count }) => ({
      ...{ subscription: id, log, first, count, outcome },
    }));
    await this.answer(
      new Promise((resolve) => engine.commit({ atomic: false, appends: [], settles }, resolve)),
    );
    feed.close();
  }
}

describe("a topic that was made on first use", () => {
  test("goes when it was not used for a day, and comes back with the next message", async () => {
    const world = await World.open();
    await world.publish("devices.1");
    await world.pass(24);
    expect(world.topics).toEqual(["devices.1"]);
    await world.pass(1);
    expect(world.topics).toEqual([]);
    expect(world.removed).toEqual(["devices.1"]);
    expect(await world.publish("devices.1")).toBe(1);
  });

  test("stays while somebody publishes to it", async () => {
    const world = await World.open();
    for (let times = 0; times < 4; times += 1) {
      await world.publish("devices.1");
      await world.pass(23);
    }
    expect(world.topics).toEqual(["devices.1"]);
  });

  test("stays with a subscription of its own, or when somebody chose its options", async () => {
    const world = await World.open();
    await world.answer(world.broker.createSubscription("owned/group", undefined, true));
    await world.answer(world.broker.createTopic("made", undefined, false));
    await world.publish("changed");
    const { topic } = world.broker.requireTopic("changed");
    const settings = { ...topic.settings, expireUnsettledMs: HOUR_MS };
    await world.answer(
      world.broker.engine.change({ kind: "update-topic", topic: topic.id, settings }),
    );
    await world.pass(30);
    expect(world.topics).toEqual(["changed", "made", "owned"]);
  });

  test("stays as long as a message of it is unsettled or dead", async () => {
    const world = await World.open();
    await world.answer(world.broker.createSubscription("devices.*/group", undefined, true));
    await world.publish("devices.dead");
    await world.settleAll("devices.*/group", DEAD);
    await world.publish("devices.settled");
    await world.settleAll("devices.*/group");
    await world.publish("devices.waiting");
    await world.pass(30);
    expect(world.topics).toEqual(["devices.dead", "devices.waiting"]);
    await world.settleAll("devices.*/group");
    await world.settleAll("devices.*/group/dlq");
    await world.pass(30);
    expect(world.topics).toEqual([]);
  });

  test("is made again by what is published while it goes, and loses nothing", async () => {
    const world = await World.open();
    const { id } = await world.answer(
      world.broker.createSubscription("devices.*/group", undefined, true),
    );
    await world.publish("devices.1");
    await world.settleAll("devices.*/group");
    await world.pass(24);
    // It is on its way out when the clock has moved, and gone when that is durable.
    world.clock.advance(HOUR_MS);
    const positions = Promise.all([world.publish("devices.1"), world.publish("devices.1")]);
    expect(await positions).toEqual([1, 2]);
    expect(world.removed).toEqual(["devices.1"]);
    expect(await world.answer(world.broker.engine.stats(id))).toMatchObject({ unsettled: 2 });
  });

  test("stays where nothing would make it again", async () => {
    const disk = new MemoryDisk();
    const before = await World.open(disk);
    await before.publish("devices.1");
    await before.answer(before.broker.close());
    const world = await World.open(disk, false);
    await world.pass(30);
    expect(world.topics).toEqual(["devices.1"]);
    expect(await world.publish("devices.1")).toBeGreaterThan(0);
  });

  test("is not missed among very many", async () => {
    const world = await World.open();
    const names = Array.from({ length: 600 }, (_, index) => `devices.${index}`);
    for (const name of names) await world.publish(name);
    await world.pass(26);
    expect(world.removed).toHaveLength(600);
  });
});
