import { expect, test } from "vitest";
import { PeykError, type Peyk } from "@peyk/client";
import { writeServerFrame } from "@peyk/client/protocol";
import { FakeBroker } from "../../harness/fake-broker.js";

const MINUTE_MS = 60_000;

/** What became of a redrive at a rate, so far. */
function redriveSlowly(client: Peyk): { outcome: unknown } {
  const told: { outcome: unknown } = { outcome: "open" };
  client.dlq.redrive("orders/billing", { perSecond: 1 }).then(
    (answer) => (told.outcome = answer),
    (error: unknown) => (told.outcome = error),
  );
  return told;
}

test("a redrive at a rate takes as long as it takes", async () => {
  const broker = new FakeBroker();
  const told = redriveSlowly(await broker.open());
  for (let minutes = 0; minutes < 10; minutes += 1) {
    broker.connection.send((writer) => writeServerFrame(writer, 0, "ping", {}));
    await broker.advance(MINUTE_MS / 2);
  }
  expect(told.outcome).toBe("open");
  const { id } = broker.connection.last("redriveDeadLetters");
  broker.connection.send((writer) => writeServerFrame(writer, id, "count", { count: 600 }));
  await broker.advance(0);
  expect(told.outcome).toEqual({ count: 600 });
});

// It waited for a broker for ever.
test("a redrive at a rate that cannot be sent has the deadline of every request", async () => {
  const broker = new FakeBroker();
  const client = await broker.open();
  broker.connection.end();
  const told = redriveSlowly(client);
  await broker.advance(30_000);
  expect(told.outcome).toMatchObject({
    code: "timeout",
    message: "redriveDeadLetters could not be sent within 30000 ms",
  });
});

test("a request made by whoever hears that the client is connected again is sent once", async () => {
  const broker = new FakeBroker();
  const client = await broker.open();
  const before = client.topics.get("orders");
  await broker.turn();
  client.on("state", ({ state }) => {
    if (state === "open") void client.topics.purge("orders");
  });
  await broker.reconnect();
  const { frames } = broker.connection;
  expect(frames.map(({ kind }) => kind)).toEqual(["hello", "getTopic", "purgeTopic"]);
  const { id } = broker.connection.last("getTopic");
  broker.connection.refuse(id, new PeykError("not_found", "no"));
  expect(await before).toBeUndefined();
});

test("a request that was given up is not made again", async () => {
  const broker = new FakeBroker();
  const client = await broker.open();
  const asked = client.topics.get("orders").catch(() => "given up");
  await broker.turn();
  broker.connection.send((writer) => writeServerFrame(writer, 0, "ping", {}));
  await broker.advance(30_000);
  expect(await asked).toBe("given up");
  await broker.reconnect();
  expect(broker.connection.of("getTopic")).toEqual([]);
});
