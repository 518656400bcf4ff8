/**
 * What one message costs in the embedded engine: published in batches of 100, handed out by a feed and settled, all of it
 * durable. Budget: 700,000 messages/s and 1.2 us of CPU per message on two cores.
 *
 *     node bench/dist/... [--disk node|memory] [--durability fsync|os] [--messages N] [--topics N] [--subscriptions N]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MessageBatch, MESSAGES_TAG } from "@peyk/client/protocol";
import type {
  CatalogEvent,
  Run,
  SubscriptionSettings,
  TopicSettings,
} from "../src/broker/engine.js";
import type { Disk } from "../src/engines/embedded/disk.js";
import { EmbeddedEngine } from "../src/engines/embedded/engine.js";
import { MemoryDisk } from "../src/engines/embedded/memory-disk.js";
import { NodeDisk } from "../src/engines/embedded/node-disk.js";
import { systemClock } from "../src/runtime/clock.js";
import { systemRandom } from "../src/runtime/random.js";

const MESSAGE_BYTES = 128;
const BATCH = 100;
/** Batches that wait for their confirmation at a time. */
const IN_FLIGHT = 200;

const TOPIC: TopicSettings = {
  retainMs: 0,
  retainBytes: 0,
  expireUnsettledMs: 86_400_000,
  maxBacklogBytes: 0,
  overflow: "reject",
};

const SUBSCRIPTION: SubscriptionSettings = {
  ackDeadlineMs: 30_000,
  maxAttempts: 5,
  retry: { minMs: 1_000, maxMs: 600_000, factor: 2, jitter: 0.2 },
  maxExtensionMs: 3_600_000,
  deadLetterRetainMs: 86_400_000,
  mode: "shared",
  ordered: true,
  onKeyFailure: "skip",
  filter: "",
};

interface Options {
  readonly messages: number;
  readonly topics: number;
  readonly subscriptions: number;
  readonly durability: "fsync" | "os";
}

/** Encoded messages, each a tag, a two-byte length and its bytes. */
function batchOf(count: number): MessageBatch {
  const bytes = Buffer.alloc(count * MESSAGE_BYTES);
  const body = MESSAGE_BYTES - 3;
  for (let index = 0; index < count; index += 1) {
    bytes.set([MESSAGES_TAG, (body & 0x7f) | 0x80, body >> 7], index * MESSAGE_BYTES);
  }
  return new MessageBatch(bytes, count);
}

async function createTopics(engine: EmbeddedEngine, count: number): Promise<number[]> {
  const changes: Promise<CatalogEvent>[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `bench.${index}`;
    changes.push(
      engine.change({ kind: "create-topic", name, settings: TOPIC, autoCreated: false }),
    );
  }
  const events = await Promise.all(changes);
  return events.flatMap((event) => (event.kind === "topic" ? [event.topic.id] : []));
}

async function subscribe(engine: EmbeddedEngine, index: number): Promise<number> {
  const event = await engine.change({
    kind: "create-subscription",
    name: `bench.>/group${index}`,
    source: "bench.>",
    settings: SUBSCRIPTION,
    start: { at: "latest" },
    autoCreated: false,
  });
  if (event.kind !== "subscription") throw new Error("no subscription was made");
  return event.subscription.id;
}

/** Settles all it is given. Resolves when `expected` messages are settled for good. */
function consume(engine: EmbeddedEngine, subscription: number, expected: number): Promise<void> {
  return new Promise((resolve) => {
    let settled = 0;
    const feed = engine.feed(subscription, {
      run: ({ log, first, count }: Run) => {
        const settle = { subscription, log, first, count, outcome: { kind: "done" } } as const;
        engine.commit({ atomic: false, appends: [], settles: [settle] }, () => {
          settled += count;
          feed.want(20_000, 64 * 1024 * 1024);
          if (settled === expected) resolve();
        });
      },
      blocked: () => {},
      lost: () => {},
    });
    feed.want(20_000, 64 * 1024 * 1024);
  });
}

function publish(engine: EmbeddedEngine, topics: readonly number[], messages: number): void {
  const batch = batchOf(BATCH);
  let left = messages / BATCH;
  const next = (): void => {
    if (left === 0) return;
    left -= 1;
    const topic = topics[left % topics.length] ?? 0;
    const append = { topic, priority: 0, batch, producer: undefined };
    engine.commit({ atomic: false, appends: [append], settles: [] }, next);
  };
  for (let count = 0; count < IN_FLIGHT; count += 1) next();
}

async function measure(disk: Disk, options: Options): Promise<void> {
  const { messages, durability } = options;
  const engine = new EmbeddedEngine(disk, systemClock, systemRandom, { durability });
  await engine.open();
  engine.onFailure((error) => {
    throw error;
  });
  const topics = await createTopics(engine, options.topics);
  const consumers: Promise<void>[] = [];
  for (let index = 0; index < options.subscriptions; index += 1) {
    consumers.push(consume(engine, await subscribe(engine, index), messages));
  }
  const keepAlive = setInterval(() => {}, 1_000);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  publish(engine, topics, messages);
  await Promise.all(consumers);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  clearInterval(keepAlive);
  await engine.close();
  const rate = Math.round(messages / seconds).toLocaleString("en");
  const cpuUs = ((cpu.user + cpu.system) / messages).toFixed(2);
  const rss = Math.round(process.memoryUsage().rss / 1024 / 1024);
  process.stdout.write(`${rate} messages/s, ${cpuUs} us CPU per message, RSS ${rss} MiB\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      disk: { type: "string", default: "node" },
      durability: { type: "string", default: "fsync" },
      messages: { type: "string", default: "1000000" },
      topics: { type: "string", default: "1" },
      subscriptions: { type: "string", default: "1" },
      rounds: { type: "string", default: "3" },
    },
  });
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const directory = mkdtempSync(join(tmpdir(), "peyk-bench-"));
    try {
      await measure(values.disk === "memory" ? new MemoryDisk() : new NodeDisk(directory), {
        messages: Number(values.messages),
        topics: Number(values.topics),
        subscriptions: Number(values.subscriptions),
        durability: values.durability === "os" ? "os" : "fsync",
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
}

await main();
