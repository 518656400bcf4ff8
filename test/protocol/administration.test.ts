import { limits } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import type { RawClient } from "../harness/raw-client.js";
import { startBroker, startBrokerAt, tempDir } from "../harness/start-broker.js";

const HOUR_MS = 3_600_000;

describe("a topic", () => {
  test("that exists with the same options is given back, with others it is a conflict", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const options = { retainMs: HOUR_MS };
    const created = await client.ask("createTopic", { name: "orders", options }, "topic");

    const again = await client.ask("createTopic", { name: "orders", options }, "topic");
    const error = await client.refusal("createTopic", { name: "orders" });

    expect(again).toEqual(created);
    expect(created).toMatchObject({ name: "orders", options: { retainMs: HOUR_MS } });
    expect([error.code, error.field]).toEqual(["conflict", "options"]);
  });

  test("that two make at once with the same options is given to both", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const both = await Promise.all([
      client.ask("createTopic", { name: "orders" }, "topic"),
      client.ask("createTopic", { name: "orders" }, "topic"),
    ]);

    expect(both[0]).toEqual(both[1]);
  });

  test("keeps what an update does not name", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.request("createTopic", { name: "orders", options: { retainMs: HOUR_MS } });

    const updated = await client.ask(
      "updateTopic",
      { name: "orders", options: { retainBytes: 1_000 } },
      "topic",
    );

    expect(updated.options).toMatchObject({ retainMs: HOUR_MS, retainBytes: 1_000 });
  });

  test.each(["getTopic", "updateTopic", "peekTopic", "purgeTopic", "deleteTopic"] as const)(
    "that does not exist is not_found for %s",
    async (kind) => {
      const { connect } = await startBroker();
      const client = await connect();

      const error = await client.refusal(kind, { name: "nothing" });

      expect([error.code, error.field]).toEqual(["not_found", "topic"]);
    },
  );

  test.each([
    [{ retainMs: 32 * 24 * HOUR_MS }, "retainMs", "invalid_argument"],
    [{ expireUnsettledMs: 1 }, "expireUnsettledMs", "invalid_argument"],
    [{ overflow: "explode" }, "overflow", "invalid_argument"],
    [{ maxBacklogBytes: 2 ** 51 }, "maxBacklogBytes", "invalid_argument"],
  ])("with options %j is refused", async (options, field, code) => {
    const { connect } = await startBroker();
    const client = await connect();

    const error = await client.refusal("createTopic", { name: "orders", options });

    expect([error.code, error.field]).toEqual([code, field]);
  });

  test("is listed by pattern, in pages", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    for (const name of ["b.1", "a.2", "a.1", "a.3"]) await client.request("createTopic", { name });

    const first = await client.ask("listTopics", { pattern: "a.*", limit: 2 }, "topics");
    const rest = await client.ask("listTopics", { pattern: "a.*", after: first.next }, "topics");

    expect(first.topics.map(({ name }) => name)).toEqual(["a.1", "a.2"]);
    expect([rest.topics.map(({ name }) => name), rest.next]).toEqual([["a.3"], ""]);
  });

  test("shows its newest messages, and its size", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.request("createTopic", { name: "orders", options: { retainMs: HOUR_MS } });
    await client.publish("orders", ["a", "b", "c"]);

    const { messages } = await client.ask(
      "peekTopic",
      { name: "orders", count: 2 },
      "peekedMessages",
    );
    const error = await client.refusal("peekTopic", { name: "orders", count: 251 });

    expect(messages.map(({ position }) => position)).toEqual([2, 3]);
    expect(error).toMatchObject({ code: "invalid_argument", limit: 250 });
  });

  test("with subscriptions is deleted by force alone", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.request("createSubscription", { name: "orders/billing" });

    const error = await client.refusal("deleteTopic", { name: "orders" });
    await client.ask("deleteTopic", { name: "orders", force: true }, "done");

    expect(error).toMatchObject({ code: "conflict", field: "force" });
    expect((await client.refusal("getSubscription", { name: "orders/billing" })).code).toBe(
      "not_found",
    );
    expect((await client.refusal("getTopic", { name: "orders" })).code).toBe("not_found");
  });

  test("is purged after a dry run that says how much it is", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.request("createSubscription", { name: "orders/billing" });
    await client.publish("orders", ["a", "b"]);

    const dry = await client.ask("purgeTopic", { name: "orders", dryRun: true }, "count");
    await client.ask("purgeTopic", { name: "orders" }, "count");
    const after = await client.ask("purgeTopic", { name: "orders", dryRun: true }, "count");

    expect([dry.count, after.count]).toEqual([2, 0]);
  });

  test("keeps its options over a restart", async () => {
    const dataDir = tempDir();
    const first = await startBroker({ dataDir, spareBytes: 0 });
    const options = { retainMs: HOUR_MS };
    const client = await first.connect();
    await client.request("createTopic", { name: "orders", options });
    await client.request("createSubscription", { name: "orders/billing" });
    await first.server.close({ timeoutMs: 0 });

    const again = await (await startBroker({ dataDir, spareBytes: 0 })).connect();

    await again.ask("createTopic", { name: "orders", options }, "topic");
    await again.ask("createSubscription", { name: "orders/billing" }, "subscription");
    expect(again.welcome?.server?.boot).toBe(2);
  });
});

describe("a subscription", () => {
  test("that exists with the same options is given back, with others it is a conflict", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const options = { maxAttempts: 3, retry: { minMs: 10, maxMs: 20 } };
    await client.ask("createSubscription", { name: "orders/billing", options }, "subscription");

    await client.ask("createSubscription", { name: "orders/billing", options }, "subscription");
    const error = await client.refusal("createSubscription", { name: "orders/billing" });

    expect(error.code).toBe("conflict");
  });

  test("of dead letters cannot be made or deleted by itself", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const made = await client.refusal("createSubscription", { name: "orders/billing/dlq" });
    await client.ask("createSubscription", { name: "orders/billing" }, "subscription");
    const deleted = await client.refusal("deleteSubscription", { name: "orders/billing/dlq" });

    expect([made.code, deleted.code]).toEqual(["invalid_argument", "invalid_argument"]);
    expect((await client.ask("listSubscriptions", {}, "subscriptions")).subscriptions).toHaveLength(
      1,
    );
  });

  test.each([
    [{ ackDeadlineMs: 999 }, "ackDeadlineMs"],
    [{ ackDeadlineMs: 600_001 }, "ackDeadlineMs"],
    [{ maxAttempts: 1_001 }, "maxAttempts"],
    [{ retry: { factor: NaN } }, "retry.factor"],
    [{ retry: { jitter: 1.5 } }, "retry.jitter"],
    [{ retry: { minMs: 10, maxMs: 5 } }, "retry.maxMs"],
    [{ mode: "solo" }, "mode"],
    [{ start: "now" }, "start"],
    [{ deadLetterRetainMs: 1 }, "deadLetterRetainMs"],
  ])("with options %j is refused", async (options, field) => {
    const { connect } = await startBroker();
    const client = await connect();

    const error = await client.refusal("createSubscription", { name: "orders/billing", options });

    expect([error.code, error.field]).toEqual(["invalid_argument", field]);
  });

  test("tells who consumes it and how much they hold", async () => {
    const { connect } = await startBroker();
    const worker = await connect({ clientName: "worker" });
    await worker.subscribe("orders/billing", { consumer: 7, creditMessages: 10, concurrency: 1 });
    await worker.publish("orders", ["a", "b"]);
    await worker.deliveries(2);
    const client = await connect();

    const info = await client.ask("getSubscription", { name: "orders/billing" }, "subscription");

    expect(info.stats).toMatchObject({ ready: 0, buffered: 1, running: 1, delivered: 2, acked: 0 });
    expect(info.consumers).toMatchObject([
      {
        clientName: "worker",
        session: Buffer.from(worker.welcome?.sessionId ?? []).toString("hex"),
        consumer: 7,
        unsettled: 2,
        freeCreditMessages: 8,
        connected: true,
      },
    ]);
    await worker.crash();
    await expect
      .poll(async () => {
        const page = await client.ask("listSubscriptions", {}, "subscriptions");
        return page.subscriptions[0]?.consumers[0]?.connected;
      })
      .toBe(false);
  });

  test("tells how fast it is delivered and acked", async () => {
    const { connect, clock } = await startBrokerAt();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", Array<string>(90).fill("x"));
    await client.deliveries(90);
    await client.settle([{ count: 90 }]);
    await client.ask("getSubscription", { name: "orders/billing" }, "subscription");

    clock.advance(5_000);

    const { stats } = await client.ask(
      "getSubscription",
      { name: "orders/billing" },
      "subscription",
    );
    expect(stats).toMatchObject({ deliverPerSecond: 10, ackPerSecond: 10, acked: 90 });
    const status = await client.ask("getStatus", {}, "status");
    expect(status).toMatchObject({ publishPerSecond: 10, deliverPerSecond: 10 });
  });

  test("shows what its consumers hold", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing", { creditMessages: 2, concurrency: 1 });
    await client.publish("orders", ["a", "b", "c"]);
    await client.deliveries(2);
    const peek = async (state: string) => {
      const { messages } = await client.ask(
        "peekSubscription",
        { name: "orders/billing", state, count: 9 },
        "peekedMessages",
      );
      return messages.map(({ position }) => position);
    };

    expect([await peek("running"), await peek("buffered")]).toEqual([[1], [2]]);
    expect(
      (await client.refusal("peekSubscription", { name: "orders/billing", state: "x" })).field,
    ).toBe("state");
  });

  test("with messages or consumers is deleted by force alone", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");

    const error = await client.refusal("deleteSubscription", { name: "orders/billing" });
    await client.ask("unsubscribe", { consumer: 1 }, "done");
    await client.ask("deleteSubscription", { name: "orders/billing" }, "done");

    expect(error).toMatchObject({ code: "conflict", field: "force" });
    expect(error.message).toContain("1 consumers");
  });

  test("cannot be moved by an update", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.request("createSubscription", { name: "orders/billing" });

    const error = await client.refusal("updateSubscription", {
      name: "orders/billing",
      options: { start: "earliest" },
    });
    const updated = await client.ask(
      "updateSubscription",
      { name: "orders/billing", options: { maxAttempts: 9 } },
      "subscription",
    );

    expect(error.field).toBe("start");
    expect(updated.options).toMatchObject({ maxAttempts: 9, ackDeadlineMs: 30_000 });
  });
});

/** Publishes messages and rejects them. */
async function killMessages(client: RawClient, count: number): Promise<void> {
  await client.subscribe("orders/billing");
  await client.publish(
    "orders",
    Array.from({ length: count }, (_, index) => `${index}`),
  );
  await client.deliveries(count);
  await client.settle([{ count, verb: "reject", reason: "bad" }]);
}

describe("dead letters", () => {
  const subscription = "orders/billing";

  test("are counted by dry runs", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await killMessages(client, 3);

    const redrive = await client.ask("redriveDeadLetters", { subscription, dryRun: true }, "count");
    const purge = await client.ask(
      "purgeDeadLetters",
      { subscription, dryRun: true, which: { count: 2 } },
      "count",
    );

    expect([redrive.count, purge.count]).toEqual([3, 2]);
  });

  test("are moved back and delivered again", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await killMessages(client, 3);

    const { count } = await client.ask("redriveDeadLetters", { subscription }, "count");

    expect(count).toBe(3);
    const again = await client.deliveries(3);
    expect(again.map(({ text, failedAttempts }) => [text, failedAttempts])).toEqual([
      ["0", 0],
      ["1", 0],
      ["2", 0],
    ]);
  });

  test("are taken from a consumer of theirs that had not read them yet", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await killMessages(client, 1);
    const slow = await connect();
    slow.stream.pause();
    const name = `${subscription}/dlq`;
    const subscribed = slow.subscribe(name);
    const running = async () =>
      (await client.ask("getSubscription", { name }, "subscription")).stats?.running;
    await expect.poll(running).toBe(1);

    await client.ask("redriveDeadLetters", { subscription }, "count");
    const [again] = await client.deliveries(1);
    slow.stream.resume();
    await subscribed;

    expect(again).toMatchObject({ text: "0", failedAttempts: 0 });
    expect(await slow.deliveries(1)).toMatchObject([{ text: "0" }]);
    const { body } = await slow.next("consumerNotice");
    expect(body.lost).toMatchObject([{ firstDelivery: 1, count: 1 }]);
    expect(await slow.settle([{}])).toMatchObject([{ outcome: "lease_lost" }]);
    expect(await client.settle([{ firstDelivery: 2 }])).toMatchObject([{ outcome: "ok" }]);
  });

  test("are forgotten by a purge", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await killMessages(client, 3);

    const { count } = await client.ask("purgeDeadLetters", { subscription }, "count");

    const { stats } = await client.ask("getSubscription", { name: subscription }, "subscription");
    expect([count, stats?.dead]).toEqual([3, 0]);
  });

  test("are not moved so slowly that the request would be open for ever", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await killMessages(client, 3);
    const least = (3 * 1_000) / limits.MAX_REDRIVE_MS;

    const error = await client.refusal("redriveDeadLetters", {
      subscription,
      perSecond: least * 0.99,
    });

    expect(error).toMatchObject({ code: "invalid_argument", field: "perSecond", limit: 1 });
    client.send("redriveDeadLetters", { subscription, perSecond: least });
    await client.settleDown();
  });

  test.each([NaN, -1, Infinity])("are not moved %d a second", async (perSecond) => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.request("createSubscription", { name: subscription });

    const error = await client.refusal("redriveDeadLetters", { subscription, perSecond });

    expect(error).toMatchObject({ code: "invalid_argument", field: "perSecond" });
  });
});

describe("too many requests at once", () => {
  test("are refused to be asked again later", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const all = await Promise.all(
      Array.from({ length: 400 }, () => client.request("getStatus", {})),
    );
    const one = await client.request("getStatus", {});

    const refused = all.filter(({ kind }) => kind === "error");
    expect(refused.length).toBeLessThan(400);
    for (const { body } of refused) {
      expect(body).toMatchObject({ code: "resource_exhausted", limit: 256, retryAfterMs: 100 });
    }
    expect(one.kind).toBe("status");
  });
});
