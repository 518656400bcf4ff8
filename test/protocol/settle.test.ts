import { limits, PLAIN_SETTLE, writeSettle } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { passTime, startBroker, startBrokerAt } from "../harness/start-broker.js";

const DAY_MS = 86_400_000;

describe("a settle", () => {
  test("of the same delivery twice is ok, then already_settled", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    const outcomes = [await client.settle([{}]), await client.settle([{}])];

    expect(outcomes.flat().map(({ outcome }) => outcome)).toEqual(["ok", "already_settled"]);
  });

  test("of what was never delivered is unknown, and does no harm", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    const garbage = await client.settle([
      { firstDelivery: 2, count: 50 },
      { firstDelivery: 2 ** 52 },
    ]);

    expect(garbage.map(({ outcome }) => outcome)).toEqual(["unknown", "unknown"]);
    expect(await client.settle([{}])).toMatchObject([{ outcome: "ok" }]);
  });

  test("after the lease has ended is lease_lost, and the next consumer keeps its own", async () => {
    const { connect, clock } = await startBrokerAt();
    const first = await connect();
    await first.subscribe("orders/billing", {
      create: { ackDeadlineMs: 1_000, retry: { minMs: 0, maxMs: 0 } },
    });
    await first.publish("orders", ["a"]);
    await first.deliveries(1);
    first.credit({ messages: 0 });
    await first.settleDown();
    const second = await connect();
    await second.subscribe("orders/billing");

    for (let turn = 0; turn < 12; turn += 1) {
      clock.advance(100);
      await first.settleDown();
    }

    const notice = await first.next("consumerNotice");
    expect(notice.body.lost).toMatchObject([{ firstDelivery: 1, count: 1, reason: "deadline" }]);
    expect(await second.deliveries(1)).toMatchObject([{ text: "a", failedAttempts: 1 }]);
    const late = [
      { verb: "extend", extendMs: 60_000 },
      { verb: "nack" },
      { verb: "reject" },
    ] as const;
    for (const range of [...late, { verb: "release" } as const, {}]) {
      expect(await first.settle([range])).toMatchObject([{ outcome: "lease_lost" }]);
    }
    expect(await second.settle([{}])).toMatchObject([{ outcome: "ok" }]);
    const { counters } = await second.ask("getStatus", {}, "status");
    expect(counters["leases_lost"]).toBe(1);
  });

  test("of an older attempt leaves the newer one alone", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing", { create: { retry: { minMs: 0, maxMs: 0 } } });
    await client.publish("orders", ["a"]);
    await client.deliveries(1);
    await client.settle([{ verb: "nack" }]);
    expect(await client.deliveries(1)).toMatchObject([{ delivery: 2, failedAttempts: 1 }]);

    const late = ["ack", "reject", "extend", "nack", "release"] as const;
    const outcomes = (await client.settle(late.map((verb) => ({ verb })))).map(
      ({ outcome }) => outcome,
    );

    // The message has come back already, as a nack and a release want it.
    const lost = Array<string>(3).fill("lease_lost");
    expect(outcomes).toEqual([...lost, "already_settled", "already_settled"]);
    expect(await client.settle([{ firstDelivery: 2 }])).toMatchObject([{ outcome: "ok" }]);
  });

  test("of another consumer's delivery is unknown and does not touch it", async () => {
    const { connect } = await startBroker();
    const owner = await connect();
    await owner.subscribe("orders/billing");
    await owner.publish("orders", ["a"]);
    await owner.deliveries(1);
    const other = await connect();
    await other.subscribe("orders/billing", { creditMessages: 0 });

    expect(await other.settle([{}])).toMatchObject([{ outcome: "unknown" }]);
    expect(await owner.settle([{}])).toMatchObject([{ outcome: "ok" }]);
  });

  test("after a purge is lease_lost", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a", "b"]);
    await client.deliveries(2);

    const { count } = await client.ask("purgeSubscription", { name: "orders/billing" }, "count");

    expect(count).toBe(2);
    expect((await client.next("consumerNotice")).body.lost).toMatchObject([{ reason: "purged" }]);
    expect(await client.settle([{ count: 2 }])).toMatchObject([
      { count: 2, outcome: "lease_lost" },
    ]);
  });

  test("of a consumer that the session does not have is not_found", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    const answer = await client.answer(client.sendSettle([{}], 9));

    expect(answer.body).toMatchObject({ code: "not_found", field: "consumer" });
    await client.settleDown();
  });

  test("makes the broker read no further while 100,000 ranges are not answered", async () => {
    const { connect, server } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);
    const { engine } = server.context.broker;
    const commit = engine.commit.bind(engine);
    const held: (() => void)[] = [];
    engine.commit = (unit, done) => commit(unit, (result) => held.push(() => done(result)));
    const first = client.sendSettle([{}]);
    const garbage = Array.from({ length: 10_000 }, (_, index) => ({ firstDelivery: 2 + index }));
    const last = Array.from({ length: 20 }, () => client.sendSettle(garbage)).at(-1) ?? 0;
    const afterwards = client.request("getStatus", {});
    const [connection] = server.context.connections;
    await expect.poll(() => connection?.session.settlingRanges).toBeGreaterThan(100_000);
    expect(connection?.session.settlingRanges).toBeLessThan(200_000);

    for (const answer of held) answer();

    expect((await client.answer(first)).kind).toBe("settled");
    expect((await client.answer(last)).kind).toBe("settled");
    expect((await afterwards).kind).toBe("status");
    expect(connection?.session.settlingRanges).toBe(0);
  });

  test("of 10,001 ranges is refused whole", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    const range = { firstDelivery: 1, count: 1, verb: "ack", ...PLAIN_SETTLE } as const;
    const ranges = Array.from({ length: limits.MAX_SETTLE_RANGES + 1 }, () => range);

    client.packet((writer) => writeSettle(writer, 9, { consumer: 1, ranges }));

    expect((await client.answer(9)).body).toMatchObject({
      code: "invalid_argument",
      limit: 10_000,
    });
  });

  test("that names 10,001 deliveries is refused whole", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    const answer = await client.answer(
      client.sendSettle([{}, { firstDelivery: 2, count: limits.MAX_SETTLED_DELIVERIES }]),
    );

    expect(answer.body).toMatchObject({
      code: "invalid_argument",
      field: "count",
      limit: 10_000,
      message: "the Settle names 10001 deliveries; at most 10000 are allowed",
    });
    expect(await client.settle([{}])).toMatchObject([{ outcome: "ok" }]);
  });

  test.each([
    ["delivery 0", { firstDelivery: 0 }, "firstDelivery"],
    ["a nack delayed by more than a day", { verb: "nack", delayMs: DAY_MS + 1 }, "delayMs"],
    ["an extension of 0", { verb: "extend", extendMs: 0 }, "ms"],
    ["an extension of less than a second", { verb: "extend", extendMs: 999 }, "ms"],
    ["an extension of more than 600 s", { verb: "extend", extendMs: 600_001 }, "ms"],
    ["a note of more than 4 KiB", { verb: "extend", note: "x".repeat(4_097) }, "note"],
  ] as const)("with %s is refused whole", async (_, range, field) => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a", "b"]);
    await client.deliveries(2);

    const answer = await client.answer(client.sendSettle([{}, { firstDelivery: 2, ...range }]));

    expect(answer.body).toMatchObject({ code: "invalid_argument", field });
    expect(await client.settle([{ count: 2 }])).toMatchObject([{ count: 2, outcome: "ok" }]);
  });

  test("that nacks says when the message comes back, and it does, as a failed attempt", async () => {
    const { connect, clock } = await startBrokerAt();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    const [range] = await client.settle([{ verb: "nack", delayMs: 60_000, reason: "busy" }]);
    await client.settleDown();
    expect(client.undelivered).toEqual([]);
    await passTime(clock, 60_000, [client]);

    expect(range).toMatchObject({ outcome: "ok", retryInMs: 60_000 });
    expect(await client.deliveries(1)).toMatchObject([{ delivery: 2, failedAttempts: 1 }]);
  });

  test("that nacks without a delay answers with a whole number of ms", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    const [range] = await client.settle([{ verb: "nack" }]);

    expect(range?.retryInMs).toBeGreaterThanOrEqual(800);
    expect(Number.isInteger(range?.retryInMs)).toBe(true);
  });

  test("that extends says what was granted", async () => {
    const { connect } = await startBrokerAt();
    const client = await connect();
    await client.subscribe("orders/billing", { create: { maxExtensionMs: 45_000 } });
    await client.publish("orders", ["a"]);
    await client.deliveries(1);
    const extend = (extendMs: number) => client.settle([{ verb: "extend", extendMs }]);

    expect(await extend(40_000)).toMatchObject([{ outcome: "ok", extendedMs: 40_000 }]);
    // Its ack deadline of 30 s, and the most that it may be extended.
    expect(await extend(600_000)).toMatchObject([{ outcome: "ok", extendedMs: 75_000 }]);
  });

  test("that releases gives the message back uncounted", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    await client.settle([{ verb: "release" }]);

    expect(await client.deliveries(1)).toMatchObject([{ delivery: 2, failedAttempts: 0 }]);
  });
});

describe("credit", () => {
  test("of 0 pauses, and more goes on", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing", { creditMessages: 0 });
    await client.publish("orders", ["a"]);
    await client.settleDown();
    expect(client.undelivered).toEqual([]);

    client.credit({ messages: 1 });

    expect(await client.deliveries(1)).toMatchObject([{ text: "a" }]);
  });

  test.each([{ messages: 10_001 }, { messages: 2 ** 31 }, { bytes: 2 ** 52 }])(
    "of %j is refused without an id",
    async (credit) => {
      const { connect } = await startBroker();
      const client = await connect();
      await client.subscribe("orders/billing");

      client.credit({ messages: 1, ...credit });

      const answer = await client.answer(0);
      expect(answer.body).toMatchObject({ code: "invalid_argument", field: "buffer" });
    },
  );

  test("of an unknown consumer is not_found as often as it is sent", async () => {
    const { connect } = await startBroker();
    const client = await connect();

    for (let count = 0; count < 20; count += 1) client.credit({ consumer: 3, messages: 1 });

    await client.settleDown();
    const codes = client.frames.map(({ body }) => (body as { code?: string }).code);
    expect(codes).toEqual(Array<string>(20).fill("not_found"));
  });

  test("bounds what is unsettled", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing", { creditMessages: 2 });
    await client.publish("orders", ["a", "b", "c"]);

    await client.deliveries(2);
    await client.settleDown();
    expect(client.undelivered).toEqual([]);
    await client.settle([{}]);

    expect(await client.deliveries(1)).toMatchObject([{ text: "c", delivery: 3 }]);
  });
});
