import { limits } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { startBroker } from "../harness/start-broker.js";

const BAD = "invalid_argument";

describe("a subscribe", () => {
  test.each([
    ["no subscription", { subscriptions: [] }, BAD, "subscriptions"],
    ["a topic without a group", { subscriptions: ["orders"] }, BAD, "subscription"],
    ["an illegal topic", { subscriptions: ["a..b/c"] }, BAD, "subscription"],
    ["an illegal topic after a good one", { subscriptions: ["a/b", "*"] }, BAD, "subscription"],
    ["an illegal group", { subscriptions: ["orders/b illing"] }, BAD, "subscription"],
    ["a reserved group", { subscriptions: ["orders/dlq"] }, BAD, "subscription"],
    ["a third part", { subscriptions: ["orders/billing/more"] }, BAD, "subscription"],
    ["the same one twice", { subscriptions: ["a/b", "a/b"] }, BAD, "subscriptions"],
    ["101 of them", { subscriptions: Array<string>(101).fill("a/b") }, BAD, "subscriptions"],
    ["number 0", { consumer: 0 }, BAD, "consumer"],
    ["10,001 messages of credit", { creditMessages: 10_001 }, BAD, "buffer"],
    ["2^31 messages of credit", { creditMessages: 2 ** 31 }, BAD, "buffer"],
    ["too many bytes of credit", { creditBytes: 2 ** 40 }, BAD, "buffer"],
    ["a filter", { create: { filter: "true" } }, "unsupported", "filter"],
    ["what a failed key does", { create: { onKeyFailure: "x" } }, "unsupported", "onKeyFailure"],
    ["an unknown mode", { create: { mode: "x" } }, BAD, "mode"],
    ["two starts", { create: { start: "latest", startPosition: 1 } }, BAD, "start"],
    ["a missing one that must exist", { mustExist: true }, "not_found", "subscription"],
    [
      "a missing dead-letter queue",
      { subscriptions: ["a/b/dlq"], mustExist: true },
      "not_found",
      "subscription",
    ],
  ])("with %s is refused, and leaves nothing", async (_, body, code, field) => {
    const { connect, server } = await startBroker();
    const client = await connect();
    const asked = { consumer: 1, creditMessages: 1, subscriptions: ["a/b"], ...body };

    const error = await client.refusal("subscribe", asked);

    expect([error.code, error.field]).toEqual([code, field]);
    expect(server.context.sessions.all()[0]?.consumers.size).toBe(0);
    expect(await client.ask("listSubscriptions", {}, "subscriptions")).toMatchObject({
      subscriptions: [],
    });
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

    expect(await client.refusal("unsubscribe", { consumer: 4 })).toMatchObject({
      code: "not_found",
      field: "consumer",
    });
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
