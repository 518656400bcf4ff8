import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import type { Consumer, Peyk, SubscriptionName } from "@peyk/client";
import { withClient, type Context } from "../context.js";
import { act, parsed } from "../declare.js";
import { CommandError, EXIT } from "../failures.js";
import { Interruption } from "../interruption.js";
import {
  formatBytes,
  formatCount,
  formatDuration,
  parseSize,
  parseWhole,
  plural,
} from "../text.js";

/** No run is larger: a bench on the wrong broker must not fill its disk. */
const MAX_MESSAGES = 10_000_000;
const MAX_TOTAL_BYTES = 4 * 1024 ** 3;

/** Messages that may wait for their confirmation at a time. */
const WINDOW = 5_000;

/** One message in so many carries the time, so that looking at the clock costs nothing. */
const SAMPLE_EVERY = 50;
const STAMP_BYTES = 8;

interface Flags {
  readonly messages?: number;
  readonly size?: number;
  readonly subscriptions?: number;
  readonly concurrency?: number;
}

export function bench(program: Command): void {
  const command = program
    .command("bench")
    .description("Measure a running broker: publish to a topic of its own, and consume it.")
    .option(
      "--messages <number>",
      "how many (default: 100k)",
      parsed((text) => parseWhole(text, 1, MAX_MESSAGES)),
    )
    .option("--size <size>", "of a payload (default: 128B)", parsed(parseSize))
    .option(
      "--subscriptions <number>",
      "each gets all (default: 1)",
      parsed((text) => parseWhole(text, 0, 100)),
    )
    .option(
      "--concurrency <number>",
      "of each consumer (default: 100)",
      parsed((text) => parseWhole(text, 1, 10_000)),
    );
  act(command, (context, _, flags) => run(context, flags));
}

async function run(context: Context, flags: Flags): Promise<number | void> {
  const { messages = 100_000, size = 128, subscriptions = 1, concurrency = 100 } = flags;
  if (messages * size > MAX_TOTAL_BYTES) {
    const detail = `${formatBytes(messages * size)} are too much; at most ${formatBytes(MAX_TOTAL_BYTES)}`;
    throw new CommandError(EXIT.usage, "usage", detail);
  }
  const interruption = new Interruption();
  const topic = `bench.${randomBytes(6).toString("hex")}`;
  return withClient(context, async (client) => {
    try {
      const names = Array.from(
        { length: subscriptions },
        (_, index): SubscriptionName => `${topic}/${index}`,
      );
      for (const name of names) await client.subscriptions.create(name);
      const run = new Run(context, client, topic, interruption.signal);
      const consumed = run.consume(names, messages * subscriptions, concurrency);
      await run.publish(messages, size);
      await consumed;
      await run.report(messages, size, subscriptions);
    } finally {
      await client.topics.delete(topic, { force: true }).catch(() => {});
    }
    return interruption.exit;
  });
}

class Run {
  readonly #context: Context;
  readonly #client: Peyk;
  readonly #topic: string;
  readonly #signal: AbortSignal;
  readonly #startedAt = performance.now();
  readonly #latencies: number[] = [];
  #published = 0;
  #publishMs = 0;
  #delivered = 0;
  #deliverMs = 0;

  constructor(context: Context, client: Peyk, topic: string, signal: AbortSignal) {
    this.#context = context;
    this.#client = client;
    this.#topic = topic;
    this.#signal = signal;
  }

  async publish(messages: number, size: number): Promise<void> {
    const plain = randomBytes(size);
    const canStamp = size >= STAMP_BYTES;
    let unconfirmed = 0;
    let onRoom: () => void = () => {};
    for (let sent = 0; sent < messages && !this.#signal.aborted; sent += 1) {
      const payload = canStamp && sent % SAMPLE_EVERY === 0 ? stamped(plain) : plain;
      unconfirmed += 1;
      const confirmed = this.#client.publish(this.#topic, payload);
      confirmed.then(
        () => {
          this.#published += 1;
          unconfirmed -= 1;
          onRoom();
        },
        () => {}, // the last await below tells
      );
      if (unconfirmed >= WINDOW || sent === messages - 1) {
        const room = sent === messages - 1 ? 0 : WINDOW / 2;
        const enough = new Promise<void>((resolve) => {
          onRoom = () => {
            if (unconfirmed <= room) resolve();
          };
        });
        await Promise.race([enough, confirmed.then(() => enough)]);
        this.#context.output.progress(`published ${formatCount(this.#published)}`);
      }
    }
    this.#publishMs = performance.now() - this.#startedAt;
  }

  /** Resolves when so many were handled, or somebody wants an end. */
  async consume(
    names: readonly SubscriptionName[],
    expected: number,
    concurrency: number,
  ): Promise<void> {
    if (names.length === 0) return;
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    this.#signal.addEventListener("abort", () => finish(), { once: true });
    const handle = ({ bytes }: { readonly bytes: Uint8Array }): void => {
      if (this.#delivered % SAMPLE_EVERY === 0) this.#sample(bytes);
      this.#delivered += 1;
      if (this.#delivered === expected) finish();
    };
    const consumers: Consumer[] = [];
    for (const name of names) {
      consumers.push(await this.#client.subscribe(name, handle, { concurrency }));
    }
    await finished;
    this.#deliverMs = performance.now() - this.#startedAt;
    await Promise.all(consumers.map((consumer) => consumer.close()));
  }

  async report(messages: number, size: number, subscriptions: number): Promise<void> {
    const latencies = this.#latencies.sort((one, other) => one - other);
    const quantile = (share: number): number =>
      Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
    const answer = {
      messages,
      bytes: size,
      subscriptions,
      publishPerSecond: perSecond(this.#published, this.#publishMs),
      deliverPerSecond: perSecond(this.#delivered, this.#deliverMs),
      latencyMs: { p50: quantile(0.5), p99: quantile(0.99) },
    };
    const lines = [
      `published ${plural(this.#published, "message")} of ${formatBytes(size)} in ` +
        `${formatDuration(this.#publishMs)}: ${formatCount(answer.publishPerSecond)} a second`,
      `delivered ${formatCount(this.#delivered)} to ${plural(subscriptions, "subscription")} in ` +
        `${formatDuration(this.#deliverMs)}: ${formatCount(answer.deliverPerSecond)} a second`,
      `from publish to handler: half within ${answer.latencyMs.p50} ms, 99 % within ${answer.latencyMs.p99} ms`,
    ];
    await this.#context.output.answer(answer, lines.join("\n"));
  }

  #sample(bytes: Uint8Array): void {
    if (bytes.byteLength < STAMP_BYTES) return;
    const sentAt = Buffer.from(bytes.buffer, bytes.byteOffset, STAMP_BYTES).readDoubleLE();
    const latency = performance.now() - sentAt;
    // Most messages carry no time but random bytes.
    if (latency >= 0 && sentAt >= this.#startedAt) this.#latencies.push(latency);
  }
}

function stamped(plain: Uint8Array): Uint8Array {
  const payload = Buffer.from(plain);
  payload.writeDoubleLE(performance.now());
  return payload;
}

const perSecond = (count: number, ms: number): number =>
  ms === 0 ? 0 : Math.round((count * 1_000) / ms);
