import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { connect, PeykError, type Delivery, type Peyk, type SubscriptionName } from "@peyk/client";
import { expect, test } from "vitest";
import { PeykProcess, ROOT, temporaryFolder } from "../e2e/peyk-process.js";
import { RawClient } from "../harness/raw-client.js";
import { Rounds } from "../harness/rounds.js";
import type { SeededRandom } from "../harness/seeded-random.js";

/** Cycles of churn in the short form: before the first look, and between both. */
const CYCLES = { warmUp: 2, measured: 10 };

/** In the long form: the share of the time after which memory is to be flat, and how often it is looked at, in ms. */
const WARM_UP_SHARE = 1 / 6;
const LOOK_MS = 10_000;

/**
 * In the long form a cycle of churn begins so often, in ms: a broker remembers for ten minutes who published, so that faster
 * cycles take more memory.
 */
const CHURN_MS = 250;

/** How long the peak is measured, in ms; messages of one batch, batches at a time, and a payload. */
const PEAK_MS = 5_000;
const BATCH = 50;
const BATCHES = 20;
const PAYLOAD = "x".repeat(200);

/** The slope that is allowed, in bytes a minute; below so many minutes it is noise, and only told. */
const MAX_SLOPE = 100 * 1024;
const MIN_MINUTES = 30;

const MINUTE_MS = 60_000;
const A_DAY_MS = 86_400_000;

/** In bytes, after a garbage collection. */
interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

interface Sample extends Memory {
  readonly minute: number;
}

/** Resources of Node that are not just on their way. */
const LASTING = /^(Timeout|TCP|Pipe|FSEvent|Signal|MessagePort)/;

interface Usage {
  readonly sessions: number;
  readonly connections: number;
  readonly held: number;
  readonly rejections: number;
  readonly memory: Memory;
  readonly resources: Readonly<Record<string, number>>;
  /** Descriptors of sockets, and of files that are gone. */
  readonly sockets: number;
  readonly deletedFiles: number;
}

// Goal: nothing is left behind by those who come and go. Method: a broker in a process of its own and everything that can
// come and go; the short form compares counts before and after, `--rounds <minutes>` also the memory, at half of the peak.
test(
  "a broker uses no more after a time of churn than before",
  async () => {
    const isSoak = process.env["PEYK_ROUNDS"] !== undefined;
    const rounds = new Rounds(1, "minutes");
    const soak = await Soak.start(rounds.randomOf(0));
    try {
      for (let cycle = 0; cycle < CYCLES.warmUp; cycle += 1) await soak.churn();
      const before = await soak.idle();
      for (let cycle = 0; cycle < CYCLES.measured; cycle += 1) await soak.churn();
      if (isSoak) await soakFor(rounds, soak);
      const after = await soak.idle();
      expect({ ...after, memory: undefined }).toEqual({ ...before, memory: undefined });
      expect(after).toMatchObject({ held: 0, rejections: 0, deletedFiles: 0 });
    } finally {
      await soak.close();
    }
  },
  A_DAY_MS,
);

/** At half of the peak with churn; memory must not grow after the warm-up. */
async function soakFor(rounds: Rounds, soak: Soak): Promise<void> {
  const endsAt = performance.now() + rounds.count * MINUTE_MS;
  const rate = (await soak.peak()) / 2;
  const load = soak.load(rate, endsAt);
  const samples: Sample[] = [];
  const startedAt = performance.now();
  let cycles = 0;
  for (let lookAt = startedAt + LOOK_MS; performance.now() < endsAt; cycles += 1) {
    await waitUntil(startedAt + cycles * CHURN_MS);
    await soak.churn();
    if (performance.now() < lookAt) continue;
    lookAt += LOOK_MS;
    const { memory, rejections } = await soak.usage();
    expect(rejections).toBe(0);
    const minute = (performance.now() - startedAt) / MINUTE_MS;
    samples.push({ minute, ...memory });
    rounds.add(Math.max(0, Math.floor(minute) - rounds.done));
  }
  await load;
  const flat = samples.filter(({ minute }) => minute >= rounds.count * WARM_UP_SHARE);
  process.stderr.write(`${Math.round(rate)} messages/s, ${cycles} cycles of churn\n`);
  for (const of of ["rss", "heapUsed", "external", "arrayBuffers"] as const) {
    const [first, last] = [flat[0]?.[of] ?? 0, flat.at(-1)?.[of] ?? 0];
    const slope = mib(slopeOf(flat, of) * 10);
    const every = Math.max(1, Math.floor(samples.length / 12));
    const course = samples.filter((_, index) => index % every === 0).map((each) => mib(each[of]));
    process.stderr.write(`${of}: ${mib(first)} to ${mib(last)}, ${slope} in 10 min\n`);
    process.stderr.write(`  ${course.join(", ")}\n`);
  }
  if (rounds.count >= MIN_MINUTES) expect(slopeOf(flat, "rss")).toBeLessThanOrEqual(MAX_SLOPE);
}

/** Resolves at this time; at once if that is over. */
async function waitUntil(time: number): Promise<void> {
  const dueMs = time - performance.now();
  if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
}

const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** Of the straight line through the samples (least squares), in bytes a minute. */
function slopeOf(samples: readonly Sample[], of: keyof Memory): number {
  const mean = (what: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + what(sample), 0) / samples.length;
  const [minute, bytes] = [mean((sample) => sample.minute), mean((sample) => sample[of])];
  const product = mean((sample) => (sample.minute - minute) * (sample[of] - bytes));
  return product / mean((sample) => (sample.minute - minute) ** 2);
}

class Soak {
  readonly #process: PeykProcess;
  readonly #url: string;
  readonly #peyk: Peyk;
  readonly #random: SeededRandom;
  #questions = 0;
  #cycles = 0;

  private constructor(process: PeykProcess, url: string, peyk: Peyk, random: SeededRandom) {
    this.#process = process;
    this.#url = url;
    this.#peyk = peyk;
    this.#random = random;
  }

  static async start(random: SeededRandom): Promise<Soak> {
    const options = {
      dataDir: temporaryFolder(),
      listen: "127.0.0.1:0",
      resumeGraceMs: 100,
      spareBytes: 0,
    };
    const script = join(ROOT, "test/harness/measured-broker.mjs");
    const broker = new PeykProcess([JSON.stringify(options)], { script });
    const [, url = ""] = await broker.prints("stdout", /"url":"([^"]+)"/);
    return new Soak(broker, url, await connect(url, { log: false }), random);
  }

  async close(): Promise<void> {
    await this.#peyk.close({ timeoutMs: 0 });
    this.#process.kill("SIGTERM");
    const { exit, stderr } = await this.#process.finished();
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  }

  async usage(): Promise<Usage> {
    const question = `q${this.#questions++}`;
    this.#process.child.stdin?.write(`${question}\n`);
    const [, answer = "{}"] = await this.#process.prints(
      "stdout",
      new RegExp(`${question} (.*)\n`),
    );
    this.#process.stdout = "";
    const links = descriptorsOf(this.#process.child.pid ?? 0);
    const told = JSON.parse(answer) as Omit<Usage, "sockets" | "deletedFiles">;
    const lasting = Object.entries(told.resources).filter(([name]) => LASTING.test(name));
    return {
      ...told,
      resources: Object.fromEntries(lasting),
      sockets: links.filter((link) => link.startsWith("socket:")).length,
      deletedFiles: links.filter((link) => link.endsWith("(deleted)")).length,
    };
  }

  /** What is used once all who have gone are gone: their sockets are closed, their grace is over. */
  async idle(): Promise<Usage> {
    for (;;) {
      const usage = await this.usage();
      if (usage.sessions === 1 && usage.connections === 1 && usage.sockets <= 5) return usage;
    }
  }

  /** A topic with subscriptions, consumers that settle every way, leave politely and not, redrives; then all is deleted. */
  async churn(): Promise<void> {
    const topic = `churn-${this.#cycles++}`;
    const name: SubscriptionName = `${topic}/worker`;
    const { topics, subscriptions, dlq } = this.#peyk;
    await topics.create(topic);
    await subscriptions.create(name, { maxAttempts: 2, retry: { minMs: 1, maxMs: 5 } });
    await this.#peyk.publishMany(
      topic,
      Array.from({ length: 40 }, () => ({ value: PAYLOAD })),
    );
    const [polite, other] = [await connect(this.#url, { log: false }), await this.#rude(name)];
    const done = new Promise<void>((resolve) => {
      let left = 20;
      const handler = (delivery: Delivery): Promise<void> => {
        left -= 1;
        if (left === 0) resolve();
        return this.#settle(delivery);
      };
      void polite.subscribe(name, handler, { concurrency: 8 });
    });
    await done;
    await other.crash();
    await polite.close();
    await dlq.redrive(name, {});
    await topics.delete(topic, { force: true });
  }

  /** Messages a second, with nobody else there. */
  async peak(): Promise<number> {
    const until = performance.now() + PEAK_MS;
    return (await this.#publishUntil(until, Infinity)) / (PEAK_MS / 1000);
  }

  async load(perSecond: number, until: number): Promise<void> {
    await this.#publishUntil(until, perSecond);
  }

  /** Publishes to one consumer that acks all; returns how many it was. */
  async #publishUntil(until: number, perSecond: number): Promise<number> {
    const consumer = await this.#peyk.subscribe("steady/worker", () => {}, { concurrency: 64 });
    const startedAt = performance.now();
    const inFlight = new Set<Promise<unknown>>();
    let published = 0;
    while (performance.now() < until) {
      await waitUntil(startedAt + (published / perSecond) * 1000);
      const batch = Array.from({ length: BATCH }, () => ({ value: PAYLOAD }));
      const publishing = this.#peyk.publishMany("steady", batch);
      inFlight.add(publishing);
      void publishing.then(() => inFlight.delete(publishing));
      if (inFlight.size >= BATCHES) await Promise.race(inFlight);
      published += BATCH;
    }
    await Promise.all(inFlight);
    await consumer.close();
    return published;
  }

  /** A consumer that takes some and says nothing. */
  async #rude(name: string): Promise<RawClient> {
    const client = await RawClient.connect(this.#url);
    await client.subscribe(name, { creditMessages: 5 });
    await client.deliveries(1);
    return client;
  }

  async #settle(delivery: Delivery): Promise<void> {
    const verdict = this.#random.pick(["ack", "ack", "nack", "reject", "release"] as const);
    try {
      if (verdict === "nack") await delivery.nack({ delayMs: 1 });
      else if (verdict === "reject") await delivery.reject("drawn");
      else await delivery[verdict]();
    } catch (error) {
      // It is leaving.
      if (!PeykError.is(error)) throw error;
    }
  }
}

/** What the descriptors of a process are. */
function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      return []; // closed meanwhile
    }
  });
}
