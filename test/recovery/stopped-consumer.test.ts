import { limits } from "@peyk/client/protocol";
import { connect, type Consumer, type Delivery, type Peyk } from "@peyk/client";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Connection } from "../../src/transport/connection.js";
import { BrokerProcess } from "../harness/broker-process.js";
import { ConsumerProcess } from "../harness/consumer-process.js";
import { Rounds } from "../harness/rounds.js";
import { startBrokerAt, tempDir } from "../harness/start-broker.js";

const SUBSCRIPTION = "orders/billing";

/** Consumers beside the one that is stopped. */
const OTHERS = 99;

/** It takes far more than the others, and more than any socket: 64 MiB of the messages below. */
const GREEDY = {
  concurrency: 100,
  buffer: { messages: 1_000, bytes: 64 * 1024 * 1024 },
  create: { retry: { minMs: 0, maxMs: 0 } },
} as const;

const MESSAGE = new Uint8Array(64 * 1024);

/** Published at a time: about as much as a broker writes in a turn. */
const BATCH = 20;

const GRACE_MS = 2_000;

/** Long enough to fill any socket, in ms. */
const FILLING_MS = 2_000;

/** Of half a minute each, before anything is stopped: until the broker has what it needs. */
const USUAL_LOADS = 3;

const A_DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const MIB = 1024 * 1024;

const minutes = new Rounds(0, "minutes");

// Goal: one consumer whose process stands still costs the broker one bounded buffer, and the others nothing: it is closed
// when a write has not moved for 10 s, and what it held goes to others. Method: SIGSTOP of a real process among a hundred
// consumers; here the broker's clock is moved, and `prove` lets it run for minutes and looks at the memory of its process.
describe("a consumer whose process is stopped", () => {
  test("gets no more than its socket takes, is closed, and others get what it held", async () => {
    const { clock, server, url } = await startBrokerAt({
      dataDir: tempDir(),
      resumeGraceMs: GRACE_MS,
    });
    const stopped = await startGreedy(url);
    const [connection] = server.context.connections;
    const watched = watch(connection as Connection);
    const { client, others, settled } = await startOthers(url);

    let published = 0;
    const publish = async (): Promise<void> => {
      await Promise.all(Array.from({ length: BATCH }, () => client.publish("orders", MESSAGE)));
      published += BATCH;
    };
    await publish();
    await stopped.until("delivery");
    stopped.signal("SIGSTOP");
    // Whoever settles at once gets all there is, so the others hold back until its socket is full.
    others.pause();
    while (!watched.isBehind()) await publish();
    const held = async (): Promise<number> => {
      const info = await client.subscriptions.get(SUBSCRIPTION);
      return (info?.buffered ?? 0) + (info?.running ?? 0);
    };
    const holds = await held();
    others.resume();
    for (let more = 0; more < 5; more += 1) await publish();
    // The others have settled all that came since.
    await expect.poll(() => settled.size + holds).toBe(published);
    expect(await held()).toBe(holds);
    expect(watched.mostBytes).toBeGreaterThan(limits.MAX_UNREAD_BYTES);
    expect(watched.mostBytes - watched.largestPacket).toBeLessThanOrEqual(limits.MAX_UNREAD_BYTES);

    clock.advance(limits.WRITE_TIMEOUT_MS - 1);
    await client.status();
    expect(watched.closedWith).toBeUndefined();
    clock.advance(1);
    expect(watched.closedWith).toBe("slow_or_flooding");

    clock.advance(GRACE_MS);
    await expect.poll(() => settled.size).toBe(published);
    expect(await held()).toBe(0);
  });

  if (minutes.isProof) {
    test("costs its broker no more memory than its buffer, for minutes", forMinutes, A_DAY_MS);
  }
});

/** Stops it again and again. What the broker needs without that is measured first. */
async function forMinutes(): Promise<void> {
  const broker = await BrokerProcess.start({ dataDir: tempDir(), resumeGraceMs: GRACE_MS });
  onTestFinished(() => broker.kill());
  const stopped = await startGreedy(broker.url, { acks: true });
  const trips = new RoundTrips();
  const { client, others } = await startOthers(broker.url, (delivery) => trips.seen(delivery));
  const publish = (trip?: string): Promise<unknown> =>
    client.publish("orders", MESSAGE, { attributes: trip === undefined ? {} : { trip } });
  const publishSome = (): Promise<unknown> =>
    Promise.all(Array.from({ length: BATCH }, () => publish()));
  /** The memory after each batch. */
  const residentBytes: number[] = [];
  const loadUntil = async (endsAtMs: number, batch: () => Promise<unknown>): Promise<void> => {
    while (performance.now() < endsAtMs) {
      await batch();
      residentBytes.push((await client.status()).residentBytes);
    }
  };
  /** A backlog for whoever takes it, and then everybody. The median of the memory: its peaks are garbage. */
  const load = async (rest: () => Promise<void>): Promise<number> => {
    residentBytes.length = 0;
    others.pause();
    await loadUntil(performance.now() + FILLING_MS, publishSome);
    others.resume();
    await rest();
    return quantile(residentBytes, 0.5);
  };
  const usually = (): Promise<void> => loadUntil(performance.now() + MINUTE_MS / 2, publishSome);
  const p99Ms = { stopped: [] as number[], closed: [] as number[] };
  /** The p99 of the others while the broker waits for the one that is stopped, and after it was closed. */
  const whileStopped = async (): Promise<void> => {
    const stoppedAtMs = performance.now() - FILLING_MS;
    // The first ones come after all of the backlog.
    await trips.make(publish);
    const makeUntil = async (endsAtMs: number): Promise<number> => {
      trips.ms.length = 0;
      await loadUntil(endsAtMs, () => trips.make(publish));
      return quantile(trips.ms, 0.99);
    };
    p99Ms.stopped.push(await makeUntil(stoppedAtMs + limits.WRITE_TIMEOUT_MS));
    // What it held goes to the others meanwhile.
    await makeUntil(performance.now() + 2 * GRACE_MS);
    p99Ms.closed.push(await makeUntil(stoppedAtMs + MINUTE_MS / 2));
  };
  const memory = { usual: 0, stopped: 0 };
  for (let usual = 0; usual < USUAL_LOADS; usual += 1)
    memory.usual = Math.max(memory.usual, await load(usually));
  for (; minutes.done < minutes.count; minutes.add()) {
    stopped.signal("SIGSTOP");
    memory.stopped = Math.max(memory.stopped, await load(whileStopped));
    stopped.signal("SIGCONT");
    expect((await stopped.until("resumed")).leasesLost).toBeGreaterThan(0);
    await load(usually);
  }
  const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
  minutes.note(`resident: ${mib(memory.usual)}, stopped: ${mib(memory.stopped)}`);
  const p99 = { stopped: quantile(p99Ms.stopped, 0.5), closed: quantile(p99Ms.closed, 0.5) };
  minutes.note(
    `p99 of the others: ${p99.stopped.toFixed(1)} ms, without it ${p99.closed.toFixed(1)} ms`,
  );
  expect(memory.stopped - memory.usual).toBeLessThanOrEqual(16 * MIB);
  expect(p99.stopped).toBeLessThanOrEqual(1.2 * p99.closed);
}

/** Messages that are published together, and have reached the others before the next ones are: how long each took. */
class RoundTrips {
  readonly ms: number[] = [];
  readonly #underWay = new Map<string, () => void>();
  #made = 0;

  async make(publish: (trip: string) => Promise<unknown>): Promise<void> {
    const sentAtMs = performance.now();
    const trips = Array.from({ length: BATCH }, async () => {
      const trip = String(++this.#made);
      const seen = new Promise<void>((resolve) => this.#underWay.set(trip, resolve));
      await Promise.all([publish(trip), seen]);
      this.ms.push(performance.now() - sentAtMs);
    });
    await Promise.all(trips);
  }

  seen({ attributes: { trip } }: Delivery): void {
    if (trip === undefined) return;
    this.#underWay.get(trip)?.();
    this.#underWay.delete(trip);
  }
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
}

async function startGreedy(
  url: string,
  options: { readonly acks?: boolean } = {},
): Promise<ConsumerProcess> {
  const named = { url, name: "stopped", subscription: SUBSCRIPTION, subscribe: GREEDY } as const;
  const consumer = await ConsumerProcess.start({ ...named, ...options });
  onTestFinished(() => consumer.kill());
  return consumer;
}

/** They settle what they get at once. */
async function startOthers(url: string, seen: (delivery: Delivery) => void = () => {}) {
  const client: Peyk = await connect(url, { log: false });
  onTestFinished(() => client.close({ timeoutMs: 0 }));
  const settled = new Set<string>();
  const consumers: Consumer[] = [];
  for (let count = 0; count < OTHERS; count += 1) {
    const handler = (delivery: Delivery): void => {
      settled.add(delivery.id);
      seen(delivery);
    };
    consumers.push(await client.subscribe(SUBSCRIPTION, handler));
  }
  const others = {
    pause: () => consumers.forEach((consumer) => consumer.pause()),
    resume: () => consumers.forEach((consumer) => consumer.resume()),
  };
  return { client, others, settled };
}

/** What is sent on a connection, and how it ends. */
function watch({ line, outbox }: Connection) {
  const seen = {
    mostBytes: 0,
    largestPacket: 0,
    closedWith: undefined as string | undefined,
    isBehind: () => outbox.isBehind,
  };
  const [send, close] = [line.send.bind(line), line.close.bind(line)];
  line.send = (packet, sent) => {
    send(packet, sent);
    seen.largestPacket = Math.max(seen.largestPacket, packet.byteLength);
    seen.mostBytes = Math.max(seen.mostBytes, line.bufferedBytes);
  };
  line.close = (reason, detail) => {
    seen.closedWith = reason;
    close(reason, detail);
  };
  return seen;
}
