import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect, PeykError, type Delivery, type Peyk } from "@peyk/client";
import { Arrivals, deferred, next, SdkWorld } from "../harness/sdk-world.js";
import type { Proxy } from "../harness/proxy.js";

let world: SdkWorld;
let direct: Peyk;
let client: Peyk;
let proxy: Proxy;

beforeEach(async () => {
  world = new SdkWorld();
  const broker = await world.broker({ resumeGraceMs: 10_000 });
  proxy = await world.proxy(broker);
  direct = await world.client(broker.url);
  client = await world.client(proxy.url);
});

afterEach(() => world.close());

describe("a connection that was cut", () => {
  test("comes back, tells the application, and keeps leases", async () => {
    const states = new Arrivals<string>();
    client.on("state", ({ state }) => states.add(state));
    const gate = deferred();
    const started = new Arrivals<Delivery>();
    await client.subscribe("orders/billing", (delivery) => {
      started.add(delivery);
      return gate.promise;
    });
    await direct.publish("orders", 1);
    const [delivery] = await started.reach(1);
    const resumed = next(client, "resumed");
    proxy.cut();
    expect(await resumed).toEqual({ leasesLost: 0 });
    expect(states.items).toEqual(["waiting", "connecting", "open"]);
    expect(delivery?.signal.aborted).toBe(false);
    gate.resolve();
    await delivery?.ack();
    expect(started.items).toHaveLength(1);
    expect((await direct.subscriptions.get("orders/billing"))?.running).toBe(0);
  });

  test("leaves a consumer the subscriptions that were not deleted meanwhile", async () => {
    const arrivals = new Arrivals<string>();
    const sources = ["orders/billing", "refunds/billing", "fees/billing"] as const;
    await client.subscribe(sources, (delivery) => arrivals.add(delivery.subscription));
    const resumed = next(client, "resumed");
    proxy.cut();
    await direct.subscriptions.delete("refunds/billing", { force: true });
    await resumed;
    await direct.publish("fees", 1);
    expect(await arrivals.reach(1)).toEqual(["fees/billing"]);
    await expect.poll(() => world.log.join()).toContain("the consumer of refunds/billing ended");
    expect(client.health().consumers).toBe(1);
  });

  test("delivers later messages once, under the same numbers", async () => {
    const values = new Arrivals<unknown>();
    const gate = deferred();
    await client.subscribe(
      "orders/billing",
      async (delivery) => {
        await gate.promise;
        values.add(delivery.value);
      },
      { concurrency: 2, buffer: { messages: 5 } },
    );
    await Promise.all([1, 2, 3].map((n) => direct.publish("orders", n)));
    const resumed = next(client, "resumed");
    proxy.cut();
    await Promise.all([4, 5, 6].map((n) => direct.publish("orders", n)));
    await resumed;
    gate.resolve();
    const all = await values.reach(6);
    expect([...all].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    await direct.publish("orders", 7);
    expect(await values.reach(7)).toHaveLength(7);
  });

  test("takes up all of its consumers, also where there are very many", async () => {
    const started = new Arrivals<Delivery>();
    const gate = deferred();
    const handler = (delivery: Delivery): Promise<void> => {
      started.add(delivery);
      return gate.promise;
    };
    const names = Array.from({ length: 600 }, (_, index) => `orders/group-${index}` as const);
    await Promise.all(names.map((name) => client.subscribe(name, handler)));
    await direct.publish("orders", 1);
    await started.reach(600);
    const resumed = next(client, "resumed");
    proxy.cut();
    expect(await resumed).toEqual({ leasesLost: 0 });
    gate.resolve();
    await client.close();
    for await (const { ready, retrying } of direct.subscriptions.list()) {
      expect([ready, retrying]).toEqual([0, 0]);
    }
  });

  test("settles what was finished meanwhile", async () => {
    const settled = deferred();
    const started = new Arrivals<Delivery>();
    await client.subscribe("orders/billing", (delivery) => {
      started.add(delivery);
      return settled.promise;
    });
    await direct.publish("orders", 1);
    const [delivery] = await started.reach(1);
    proxy.cut();
    const acked = delivery?.ack();
    settled.resolve();
    await acked;
    const info = await direct.subscriptions.get("orders/billing");
    expect([info?.ready, info?.running]).toEqual([0, 0]);
  });

  test("publishes what was given to it meanwhile, in order", async () => {
    await direct.subscriptions.create("orders/billing");
    proxy.cut();
    await Promise.all([1, 2, 3].map((n) => client.publish("orders", n)));
    const messages = await direct.subscriptions.peek("orders/billing", { count: 10 });
    expect(messages.map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  test("makes requests again that may be made twice", async () => {
    proxy.cut();
    const info = await client.topics.create("orders", { retainMs: 5_000 });
    expect(info.options.retainMs).toBe(5_000);
  });

  test("subscribes where the answer to subscribe was lost", async () => {
    const values = new Arrivals<unknown>();
    const subscribed = client.subscribe("orders/billing", (delivery) => values.add(delivery.value));
    setImmediate(() => proxy.cut());
    await subscribed;
    await direct.publish("orders", 1);
    expect(await values.reach(1)).toEqual([1]);
    expect((await direct.subscriptions.get("orders/billing"))?.consumers).toHaveLength(1);
  });

  test("tells live listeners of the gap, and lets them go on", async () => {
    const values = new Arrivals<unknown>();
    await client.live("quakes.*", (message) => values.add(message.value));
    const gap = next(client, "gap");
    proxy.cut();
    expect(await gap).toEqual({ pattern: "quakes.*", missed: "unknown" });
    await direct.publish("quakes.ml", 1);
    expect(await values.reach(1)).toEqual([1]);
  });

  test("tells no gap to a listener of one topic that missed nothing", async () => {
    const values = new Arrivals<unknown>();
    const gaps = new Arrivals<unknown>();
    client.on("gap", gaps.add);
    await client.live("quakes", (message) => values.add(message.value));
    await direct.publish("quakes", 1);
    await values.reach(1);
    const resumed = next(client, "resumed");
    proxy.cut();
    await resumed;
    await client.status();
    await direct.publish("quakes", 2);
    await values.reach(2);
    expect(gaps.items).toEqual([]);
  });
});

describe("a session that is over", () => {
  beforeEach(async () => {
    await world.close();
    const broker = await world.broker({ resumeGraceMs: 0 });
    proxy = await world.proxy(broker);
    direct = await world.client(broker.url);
    client = await world.client(proxy.url);
  });

  test("loses its leases, says so, and starts anew", async () => {
    const started = new Arrivals<Delivery>();
    const gate = deferred();
    await client.subscribe("orders/billing", (delivery) => {
      started.add(delivery);
      return gate.promise;
    });
    await direct.publish("orders", 1);
    const [first] = await started.reach(1);
    const [lost, resumed] = [next(client, "lease_lost"), next(client, "resumed")];
    proxy.cut();
    expect((await lost).delivery).toBe(first);
    expect(await resumed).toEqual({ leasesLost: 1 });
    expect(PeykError.is(first?.signal.reason, "lease_lost")).toBe(true);
    expect(String(first?.signal.reason)).toContain("the connection was gone for too long");
    await expect(first?.ack()).rejects.toMatchObject({ code: "lease_lost" });
    const [, second] = await started.reach(2);
    expect([second?.id, second?.attempt]).toEqual([first?.id, 2]);
    gate.resolve();
  });

  test("counts an ack that was not confirmed as a lost lease", async () => {
    const lost = next(client, "lease_lost");
    const started = new Arrivals<Delivery>();
    await client.subscribe("orders/billing", (delivery) => {
      started.add(delivery);
      if (delivery.attempt === 1) proxy.cut();
    });
    await direct.publish("orders", 1);
    const [first] = await started.reach(1);
    expect((await lost).delivery).toBe(first);
    await started.reach(2);
  });

  test("publishes again without storing twice, as its producer is still known", async () => {
    await direct.subscriptions.create("orders/billing");
    await client.publish("orders", 0);
    const published = Promise.all([1, 2, 3].map((n) => client.publish("orders", n)));
    setImmediate(() => proxy.cut());
    await published;
    const messages = await direct.subscriptions.peek("orders/billing", { count: 10 });
    expect(messages.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
  });
});

describe("a broker that is gone", () => {
  test("rejects connect() in time, with what was tried and why", async () => {
    const options = { connectTimeoutMs: 200, log: false } as const;
    const rejected = () => connect("ws://127.0.0.1:9", options).catch((error: unknown) => error);
    // On a busy machine the time may be over before anybody refused.
    await expect.poll(rejected).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/127\.0\.0\.1:9 within 200 ms: .*ECONNREFUSED/) as string,
    });
  });

  test("rejects connect() in time also where nobody answers at all", async () => {
    proxy.freeze();
    const connected = connect(proxy.url, { connectTimeoutMs: 200, log: false });
    await expect(connected).rejects.toMatchObject({ code: "unavailable" });
  });

  test("tries one URL after the other", async () => {
    const other = await world.client(["ws://127.0.0.1:9", proxy.url]);
    expect((await other.status()).state).toBe("serving");
  });

  test("rejects publishes and requests at their deadline", async () => {
    const impatient = await world.client(proxy.url, { requestTimeoutMs: 300 });
    proxy.freeze();
    const waiting = next(impatient, "state");
    proxy.cut();
    await waiting;
    await expect(impatient.publish("orders", 1)).rejects.toMatchObject({ code: "timeout" });
    await expect(impatient.status()).rejects.toMatchObject({ code: "timeout" });
    await expect(impatient.publish("orders", 1, { timeoutMs: 1 })).rejects.toMatchObject({
      code: "timeout",
    });
  });

  test("says outcome_unknown of a publish that was sent and not answered", async () => {
    await client.publish("orders", 0);
    proxy.freeze();
    const published = client.publish("orders", 1, { timeoutMs: 50 });
    await expect(published).rejects.toMatchObject({ code: "outcome_unknown" });
  });

  test("lets close() end in time, and says what became of publishes", async () => {
    proxy.freeze();
    const published = client.publish("orders", 1).catch((error: unknown) => error);
    const closed = client.close({ timeoutMs: 50 });
    expect(await published).toMatchObject({ code: "outcome_unknown" });
    await closed;
    expect(client.health().state).toBe("closed");
    await expect(client.publish("orders", 1)).rejects.toMatchObject({ code: "closed" });
  });
});

describe("a broker that says goodbye", () => {
  test("gets nothing new; publishes wait for the next one", async () => {
    const [first, second] = [await world.broker(), await world.broker()];
    const roaming = await world.client([first.url, second.url]);
    await (await world.client(second.url)).subscriptions.create("orders/billing");
    const gate = deferred();
    const started = new Arrivals<unknown>();
    await roaming.subscribe("orders/billing", (delivery) => {
      started.add(delivery.value);
      return gate.promise;
    });
    await roaming.publish("orders", 1);
    await started.reach(1);
    const [resumed, closed] = [next(roaming, "resumed"), first.close({ timeoutMs: 5_000 })];
    await expect.poll(() => world.log.join()).toContain("the broker says goodbye");
    const published = roaming.publish("orders", 2);
    expect(roaming.health().state).toBe("open");
    gate.resolve();
    await resumed;
    await closed;
    await published;
    expect(await started.reach(2)).toEqual([1, 2]);
  });

  test("ends clients within its process for good", async () => {
    const broker = await world.broker();
    const inside = await broker.connect({ log: (level, text) => world.note(level, text) });
    await inside.subscribe("orders/billing", () => {});
    const states: string[] = [];
    inside.on("state", ({ state }) => states.push(state));
    await broker.close();
    await expect.poll(() => states).toContain("closed");
    expect(states).toEqual(["closed"]);
    expect(world.log.filter((line) => !line.includes("says goodbye"))).toEqual([]);
    await expect(inside.publish("orders", 1)).rejects.toMatchObject({ code: "closed" });
  });
});

describe("a broker that lets nobody in", () => {
  test("ends connect() at once where the token is not accepted", async () => {
    const broker = await world.broker({ token: "right" });
    await expect(connect(broker.url, { token: "wrong", log: false })).rejects.toMatchObject({
      code: "unauthenticated",
    });
    await world.client(broker.url, { token: () => Promise.resolve("right") });
  });

  test("is asked again after the token could not be had", async () => {
    const broker = await world.broker({ token: "right" });
    let asked = 0;
    const token = (): string => {
      if (asked++ === 0) throw new Error("not yet");
      return "right";
    };
    await world.client(broker.url, { token });
    expect(asked).toBe(2);
  });
});
