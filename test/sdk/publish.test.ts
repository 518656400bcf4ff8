import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PeykError, type Peyk } from "@peyk/client";
import { SdkWorld } from "../harness/sdk-world.js";

let world: SdkWorld;
let url: string;
let client: Peyk;

beforeEach(async () => {
  world = new SdkWorld();
  ({ url } = await world.broker());
  client = await world.client(url);
});

afterEach(() => world.close());

describe("publish", () => {
  test("resolves with id, position and how many will get it", async () => {
    await client.subscriptions.create("orders/a");
    await client.subscriptions.create("orders/b");
    const published = await client.publish("orders", 1);
    expect(published).toMatchObject({ position: 1, duplicate: false, subscriptions: 2 });
    expect(published.id).toMatch(/^[0-9a-f]+-1$/);
  });

  test("warns once per topic that nobody will get it", async () => {
    await client.publish("orders", 1);
    await client.publish("orders", 2);
    await client.publish("bills", 2);
    const warnings = world.log.filter((line) => line.includes("nobody will get it"));
    expect(warnings).toHaveLength(2);
  });

  test("rejects where a subscription is required and there is none", async () => {
    await client.topics.create("orders");
    const published = client.publish("orders", 1, { requireSubscription: true });
    await expect(published).rejects.toMatchObject({ code: "no_subscription" });
  });

  test.each([
    ["priority", { priority: 3 }],
    ["delayMs", { delayMs: 5 }],
    ["deliverAt", { deliverAt: new Date(Date.UTC(2100, 0)) }],
    ["ttlMs", { ttlMs: 5 }],
    ["dedupId", { dedupId: "x" }],
  ])("rejects %s, which this version does not do", async (_, options) => {
    const published = client.publish("orders", 1, options);
    await expect(published).rejects.toMatchObject({ code: "unsupported" });
  });

  test.each([
    ["undefined", undefined, {}, "invalid_payload"],
    ["a function", () => {}, {}, "invalid_payload"],
    ["a circle", createCircle(), {}, "invalid_payload"],
    [
      "a number as an attribute",
      1,
      { attributes: { n: 1 as unknown as string } },
      "invalid_argument",
    ],
    ["a negative priority", 1, { priority: -1 }, "invalid_argument"],
    ["a delay that is no number", 1, { delayMs: Number.NaN }, "invalid_argument"],
    ["a payload that is too large", new Uint8Array(1024 * 1024 + 1), {}, "payload_too_large"],
  ])("refuses %s", async (_, value, options, code) => {
    await expect(client.publish("orders", value, options)).rejects.toMatchObject({ code });
    await expect(client.publish("orders", "fine")).resolves.toBeDefined();
  });

  test("refuses the name of a pattern", async () => {
    await expect(client.publish("orders.*", 1)).rejects.toMatchObject({ code: "invalid_argument" });
  });

  test("carries key, attributes, content type and correlation id", async () => {
    await client.subscriptions.create("orders/a");
    const attributes = { region: "eu", ["__proto__"]: "x" };
    await client.publish("orders", "<a/>", {
      key: "k",
      attributes,
      contentType: "text/xml",
      correlationId: "c",
    });
    const [message] = await client.subscriptions.peek("orders/a");
    expect(message).toMatchObject({
      key: "k",
      contentType: "text/xml",
      correlationId: "c",
      value: "<a/>",
    });
    expect(message?.attributes["region"]).toBe("eu");
    expect(message?.replyTo).toBeUndefined();
  });

  test("stops waiting when its signal is aborted", async () => {
    const controller = new AbortController();
    const published = client.publish("orders", 1, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(published).rejects.toThrow("enough");
    await expect(client.publish("orders", 1, { signal: controller.signal })).rejects.toThrow(
      "enough",
    );
  });

  test("rejects beyond what may be unconfirmed, and has room again afterwards", async () => {
    const small = await world.client(url, { maxUnconfirmed: { messages: 2 } });
    const all = await Promise.allSettled([1, 2, 3].map((n) => small.publish("orders", n)));
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(all[2]).toMatchObject({ reason: { code: "resource_exhausted" } });
    await small.publish("orders", 4);
  });

  test("keeps the order of the calls across topics", async () => {
    await client.subscriptions.create(">/all");
    await Promise.all(["a", "b", "a"].map((topic, n) => client.publish(topic, n)));
    const messages = client.messages(">/all", { count: 3 });
    const values: unknown[] = [];
    for await (const delivery of messages) {
      values.push(delivery.value);
      await delivery.ack();
    }
    expect(values).toEqual([0, 1, 2]);
  });
});

describe("publishMany", () => {
  test("publishes all of an iterable", async () => {
    await client.subscriptions.create("orders/a");
    const entries = Array.from({ length: 2_500 }, (_, value) => ({ value }));
    expect(await client.publishMany("orders", entries)).toEqual({ stored: 2_500, duplicates: 0 });
    expect((await client.subscriptions.get("orders/a"))?.ready).toBe(2_500);
  });

  test("takes from an async iterable no faster than is confirmed", async () => {
    const small = await world.client(url, { maxUnconfirmed: { messages: 10 } });
    async function* entries() {
      for (let value = 0; value < 100; value += 1) yield Promise.resolve({ value });
    }
    expect(await small.publishMany("orders", entries())).toEqual({ stored: 100, duplicates: 0 });
  });

  test("keeps within what may be unconfirmed in bytes", async () => {
    const small = await world.client(url, { maxUnconfirmed: { bytes: 100_000 } });
    const entries = Array.from({ length: 30 }, () => ({ value: new Uint8Array(30_000) }));
    expect(await small.publishMany("orders", entries)).toEqual({ stored: 30, duplicates: 0 });
  });

  test("rejects with what failed and where, and stores the rest", async () => {
    await client.subscriptions.create("orders/a");
    const entries = [{ value: 1 }, { value: undefined }, { value: 3 }, { value: 4, ttlMs: 5 }];
    const error = await client.publishMany("orders", entries).catch((e: unknown) => e);
    if (!PeykError.is(error)) throw error;
    expect(error.failed?.map(({ index, error: { code } }) => [index, code])).toEqual([
      [1, "invalid_payload"],
      [3, "unsupported"],
    ]);
    expect((await client.subscriptions.get("orders/a"))?.ready).toBe(2);
  });

  test("publishes nothing where its signal is aborted already", async () => {
    const signal = AbortSignal.abort();
    await expect(client.publishMany("orders", [{ value: 1 }], { signal })).rejects.toThrow(
      "aborted",
    );
    expect(client.health().unconfirmed).toBe(0);
  });

  test("stops when its signal is aborted", async () => {
    const controller = new AbortController();
    async function* entries() {
      yield await Promise.resolve({ value: 1 });
      controller.abort(new Error("enough"));
      await new Promise(() => {});
    }
    const published = client.publishMany("orders", entries(), { signal: controller.signal });
    await expect(published).rejects.toThrow("enough");
  });
});

function createCircle(): object {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  return circle;
}
