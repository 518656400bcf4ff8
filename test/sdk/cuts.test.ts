import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Peyk } from "@peyk/client";
import { SdkWorld } from "../harness/sdk-world.js";
import type { Proxy } from "../harness/proxy.js";

/** Cuts at every so many bytes: a frame is cut in its WebSocket header, its length, its fields and its payload. */
const STEP = 3;

let world: SdkWorld;
let direct: Peyk;
let proxy: Proxy;
let base: { readonly toBroker: number; readonly toClient: number };

beforeEach(async () => {
  world = new SdkWorld();
  const broker = await world.broker();
  proxy = await world.proxy(broker);
  direct = await world.client(broker.url);
  // What goes through until the welcome is always as long.
  await (await world.client(proxy.url, { name: "cut" })).close();
  base = { ...proxy.passed };
});

afterEach(() => world.close());

describe.each(["toBroker", "toClient"] as const)(
  "a connection cut %s at every byte",
  (direction) => {
    const offsets = Array.from({ length: 60 }, (_, index) => index * STEP);

    test("loses no publish and stores none twice", async () => {
      await direct.subscriptions.create("orders/billing");
      const expected: number[] = [];
      for (const offset of offsets) {
        proxy.faults = { cutAfter: { direction, bytes: base[direction] - 20 + offset } };
        const client = await world.client(proxy.url, { name: "cut" });
        await Promise.all([0, 1, 2].map((n) => client.publish("orders", offset * 10 + n)));
        expected.push(...[0, 1, 2].map((n) => offset * 10 + n));
        await client.close();
      }
      expect(await valuesOf("orders/billing")).toEqual(expected.sort((a, b) => a - b));
    });

    test("loses no ack, and calls no handler twice", async () => {
      const consumed: unknown[] = [];
      await direct.subscriptions.create("orders/billing");
      for (const offset of offsets) {
        proxy.faults = { cutAfter: { direction, bytes: base[direction] + offset } };
        const client = await world.client(proxy.url, { name: "cut" });
        await client.subscribe("orders/billing", (delivery) => void consumed.push(delivery.value));
        await direct.publish("orders", offset);
        for (let ready = 1; ready > 0;) {
          const info = await direct.subscriptions.get("orders/billing");
          ready = (info?.ready ?? 0) + (info?.running ?? 0) + (info?.buffered ?? 0);
        }
        await client.close();
      }
      expect(consumed).toEqual(offsets);
      expect(await valuesOf("orders/billing")).toEqual([]);
    });
  },
);

test("halved and delayed packets change nothing", async () => {
  await direct.subscriptions.create("orders/billing");
  for (const splitAt of [1, 2, 7]) {
    proxy.faults = { splitAt, delayMs: 1 };
    const client = await world.client(proxy.url);
    await Promise.all([0, 1].map((n) => client.publish("orders", splitAt * 10 + n)));
  }
  expect(await valuesOf("orders/billing")).toEqual([10, 11, 20, 21, 70, 71]);
});

async function valuesOf(subscription: `${string}/${string}`): Promise<number[]> {
  const messages = direct.messages<number>(subscription, { idleMs: 200, concurrency: 100 });
  const values: number[] = [];
  for await (const delivery of messages) {
    values.push(delivery.value);
    void delivery.ack();
  }
  return values.sort((a, b) => a - b);
}
