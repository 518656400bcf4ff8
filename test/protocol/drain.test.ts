import { PeykError } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { RawClient } from "../harness/raw-client.js";
import { startBroker, startBrokerAt, tempDir } from "../harness/start-broker.js";

describe("a broker that stops", () => {
  test("tells clients, waits for what is running, and closes with 1001", async () => {
    const { connect, server } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    const closing = server.close();
    const { body } = await client.next("goAway");
    expect(body).toMatchObject({ reason: "the broker is stopping", graceMs: 8_000 });
    expect(await client.settle([{}])).toMatchObject([{ outcome: "ok" }]);

    await closing;
    expect((await client.closed).code).toBe(1001);
  });

  test("does not wait longer than it was given", async () => {
    const { connect, server, clock } = await startBrokerAt();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    const closing = server.close({ timeoutMs: 1_000 });
    await client.next("goAway");
    clock.advance(1_000);

    await closing;
    expect((await client.closed).code).toBe(1001);
  });

  test("refuses what is new, and answers the rest", async () => {
    const { connect, server, url } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing", { creditMessages: 1 });
    await client.publish("orders", ["a", "b"]);
    await client.deliveries(1);
    const stranger = await RawClient.open(url);

    const closing = server.close();
    await client.next("goAway");
    const refusals = [
      await client.refusedPublish("orders", ["late"]),
      await client.refusal("subscribe", { consumer: 2, subscriptions: ["a/b"] }),
      await client.refusal("startLive", { live: 1, pattern: "a" }),
    ];
    client.credit({ messages: 100 });
    stranger.send("hello", { version: 1 }, 0);

    const { code, message, retryAfterMs } = refusals[0] ?? {};
    expect([code, message, retryAfterMs]).toEqual(["unavailable", "the broker is stopping", 1_000]);
    expect(refusals).toEqual(Array(3).fill(refusals[0]));
    expect((await stranger.next("error")).body.code).toBe("unavailable");
    expect((await stranger.closed).code).toBe(1001);
    expect(await client.ask("getStatus", {}, "status")).toMatchObject({ state: "draining" });
    expect(client.undelivered).toEqual([]);
    await client.settle([{}]);
    await closing;
  });

  test("says so to health checks as long as it answers", async () => {
    const { server } = await startBroker();
    const closing = server.close();

    expect(server.state).toBe("draining");
    await closing;
  });

  test("gives back what was not settled, uncounted, and starts again without a recovery", async () => {
    const dataDir = tempDir();
    const options = { dataDir, spareBytes: 0 };
    const first = await startBroker(options);
    const client = await first.connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a", "b"]);
    await client.deliveries(2);
    await client.settle([{}]);
    await first.server.close({ timeoutMs: 0 });

    const second = await startBroker(options);
    const again = await second.connect();
    await again.subscribe("orders/billing");

    expect(await again.deliveries(1)).toMatchObject([{ text: "b", failedAttempts: 0 }]);
    expect(second.log.map(({ event }) => event)).not.toContain("journal recovered");
  });

  test("logs no lost consumer for those that it ends itself", async () => {
    const { connect, server, log } = await startBroker();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    await server.close({ timeoutMs: 0 });

    expect(log.filter(({ event }) => event.startsWith("consumer"))).toEqual([]);
  });

  test("may be told so twice", async () => {
    const { server } = await startBroker();

    await Promise.all([server.close(), server.close()]);
  });
});

describe("a broker whose journal fails", () => {
  test("answers what waits with unavailable, and closes with 1001", async () => {
    const { connect, server } = await startBrokerAt();
    const client = await connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a", "b"]);
    await client.deliveries(2);
    await client.settle([{ count: 2, verb: "reject", reason: "bad" }]);
    const subscription = "orders/billing";
    const id = client.send("redriveDeadLetters", { subscription, perSecond: 1 });
    await client.deliveries(1); // the second one waits for the clock
    const error = new PeykError("unavailable", "The journal failed.");

    for (const connection of server.context.connections) connection.abort(error);

    expect((await client.answer(id)).body).toMatchObject({ code: "unavailable" });
    expect(await client.closed).toEqual({ code: 1001, reason: "The journal failed." });
  });
});
