// @ts-check
// What one message costs in the codec: `npm run build && node bench/protocol.mjs [pattern]`. Best of 20 rounds, in ns for
// each message (or frame, where there is no message), so that other work on the machine disturbs little.
import * as protocol from "@peyk/client/protocol";

const ROUNDS = 20;
const BATCH = 1000;
const pattern = new RegExp(process.argv[2] ?? "");

/**
 * @param {string} name
 * @param {number} count messages in one call of `run`
 * @param {() => unknown} run
 */
function measure(name, count, run) {
  if (!pattern.test(name)) return;
  const calls = Math.max(1, Math.round(20_000 / count));
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    for (let call = 0; call < calls; call += 1) run();
    best = Math.min(best, ((performance.now() - start) * 1e6) / (calls * count));
  }
  console.log(`${name.padEnd(52)} ${best.toFixed(0).padStart(6)} ns`);
}

const payload = new Uint8Array(128).fill(0x61);
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/** @type {Readonly<Record<string, protocol.MessageFields>>} */
const MESSAGES = {
  "payload only": { payload },
  "content type and correlation id": {
    payload,
    contentType: "application/json",
    correlationId: "order-81723",
  },
  "two attributes and a key": {
    payload,
    attributes: { source: "sensor-12", kind: "temp" },
    key: "a-key",
  },
  "priority and ttl": { payload, priority: 5, ttlMs: 60_000 },
  "trace context, UTF-8 key": { payload, traceparent, key: "Zürich" },
};

const writer = new protocol.PacketWriter();
const header = { topic: "orders.created", firstSequence: 1, requireSubscription: false };
const run = { topic: "orders.created", epoch: 77, firstPosition: 42, publishedAtMs: 1.76e12 };

/**
 * @param {protocol.MessageFields} message
 * @param {number} count
 */
function publishPacket(message, count) {
  protocol.beginPublish(writer, 1, header, count * 200);
  for (let index = 0; index < count; index += 1) protocol.writeMessage(writer, message);
  protocol.endFrame(writer);
  return writer.take();
}

for (const [name, message] of Object.entries(MESSAGES)) {
  const packet = publishPacket(message, BATCH);
  const walker = protocol.clientPacketWalker();
  walker.reset(packet);
  walker.next();
  const publish = new protocol.PublishWalker();
  publish.read(packet, walker.start, walker.end);
  const batch = publish.batch(0, BATCH);
  console.log(`\n${name}: ${batch.byteLength(0, BATCH) / BATCH} bytes`);

  measure("  write, in batches of 1000", BATCH, () => publishPacket(message, BATCH));
  measure("  walk and check, in batches of 1000", BATCH, () => {
    publish.read(packet, walker.start, walker.end);
  });
  measure("  walk, check and cut into runs, batches of 1000", BATCH, () => {
    publish.read(packet, walker.start, walker.end);
    return publish.runs();
  });
  measure("  decode", BATCH, () => {
    let bytes = 0;
    for (let index = 0; index < BATCH; index += 1) {
      const [start, end] = [batch.bodyStart(index), batch.bodyEnd(index)];
      bytes += new protocol.DecodedMessage(batch.bytes, start, end).payload.length;
    }
    return bytes;
  });
  measure("  read the key", BATCH, () => {
    let found = 0;
    for (let index = 0; index < BATCH; index += 1) {
      const [start, end] = [batch.bodyStart(index), batch.bodyEnd(index)];
      found += protocol.readKey(batch.bytes, start, end).length;
    }
    return found;
  });
}

console.log("\nframes");
const client = protocol.clientPacketWalker();
const server = protocol.serverPacketWalker();
const single = publishPacket({ payload }, 1);
const publish = new protocol.PublishWalker();
measure("  publish of one message: packet, walk, run", 1, () => {
  client.reset(single);
  client.next();
  publish.read(single, client.start, client.end);
  return publish.runs();
});

const published = {
  epoch: 77,
  ranges: [{ count: 100, firstPosition: 42, subscriptions: 1, duplicate: false, error: undefined }],
};
const ack = { firstDelivery: 1000, count: 100, verb: /** @type {const} */ ("ack") };
const settle = { consumer: 1, ranges: [{ ...ack, ...protocol.PLAIN_SETTLE }] };
/** @type {readonly [string, protocol.PacketWalker<string>, () => void, (...body: [Uint8Array, number, number]) => unknown][]} */
const frames = [
  [
    "published",
    server,
    () => protocol.writePublished(writer, 1, published),
    protocol.readPublished,
  ],
  ["settle", client, () => protocol.writeSettle(writer, 1, settle), protocol.readSettle],
  [
    "credit",
    client,
    () => protocol.writeCredit(writer, { consumer: 1, messages: 100, bytes: 0, concurrency: 4 }),
    protocol.readCredit,
  ],
];
for (const [name, walker, write, read] of frames) {
  measure(`  write ${name}`, 1, () => {
    writer.clear();
    write();
  });
  writer.clear();
  write();
  const packet = writer.take();
  measure(`  read ${name}`, 1, () => {
    walker.reset(packet);
    walker.next();
    return read(packet, walker.start, walker.end);
  });
}

console.log("\ndelivery of 100 messages of 128 bytes");
for (let index = 0; index < 100; index += 1) protocol.writeMessage(writer, { payload });
const batch = new protocol.MessageBatch(writer.take(), 100);
const shared = protocol.encodeRun(run, batch.slice(0, 100));
const delivery = { consumer: 1, firstDelivery: 1000, source: 0 };
measure("  write, run in place", 100, () => {
  protocol.beginDeliver(writer, delivery, batch.bytes.length);
  protocol.writeRun(writer, run, batch.slice(0, 100));
  protocol.endFrame(writer);
  return writer.take();
});
const deliver = () => {
  protocol.beginDeliver(writer, delivery, shared.length);
  writer.raw(shared);
  protocol.endFrame(writer);
  return writer.take();
};
measure("  write, shared run", 100, deliver);
const packet = deliver();
const runReader = new protocol.RunReader();
measure("  read", 100, () => {
  server.reset(packet);
  server.next();
  return protocol.readDeliver(packet, server.start, server.end, runReader);
});
