import { limits } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { startBroker } from "../harness/start-broker.js";

const producerId = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);

describe("a topic name", () => {
  test.each([
    "",
    "x".repeat(256),
    "a..b",
    "a.",
    "*",
    ">",
    "orders.>",
    "a b",
    "../x",
    "a\u0000b",
    "$JS.x",
    "a/b",
    "\u{1f600}",
    "a\u202eb",
    "a\u200fb",
  ])("such as %j is refused with the field", async (topic) => {
    const { connect } = await startBroker();
    const client = await connect();

    const error = await client.refusedPublish(topic, ["x"]);

    expect([error.code, error.field]).toEqual(["invalid_argument", "topic"]);
    const { topics } = await client.ask("listTopics", {}, "topics");
    expect(topics).toEqual([]);
  });

  test.each(["__proto__", "constructor", "hasOwnProperty", "x".repeat(255), "_peyk.x", "a-b_c.D1"])(
    "such as %s simply works",
    async (topic) => {
      const { connect } = await startBroker();
      const client = await connect();
      await client.subscribe(`${topic}/__proto__`);

      await client.publish(topic, ["hello"]);

      expect(await client.deliveries(1)).toMatchObject([{ topic, text: "hello" }]);
      expect(({} as Record<string, unknown>)["hello"]).toBeUndefined();
    },
  );
});

describe("a publish", () => {
  test("of several messages is answered one by one, in order", async () => {
    const { connect } = await startBroker({ maxPayloadBytes: 100 });
    const client = await connect();
    await client.subscribe("orders/billing");
    const tooLarge = { payload: new Uint8Array(101) };

    const { ranges } = await client.publish("orders", ["a", tooLarge, "b", "c", tooLarge]);

    expect(ranges.map(({ count, error }) => [count, error?.code])).toEqual([
      [1, undefined],
      [1, "payload_too_large"],
      [2, undefined],
      [1, "payload_too_large"],
    ]);
    expect(ranges[1]?.error).toMatchObject({ field: "payload", limit: 100 });
    const stored = await client.deliveries(3);
    expect(stored.map(({ text }) => text)).toEqual(["a", "b", "c"]);
  });

  const names = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`name-${index}`, ""]));

  test.each([
    ["65 attributes", { attributes: names(65) }, "attributes"],
    ["an attribute of 1 KiB and a byte", { attributes: { a: "x".repeat(1_025) } }, "attributes"],
    ["a key of 1 KiB and a byte", { key: "x".repeat(1_025) }, "key"],
    ["priority 10", { priority: 10 }, "priority"],
    ["a delay of 31 days", { delayMs: 31 * 86_400_000 }, "delayMs"],
    ["both a delay and a time", { delayMs: 1, deliverAtMs: 1 }, "delayMs"],
  ])("of a message with %s refuses that message alone", async (_, fields, field) => {
    const { connect } = await startBroker();
    const client = await connect();

    const { ranges } = await client.publish("orders", [
      { payload: new Uint8Array(1), ...fields },
      "b",
    ]);

    expect(ranges).toMatchObject([
      { count: 1, error: { code: "invalid_argument", field } },
      { count: 1, error: undefined },
    ]);
  });

  test.each([
    ["priority", { priority: 1 }],
    ["deliverAt", { deliverAtMs: 99 }],
    ["delayMs", { delayMs: 1_000 }],
    ["ttlMs", { ttlMs: 1_000 }],
    ["dedupId", { dedupId: "x" }],
  ])("of a message with a %s is refused as not supported yet", async (field, fields) => {
    const { connect } = await startBroker();
    const client = await connect();

    const { ranges } = await client.publish("orders", [
      "a",
      { payload: new Uint8Array(1), ...fields },
    ]);

    expect(ranges).toMatchObject([
      { count: 1 },
      { count: 1, error: { code: "unsupported", field } },
    ]);
  });

  test("keeps attributes with the names of an object's own parts", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    const attributes = JSON.parse('{"__proto__": "1", "constructor": "2", "x": "3"}') as object;

    await client.publish("orders", [
      { payload: new Uint8Array(1), attributes: attributes as Record<string, string> },
    ]);

    const [delivery] = await client.deliveries(1);
    expect(Object.entries(delivery?.attributes ?? {}).sort()).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
      ["x", "3"],
    ]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("of no message, or of more than 1,000, is refused as a whole", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const tooMany = Array<string>(limits.MAX_BATCH_MESSAGES + 1).fill("x");

    const code = "invalid_argument";
    expect(await client.refusedPublish("orders", [])).toMatchObject({ code, field: "messages" });
    expect(await client.refusedPublish("orders", tooMany)).toMatchObject({ code, limit: 1_000 });
    expect((await client.refusal("getTopic", { name: "orders" })).code).toBe("not_found");
  });

  test("to a topic that does not exist is not_found while autoCreate is off", async () => {
    const { connect } = await startBroker({ autoCreate: false });
    const client = await connect();

    const error = await client.refusedPublish("orders", ["x"]);

    expect([error.code, error.field]).toEqual(["not_found", "topic"]);
    await client.request("createTopic", { name: "orders" });
    expect((await client.publish("orders", ["x"])).ranges).toMatchObject([{ count: 1 }]);
  });

  test("that nobody will get says so, and warns once", async () => {
    const { connect, log } = await startBroker();
    const client = await connect();

    const { ranges } = await client.publish("orders", ["a"]);
    await client.publish("orders", ["b"]);

    expect(ranges).toMatchObject([{ count: 1, subscriptions: 0 }]);
    expect(log.filter(({ event }) => event === "published to nobody")).toHaveLength(1);
    const { counters } = await client.ask("getStatus", {}, "status");
    expect(counters["messages_to_nobody"]).toBe(2);
  });

  test("of nothing but what is refused makes no topic", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const payload = new Uint8Array(1);
    const messages = [
      { payload, priority: 3 },
      { payload, key: "x".repeat(1_025) },
    ];

    const { ranges } = await client.publish("orders", messages);

    expect(ranges.map(({ error }) => error?.code)).toEqual(["unsupported", "invalid_argument"]);
    expect((await client.refusal("getTopic", { name: "orders" })).code).toBe("not_found");
  });

  test("that wants a subscription is refused without one, and makes no topic", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const error = await client.refusedPublish("orders", ["a"], { requireSubscription: true });

    expect(error.code).toBe("no_subscription");
    expect((await client.refusal("getTopic", { name: "orders" })).code).toBe("not_found");
    await client.subscribe("orders/billing");
    const { ranges } = await client.publish("orders", ["a"], { requireSubscription: true });
    expect(ranges).toMatchObject([{ subscriptions: 1 }]);
  });

  test("in the same packet as what makes its topic takes effect", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const created = client.request("createSubscription", { name: "orders/billing" });
    const topic = client.request("createTopic", { name: "orders" });
    const published = client.publish("orders", ["a"]);

    expect((await created).kind).toBe("subscription");
    expect((await topic).kind).toBe("topic");
    expect((await published).ranges).toMatchObject([{ count: 1 }]);
  });

  test("from many to a new topic at once keeps the order of each", async () => {
    const { connect } = await startBroker();
    const consumer = await connect();
    await consumer.subscribe("orders.>/billing");
    const client = await connect();

    const all = ["a", "b", "c", "d"].map((text) => client.publish("orders.new", [text]));
    await Promise.all(all);

    const texts = (await consumer.deliveries(4)).map(({ text }) => text);
    expect(texts).toEqual(["a", "b", "c", "d"]);
  });
});

describe("a producer", () => {
  test("that sends again what was stored gets the first positions, as duplicates", async () => {
    const { connect } = await startBroker();
    const client = await connect({ producerId: producerId(1) });
    await client.subscribe("orders/billing");
    const first = await client.publish("orders", ["a", "b"], { firstSequence: 1 });
    await client.crash();

    const again = await connect({ producerId: producerId(1) });
    const { ranges } = await again.publish("orders", ["a", "b", "c"], { firstSequence: 1 });

    expect(again.welcome).toMatchObject({ producerKnown: true, lastSequence: 2 });
    expect(ranges).toMatchObject([
      { count: 2, firstPosition: first.ranges[0]?.firstPosition, duplicate: true },
      { count: 1, duplicate: false },
    ]);
  });

  test("that was resumed goes on with its sequence", async () => {
    const { connect } = await startBroker();
    const client = await connect({ producerId: producerId(2) });
    await client.publish("orders", ["a"], { firstSequence: 1 });
    await client.crash();

    const again = await connect({ producerId: producerId(2), resume: client.resume() });

    expect(again.welcome).toMatchObject({ resumed: true, producerKnown: true, lastSequence: 1 });
  });

  test("that is not known and does not begin with 1 is refused", async () => {
    const { connect } = await startBroker();
    const client = await connect({ producerId: producerId(3) });

    const error = await client.refusedPublish("orders", ["a"], { firstSequence: 5 });

    expect([client.welcome?.producerKnown, error.code]).toEqual([false, "producer_unknown"]);
    await client.crash();
    const again = await connect({ producerId: producerId(3) });
    expect(again.welcome?.producerKnown).toBe(false);
    const { ranges } = await again.publish("orders", ["a"], { firstSequence: 1 });
    expect(ranges).toMatchObject([{ count: 1, duplicate: false, error: undefined }]);
  });

  test("may use the number of a refused message again", async () => {
    const { connect } = await startBroker({ maxPayloadBytes: 10 });
    const client = await connect({ producerId: producerId(4) });
    const tooLarge = { payload: new Uint8Array(11) };
    await client.publish("orders", ["a", tooLarge, "c"], { firstSequence: 1 });

    const { ranges } = await client.publish("orders", ["b"], { firstSequence: 2 });

    expect(ranges).toMatchObject([{ count: 1, duplicate: false, error: undefined }]);
  });

  test("that comes back without its session is still remembered when that one ends", async () => {
    const { connect, server } = await startBroker({ resumeGraceMs: 0 });
    const former = await connect({ producerId: producerId(5) });
    const detached: string[] = [];
    const { engine } = server.context.broker;
    const detach = engine.detachProducer.bind(engine);
    engine.detachProducer = (id) => (detached.push(id), detach(id));

    const later = await connect({ producerId: producerId(5) });
    await former.close();
    await later.settleDown();
    expect(detached).toEqual([]);

    await later.close();
    await expect.poll(() => detached).toHaveLength(1);
  });
});

describe("a publisher beyond its credit", () => {
  test("is not read until what it sent is stored", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const batch = Array<string>(1_000).fill("x");

    const published = Array.from({ length: 30 }, () => client.publish("orders", batch));

    const answers = await Promise.all(published);
    expect(answers.flatMap(({ ranges }) => ranges).reduce((sum, { count }) => sum + count, 0)).toBe(
      30_000,
    );
  });
});
