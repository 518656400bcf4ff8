import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Peyk } from "@peyk/client";
import { next, SdkWorld } from "../harness/sdk-world.js";

const KIB = 1024;

/** Packets are 64 KiB larger than that at most: smaller than what a client would gather by itself. */
const MAX_PAYLOAD_BYTES = 32 * KIB;
const MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 64 * KIB;

let world: SdkWorld;
let url: string;
let client: Peyk;

beforeEach(async () => {
  world = new SdkWorld();
  ({ url } = await world.broker({ maxPayloadBytes: MAX_PAYLOAD_BYTES }));
  client = await world.client(url);
  await client.subscriptions.create("orders/billing");
});

afterEach(() => world.close());

/** Nothing of it may cost the connection. */
afterEach(() => {
  expect(world.log.filter((line) => line.includes("connecting again"))).toEqual([]);
});

describe("a broker that takes small packets only", () => {
  test("gets all that is published in one turn", async () => {
    const published = Array.from({ length: 40 }, (_, index) =>
      client.publish(index % 3 === 0 ? "orders" : "bills", new Uint8Array(index * 700), {
        attributes: { filler: "x".repeat(index * 20) },
      }),
    );
    await Promise.all(published);
    const stored = await client.publishMany(
      "orders",
      Array.from({ length: 200 }, () => ({ value: new Uint8Array(MAX_PAYLOAD_BYTES) })),
    );
    expect(stored).toEqual({ stored: 200, duplicates: 0 });
  });

  test("gets all that is settled in one turn, long reasons included", async () => {
    const count = 300;
    await client.publishMany(
      "orders",
      Array.from({ length: count }, (_, value) => ({ value })),
    );
    let left = count;
    const long = "é".repeat(4 * KIB);
    await new Promise<void>((resolve) => {
      void client.subscribe(
        "orders/billing",
        async (delivery) => {
          left -= 1;
          if (left === 0) resolve();
          await delivery.reject(`${left} ${long}`);
        },
        { concurrency: count },
      );
    });
    await client.close();
    const other = await world.client(url);
    expect(await other.subscriptions.get("orders/billing")).toMatchObject({ dead: count });
  });
});

describe("what no packet takes", () => {
  const MIB = "x".repeat(1024 * KIB);

  test.each([
    ["one attribute", { attributes: { huge: MIB } }],
    ["a key", { key: MIB }],
    [
      "payload and attributes together",
      {
        attributes: Object.fromEntries(
          Array.from({ length: 64 }, (_, index) => [`name-${index}`, "x".repeat(KIB)]),
        ),
      },
    ],
  ])("is refused at once: a message with %s", async (_, options) => {
    const before = client.publish("orders", 1);
    const published = client.publish("orders", new Uint8Array(MAX_PAYLOAD_BYTES), options);
    const after = client.publish("orders", 2);
    await expect(published).rejects.toThrow(/^the message has \d+ bytes with all its fields; at/);
    await expect(published).rejects.toMatchObject({ code: "payload_too_large", field: "value" });
    expect(await before).toMatchObject({ position: 1 });
    expect(await after).toMatchObject({ position: 2 });
  });

  test("is refused at once: a topic", async () => {
    await expect(client.publish(MIB, 1)).rejects.toMatchObject({
      code: "invalid_argument",
      field: "topic",
    });
    expect(await client.publish("orders", 1)).toMatchObject({ position: 1 });
  });

  test("is refused at once: a request", async () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `1-${index}`);
    await expect(client.dlq.redrive("orders/billing", { ids })).rejects.toMatchObject({
      code: "payload_too_large",
      limit: MAX_PACKET_BYTES,
    });
    await expect(client.topics.create(MIB)).rejects.toMatchObject({ code: "payload_too_large" });
    expect(await client.topics.get("orders")).toBeDefined();
  });
});

describe("a hello", () => {
  const LONGEST_TOKEN = "t".repeat(3_900);

  test("has room for a long token, and says which consumers there are in a packet of its own", async () => {
    const broker = await world.broker({ token: LONGEST_TOKEN });
    const proxy = await world.proxy(broker);
    const worker = await world.client(proxy.url, { token: LONGEST_TOKEN, log: false });
    for (let count = 0; count < 50; count += 1) {
      await worker.subscribe(`topic-${count}/workers`, () => {});
    }
    const resumed = next(worker, "resumed");
    proxy.cut();
    expect(await resumed).toEqual({ leasesLost: 0 });
    expect(proxy.connectionCount).toBe(2);
    expect(worker.health().consumers).toBe(50);
  });

  test("that no broker takes is refused at once", async () => {
    const token = "t".repeat(4_096);
    await expect(world.client(url, { token })).rejects.toMatchObject({
      code: "invalid_argument",
      field: "token",
      limit: 4_080,
    });
  });
});

describe("what a broker could not read", () => {
  test("does not reach it: half a surrogate pair", async () => {
    const asked = Array.from({ length: 20 }, () => client.topics.get("\ud800"));
    for (const answer of asked) {
      await expect(answer).rejects.toMatchObject({ code: "invalid_argument" });
    }
  });

  test("does not reach it: more frames than a packet may have", async () => {
    const consumer = await client.subscribe("orders/billing", () => {});
    for (let count = 0; count < 6_000; count += 1) {
      consumer.pause();
      consumer.resume();
    }
    await client.publish("orders", 1);
    expect(world.log.filter((line) => line.includes("complains"))).toEqual([]);
  });
});
