import { limits } from "@peyk/client/protocol";
import { connect, type Consumer, type Peyk } from "@peyk/client";
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

/** For a machine that does other work, too. */
const PATIENT = { timeout: 60_000 } as const;

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
    await expect.poll(() => settled.size + holds, PATIENT).toBe(published);
    expect(await held()).toBe(holds);
    expect(watched.mostBytes).toBeGreaterThan(limits.MAX_UNREAD_BYTES);
    expect(watched.mostBytes - watched.largestPacket).toBeLessThanOrEqual(limits.MAX_UNREAD_BYTES);

    clock.advance(limits.WRITE_TIMEOUT_MS - 1);
    await client.status();
    expect(watched.closedWith).toBeUndefined();
    clock.advance(1);
    expect(watched.closedWith).toBe("slow_or_flooding");

    clock.advance(GRACE_MS);
    await expect.poll(() => settled.size, PATIENT).toBe(published);
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
  const { client, others } = await startOthers(broker.url);
  const loadUntil = async (endsAtMs: number): Promise<number[]> => {
    const residentBytes: number[] = [];
    while (performance.now() < endsAtMs) {
      await Promise.all(Array.from({ length: BATCH }, () => client.publish("orders", MESSAGE)));
      residentBytes.push((await client.status()).residentBytes);
    }
    return residentBytes;
  };
  /** A backlog for whoever takes it, and then everybody. Gives the median of the memory: its peaks are garbage. */
  const load = async (): Promise<number> => {
    others.pause();
    const filling = await loadUntil(performance.now() + FILLING_MS);
    others.resume();
    const all = [...filling, ...(await loadUntil(performance.now() + MINUTE_MS / 2))];
    return all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  };
  let usualBytes = 0;
  for (let usual = 0; usual < USUAL_LOADS; usual += 1)
    usualBytes = Math.max(usualBytes, await load());
  let stoppedBytes = 0;
  for (; minutes.done < minutes.count; minutes.add()) {
    stopped.signal("SIGSTOP");
    stoppedBytes = Math.max(stoppedBytes, await load());
    stopped.signal("SIGCONT");
    expect((await stopped.until("resumed")).leasesLost).toBeGreaterThan(0);
    await load();
  }
  const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
  process.stderr.write(`resident: ${mib(usualBytes)}, stopped: ${mib(stoppedBytes)}\n`);
  expect(stoppedBytes - usualBytes).toBeLessThanOrEqual(16 * MIB);
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
async function startOthers(url: string) {
  const client: Peyk = await connect(url, { log: false });
  onTestFinished(() => client.close({ timeoutMs: 0 }));
  const settled = new Set<string>();
  const consumers: Consumer[] = [];
  for (let count = 0; count < OTHERS; count += 1) {
    consumers.push(await client.subscribe(SUBSCRIPTION, ({ id }) => settled.add(id)));
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
