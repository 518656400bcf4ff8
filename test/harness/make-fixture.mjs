#!/usr/bin/env node
// Writes a small data directory of the format as it is now to test/fixtures/format-<version>, and what is in it to
// expected.json beside it. Run it once for each format version, with the last build: node test/harness/make-fixture.mjs
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBroker } from "../../dist/index.js";
import { FORMAT_VERSION } from "../../dist/engines/embedded/format.js";
import { createClock } from "../../dist/runtime/clock.js";

/** Time passes so much faster: snapshots and reclaim come once a second. */
const SPEED = 20;

const FILLERS = 260;
const FILLER = "x".repeat(1000);
const HOUR_MS = 3_600_000;

const folder = join(import.meta.dirname, "../fixtures", `format-${FORMAT_VERSION}`);
const dataDir = join(folder, "data");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const clock = createClock({
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now() * SPEED,
  startTimeout: (delayMs, callback) => {
    const timeout = setTimeout(callback, delayMs / SPEED).unref();
    return () => clearTimeout(timeout);
  },
  defer: (callback) => void setImmediate(callback),
});
// A clock of its own keeps no process alive.
setInterval(() => {}, HOUR_MS);
const broker = await startBroker({ dataDir, clock, segmentBytes: 64 * 1024, spareBytes: 0 });
const peyk = await broker.connect();

await peyk.topics.create("orders.eu", { retainMs: 31 * 24 * HOUR_MS });
await peyk.topics.create("orders.us", {});
await peyk.subscriptions.create("orders.eu/billing", { maxAttempts: 7, ackDeadlineMs: 60_000 });
await peyk.subscriptions.create("orders.*/audit", {});

const publish = (topic, value, more = {}) => peyk.publish(topic, value, more);
for (let number = 1; number <= 12; number += 1) {
  await publish(
    "orders.eu",
    { number },
    { key: `key-${number}`, attributes: { number: String(number) } },
  );
}
for (let number = 1; number <= FILLERS; number += 1) await publish("orders.us", FILLER);
await publish("orders.us", "the last one");

/** What becomes of each message of orders.eu at billing. */
const FATES = {
  2: (delivery) => delivery.ack(),
  4: (delivery) => delivery.ack(),
  5: (delivery) => delivery.nack({ delayMs: 24 * HOUR_MS }),
  6: (delivery) => delivery.reject("cannot be billed"),
  7: (delivery) => delivery.reject("to be redriven"),
  9: (delivery) => delivery.ack(),
};
await consume("orders.eu/billing", 12, ({ value }) => FATES[value.number]);
await consume("orders.*/audit", 12 + FILLERS + 1, ({ value }) =>
  value === FILLER ? (delivery) => delivery.ack() : undefined,
);
const [, redriven] = await arrayOf(peyk.dlq.list("orders.eu/billing"));
await peyk.dlq.redrive("orders.eu/billing", { ids: [redriven.id] });

const has = (kind) => readdirSync(dataDir).some((name) => name.startsWith(kind));
// Small commits, so that files are looked at.
while (!has("cold-") || !has("snapshot-")) await publish("orders.us", "more");

writeFileSync(join(folder, "expected.json"), `${JSON.stringify(await contents(), null, 2)}\n`);
// It ends as a process does that is killed: what follows the last snapshot is to be read again.
rmSync(join(dataDir, "lock"));
process.exit(0);

/** Settles what is to be settled of the first `count` messages, and gives the rest back. */
async function consume(subscription, count, fateOf) {
  let seen = 0;
  const waiting = [];
  await new Promise((resolve, reject) => {
    const handle = async (delivery) => {
      const fate = fateOf(delivery);
      if (fate) await fate(delivery);
      else waiting.push(delivery);
      seen += 1;
      if (seen === count) resolve();
      // What is neither settled nor given back is still held.
      await new Promise(() => {});
    };
    peyk.subscribe(subscription, handle, { concurrency: count }).catch(reject);
  });
  await Promise.all(waiting.map((delivery) => delivery.release()));
}

async function arrayOf(items) {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What a broker on this directory must show. What was with a consumer at the end waits for a retry then. */
async function contents() {
  const subscriptions = {};
  for (const name of ["orders.eu/billing", "orders.*/audit"]) {
    const waiting = [...(await shown(name, "ready")), ...(await shown(name, "retrying"))];
    subscriptions[name] = { waiting: sortedById(waiting), dead: await shown(name, "dead") };
  }
  // A reader must set its clock to then: messages expire.
  return { writtenAtMs: Date.now(), subscriptions };
}

async function shown(name, state) {
  const messages = await peyk.subscriptions.peek(name, { state, count: 250 });
  return messages.map(({ id, topic, key, attributes, bytes }) => {
    const text = Buffer.from(bytes).toString();
    return { id, topic, key: key ?? null, attributes, text };
  });
}

function sortedById(messages) {
  return messages.sort((a, b) => (a.id < b.id ? -1 : 1));
}
