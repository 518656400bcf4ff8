import { limits } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { startBroker } from "../harness/start-broker.js";

describe("a subscribe", () => {
  test.each([
    ["no subscription", { subscriptions: [] }, "invalid_argument"],
    ["a topic without a group", { subscriptions: ["orders"] }, "invalid_argument"],
    ["an illegal topic", { subscriptions: ["a..b/c"] }, "invalid_argument"],
    ["an illegal group", { subscriptions: ["orders/b illing"] }, "invalid_argument"],
    ["a reserved group", { subscriptions: ["orders/dlq"] }, "invalid_argument"],
    ["a third part", { subscriptions: ["orders/billing/more"] }, "invalid_argument"],
    ["the same one twice", { subscriptions: ["a/b", "a/b"] }, "invalid_argument"],
    ["101 of them", { subscriptions: Array<string>(101).fill("a/b") }, "invalid_argument"],
    ["number 0", { consumer: 0, subscriptions: ["a/b"] }, "invalid_argument"],
    [
      "10,001 messages of credit",
      { subscriptions: ["a/b"], creditMessages: 10_001 },
      "invalid_argument",
    ],
    [
      "too many bytes of credit",
      { subscriptions: ["a/b"], creditBytes: 2 ** 40 },
      "invalid_argument",
    ],
    ["a filter", { subscriptions: ["a/b"], create: { filter: "true" } }, "unsupported"],
    ["an unknown mode", { subscriptions: ["a/b"], create: { mode: "x" } }, "invalid_argument"],
    [
      "two starts",
      { subscriptions: ["a/b"], create: { start: "latest", startPosition: 1 } },
      "invalid_argument",
    ],
    ["a missing one that must exist", { subscriptions: ["a/b"], mustExist: true }, "not_found"],
    ["a missing dead-letter queue", { subscriptions: ["a/b/dlq"], mustExist: true }, "not_found"],
  ])("with %s is refused", async (_, body, code) => {
    const { connect, server } = await startBroker();
    const client = await connect();

    const error = await client.refusal("subscribe", { consumer: 1, creditMessages: 1, ...body });

    expect(error.code).toBe(code);
    expect(server.context.sessions.all()[0]?.consumers.size).toBe(0);
    await client.subscribe("good/one");
  });

  test("with a number in use is a conflict, also while the first is under way", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const first = client.subscribe("orders/billing");
    const error = await client.refusal("subscribe", { consumer: 1, subscriptions: ["a/b"] });

    expect([error.code, error.field]).toEqual(["conflict", "consumer"]);
    await first;
    await client.ask("unsubscribe", { consumer: 1 }, "done");
    await client.subscribe("a/b");
  });

  test("of a second consumer in exclusive mode is a conflict", async () => {
    const { connect } = await startBroker();
    const owner = await connect({ clientName: "owner" });
    await owner.subscribe("orders/billing", { create: { mode: "exclusive" } });
    const other = await connect();

    const error = await other.refusal("subscribe", {
      consumer: 1,
      subscriptions: ["orders/billing"],
      creditMessages: 1,
    });

    expect(error.code).toBe("conflict");
    expect(error.message).toContain("owner");
    await owner.close();
    await other.subscribe("orders/billing");
  });

  test("of two at once to a new subscription makes it once", async () => {
    const { connect } = await startBroker();
    const [one, other] = [await connect(), await connect()];

    const answers = await Promise.all([
      one.subscribe("orders/billing"),
      other.subscribe("orders/billing"),
    ]);

    const created = answers.map(({ sources }) => sources[0]?.created);
    expect(created.sort()).toEqual([false, true]);
  });

  test("is not_found where autoCreate is off", async () => {
    const { connect } = await startBroker({ autoCreate: false });
    const client = await connect();

    const error = await client.refusal("subscribe", { consumer: 1, subscriptions: ["a/b"] });

    expect(error.code).toBe("not_found");
    expect((await client.refusal("createSubscription", { name: "a/b" })).code).toBe("not_found");
    await client.ask("createTopic", { name: "a" }, "topic");
    await client.ask("createSubscription", { name: "a/b" }, "subscription");
    await client.subscribe("a/b");
  });

  test("with __proto__ as consumer's subscription works", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const { sources } = await client.subscribe("__proto__/constructor");

    expect(sources).toMatchObject([{ subscription: "__proto__/constructor", created: true }]);
  });

  test("to several takes from all of them, with one credit", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe(["a/g", "b/g"], { creditMessages: 2 });

    await client.publish("a", ["1", "2"]);
    await client.publish("b", ["3"]);

    const first = await client.deliveries(2);
    await client.settle([{ count: 2 }]);
    const all = [...first, ...(await client.deliveries(1))];
    expect(all.map(({ source, text }) => [source, text]).sort()).toEqual([
      [0, "1"],
      [0, "2"],
      [1, "3"],
    ]);
  });

  test("beyond the consumers of a session is refused", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const all = Array.from({ length: limits.MAX_CONSUMERS }, (_, index) =>
      client.subscribe("orders/billing", { consumer: index + 1, creditMessages: 0 }),
    );
    await Promise.all(all);

    const error = await client.refusal("subscribe", { consumer: 2_000, subscriptions: ["a/b"] });

    expect([error.code, error.limit]).toEqual(["resource_exhausted", limits.MAX_CONSUMERS]);
  });

  test("at most once delivers what needs no settling", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing", { ackOnDelivery: true, creditMessages: 1 });

    await client.publish("orders", ["a", "b", "c"]);

    expect(await client.deliveries(3)).toHaveLength(3);
    const { stats } = await client.ask(
      "getSubscription",
      { name: "orders/billing" },
      "subscription",
    );
    expect(stats?.running).toBe(0);
  });
});

describe("an unsubscribe", () => {
  test("gives back what the consumer holds, uncounted", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    await client.ask("unsubscribe", { consumer: 1 }, "done");
    await client.subscribe("orders/billing", { consumer: 2 });

    expect(await client.deliveries(1)).toMatchObject([
      { consumer: 2, text: "a", failedAttempts: 0 },
    ]);
  });

  test("of an unknown consumer is not_found", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    expect((await client.refusal("unsubscribe", { consumer: 4 })).code).toBe("not_found");
  });
});

describe("a deleted subscription", () => {
  test("detaches its consumers and tells them", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    await client.ask("deleteSubscription", { name: "orders/billing", force: true }, "done");

    const lost = await client.next("consumerNotice");
    const detached = await client.next("consumerNotice");
    expect(lost.body.lost).toMatchObject([{ firstDelivery: 1, reason: "deleted" }]);
    expect(detached.body).toMatchObject({ detached: { code: 5 }, source: 0 });
    expect((await client.answer(client.sendSettle([{}]))).body).toMatchObject({
      code: "not_found",
    });
  });

  test("leaves a consumer its other subscriptions, and its number until the last is gone", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe(["orders/billing", "refunds/billing"]);
    const remove = (name: string) =>
      client.ask("deleteSubscription", { name, force: true }, "done");

    await remove("orders/billing");

    expect((await client.next("consumerNotice")).body).toMatchObject({ consumer: 1, source: 0 });
    await client.publish("refunds", ["a"]);
    const { body } = await client.next("deliver");
    expect(body).toMatchObject({ consumer: 1, firstDelivery: 1, source: 1 });
    expect(await client.settle([{}])).toMatchObject([{ outcome: "ok" }]);
    const status = await client.ask("getStatus", {}, "status");
    expect(JSON.stringify(status)).not.toContain("orders/billing");

    await remove("refunds/billing");

    expect((await client.next("consumerNotice")).body).toMatchObject({ consumer: 1, source: 1 });
    expect((await client.answer(client.sendSettle([{}]))).body).toMatchObject({
      code: "not_found",
    });
  });

  test("detaches the consumers of its dead letters too", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing", { consumer: 1 });
    await client.subscribe("orders/billing/dlq", { consumer: 2 });

    await client.ask("deleteSubscription", { name: "orders/billing", force: true }, "done");

    const notices = [await client.next("consumerNotice"), await client.next("consumerNotice")];
    expect(notices.map(({ body }) => body.consumer).sort()).toEqual([1, 2]);
  });
});

describe("dead letters", () => {
  test("are consumed like any subscription, with their reason", async () => {
    const { connect } = await startBroker();
    const client = await connect({ clientName: "worker" });
    await client.subscribe("orders/billing");
    await client.subscribe("orders/billing/dlq", { consumer: 2 });
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    await client.settle([{ verb: "reject", reason: "x".repeat(10_000) }]);

    const { body } = await client.next("deliver", ({ body: { consumer } }) => consumer === 2);
    expect(body.details).toMatchObject([
      { deadLetter: { reason: "rejected", attempts: 1, lastConsumer: "worker" } },
    ]);
    expect(body.details[0]?.deadLetter?.error).toHaveLength(1_024);
    expect(await client.settle([{}], 2)).toMatchObject([{ outcome: "ok" }]);
  });
});
