import { limits, writeClientFrame } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import type { Connection } from "../../src/transport/connection.js";
import { startBroker } from "../harness/start-broker.js";

const PEEKS = 60;
const PAYLOAD = new Uint8Array(900_000);

describe("peeks whose answers nobody reads", () => {
  test("wait until they are read, and take no memory", async () => {
    const { connect, server } = await startBroker();
    const client = await connect();
    await client.ask("createSubscription", { name: "orders/all" }, "subscription");
    for (let count = 0; count < 3; count += 1)
      await client.publish("orders", [{ payload: PAYLOAD }]);
    const connection = [...server.context.connections][0] as Connection;
    client.stream.pause();

    client.packet((writer) => {
      const body = { name: "orders/all", state: "ready", count: 250 };
      for (let id = 1_000; id < 1_000 + PEEKS; id += 1) {
        writeClientFrame(writer, id, "peekSubscription", body);
      }
    });

    await expect.poll(() => connection.isBehind).toBe(true);
    await (await connect()).settleDown();
    expect(connection.line.bufferedBytes).toBeLessThan(
      limits.MAX_UNREAD_BYTES + 2 * limits.MAX_PACKET_BYTES,
    );
    expect(connection.administering).toBeGreaterThan(PEEKS - 30);
    client.stream.resume();
    for (let id = 1_000; id < 1_000 + PEEKS; id += 1) {
      expect((await client.answer(id)).kind).toBe("peekedMessages");
    }
    expect(connection.administering).toBe(0);
  });

  test("end with their connection", async () => {
    const { connect, server } = await startBroker();
    const client = await connect();
    await client.publish("orders", ["a"]);
    const connection = [...server.context.connections][0] as Connection;
    client.packet((writer) => {
      for (let id = 1_000; id < 1_000 + PEEKS; id += 1)
        writeClientFrame(writer, id, "listTopics", {});
    });
    await client.answer(1_000);

    await client.crash();

    await expect.poll(() => connection.administering).toBe(0);
  });
});

test("a peek at large messages reads no more than it shows", async () => {
  const { connect, server } = await startBroker();
  const client = await connect();
  await client.ask("createSubscription", { name: "orders/all" }, "subscription");
  for (let count = 0; count < 8; count += 1) await client.publish("orders", [{ payload: PAYLOAD }]);
  const { engine, names } = server.context.broker;

  const runs = await engine.peek(names.subscription("orders/all")?.id ?? 0, "ready", 250);

  expect(runs).toHaveLength(3);
});
