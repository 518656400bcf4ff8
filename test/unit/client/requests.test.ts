import { expect, test } from "vitest";
import type { Peyk } from "@peyk/client";
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
