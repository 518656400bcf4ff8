import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ChildBroker } from "../harness/child-broker.js";
import { startBroker, tempDir } from "../harness/start-broker.js";

describe("a broker process", () => {
  test("that is killed keeps what was confirmed, and settles stay settled", async () => {
    const broker = await ChildBroker.start({ dataDir: tempDir(), spareBytes: 0 });
    const client = await broker.connect({ producerId: new Uint8Array(16).fill(7) });
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a", "b", "c"], { firstSequence: 1 });
    await client.deliveries(3);
    await client.settle([{ firstDelivery: 2 }]);

    expect(await broker.kill("SIGKILL")).toBe("SIGKILL");

    const again = await (
      await broker.restart()
    ).connect({
      producerId: new Uint8Array(16).fill(7),
      resume: client.resume([{ consumer: 1, lastDelivery: 3 }]),
    });
    expect(again.welcome).toMatchObject({ resumed: false, producerKnown: true, lastSequence: 3 });
    expect(again.welcome?.server?.boot).toBe(2);
    await again.subscribe("orders/billing");
    expect((await again.deliveries(2)).map(({ text }) => text)).toEqual(["a", "c"]);
    const { ranges } = await again.publish("orders", ["a", "b", "c"], { firstSequence: 1 });
    expect(ranges).toMatchObject([{ count: 3, firstPosition: 1, duplicate: true }]);
  });

  test("that was killed while it wrote starts, counts that, and says how much it cut", async () => {
    const options = { dataDir: tempDir(), spareBytes: 0 };
    const broker = await ChildBroker.start(options);
    const first = await broker.connect();
    await first.ask("createSubscription", { name: "orders/billing" }, "subscription");
    await first.publish("orders", ["a"]);
    await broker.kill("SIGKILL");
    const [segment = ""] = readdirSync(options.dataDir).filter((name) => /^segment/.test(name));
    appendFileSync(join(options.dataDir, segment), "torn");

    const { log, connect } = await startBroker(options);

    expect(log.find(({ event }) => event === "journal recovered")).toMatchObject({
      level: "warn",
      fields: { tornBytes: 4, damagedSnapshots: 0 },
    });
    const client = await connect();
    const { counters } = await client.ask("getStatus", {}, "status");
    expect(counters).toMatchObject({ torn_tails: 1 });
    await client.subscribe("orders/billing");
    expect(await client.deliveries(1)).toMatchObject([{ text: "a" }]);
  });

  test("that is told to stop drains and exits with 0", async () => {
    const broker = await ChildBroker.start({ dataDir: tempDir(), spareBytes: 0 });
    const client = await broker.connect();
    await client.subscribe("orders/billing");
    await client.publish("orders", ["a"]);
    await client.deliveries(1);

    const exited = broker.kill("SIGTERM");
    await client.next("goAway");
    await client.settle([{}]);

    expect(await exited).toBe(0);
    expect((await client.closed).code).toBe(1001);
  });
});
