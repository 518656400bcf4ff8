import { describe, expect, test } from "vitest";
import { startBroker, startBrokerAt, type StartedBroker } from "../harness/start-broker.js";
import type { Connection } from "../../src/transport/connection.js";
import { RawClient } from "../harness/raw-client.js";

const TEXT = "x".repeat(500_000);
const COUNT = 40;

/** Publishes 20 MB to a consumer that has the credit for it and does not read; resolves when its socket is full. */
async function fillSocket({ connect, server }: StartedBroker): Promise<RawClient> {
  const slow = await connect();
  await slow.subscribe("orders/billing", { creditMessages: 1_000, creditBytes: 100_000_000 });
  const [connection] = server.context.connections;
  slow.stream.pause();
  const publisher = await connect();
  for (let count = 0; count < COUNT; count += 1) await publisher.publish("orders", [TEXT]);
  await publisher.close();
  await expect.poll(() => connection?.outbox.isBehind).toBe(true);
  return slow;
}

describe("a consumer that does not read", () => {
  test("gets no more than its socket takes, and the rest when it reads on", async () => {
    const broker = await startBroker();
    const slow = await fillSocket(broker);
    const { server } = broker;
    const [session] = server.context.sessions.all();
    expect(session?.heldMessages).toBeLessThan(COUNT);

    slow.stream.resume();

    const deliveries = await slow.deliveries(COUNT);
    expect(deliveries.map(({ delivery }) => delivery)).toEqual(
      Array.from({ length: COUNT }, (_, index) => index + 1),
    );
  });

  test("is closed when a write has not moved for 10 s, and may come back", async () => {
    const broker = await startBrokerAt();
    const slow = await fillSocket(broker);

    broker.clock.advance(10_000);

    await expect.poll(() => broker.server.context.connections.size).toBe(0);
    const again = await broker.connect({
      resume: slow.resume([{ consumer: 1, lastDelivery: 0 }]),
    });
    expect(again.welcome?.resumed).toBe(true);
    const deliveries = await again.deliveries(COUNT);
    expect(deliveries.map(({ delivery }) => delivery)).toEqual(
      Array.from({ length: COUNT }, (_, index) => index + 1),
    );
  });

  test("does not have more than its socket takes sent again after a resume", async () => {
    const broker = await startBroker();
    const first = await broker.connect();
    await first.subscribe("orders/billing", { creditMessages: 1_000, creditBytes: 100_000_000 });
    const publisher = await broker.connect();
    for (let count = 0; count < COUNT; count += 1) await publisher.publish("orders", [TEXT]);
    await first.deliveries(COUNT);
    await first.crash();

    const again = await RawClient.open(broker.url);
    const resume = first.resume([{ consumer: 1, lastDelivery: 0 }]);
    again.send("hello", { version: 1, minVersion: 1, resume }, 0);
    again.stream.pause();
    const [session] = broker.server.context.sessions.all();
    const connectionOf = () => session && broker.server.context.bySession.get(session);
    await expect.poll(() => connectionOf()?.outbox.isBehind).toBe(true);
    const { line } = connectionOf() as Connection;
    expect(line.bufferedBytes).toBeLessThan(4 * 1024 * 1024 + 2 * TEXT.length);
    again.stream.resume();

    const deliveries = await again.deliveries(COUNT);
    expect(deliveries.map(({ delivery }) => delivery)).toEqual(
      Array.from({ length: COUNT }, (_, index) => index + 1),
    );
  });

  test("that attaches one more consumer gets nothing for it before it reads on", async () => {
    const broker = await startBroker();
    const slow = await fillSocket(broker);
    const [connection] = broker.server.context.connections;
    const { session } = connection ?? {};

    const { broker: core } = broker.server.context;
    const { consumer } = await core.attach(["audit/all"], {
      name: "test",
      credit: { messages: 10, bytes: 0, concurrency: 0 },
      ackOnDelivery: false,
      sharesProcess: false,
      port: session?.portFor(2) ?? { deliver: () => {}, notice: () => {} },
      create: undefined,
      mustExist: false,
    });
    session?.addConsumer(2, { consumer, sources: [] });
    expect(consumer.creditMessages).toBe(0);
    slow.stream.resume();

    await slow.deliveries(COUNT);
    expect(consumer.creditMessages).toBe(10);
  });
});
