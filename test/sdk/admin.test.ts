import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Reject, type Delivery, type Peyk, type SubscriptionInfo } from "@peyk/client";
import { PEYK } from "../e2e/peyk-process.js";
import { BrokerProcess } from "../harness/broker-process.js";
import { all, Arrivals, deferred, next, SdkWorld } from "../harness/sdk-world.js";

let world: SdkWorld;
let client: Peyk;

beforeEach(async () => {
  world = new SdkWorld();
  client = await world.client((await world.broker()).url);
});

afterEach(() => world.close());

describe("topics and subscriptions", () => {
  test("are made, found, changed, listed and deleted", async () => {
    await client.topics.create("orders", { retainMs: 1_000 });
    expect((await client.topics.update("orders", { retainMs: 2_000 })).options.retainMs).toBe(
      2_000,
    );
    await expect(client.topics.create("orders", { retainMs: 9 })).rejects.toMatchObject({
      code: "conflict",
    });
    await client.subscriptions.create("orders/billing", { maxAttempts: 3 });
    const [info] = await all(client.subscriptions.list("orders"));
    expect(info).toMatchObject({ name: "orders/billing", options: { maxAttempts: 3 } });
    await client.subscriptions.delete("orders/billing");
    expect(await client.subscriptions.get("orders/billing")).toBeUndefined();
    await client.topics.delete("orders");
    expect(await client.topics.get("orders")).toBeUndefined();
  });

  test("refuse what goes beyond a backlog limit", async () => {
    const options = { maxBacklogBytes: 5_000, overflow: "reject" } as const;
    await client.topics.create("limited", options);
    await client.subscriptions.create("limited/slow");
    expect((await client.topics.get("limited"))?.options).toMatchObject(options);
    const bytes = new Uint8Array(3_000);
    await client.publish("limited", bytes);
    await client.publish("limited", bytes);
    await expect(client.publish("limited", bytes)).rejects.toMatchObject({
      code: "resource_exhausted",
      field: "maxBacklogBytes",
      limit: 5_000,
      retryAfterMs: 1_000,
    });
    await client.subscriptions.purge("limited/slow");
    expect(await client.publish("limited", bytes)).toMatchObject({ subscriptions: 1 });
  });

  test("refuse options that do not exist, and those of a later version", async () => {
    const create = (options: object) => client.subscriptions.create("orders/billing", options);
    await expect(create({ maxAttempt: 3 })).rejects.toMatchObject({
      code: "invalid_argument",
      field: "maxAttempt",
    });
    await expect(create({ filter: "priority > 3" })).rejects.toMatchObject({
      code: "unsupported",
      field: "filter",
    });
  });

  test("are listed over many pages", async () => {
    const names = Array.from({ length: 600 }, (_, n) => `t${String(n).padStart(3, "0")}`);
    await Promise.all(names.map((name) => client.topics.create(name)));
    const listed = await all(client.topics.list());
    expect(listed.map(({ name }) => name)).toEqual(names);
  });

  test("are purged, or only counted", async () => {
    await client.subscriptions.create("orders/billing");
    await Promise.all([1, 2, 3].map((n) => client.publish("orders", n)));
    expect(await client.subscriptions.purge("orders/billing", { dryRun: true })).toEqual({
      count: 3,
    });
    expect(await client.subscriptions.purge("orders/billing")).toEqual({ count: 3 });
    expect((await client.subscriptions.get("orders/billing"))?.ready).toBe(0);
  });
});

describe("dead letters", () => {
  test("are listed up to a count, redriven and purged", async () => {
    const dead = new Arrivals<unknown>();
    client.on("failed", ({ delivery }) => dead.add(delivery.value));
    const consumer = await client.subscribe("orders/billing", () => {
      throw new Reject("no");
    });
    await Promise.all([1, 2, 3].map((n) => client.publish("orders", n)));
    await dead.reach(3);
    await consumer.close();
    const [first, second] = await all(client.dlq.list("orders/billing", { count: 2 }));
    expect([first?.value, first?.error, second?.value]).toEqual([1, "no", 2]);
    const ids = [first?.id ?? ""];
    expect(await client.dlq.redrive("orders/billing", { ids, dryRun: true })).toEqual({ count: 1 });
    expect(await client.dlq.redrive("orders/billing", { ids })).toEqual({ count: 1 });
    const redriven = new Arrivals<Delivery>();
    await client.subscribe("orders/billing", redriven.add);
    expect((await redriven.reach(1))[0]?.id).toBe(first?.id);
    expect(await client.dlq.purge("orders/billing", {})).toEqual({ count: 2 });
  });

  test("are consumed like any subscription, with the reason", async () => {
    await client.subscribe("orders/billing", () => {
      throw new Reject("no");
    });
    await client.publish("orders", 1);
    const letters = new Arrivals<Delivery>();
    await client.subscribe("orders/billing/dlq", letters.add);
    const [letter] = await letters.reach(1);
    expect([letter?.value, letter?.deadLetter?.error]).toEqual([1, "no"]);
  });
});

describe("live", () => {
  test("goes on after a known message with what the topic retains", async () => {
    await client.topics.create("quakes", { retainMs: 3_600_000 });
    const seen = new Arrivals<unknown>();
    const first = await client.live("quakes", ({ value }) => seen.add(value));
    await client.publish("quakes", 1);
    await seen.reach(1);
    await first.close();
    for (const value of [2, 3]) await client.publish("quakes", value);
    const gaps: unknown[] = [];
    const options = { from: first.at, onGap: (gap: unknown) => gaps.push(gap) };
    const second = await client.live("quakes", ({ value }) => seen.add(value), options);
    await client.publish("quakes", 4);
    expect(await seen.reach(4)).toEqual([1, 2, 3, 4]);
    expect(gaps).toEqual([]);
    expect(second.at).toEqual({ epoch: first.at?.epoch, position: 4 });
  });

  test("has no place in a pattern", async () => {
    const seen = new Arrivals<unknown>();
    const live = await client.live("quakes.*", ({ value }) => seen.add(value));
    await client.publish("quakes.ml", 1);
    await seen.reach(1);
    expect(live.at).toBeUndefined();
    const from = { epoch: "a", position: 1 };
    await expect(client.live("quakes.*", () => {}, { from })).rejects.toMatchObject({
      code: "invalid_argument",
      field: "from",
    });
  });

  test("resumes after a known message, and says when something was missed", async () => {
    const seen = new Arrivals<unknown>();
    const live = await client.live("quakes", ({ value }) => seen.add(value));
    await client.publish("quakes", 1);
    await seen.reach(1);
    const { at } = live;
    await live.close();
    await client.publish("quakes", 2);
    const gap = deferred<number | "unknown">();
    const onGap = ({ missed }: { missed: number | "unknown" }): void => gap.resolve(missed);
    await client.live("quakes", () => {}, { from: at, onGap });
    expect(await gap.promise).toBe(1);
  });

  test("survives handlers and onGap that throw", async () => {
    const seen = new Arrivals<unknown>();
    await client.live("quakes", ({ value }) => {
      seen.add(value);
      throw new Error("no");
    });
    await client.publish("quakes", 1);
    await client.publish("quakes", 2);
    await seen.reach(2);
    expect(world.log).toContainEqual(expect.stringMatching(/live handler of quakes failed .*: no/));
  });

  test("refuses a name with a group, and a position that is none", async () => {
    await expect(client.live("quakes/map", () => {})).rejects.toMatchObject({
      code: "invalid_argument",
    });
    const from = { epoch: "nonsense", position: 1 };
    await expect(client.live("quakes", () => {}, { from })).rejects.toMatchObject({
      field: "from",
    });
  });
});

describe("a process that was held up", () => {
  test("is told which leases it lost, also of handlers that returned since", async () => {
    const broker = await BrokerProcess.start({ memory: true });
    try {
      const held = await world.client(broker.url);
      const lost = next(held, "lease_lost");
      // However long the broker itself is held up: its clock for leases does not count that.
      const block = ({ attempt }: Delivery): void => {
        while (attempt === 1 && !isWaitingForRetry(broker.url));
      };
      const create = { ackDeadlineMs: 1_000, retry: { minMs: 600_000, maxMs: 600_000 } };
      await held.subscribe("orders/billing", block, { create });
      await held.publish("orders", 1);
      expect((await lost).delivery.value).toBe(1);
    } finally {
      await broker.close();
    }
  });
});

/** Asks in another process, while nothing runs in this one. */
function isWaitingForRetry(url: string): boolean {
  const args = [PEYK, "subscription", "get", "orders/billing", "--json", "--url", url];
  const info: unknown = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  return (info as SubscriptionInfo).retrying > 0;
}
