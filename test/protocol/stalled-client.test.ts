import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type Delivery } from "@peyk/client";
import { expect, onTestFinished, test } from "vitest";
import { ConsumerProcess, type ConsumerEvent } from "../harness/consumer-process.js";
import { Arrivals } from "../harness/sdk-world.js";
import { startBrokerAt, tempDir } from "../harness/start-broker.js";

const SUBSCRIPTION = "orders/billing";
const ACK_DEADLINE_MS = 10_000;

test("a process that was blocked for longer than its lease learns so, and takes nobody else's", async () => {
  const { url, clock } = await startBrokerAt();
  const other = await connect(url, { log: false });
  onTestFinished(() => other.close({ timeoutMs: 0 }));
  const create = { ackDeadlineMs: ACK_DEADLINE_MS, retry: { minMs: 0, maxMs: 0 } };
  await other.subscriptions.create(SUBSCRIPTION, create);
  const blocked = await ConsumerProcess.start({ url, name: "blocked", subscription: SUBSCRIPTION });
  onTestFinished(() => blocked.kill());
  await other.publish("orders", 1);
  await blocked.until("delivery");
  const work = join(tempDir(), "work");
  writeFileSync(work, "");
  blocked.tell({ blockUntil: work });
  await blocked.until("blocked");
  const arrivals = new Arrivals<Delivery>();
  await other.subscribe(SUBSCRIPTION, (delivery) => {
    arrivals.add(delivery);
    return new Promise(() => {});
  });

  // It may be handed to the blocked one again first: to the broker both are idle, and they take turns.
  while (arrivals.items.length === 0) {
    clock.advance(ACK_DEADLINE_MS / 10);
    await other.status();
  }
  const [delivery] = arrivals.items;
  blocked.tell({ ack: 1 });
  rmSync(work);

  const seen: ConsumerEvent[] = [];
  const isComplete = (): boolean =>
    ["aborted", "lease_lost", "refused"].every((name) => seen.some(({ event }) => event === name));
  while (!isComplete()) seen.push(await blocked.next());
  expect(seen).toContainEqual({ event: "refused", value: 1, code: "lease_lost" });
  const before = await other.subscriptions.get(SUBSCRIPTION);
  expect(before).toMatchObject({ running: 1, ready: 0, retrying: 0 });
  expect(delivery?.signal.aborted).toBe(false);
  await delivery?.ack();
  const after = await other.subscriptions.get(SUBSCRIPTION);
  expect(after).toMatchObject({ running: 0, ready: 0, retrying: 0, dead: 0 });
});
