import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Delivery, Peyk } from "@peyk/client";
import { startTestBroker } from "../../src/test.js";
import { SdkWorld } from "../harness/sdk-world.js";

let world: SdkWorld;
let client: Peyk;
let publisher: Peyk;

beforeEach(async () => {
  world = new SdkWorld();
  const { url } = await world.broker();
  client = await world.client(url);
  publisher = await world.client(url);
  // What failed waits longer than any test.
  await publisher.subscriptions.create("orders/billing", {
    retry: { minMs: 600_000, maxMs: 600_000 },
  });
});

afterEach(() => world.close());

const publish = (count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, n) => publisher.publish("orders", n)));

const left = async (): Promise<readonly (number | undefined)[]> => {
  const info = await publisher.subscriptions.get("orders/billing");
  return [info?.ready, info?.running, info?.retrying];
};

describe("messages()", () => {
  test.each([1, 3, 10])("takes exactly `count` with concurrency %i", async (concurrency) => {
    await publish(10);
    const values: unknown[] = [];
    for await (const delivery of client.messages("orders/billing", { count: 4, concurrency })) {
      values.push(delivery.value);
      await delivery.ack();
    }
    expect(values).toEqual([0, 1, 2, 3]);
    expect(await left()).toEqual([6, 0, 0]);
    const [message] = await publisher.subscriptions.peek("orders/billing");
    expect(message?.value).toBe(4);
  });

  test("ends after `count` once all of them are settled", async () => {
    await publish(3);
    const taken: Delivery[] = [];
    const loop = (async () => {
      const options = { count: 3, concurrency: 3 };
      for await (const delivery of client.messages("orders/billing", options)) taken.push(delivery);
    })();
    while (taken.length < 3) await new Promise((resolve) => setImmediate(resolve));
    for (const delivery of taken) await delivery.ack();
    await loop;
    expect(await left()).toEqual([0, 0, 0]);
  });

  test("ends when nothing came for so long", async () => {
    const broker = await startTestBroker();
    onTestFinished(() => broker.close());
    const peyk = await broker.connect({ log: false });
    const values: unknown[] = [];
    let hasEnded = false;
    const loop = (async () => {
      for await (const delivery of peyk.messages("orders/billing", { idleMs: 30 })) {
        values.push(delivery.value);
        await delivery.ack();
      }
      hasEnded = true;
    })();
    await expect.poll(() => peyk.subscriptions.get("orders/billing")).toBeDefined();
    for (const value of [0, 1]) {
      await broker.advance(29);
      await peyk.publish("orders", value);
      await broker.idle();
    }
    await broker.advance(29);
    expect([values, hasEnded]).toEqual([[0, 1], false]);

    await broker.advance(1);
    await loop;
  });

  test("hands out no more unsettled ones than its concurrency", async () => {
    await publish(3);
    const iterator = client.messages("orders/billing", { concurrency: 2 });
    const [first, second] = [await iterator.next(), await iterator.next()];
    let isThird = false;
    const third = iterator.next().then((result) => {
      isThird = true;
      return result;
    });
    await publisher.status();
    expect(isThird).toBe(false);
    await (first.value as Delivery).ack();
    await third;
    expect((second.value as Delivery).value).toBe(1);
    await iterator.return?.();
  });

  test("counts an attempt for a body that throws, and none for what only waited", async () => {
    await publish(2);
    const failing = async (): Promise<void> => {
      for await (const delivery of client.messages("orders/billing", { concurrency: 2 })) {
        if (delivery.attempt === 1) throw new Error(`body ${String(delivery.value)}`);
      }
    };
    await expect(failing()).rejects.toThrow("body 0");
    expect(await left()).toEqual([1, 0, 1]);
  });

  test("rejects with the reason where the subscription is refused", async () => {
    const iterator = client.messages("orders/dlq/dlq/x");
    await expect(iterator.next()).rejects.toMatchObject({ code: "invalid_argument" });
  });

  test("rejects when its signal is aborted", async () => {
    const controller = new AbortController();
    const next = client.messages("orders/billing", { signal: controller.signal }).next();
    controller.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  });

  test("rejects when its subscription is deleted", async () => {
    const iterator = client.messages("orders/billing");
    const next = iterator.next().catch((error: unknown) => error);
    while ((await publisher.subscriptions.get("orders/billing"))?.consumers.length === 0);
    await publisher.subscriptions.delete("orders/billing", { force: true });
    expect(await next).toMatchObject({ code: "not_found" });
  });

  test("ends quietly when the client is closed", async () => {
    const iterator = client.messages("orders/billing");
    const next = iterator.next();
    await client.status();
    await client.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test("is disposed of by `await using`", async () => {
    await publish(1);
    {
      await using iterator = client.messages("orders/billing");
      await iterator.next();
    }
    expect(await left()).toEqual([0, 0, 1]);
  });
});
