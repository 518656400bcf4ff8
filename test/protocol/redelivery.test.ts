import { cpSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RawClient } from "../harness/raw-client.js";
import { passTime, startBroker, startBrokerAt, tempDir } from "../harness/start-broker.js";
import { TestClock } from "../harness/test-clock.js";

const NAME = "orders/billing";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const AT_ONCE = { minMs: 0, maxMs: 0 };

/** What a subscription says that it has. */
async function counts(client: RawClient) {
  const { stats, consumers } = await client.ask("getSubscription", { name: NAME }, "subscription");
  const { ready, buffered, running, retrying, dead } = stats ?? {};
  return { counts: [ready, buffered, running, retrying, dead], consumers };
}

describe("a delayed nack", () => {
  test("keeps its attempt and its time over a crash", async () => {
    const dataDir = tempDir();
    const { connect, clock } = await startBrokerAt({ dataDir, spareBytes: 0 });
    const client = await connect();
    await client.subscribe(NAME);
    await client.publish("orders", ["a"]);
    await client.deliveries(1);
    await client.settle([{ verb: "nack", delayMs: MINUTE_MS }]);
    clock.advance(20_000);
    // What a killed process leaves behind is what is in its files.
    const left = tempDir();
    cpSync(dataDir, left, { recursive: true, filter: (path) => !path.endsWith("lock") });

    const later = new TestClock({ defer: "immediate", wallMs: clock.now() });
    const again = await startBroker({ dataDir: left, spareBytes: 0, clock: later });
    const consumer = await again.connect();
    await consumer.subscribe(NAME);
    later.advance(20_000);
    await consumer.settleDown();
    later.advance(19_999);
    await consumer.settleDown();
    expect(consumer.undelivered).toEqual([]);
    later.advance(1);
    expect(await consumer.deliveries(1)).toMatchObject([{ text: "a", failedAttempts: 1 }]);
  });

  test("holds no place in the window of its consumer", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe(NAME, { creditMessages: 10, concurrency: 10 });
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`);
    await client.publish("orders", texts);
    await client.deliveries(10);

    await client.settle([{ count: 10, verb: "nack", delayMs: HOUR_MS }]);

    const next = await client.deliveries(10);
    expect(next.map(({ text }) => text)).toEqual(texts.slice(10));
    expect((await counts(client)).counts).toEqual([0, 0, 10, 10, 0]);
  });
});

describe("a handler that is slower than its lease", () => {
  test("costs one delivery more for each message, and everything is drained", async () => {
    const { connect, clock } = await startBrokerAt();
    const client = await connect();
    const create = { ackDeadlineMs: 1_000, retry: AT_ONCE };
    await client.subscribe(NAME, { creditMessages: 100, concurrency: 100, create });
    const total = 1_000;
    await client.publish("orders", Array.from({ length: total }, String));
    const attempts: number[] = [];
    let lost = 0;
    while (attempts.filter((failed) => failed > 0).length < total) {
      const deliveries = await client.deliveries(100);
      attempts.push(...deliveries.map(({ failedAttempts }) => failedAttempts));
      const slow = deliveries.filter(({ failedAttempts }) => failedAttempts === 0);
      const fast = deliveries.filter(({ failedAttempts }) => failedAttempts > 0);
      if (fast.length > 0)
        await client.settle(fast.map(({ delivery }) => ({ firstDelivery: delivery })));
      if (slow.length > 0) {
        clock.advance(1_000);
        const ranges = slow.map(({ delivery }) => ({ firstDelivery: delivery }));
        const answers = await client.settle(ranges);
        lost += answers.reduce((sum, { count }) => sum + count, 0);
        expect(answers.every(({ outcome }) => outcome === "lease_lost")).toBe(true);
        clock.advance(1);
      }
    }
    expect([attempts.length, lost]).toEqual([2 * total, total]);
    expect((await counts(client)).counts).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("a limit of attempts", () => {
  test("that is lowered below what failed makes a dead letter at the next failure, and one only", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe(NAME, { create: { maxAttempts: 5, retry: AT_ONCE } });
    await client.publish("orders", ["a"]);
    for (const firstDelivery of [1, 2, 3]) {
      await client.deliveries(1);
      await client.settle([{ firstDelivery, verb: "nack", delayMs: 0 }]);
    }
    await client.deliveries(1);
    const options = { maxAttempts: 2 };
    await client.ask("updateSubscription", { name: NAME, options }, "subscription");

    await client.settle([{ firstDelivery: 4, verb: "nack", delayMs: 0 }]);

    expect((await counts(client)).counts).toEqual([0, 0, 0, 0, 1]);
    await client.settleDown();
    expect(client.undelivered).toEqual([]);
  });
});

describe("what is taken away while a consumer holds it", () => {
  test("by a purge leaves nothing in flight, and its credit is free again", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe(NAME, { creditMessages: 5, concurrency: 5 });
    await client.publish("orders", Array.from({ length: 8 }, String));
    await client.deliveries(5);

    await client.ask("purgeSubscription", { name: NAME }, "count");

    expect((await counts(client)).counts).toEqual([0, 0, 0, 0, 0]);
    expect((await counts(client)).consumers).toMatchObject([
      { unsettled: 0, freeCreditMessages: 5 },
    ]);
    await client.publish("orders", ["later"]);
    expect(await client.deliveries(1)).toMatchObject([{ text: "later" }]);
  });

  test("because its time is over leaves nothing in flight, and is not delivered again", async () => {
    const { connect, clock } = await startBrokerAt();
    const client = await connect();
    const expires = { expireUnsettledMs: 10 * MINUTE_MS };
    await client.ask("createTopic", { name: "orders", options: expires }, "topic");
    const options = { ackDeadlineMs: 10 * MINUTE_MS };
    await client.ask("createSubscription", { name: NAME, options }, "subscription");
    await client.publish("orders", ["a"]);
    await passTime(clock, 5 * MINUTE_MS, [client]);
    await client.subscribe(NAME);
    await client.deliveries(1);

    await passTime(clock, 5 * MINUTE_MS - 1_000, [client]);
    expect((await counts(client)).counts).toEqual([0, 0, 1, 0, 0]);
    // Whatever is too old is looked for now and then.
    await passTime(clock, 4 * MINUTE_MS, [client]);

    expect((await counts(client)).counts).toEqual([0, 0, 0, 0, 0]);
    expect(await client.settle([{}])).toMatchObject([{ outcome: "lease_lost" }]);
    expect(client.undelivered).toEqual([]);
  });
});
