import { connect, type Consumer, type Peyk } from "@peyk/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConsumerProcess, type ConsumerEvent } from "../harness/consumer-process.js";
import { NetworkNamespace, whyNoNamespaces } from "../harness/network-namespace.js";
import { Rounds } from "../harness/rounds.js";
import { Arrivals } from "../harness/sdk-world.js";
import { startBrokerAt, type StartedBroker } from "../harness/start-broker.js";
import type { TestClock } from "../harness/test-clock.js";

/** Two heartbeats of 25 s and 5 s: so long a broker waits for a sign of life, in ms. */
const BROKER_WAITS_MS = 55_000;

/** A client waits 1 s less, in ms: it has nobody to ask. */
const CLIENT_WAITS_MS = 54_000;

const GRACE_MS = 10_000;

/** Moved at once, so that whoever lives can answer pings in between, in ms. */
const STEP_MS = 20_000;

const SUBSCRIPTION = "orders/billing";

/** Leases outlast all of it, so that only the end of a session ends them, in ms. */
const LONG_LEASE_MS = 600_000;

const A_DAY_MS = 86_400_000;

interface Silence {
  readonly clientNotices: boolean;
  readonly brokerNotices: boolean;
  readonly outlastsGrace: boolean;
}

const SILENCES: readonly Silence[] = [
  { clientNotices: true, brokerNotices: true, outlastsGrace: true },
  { clientNotices: true, brokerNotices: true, outlastsGrace: false },
  { clientNotices: true, brokerNotices: false, outlastsGrace: false },
  { clientNotices: false, brokerNotices: true, outlastsGrace: false },
  { clientNotices: false, brokerNotices: true, outlastsGrace: true },
];

const missing = whyNoNamespaces();
const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;

let network: NetworkNamespace;
let broker: StartedBroker & { readonly clock: TestClock };
let far: ConsumerProcess;
let near: Peyk;
let nearConsumer: Consumer;
let arrivals: Arrivals<{ readonly value: unknown; readonly attempt: number }>;

// Goal: a peer that is gone without a word (a cable, a machine, a network) is found within two heartbeats and 5 s, by both
// sides; what it held is free when its grace is over, and not before; if it is back by then, it goes on. Method: a client
// in a network namespace whose link goes down, so that there is neither FIN nor RST. Both clocks stand still until they
// are moved, and so the times are exact.
describe.skipIf(missing !== undefined)(`a peer that falls silent${skipped}`, () => {
  beforeEach(async () => {
    network = NetworkNamespace.create();
    const listen = `${network.address}:0`;
    broker = await startBrokerAt({ listen, allowAnonymous: true, resumeGraceMs: GRACE_MS });
    const { url } = broker;
    near = await connect(url, { log: false });
    const options = { ackDeadlineMs: LONG_LEASE_MS, retry: { minMs: 0, maxMs: 0 } };
    await near.subscriptions.create(SUBSCRIPTION, options);
    const named = { url, name: "far", subscription: SUBSCRIPTION } as const;
    far = await ConsumerProcess.start({ ...named, standsStill: true }, network.within);
    arrivals = new Arrivals();
    nearConsumer = await near.subscribe(SUBSCRIPTION, ({ value, attempt }) =>
      arrivals.add({ value, attempt }),
    );
  });

  afterEach(async () => {
    await near.close();
    await far.kill();
    network.close();
  });

  test(
    "is found in time by both sides, and keeps what it holds for its grace",
    async () => {
      const rounds = new Rounds(SILENCES.length, "silences");
      await rounds.each(async (_, round) => {
        const silence = SILENCES[round % SILENCES.length] as Silence;
        await fallSilent(round, silence);
      });
    },
    A_DAY_MS,
  );
});

async function fallSilent(value: number, silence: Silence): Promise<void> {
  nearConsumer.pause();
  await near.publish("orders", value);
  expect(await far.until("delivery")).toMatchObject({ value, attempt: 1 });
  nearConsumer.resume();
  const count = arrivals.items.length;
  const expiredBefore = logged("consumer did not come back").length;
  network.unplug();
  if (silence.brokerNotices) await brokerNotices();
  let event: ConsumerEvent | undefined;
  if (silence.clientNotices) event = await clientNotices();
  if (silence.outlastsGrace) {
    await pass(GRACE_MS - 1);
    expect(await holder()).toEqual({ connected: false, returnsInMs: 1, unsettled: 1 });
    await pass(1);
    const all = await arrivals.reach(count + 1);
    expect(all.at(-1)).toEqual({ value, attempt: 2 });
    expect(logged("consumer did not come back")).toHaveLength(expiredBefore + 1);
  }
  network.plugIn();
  const { leasesLost } = await comeBack(event);
  if (silence.outlastsGrace) {
    expect(leasesLost).toBe(1);
    return;
  }
  expect(leasesLost).toBe(0);
  far.tell({ ack: value });
  expect(await far.until("acked")).toMatchObject({ value });
  expect(arrivals.items).toHaveLength(count);
}

/** It has a lease to keep, so it says what it does; and not a moment too early. */
async function brokerNotices(): Promise<void> {
  const before = logged("consumer lost").length;
  await pass(BROKER_WAITS_MS - 1);
  expect(await holder()).toMatchObject({ connected: true, unsettled: 1 });
  expect(logged("consumer lost")).toHaveLength(before);
  await pass(1);
  expect(logged("consumer lost")).toHaveLength(before + 1);
  expect(await holder()).toMatchObject({ connected: false, returnsInMs: GRACE_MS, unsettled: 1 });
}

async function clientNotices(): Promise<ConsumerEvent> {
  far.tell({ advanceMs: CLIENT_WAITS_MS - 1 });
  expect(await far.next()).toEqual({ event: "advanced" });
  far.tell({ advanceMs: 1 });
  const event = await far.next();
  expect(event).toMatchObject({ state: "waiting", cause: "the broker was silent for 54 s" });
  return event;
}

/** Lets the far client try until it is there; `event`: what it told last. */
async function comeBack(event?: ConsumerEvent): Promise<{ readonly leasesLost: number }> {
  for (let last = event ?? (await far.next()); ; last = await far.next()) {
    if (last.event === "resumed") return last;
    if (last.event !== "state" || last.retryInMs === undefined) continue;
    far.tell({ advanceMs: last.retryInMs });
  }
}

/** Time of the broker; whoever lives answers its pings. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    broker.clock.advance(Math.min(left, STEP_MS));
    await near.status();
  }
}

/** The far consumer as the broker sees it. */
async function holder() {
  const info = await near.subscriptions.get(SUBSCRIPTION);
  const consumer = info?.consumers.find(({ clientName }) => clientName === "far");
  if (!consumer) return undefined;
  const { connected, unsettled, returnsInMs } = consumer;
  return { connected, unsettled, returnsInMs };
}

const logged = (event: string) => broker.log.filter((line) => line.event === event);
