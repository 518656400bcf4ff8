import { afterEach, beforeEach, expect, test } from "vitest";
import type { Peyk } from "@peyk/client";
import type { Faults, Proxy } from "../harness/proxy.js";
import { SdkWorld } from "../harness/sdk-world.js";

let world: SdkWorld;
let direct: Peyk;
let proxy: Proxy;

beforeEach(async () => {
  world = new SdkWorld();
  const broker = await world.broker();
  proxy = await world.proxy(broker);
  direct = await world.client(broker.url);
  await direct.subscriptions.create("orders/billing");
});

afterEach(() => world.close());

const FAULTS: readonly (readonly [string, Faults])[] = [
  ["halved after 1 byte and delayed", { splitAt: 1, delayMs: 1 }],
  ["halved after 2 bytes and delayed", { splitAt: 2, delayMs: 1 }],
  ["halved after 7 bytes and delayed", { splitAt: 7, delayMs: 1 }],
  ["passed on byte by byte", { isDribbling: true }],
];

test.each(FAULTS)("packets that are %s change nothing", async (_, faults) => {
  proxy.faults = faults;
  const client = await world.client(proxy.url);
  const values = Array.from({ length: 20 }, (_, index) => index);
  await Promise.all(values.map((value) => client.publish("orders", value)));
  const stored = await direct.subscriptions.peek("orders/billing", { count: 100 });
  expect(stored.map(({ value }) => value)).toEqual(values);
});

test("answers that were held back until the connection broke are given once more", async () => {
  const client = await world.client(proxy.url);
  proxy.hold("toClient");
  const published = Promise.all([1, 2, 3].map((value) => client.publish("orders", value)));
  const stored = () => direct.subscriptions.peek("orders/billing", { count: 10 });
  await expect.poll(async () => (await stored()).length).toBe(3);
  proxy.cut("reset");
  const ids = (await published).map(({ id, duplicate }) => ({ id, duplicate }));
  expect(ids).toEqual((await stored()).map(({ id }) => ({ id, duplicate: true })));
});
