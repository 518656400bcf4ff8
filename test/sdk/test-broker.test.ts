import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Delivery, Peyk } from "@peyk/client";
import { startTestBroker, type TestBroker } from "../../src/test.js";
import { Arrivals, deferred, next } from "../harness/sdk-world.js";

let broker: TestBroker;
let peyk: Peyk;

beforeEach(async () => {
  broker = await startTestBroker();
  peyk = await broker.connect({ log: false });
});

afterEach(() => broker.close());

describe("startTestBroker", () => {
  test("needs three lines, no port and no sleep", async () => {
    const attempts: number[] = [];
    await peyk.subscribe("orders/billing", ({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error("not yet");
    });
    await peyk.publish("orders", { total: 3 });
    await broker.advance(15_000);
    await broker.idle();
    expect(attempts).toEqual([1, 2, 3]);
  });

  test("keeps what was published, in order, by pattern", async () => {
    await peyk.subscriptions.create("a.b/x");
    await peyk.publish("a.b", 1);
    await peyk.publish("a.c", 2);
    expect(broker.published().map(({ value }) => value)).toEqual([1, 2]);
    expect(broker.published("a.c").map(({ topic }) => topic)).toEqual(["a.c"]);
  });

  test("stands still: what is due in an hour comes when the clock was moved by an hour", async () => {
    const values = new Arrivals<unknown>();
    await peyk.subscribe("orders/billing", async (delivery) => {
      values.add(delivery.attempt);
      if (delivery.attempt === 1) await delivery.nack({ delayMs: 3_600_000 });
    });
    await peyk.publish("orders", 1);
    await broker.advance(3_599_999);
    expect(values.items).toEqual([1]);
    await broker.advance(1);
    expect(values.items).toEqual([1, 2]);
  });

  test("never meets another one", async () => {
    const other = await startTestBroker();
    await peyk.publish("orders", 1);
    expect(other.published()).toEqual([]);
    await other.close();
  });

  test("closes while a handler never ends", async () => {
    await peyk.subscribe("orders/billing", () => new Promise(() => {}));
    await peyk.publish("orders", 1);
    await broker.close();
  });
});

describe("idle", () => {
  test("waits for handlers that do real work", async () => {
    let isDone = false;
    await peyk.subscribe("orders/billing", async () => {
      await readFile(fileURLToPath(import.meta.url));
      isDone = true;
    });
    void peyk.publish("orders", 1);
    await broker.idle();
    expect(isDone).toBe(true);
  });

  test("rejects with what is left and where", async () => {
    await peyk.subscriptions.create("orders/billing");
    await peyk.subscribe("orders/slow", () => new Promise(() => {}));
    await peyk.publish("orders", 1);
    const idle = broker.idle({ timeoutMs: 20 });
    await expect(idle).rejects.toThrow(
      /not idle after 20 ms: handlers of a client still work on 1 message; orders\/billing has 1 ready, and nobody consumes it; orders\/slow has 1 running/,
    );
  });
});

describe("leases on the test clock", () => {
  test("are extended for as long as a handler works, up to the hour", async () => {
    const started = new Arrivals<Delivery>();
    const gate = deferred();
    await peyk.subscribe("orders/billing", (delivery) => {
      started.add(delivery);
      return gate.promise;
    });
    await peyk.publish("orders", 1);
    await broker.advance(10 * 60_000);
    expect(started.items).toHaveLength(1);
    const lost = next(peyk, "lease_lost");
    await broker.advance(51 * 60_000);
    expect((await lost).delivery).toBe(started.items[0]);
    await broker.advance(5_000);
    expect(started.items.map(({ attempt }) => attempt)).toEqual([1, 2]);
    gate.resolve();
    await broker.idle();
  });

  test("are kept for what waits behind a handler that settled early and goes on", async () => {
    const attempts = new Arrivals<number>();
    const gate = deferred();
    await peyk.subscribe("orders/billing", async (delivery) => {
      attempts.add(delivery.attempt);
      await delivery.ack();
      if (delivery.value === 1) await gate.promise;
    });
    await peyk.publish("orders", 1);
    await peyk.publish("orders", 2);
    await broker.advance(5 * 60_000);
    gate.resolve();
    await broker.idle();
    expect(attempts.items).toEqual([1, 1]);
  });

  test("that were extended by hand are not shortened", async () => {
    const started = new Arrivals<Delivery>();
    await peyk.subscribe(
      "orders/billing",
      async (delivery) => {
        started.add(delivery);
        await delivery.extend({ ms: 120_000 });
        await new Promise(() => {});
      },
      { create: { ackDeadlineMs: 3_000 } },
    );
    await peyk.publish("orders", 1);
    await broker.advance(300_000);
    expect(started.items).toHaveLength(1);
  });
});

describe("cutConnections", () => {
  test("lets clients come back when the clock moves, with their leases", async () => {
    const started = new Arrivals<Delivery>();
    const gate = deferred();
    await peyk.subscribe("orders/billing", (delivery) => {
      started.add(delivery);
      return gate.promise;
    });
    await peyk.publish("orders", 1);
    const resumed = next(peyk, "resumed");
    broker.cutConnections();
    const published = peyk.publish("orders", 2);
    await broker.advance(1_000);
    expect(await resumed).toEqual({ leasesLost: 0 });
    gate.resolve();
    await published;
    await broker.idle();
    expect(started.items.map(({ value, attempt }) => [value, attempt])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });
});

describe("messages()", () => {
  test("names after 10 s what was handed out and not settled", async () => {
    const lines: string[] = [];
    const client = await broker.connect({ log: (_, text) => lines.push(text) });
    await client.subscriptions.create("orders/billing");
    await client.publish("orders", 1);
    const iterator = client.messages("orders/billing");
    const first = await iterator.next();
    const second = iterator.next();
    await broker.advance(10_000);
    const { id } = first.value as Delivery;
    expect(lines).toContainEqual(expect.stringContaining(`messages() waits for ${id}`));
    await iterator.return?.();
    expect(await second).toEqual({ done: true, value: undefined });
  });
});
