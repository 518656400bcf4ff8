import {
  PacketWriter,
  PLAIN_SETTLE,
  writeClientFrame,
  writeCredit,
  writeSettle,
} from "@peyk/client/protocol";
import { clientPacketToJson } from "@peyk/client/protocol/json";
import { goldenPackets } from "../protocol/golden-packets.js";
import { mutate } from "../protocol/mutate.js";
import { mutateFields } from "../protocol/mutate-fields.js";
import { mutateJson } from "../protocol/mutate-json.js";
import { HostilePeer } from "./hostile-peer.js";
import { writePublishOf } from "./raw-client.js";
import type { SeededRandom } from "./seeded-random.js";

type Write = (writer: PacketWriter) => void;

const packetOf = (...writes: readonly Write[]): Uint8Array => {
  const writer = new PacketWriter();
  for (const write of writes) write(writer);
  return writer.take();
};

const HELLO = packetOf((writer) =>
  writeClientFrame(writer, 0, "hello", { version: 1, minVersion: 1, clientName: "hostile" }),
);

const PRODUCER = packetOf((writer) =>
  writeClientFrame(writer, 0, "hello", {
    version: 1,
    minVersion: 1,
    clientName: "hostile",
    producerId: new Uint8Array(16).fill(5),
  }),
);

const PUBLISH = packetOf((writer) =>
  writePublishOf(writer, 1, "hostile.a", [
    "one",
    { payload: Buffer.from("two"), key: "key", attributes: { colour: "red", __proto__: "x" } },
    { payload: new Uint8Array(2_000) },
  ]),
);

const SUBSCRIBE = packetOf((writer) =>
  writeClientFrame(writer, 2, "subscribe", {
    consumer: 1,
    subscriptions: ["hostile.a/g", "hostile.*/g"],
    creditMessages: 100,
    concurrency: 2,
  }),
);

const LIVE = packetOf((writer) =>
  writeClientFrame(writer, 3, "startLive", { live: 1, pattern: ">" }),
);

const settle = (fields: Partial<Parameters<typeof writeSettle>[2]["ranges"][number]>): Uint8Array =>
  packetOf((writer) =>
    writeSettle(writer, 4, {
      consumer: 1,
      ranges: [{ firstDelivery: 1, count: 1, verb: "ack", ...PLAIN_SETTLE, ...fields }],
    }),
  );

/** What a client of this broker might say: mutants of these get further than those of the golden frames. */
const LIVELY: readonly Uint8Array[] = [
  PUBLISH,
  SUBSCRIBE,
  LIVE,
  settle({}),
  settle({ verb: "nack", firstDelivery: 2, reason: "no", delayMs: 1 }),
  settle({ verb: "extend", firstDelivery: 3, extendMs: 5_000, note: "half done" }),
  settle({ verb: "reject", firstDelivery: 4, reason: "never" }),
  settle({ verb: "release", firstDelivery: 1, count: 10 }),
  packetOf((writer) =>
    writeCredit(writer, { consumer: 1, messages: 10, bytes: 1_000_000, concurrency: 1 }),
  ),
  ...(
    [
      ["unsubscribe", { consumer: 1 }],
      ["startLive", { live: 2, pattern: "hostile.a", after: { epoch: 1, position: 1 } }],
      ["createTopic", { name: "hostile.b", options: { retainMs: 1_000 } }],
      ["updateTopic", { name: "hostile.a", options: { retainBytes: 1_000 } }],
      ["getTopic", { name: "hostile.a" }],
      ["listTopics", { pattern: "hostile.>", limit: 10 }],
      ["peekTopic", { name: "hostile.a", count: 10 }],
      ["purgeTopic", { name: "hostile.a", dryRun: true }],
      ["deleteTopic", { name: "hostile.a", force: true }],
      ["createSubscription", { name: "hostile.*/h", options: { start: "earliest" } }],
      ["updateSubscription", { name: "hostile.a/g", options: { maxAttempts: 1 } }],
      ["getSubscription", { name: "hostile.a/g" }],
      ["listSubscriptions", { pattern: "hostile.>" }],
      ["peekSubscription", { name: "hostile.a/g", state: "ready", count: 10 }],
      ["purgeSubscription", { name: "hostile.a/g" }],
      ["deleteSubscription", { name: "hostile.a/g", force: true }],
      ["listDeadLetters", { subscription: "hostile.a/g", limit: 10 }],
      ["redriveDeadLetters", { subscription: "hostile.a/g", which: { count: 1 } }],
      ["purgeDeadLetters", { subscription: "hostile.a/g/dlq" }],
      ["getStatus", {}],
    ] as const
  ).map(([kind, body], index) =>
    packetOf((writer) => writeClientFrame(writer, 10 + index, kind, body)),
  ),
];

/** Every kind of frame, those of a broker too. */
const SEEDS: readonly Uint8Array[] = [
  ...goldenPackets("client"),
  ...LIVELY,
  ...LIVELY,
  HELLO,
  PRODUCER,
  ...goldenPackets("server").slice(0, 5),
];

const JSON_SEEDS: readonly string[] = [
  ...goldenPackets("client"),
  ...LIVELY,
  ...LIVELY,
  HELLO,
].flatMap((packet) => clientPacketToJson(packet));

/** What a connection has done before it turns hostile. */
const STATES = ["stranger", "half a Hello", "idle", "consuming", "resumed", "not reading"] as const;

const MOST_FRAMES = 40;

/** One connection's life: gets into some state, sends up to `most` mutants, and ends. Returns how many it sent. */
export async function liveHostile(
  url: string,
  random: SeededRandom,
  most: number,
): Promise<number> {
  const peer = await enter(url, random.pick(STATES), random);
  const count = Math.min(1 + random.int(MOST_FRAMES), most);
  let sent = 0;
  for (; sent < count && peer.isOpen; sent += 1) {
    sendMutant(peer, random);
    // What was closed meanwhile is only known when the broker was heard.
    if (random.chance(0.1) && !peer.stream.isPaused()) await peer.settleDown();
  }
  peer.stream.resume();
  await peer.settleDown();
  if (random.chance(0.5)) await peer.close();
  else await peer.crash();
  return sent;
}

async function enter(
  url: string,
  state: (typeof STATES)[number],
  random: SeededRandom,
): Promise<HostilePeer> {
  const peer = await HostilePeer.open(url, random.chance(0.4));
  if (state === "stranger") return peer;
  if (state === "half a Hello") {
    const resume = { sessionId: random.bytes(16), secret: random.bytes(16), more: true };
    peer.send(
      packetOf((writer) =>
        writeClientFrame(writer, 0, "hello", { version: 1, minVersion: 1, resume }),
      ),
    );
    return peer;
  }
  peer.send(random.chance(0.3) ? PRODUCER : HELLO);
  if (state === "idle") return peer;
  for (const packet of [SUBSCRIBE, LIVE, PUBLISH]) peer.send(packet);
  await peer.settleDown();
  if (state === "not reading") peer.stream.pause();
  return state === "resumed" ? resume(peer, url) : peer;
}

/** Takes up the session of a connection that is still there, or was cut. */
async function resume(former: HostilePeer, url: string): Promise<HostilePeer> {
  const peer = await HostilePeer.open(url, former.isJson);
  const resume = { ...former.session, consumers: [{ consumer: 1, lastDelivery: 1 }] };
  peer.send(
    packetOf((writer) =>
      writeClientFrame(writer, 0, "hello", { version: 1, minVersion: 1, resume }),
    ),
  );
  await peer.settleDown();
  await former.crash();
  return peer;
}

function sendMutant(peer: HostilePeer, random: SeededRandom): void {
  if (random.chance(0.02)) return peer.isJson ? peer.sendBytes(HELLO) : peer.sendText("{}");
  // Between mutants, what is legal: otherwise the tenth bad frame in a minute ends nearly every life early.
  if (random.chance(0.3)) return peer.send(random.pick(LIVELY));
  if (peer.isJson) return peer.sendText(mutateJson(random.pick(JSON_SEEDS), random));
  const isDeep = random.chance(0.7);
  peer.sendBytes(isDeep ? mutateFields(random.pick(SEEDS), random) : mutate(SEEDS, random));
}
