// @ts-check
// What is measured, and what must be reached. Payloads have 128 bytes, durability is fsync, every ack is confirmed.
import { connect } from "@peyk/client";

/** @typedef {import("./client.mjs").Bench} Bench */
/** @typedef {import("@peyk/client").Peyk} Peyk */

const PAYLOAD = new Uint8Array(128).fill(65);
const OPTIONS = { log: /** @type {const} */ (false), maxUnconfirmed: { messages: 10_000 } };
const MIB = 1024 * 1024;

/** @type {Record<string, { goals: Record<string, readonly ["least" | "most", number]>, run(bench: Bench): Promise<Record<string, number>> }>} */
export const SCENARIOS = {
  pipeline: {
    goals: { "msg/s": ["least", 250_000], "broker us/msg": ["most", 2.5] },
    run: pipeline,
  },
  latency: { goals: { "p50 ms": ["most", 0.8], "p99 ms": ["most", 5] }, run: latency },
  "fan-out": {
    goals: { "deliveries/s": ["least", 400_000], "broker us/delivery": ["most", 1.5] },
    run: fanOut,
  },
  broadcast: {
    goals: { "deliveries/s": ["least", 500_000], "broker us/delivery": ["most", 1.8] },
    run: broadcast,
  },
  competing: {
    goals: { "msg/s": ["least", 200_000], "largest/smallest share": ["most", 1.2] },
    run: competing,
  },
  backlog: {
    goals: {
      "fill msg/s": ["least", 250_000],
      "drain msg/s": ["least", 250_000],
      "peak RSS MB": ["most", 250],
      "disk bytes/msg": ["most", 1.3 * 128 + 20],
      "disk after drain MiB": ["most", 128],
    },
    run: backlog,
  },
  "late worker": {
    goals: { "first after ms": ["most", 1_000], "share of the rest": ["least", 0.4] },
    run: lateWorker,
  },
  redelivery: { goals: { "msg/s": ["least", 150_000] }, run: redelivery },
  idle: {
    goals: { "start ms": ["most", 2_000], "RSS MB": ["most", 250], "KiB/connection": ["most", 32] },
    run: idle,
  },
  start: { goals: { "ready ms": ["most", 5_000] }, run: startWithBacklog },
};

/** Single publish() calls, at most `window` unconfirmed. */
function publishAll(
  /** @type {Peyk} */ peyk,
  /** @type {string} */ topic,
  /** @type {number} */ total,
  /** @type {number} */ window,
  payload = PAYLOAD,
) {
  let published = 0;
  let confirmed = 0;
  return new Promise((resolve, reject) => {
    const one = () => {
      published += 1;
      peyk.publish(topic, payload).then(onConfirmed, reject);
    };
    const onConfirmed = () => {
      confirmed += 1;
      if (published < total) one();
      else if (confirmed === total) resolve(undefined);
    };
    for (let index = 0; index < Math.min(window, total); index += 1) one();
  });
}

/** Counts calls and resolves at `total`. */
function countTo(/** @type {number} */ total) {
  let count = 0;
  /** @type {() => void} */
  let reached = () => {};
  const done = new Promise((resolve) => (reached = () => resolve(undefined)));
  const handler = () => {
    count += 1;
    if (count === total) reached();
  };
  return { handler, done };
}

async function pipeline(/** @type {Bench} */ bench) {
  const total = bench.isShort ? 50_000 : 1_000_000;
  const peyk = await connect(await bench.startBroker(), OPTIONS);
  const warm = countTo(20_000);
  const warming = await peyk.subscribe("warm/a", warm.handler);
  await publishAll(peyk, "warm", 20_000, 1000);
  await warm.done;
  await warming.close();
  const counted = countTo(total);
  const consumer = await peyk.subscribe("pipeline/a", counted.handler);
  const before = await bench.usage();
  const startedAt = performance.now();
  await publishAll(peyk, "pipeline", total, 1000);
  await counted.done;
  await consumer.close(); // resolves when every ack is confirmed
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await bench.usage();
  return {
    "msg/s": total / seconds,
    "broker us/msg": (after.cpuUs - before.cpuUs) / total,
    "peak RSS MB": after.peakRss / 1e6,
    "disk MB": bench.diskBytes() / 1e6,
  };
}

async function latency(/** @type {Bench} */ bench) {
  const total = bench.isShort ? 1_000 : 10_000;
  const peyk = await connect(await bench.startBroker(), OPTIONS);
  const took = new Float64Array(total);
  const sentAt = new Float64Array(total);
  const counted = countTo(total);
  await peyk.subscribe("latency/a", (delivery) => {
    const index = new DataView(delivery.bytes.buffer, delivery.bytes.byteOffset).getUint32(0);
    took[index] = performance.now() - (sentAt[index] ?? 0);
    counted.handler();
  });
  const startedAt = performance.now();
  let sent = 0;
  // Open loop: what is due is sent, whatever came back so far.
  await new Promise((resolve) => {
    const tick = () => {
      const due = Math.min(total, Math.floor(performance.now() - startedAt));
      for (; sent < due; sent += 1) {
        const payload = new Uint8Array(128);
        new DataView(payload.buffer).setUint32(0, sent);
        sentAt[sent] = performance.now();
        void peyk.publish("latency", payload);
      }
      if (sent < total) setTimeout(tick, 1);
      else resolve(undefined);
    };
    tick();
  });
  await counted.done;
  const sorted = took.slice(total / 10).sort();
  const at = (/** @type {number} */ share) => sorted[Math.floor(sorted.length * share)] ?? NaN;
  return { "p50 ms": at(0.5), "p99 ms": at(0.99), "p99.9 ms": at(0.999) };
}

async function fanOut(/** @type {Bench} */ bench) {
  const subscriptions = 100;
  const total = bench.isShort ? 500 : 10_000;
  const peyk = await connect(await bench.startBroker(), OPTIONS);
  const counted = countTo(total * subscriptions);
  const consumers = await Promise.all(
    Array.from({ length: subscriptions }, (_, index) =>
      peyk.subscribe(`fan/group${index}`, counted.handler),
    ),
  );
  const before = await bench.usage();
  const startedAt = performance.now();
  await publishAll(peyk, "fan", total, 1000);
  await counted.done;
  await Promise.all(consumers.map((consumer) => consumer.close()));
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await bench.usage();
  const deliveries = total * subscriptions;
  return {
    "deliveries/s": deliveries / seconds,
    "broker us/delivery": (after.cpuUs - before.cpuUs) / deliveries,
  };
}

async function broadcast(/** @type {Bench} */ bench) {
  const connections = bench.isShort ? 50 : 1000;
  const total = 500;
  const url = await bench.startBroker();
  const publisher = await connect(url, OPTIONS);
  const counted = countTo(total * connections);
  for (let made = 0; made < connections; made += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, connections - made) }, async () => {
        const peyk = await connect(url, OPTIONS);
        await peyk.live("broadcast", counted.handler);
      }),
    );
  }
  const before = await bench.usage();
  const startedAt = performance.now();
  await publishAll(publisher, "broadcast", total, total);
  await counted.done;
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await bench.usage();
  return {
    "deliveries/s": (total * connections) / seconds,
    "broker us/delivery": (after.cpuUs - before.cpuUs) / (total * connections),
  };
}

async function competing(/** @type {Bench} */ bench) {
  const total = bench.isShort ? 50_000 : 1_000_000;
  const peyk = await connect(await bench.startBroker(), OPTIONS);
  const counted = countTo(total);
  const shares = new Array(8).fill(0);
  const consumers = await Promise.all(
    shares.map((_, index) =>
      peyk.subscribe("competing/a", () => {
        shares[index] += 1;
        counted.handler();
      }),
    ),
  );
  const startedAt = performance.now();
  await publishAll(peyk, "competing", total, 1000);
  await counted.done;
  await Promise.all(consumers.map((consumer) => consumer.close()));
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    "msg/s": total / seconds,
    "largest/smallest share": Math.max(...shares) / Math.min(...shares),
  };
}

async function backlog(/** @type {Bench} */ bench) {
  const total = bench.isShort ? 100_000 : 1_000_000;
  const peyk = await connect(await bench.startBroker(), OPTIONS);
  await peyk.subscriptions.create("backlog/a");
  const fillStart = performance.now();
  await publishAll(peyk, "backlog", total, 1000);
  const fillSeconds = (performance.now() - fillStart) / 1000;
  const diskBytes = bench.diskBytes();
  const counted = countTo(total);
  const drainStart = performance.now();
  const consumer = await peyk.subscribe("backlog/a", counted.handler);
  await counted.done;
  await consumer.close();
  const drainSeconds = (performance.now() - drainStart) / 1000;
  const { peakRss } = await bench.usage();
  await until(() => bench.diskBytes() < 128 * MIB, 30_000);
  return {
    "fill msg/s": total / fillSeconds,
    "drain msg/s": total / drainSeconds,
    "peak RSS MB": peakRss / 1e6,
    "disk bytes/msg": diskBytes / total,
    "disk after drain MiB": bench.diskBytes() / MIB,
  };
}

async function lateWorker(/** @type {Bench} */ bench) {
  const total = bench.isShort ? 100 : 1000;
  const url = await bench.startBroker();
  const [first, second] = [await connect(url, OPTIONS), await connect(url, OPTIONS)];
  await first.subscriptions.create("late/a");
  await publishAll(first, "late", total, 1000);
  const counted = countTo(total);
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    counted.handler();
  };
  let before = 0;
  await first.subscribe(
    "late/a",
    async () => {
      before += 1;
      await work();
    },
    { concurrency: 1 },
  );
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const left = total - before;
  const joinedAt = performance.now();
  let firstAfter = 0;
  let got = 0;
  await second.subscribe(
    "late/a",
    async () => {
      firstAfter ||= performance.now() - joinedAt;
      got += 1;
      await work();
    },
    { concurrency: 1 },
  );
  await counted.done;
  return { "first after ms": firstAfter, "share of the rest": got / left };
}

async function redelivery(/** @type {Bench} */ bench) {
  const total = bench.isShort ? 5_000 : 50_000;
  const peyk = await connect(await bench.startBroker(), OPTIONS);
  await peyk.subscriptions.create("redelivery/a");
  await publishAll(peyk, "redelivery", total, 10_000);
  const counted = countTo(total);
  const startedAt = performance.now();
  const consumer = await peyk.subscribe("redelivery/a", (delivery) => {
    if (delivery.attempt > 1) counted.handler();
    else void delivery.nack({ delayMs: 0 });
  });
  await counted.done;
  await consumer.close();
  const seconds = (performance.now() - startedAt) / 1000;
  return { "msg/s": total / seconds };
}

async function idle(/** @type {Bench} */ bench) {
  const topics = bench.isShort ? 200 : 10_000;
  const connections = bench.isShort ? 50 : 5_000;
  const peyk = await connect(await bench.startBroker(), OPTIONS);
  for (let made = 0; made < topics; made += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        peyk.subscriptions.create(`idle.t${made + index}/a`),
      ),
    );
  }
  await peyk.close();
  await bench.stopBroker();
  const url = await bench.startBroker();
  const readyMs = bench.readyMs;
  const { rss } = await bench.usage();
  for (let made = 0; made < connections; made += 50) {
    await Promise.all(Array.from({ length: 50 }, () => connect(url, OPTIONS)));
  }
  const after = await bench.usage();
  return {
    "start ms": readyMs,
    "RSS MB": rss / 1e6,
    "KiB/connection": (after.rss - rss) / 1024 / connections,
  };
}

async function startWithBacklog(/** @type {Bench} */ bench) {
  const total = bench.isShort ? 10_000 : 1_000_000;
  const payload = new Uint8Array(1024).fill(65);
  const peyk = await connect(await bench.startBroker(), OPTIONS);
  await peyk.subscriptions.create("start/a");
  await publishAll(peyk, "start", total, 5_000, payload);
  await peyk.close();
  await bench.stopBroker();
  await bench.startBroker();
  const { rss } = await bench.usage();
  return { "ready ms": bench.readyMs, "RSS MB": rss / 1e6, "disk MB": bench.diskBytes() / 1e6 };
}

async function until(/** @type {() => boolean} */ condition, /** @type {number} */ timeoutMs) {
  const end = performance.now() + timeoutMs;
  while (!condition() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
