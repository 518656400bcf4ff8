import { describe, expect, test } from "vitest";
import { RawClient } from "../harness/raw-client.js";
import { passTime, startBroker, startBrokerAt } from "../harness/start-broker.js";

const lost = (log: readonly { readonly event: string }[]) =>
  log.filter(({ event }) => event === "consumer lost");

describe("a session", () => {
  test("that nobody knows gives a new one", async () => {
    const { connect } = await startBroker();
    const resume = { sessionId: new Uint8Array(16), secret: new Uint8Array(16), consumers: [] };

    const { welcome } = await connect({ resume });

    expect(welcome?.resumed).toBe(false);
    expect(welcome?.sessionId).not.toEqual(resume.sessionId);
  });

  test.each([
    ["a wrong secret", new Uint8Array(16)],
    ["a short secret", new Uint8Array(3)],
    ["no secret", new Uint8Array(0)],
  ])("is not given away for %s", async (_, secret) => {
    const { connect } = await startBroker();
    const owner = await connect();
    const { sessionId } = owner.resume();

    const thief = await connect({ resume: { sessionId, secret } });

    expect(thief.welcome?.resumed).toBe(false);
    await owner.settleDown();
  });

  test("is not given to another producer", async () => {
    const { connect } = await startBroker();
    const owner = await connect({ producerId: new Uint8Array(16).fill(1) });

    const other = await connect({
      resume: owner.resume(),
      producerId: new Uint8Array(16).fill(2),
    });

    expect(other.welcome?.resumed).toBe(false);
  });

  test("keeps its leases over a crash of the connection", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.subscribe("orders/billing");
    await first.publish("orders", ["a", "b"]);
    await first.deliveries(2);
    await first.crash();

    const again = await connect({ resume: first.resume([{ consumer: 1, lastDelivery: 2 }]) });

    expect(again.welcome?.resumed).toBe(true);
    expect(await again.settle([{ count: 2 }])).toMatchObject([{ count: 2, outcome: "ok" }]);
    expect(again.undelivered).toEqual([]);
  });

  test("sends again what did not arrive, under the same numbers", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.subscribe("orders/billing");
    await first.publish("orders", ["a", "b", "c"]);
    await first.deliveries(3);
    await first.crash();

    const again = await connect({ resume: first.resume([{ consumer: 1, lastDelivery: 1 }]) });
    await again.publish("orders", ["d"]);

    const deliveries = await again.deliveries(3);
    expect(deliveries.map(({ delivery, text }) => [delivery, text])).toEqual([
      [2, "b"],
      [3, "c"],
      [4, "d"],
    ]);
  });

  test("does not send again what was settled", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.subscribe("orders/billing");
    await first.publish("orders", ["a", "b", "c"]);
    await first.deliveries(3);
    await first.settle([{ firstDelivery: 2 }]);
    await first.crash();

    const again = await connect({ resume: first.resume([{ consumer: 1, lastDelivery: 0 }]) });

    expect((await again.deliveries(2)).map(({ text }) => text)).toEqual(["a", "c"]);
    expect(await again.settle([{ firstDelivery: 2 }])).toMatchObject([
      { outcome: "already_settled" },
    ]);
  });

  test("gets nothing new while it has no connection, and all of it afterwards", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.subscribe("orders/billing");
    await first.crash();
    const publisher = await connect();
    await publisher.publish("orders", ["a", "b"]);

    const again = await connect({ resume: first.resume([{ consumer: 1, lastDelivery: 0 }]) });

    expect((await again.deliveries(2)).map(({ delivery }) => delivery)).toEqual([1, 2]);
  });

  test("has one connection: the older one is closed with 4005 and not read any more", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.subscribe("orders/billing");
    await first.publish("orders", ["a"]);
    await first.deliveries(1);

    const again = await connect({ resume: first.resume([{ consumer: 1, lastDelivery: 1 }]) });
    first.sendPublish("orders", ["late"]);

    expect((await first.closed).code).toBe(4005);
    expect(await again.settle([{}])).toMatchObject([{ outcome: "ok" }]);
    await again.settleDown();
    expect(again.undelivered).toEqual([]);
  });

  test("that is taken over may use the numbers of its live listeners again", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.ask("startLive", { live: 1, pattern: "orders" }, "done");

    const again = await connect({ resume: first.resume() });
    await again.ask("startLive", { live: 1, pattern: "orders" }, "done");
    await again.publish("orders", ["a"]);

    expect((await again.next("liveMessages")).body.runs).toHaveLength(1);
  });

  test("loses the consumers that the client does not list", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.subscribe("orders/billing");
    await first.subscribe("orders/audit", { consumer: 2 });
    await first.publish("orders", ["a"]);
    await first.deliveries(2);
    await first.crash();

    const again = await connect({ resume: first.resume([{ consumer: 2, lastDelivery: 1 }]) });
    const other = await connect();
    await other.subscribe("orders/billing");

    expect(await other.deliveries(1)).toMatchObject([{ text: "a", failedAttempts: 0 }]);
    expect(await again.settle([{}], 2)).toMatchObject([{ outcome: "ok" }]);
    expect((await again.answer(again.sendSettle([{}], 1))).body).toMatchObject({
      code: "not_found",
    });
  });

  test("says which of the client's consumers it does not have", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.crash();

    const again = await connect({ resume: first.resume([{ consumer: 5, lastDelivery: 3 }]) });

    expect((await again.next("consumerNotice")).body).toMatchObject({ consumer: 5 });
  });

  test("is told after a resume of the leases that it lost meanwhile", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.subscribe("orders/billing");
    await first.publish("orders", ["a"]);
    await first.deliveries(1);
    await first.crash();
    const other = await connect();
    await other.ask("purgeSubscription", { name: "orders/billing" }, "count");

    const again = await connect({ resume: first.resume([{ consumer: 1, lastDelivery: 1 }]) });

    expect((await again.next("consumerNotice")).body.lost).toMatchObject([
      { firstDelivery: 1, count: 1, reason: "purged" },
    ]);
  });

  test("goes on after a subscription of it was deleted while it was away", async () => {
    const { connect } = await startBroker();
    const first = await connect();
    await first.subscribe("orders/billing");
    await first.crash();
    const other = await connect();
    await other.ask("deleteSubscription", { name: "orders/billing", force: true }, "done");

    const again = await connect({ resume: first.resume([{ consumer: 1, lastDelivery: 0 }]) });

    expect((await again.next("consumerNotice")).body).toMatchObject({ consumer: 1 });
    await again.subscribe("orders/billing");
  });
});

describe("a lost connection", () => {
  test("frees what was held when the grace is over, as a failed attempt", async () => {
    const { connect, clock, log } = await startBrokerAt();
    const first = await connect({ clientName: "mac:4711" });
    await first.subscribe("orders/billing", {
      concurrency: 1,
      create: { retry: { minMs: 0, maxMs: 0 } },
    });
    await first.publish("orders", ["running", "buffered", "buffered"]);
    await first.deliveries(3);
    const other = await connect();
    await other.subscribe("orders/billing");
    await first.crash();
    await expect.poll(() => lost(log)).toHaveLength(1);

    clock.advance(9_999);
    await other.settleDown();
    expect(other.undelivered).toEqual([]);
    clock.advance(1);

    const returned = await other.deliveries(3);
    expect(returned.map(({ failedAttempts }) => failedAttempts).sort()).toEqual([0, 0, 1]);
    expect(lost(log)).toMatchObject([
      {
        level: "warn",
        fields: {
          subscription: "orders/billing",
          consumer: "mac:4711",
          messages: 3,
          returnInMs: 10_000,
        },
      },
    ]);
  });

  test("is not resumed when the grace is over", async () => {
    const { connect, clock, server } = await startBrokerAt();
    const first = await connect();
    await first.crash();
    await expect.poll(() => server.context.connections.size).toBe(0);
    clock.advance(10_000);

    const again = await connect({ resume: first.resume() });

    expect(again.welcome?.resumed).toBe(false);
  });

  test("that was a clean close frees what was held at once, uncounted", async () => {
    const { connect, server, log } = await startBroker();
    const first = await connect();
    await first.subscribe("orders/billing");
    await first.publish("orders", ["a"]);
    await first.deliveries(1);
    const other = await connect();
    await other.subscribe("orders/billing");

    await first.close(1000);

    expect(await other.deliveries(1)).toMatchObject([{ text: "a", failedAttempts: 0 }]);
    expect(server.context.sessions.size).toBe(1);
    expect(lost(log)).toEqual([]);
  });

  test("without a word is noticed two pings and 5 s after the last sign of life", async () => {
    const { connect, clock, server } = await startBrokerAt();
    const silent = await connect();
    await silent.subscribe("orders/billing");

    clock.advance(25_000);
    await silent.next("ping");
    clock.advance(25_000);
    await silent.next("ping");
    clock.advance(4_999);
    expect(server.context.connections.size).toBe(1);
    clock.advance(1);

    expect(server.context.connections.size).toBe(0);
    expect((await silent.closed).code).toBe(1001);
  });

  test("is none as long as the client answers pings", async () => {
    const { connect, clock, server } = await startBrokerAt();
    const client = await connect();

    for (let beat = 0; beat < 5; beat += 1) {
      clock.advance(25_000);
      const { body } = await client.next("ping");
      client.send("pong", { nonce: body.nonce }, 0);
      await client.settleDown();
    }

    expect(server.context.connections.size).toBe(1);
  });

  test("during a subscribe leaves no consumer behind", async () => {
    const { connect, server } = await startBroker();
    const first = await connect();
    first.send("subscribe", { consumer: 1, subscriptions: ["orders/billing"], creditMessages: 1 });
    await first.crash();

    const again = await connect({ resume: first.resume() });
    await again.subscribe("orders/billing", { create: { mode: "exclusive" } });

    expect(server.context.sessions.all().map(({ consumers }) => consumers.size)).toEqual([1]);
  });
});

test("a session whose leases run out while it is away does not get them back", async () => {
  const { connect, clock } = await startBrokerAt({ resumeGraceMs: 60_000 });
  const first = await connect();
  await first.subscribe("orders/billing", {
    create: { ackDeadlineMs: 1_000, retry: { minMs: 0, maxMs: 0 } },
  });
  await first.publish("orders", ["a"]);
  await first.deliveries(1);
  await first.crash();
  const other = await connect();
  await other.subscribe("orders/billing");
  for (let turn = 0; turn < 12; turn += 1) await passTime(clock, 100, [other]);
  expect(await other.deliveries(1)).toMatchObject([{ failedAttempts: 1 }]);

  const again = new RawClient(other.socket.url);
  await new Promise((resolve) => again.socket.once("open", resolve));
  await again.hello({ resume: first.resume([{ consumer: 1, lastDelivery: 1 }]) });

  expect((await again.next("consumerNotice")).body.lost).toMatchObject([{ reason: "deadline" }]);
  expect(await again.settle([{}])).toMatchObject([{ outcome: "lease_lost" }]);
});
