import { existsSync } from "node:fs";
import {
  limits,
  PacketWriter,
  PLAIN_SETTLE,
  beginFrame,
  CLIENT_FRAMES,
  endFrame,
  writeClientFrame,
  writeSettle,
  type ErrorCode,
  type MessageFields,
  type PeykError,
} from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import type { Frame } from "../harness/frames.js";
import { RawClient } from "../harness/raw-client.js";
import { startBroker, type StartedBroker } from "../harness/start-broker.js";

interface World {
  readonly broker: StartedBroker;
  readonly client: RawClient;
}

/** Asks for `amount` of what is limited; resolves with what refuses it. */
type Ask = (world: World, amount: number) => Promise<PeykError | undefined>;

const errorOf = (frame: Frame): PeykError | undefined =>
  frame.kind === "error" ? frame.body : undefined;

/** A message of which something is as large as asked for. */
const message =
  (fields: (amount: number) => MessageFields): Ask =>
  async ({ client }, amount) => {
    const frame = await client.answer(client.sendPublish("orders", [fields(amount)]));
    return frame.kind === "published" ? frame.body.ranges[0]?.error : errorOf(frame);
  };

const request =
  <Kind extends Parameters<RawClient["request"]>[0]>(
    kind: Kind,
    body: (amount: number) => Parameters<RawClient["request"]>[1],
  ): Ask =>
  async ({ client }, amount) =>
    errorOf(await client.request(kind, body(amount) as never));

const settle =
  (ranges: (amount: number) => Parameters<RawClient["sendSettle"]>[0]): Ask =>
  async ({ client }, amount) =>
    errorOf(await client.answer(client.sendSettle(ranges(amount))));

const payload = new Uint8Array(1);
const text = (chars: number): string => "x".repeat(chars);
const attributes = (count: number, bytes: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${index}`.padStart(4, "0"), text(bytes - 4)]),
  );

/** So many bytes of attributes, none of them too long by itself: names and values of 1,000 bytes, and what is left. */
function together(bytes: number): Record<string, string> {
  const full = Array.from(
    { length: Math.floor((bytes - 2) / 2_000) },
    (_, index): [string, string] => [`${index}`.padStart(1_000, "n"), text(1_000)],
  );
  const left = bytes - full.length * 2_000;
  const nameBytes = Math.floor(left / 2);
  return { ...Object.fromEntries(full), [text(nameBytes)]: text(left - nameBytes) };
}

const subscribe = (fields: (amount: number) => object): Ask =>
  request("subscribe", (amount) => ({
    consumer: 2,
    subscriptions: ["orders/other"],
    ...fields(amount),
  }));

const hello =
  (fields: (amount: number) => object): Ask =>
  async ({ broker }, amount) => {
    const client = await RawClient.open(broker.url);
    client.send("hello", { version: 1, minVersion: 1, ...fields(amount) }, 0);
    const outcome = await Promise.race([client.next("welcome"), client.next("error")]);
    return errorOf(outcome);
  };

/** Number `first` and those up to `amount`, one after the other. */
const each =
  (first: number, start: (world: World, index: number) => Promise<Frame>): Ask =>
  async (world, amount) => {
    let last: Frame | undefined;
    for (let index = first; index <= amount; index += 1) last = await start(world, index);
    return last && errorOf(last);
  };

/** A frame of no use that is not answered: a stopLive for a listener that does not exist. */
const IDLE_FRAME = ((): Uint8Array => {
  const writer = new PacketWriter();
  writeClientFrame(writer, 0, "stopLive", { live: 1 });
  return writer.take();
})();

/** What a request can ask too much of: the cap is granted; beyond it the answer names field, value and limit. */
const ASKED: Partial<Record<keyof typeof limits, readonly [field: string, ask: Ask]>> = {
  MAX_PACKET_FRAMES: [
    "",
    async ({ client }, amount) => {
      client.packet((writer) => {
        for (let left = amount; left > 0; left -= 1) writer.raw(IDLE_FRAME);
      });
      await client.settleDown();
      return client.frames.map(errorOf).find((error) => error !== undefined);
    },
  ],
  MAX_CLIENT_NAME_CHARS: ["name", hello((amount) => ({ clientName: text(amount) }))],
  PRODUCER_ID_BYTES: ["producerId", hello((amount) => ({ producerId: new Uint8Array(amount) }))],
  MAX_CONSUMERS: [
    "",
    each(2, ({ client }, index) =>
      client.request("subscribe", { consumer: index, subscriptions: ["orders/all"] }),
    ),
  ],
  MAX_LIVES: [
    "",
    each(1, ({ client }, index) => client.request("startLive", { live: index, pattern: "orders" })),
  ],
  MAX_TOPIC_CHARS: ["topic", request("createTopic", (amount) => ({ name: text(amount) }))],
  MAX_TOPIC_LEVELS: [
    "topic",
    request("createTopic", (amount) => ({ name: Array(amount).fill("a").join(".") })),
  ],
  MAX_GROUP_CHARS: [
    "subscription",
    request("createSubscription", (amount) => ({ name: `orders/${text(amount)}` })),
  ],
  MAX_PAYLOAD_BYTES: ["payload", message((amount) => ({ payload: new Uint8Array(amount) }))],
  MAX_ATTRIBUTES: [
    "attributes",
    message((amount) => ({ payload, attributes: attributes(amount, 8) })),
  ],
  MAX_ATTRIBUTE_BYTES: [
    "attributes",
    message((amount) => ({ payload, attributes: { a: text(amount) } })),
  ],
  MAX_ATTRIBUTES_BYTES: [
    "attributes",
    message((amount) => ({ payload, attributes: together(amount) })),
  ],
  MAX_KEY_BYTES: ["key", message((amount) => ({ payload, key: text(amount) }))],
  // This version has no priorities, delays and dedup ids: those up to the cap are refused as such.
  MAX_PRIORITY: ["priority", message((priority) => ({ payload, priority }))],
  MAX_DELAY_MS: ["delayMs", message((delayMs) => ({ payload, delayMs }))],
  MAX_DEDUP_ID_BYTES: ["dedupId", message((amount) => ({ payload, dedupId: text(amount) }))],
  MAX_TEXT_BYTES: ["replyTo", message((amount) => ({ payload, replyTo: text(amount) }))],
  MAX_BATCH_MESSAGES: [
    "",
    async ({ client }, amount) => {
      const messages = Array<string>(amount).fill("a");
      return errorOf(await client.answer(client.sendPublish("orders", messages)));
    },
  ],
  MAX_SOURCES: [
    "subscriptions",
    subscribe((amount) => ({
      subscriptions: Array.from({ length: amount }, (_, index) => `orders/g${index}`),
    })),
  ],
  MAX_CREDIT_MESSAGES: ["buffer", subscribe((creditMessages) => ({ creditMessages }))],
  MAX_CREDIT_BYTES: ["buffer", subscribe((creditBytes) => ({ creditBytes }))],
  MAX_SETTLE_RANGES: [
    "",
    async ({ client }, amount) => {
      const range = { firstDelivery: 1, count: 1, verb: "ack", ...PLAIN_SETTLE } as const;
      const ranges = Array.from({ length: amount }, () => range);
      client.packet((writer) => writeSettle(writer, 9_999, { consumer: 1, ranges }));
      return errorOf(await client.answer(9_999));
    },
  ],
  MAX_SETTLED_DELIVERIES: ["count", settle((count) => [{ count }])],
  MAX_NOTE_BYTES: ["note", settle((amount) => [{ verb: "extend", note: text(amount) }])],
  MAX_NACK_DELAY_MS: ["delayMs", settle((delayMs) => [{ verb: "nack", delayMs }])],
  MAX_ACK_DEADLINE_MS: ["ms", settle((extendMs) => [{ verb: "extend", extendMs }])],
  MAX_PEEK_MESSAGES: ["count", request("peekTopic", (count) => ({ name: "orders", count }))],
  MAX_IDS: [
    "ids",
    request("redriveDeadLetters", (amount) => ({
      subscription: "orders/all",
      which: { ids: Array<string>(amount).fill("1-1") },
    })),
  ],
};

/** What is beyond those is refused otherwise than by `invalid_argument`. */
const CODES: Partial<Record<keyof typeof limits, ErrorCode>> = {
  MAX_PAYLOAD_BYTES: "payload_too_large",
  MAX_CONSUMERS: "resource_exhausted",
  MAX_LIVES: "resource_exhausted",
};

/** What no request asks for, and the test that reaches it. */
const ELSEWHERE: Partial<Record<keyof typeof limits, string>> = {
  MAX_PACKET_BYTES: "test/protocol/websocket-frames.test.ts",
  MAX_PACKET_BYTES_BEFORE_HELLO: "test/protocol/handshake.test.ts",
  MAX_FRAME_FIELDS: "test/recovery/amplification.test.ts",
  MAX_JSON_ITEMS: "test/unit/protocol/json.test.ts",
  MAX_JSON_DEPTH: "test/unit/protocol/json.test.ts",
  MAX_ECHO_CHARS: "test/layout/error-texts.test.ts",
  MAX_BAD_FRAMES_PER_MINUTE: "test/protocol/bad-frames.test.ts",
  MAX_STRANGERS_PERCENT: "test/unit/transport/connection-caps.test.ts",
  MAX_HTTP_CONNECTIONS: "test/unit/transport/connection-caps.test.ts",
  HELLO_TIMEOUT_MS: "test/protocol/handshake.test.ts",
  PING_INTERVAL_MS: "test/recovery/half-open.test.ts",
  MAX_MISSED_PINGS: "test/recovery/half-open.test.ts",
  MAX_PINGS_PER_SECOND: "test/recovery/floods.test.ts",
  MAX_UNREAD_BYTES: "test/protocol/slow-consumer.test.ts",
  WRITE_TIMEOUT_MS: "test/protocol/slow-consumer.test.ts",
  RESUME_GRACE_MS: "test/protocol/resume.test.ts",
  // Filters are refused whatever they are: this version has none.
  MAX_FILTER_CHARS: "test/protocol/consume.test.ts",
  MAX_UNCONFIRMED_MESSAGES: "test/protocol/publish.test.ts",
  MAX_UNCONFIRMED_BYTES: "test/protocol/publish.test.ts",
  MAX_HELD_BYTES: "test/unit/broker/held-bytes.test.ts",
  DEFAULT_CREDIT_BYTES: "test/protocol/consume.test.ts",
  // A longer reason is cut, and a list goes on on its next page.
  MAX_REASON_BYTES: "test/protocol/consume.test.ts",
  MIN_ACK_DEADLINE_MS: "test/protocol/settle.test.ts",
  MAX_PAGE_ENTRIES: "test/protocol/administration.test.ts",
  MAX_REDRIVE_MS: "test/protocol/administration.test.ts",
};

async function createWorld(): Promise<World> {
  const broker = await startBroker();
  const client = await broker.connect();
  await client.subscribe("orders/all");
  await client.publish("orders", ["a"]);
  await client.deliveries(1);
  return { broker, client };
}

// Goal (S5): whatever is too much is refused by name. Method: each cap is asked for, and one more.
describe("a request", () => {
  const cases = Object.entries(ASKED).map(
    ([name, [field, ask]]) => [name as keyof typeof limits, field, ask] as const,
  );

  test.each(cases)("may ask for %s, and no more", async (name, field, ask) => {
    const cap = limits[name];

    const atCap = await ask(await createWorld(), cap);
    const beyond = await ask(await createWorld(), cap + 1);

    expect(atCap?.limit).toBeUndefined();
    const code = CODES[name] ?? "invalid_argument";
    expect(beyond).toMatchObject({ code, limit: cap, ...(field !== "" && { field }) });
    expect(beyond?.message).toContain(String(cap));
  });

  test("may have so many fields, known or not, and no more", async () => {
    const { client } = await createWorld();
    const pingOf = (fields: number): Uint8Array => {
      const writer = new PacketWriter();
      beginFrame(writer, fields, CLIENT_FRAMES.ping, 2 * fields);
      writer.raw(new Uint8Array(2 * fields).map((_, at) => (at % 2 === 0 ? 0x78 : 0)));
      endFrame(writer);
      return writer.take();
    };
    const most = limits.MAX_FRAME_FIELDS;

    client.sendBytes(pingOf(most));
    client.sendBytes(pingOf(most + 1));

    expect((await client.answer(most)).kind).toBe("pong");
    const message = `the frame cannot be read: it has more than ${most} fields`;
    expect((await client.answer(most + 1)).body).toMatchObject({
      code: "invalid_argument",
      message,
    });
  });
});

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

type Bounds = readonly [field: string, min: number, max: number];

const TOPIC_OPTIONS: readonly Bounds[] = [
  ["retainMs", 0, 31 * DAY_MS],
  ["retainBytes", 0, 2 ** 50],
  ["expireUnsettledMs", 600 * SECOND_MS, 31 * DAY_MS],
  ["maxBacklogBytes", 0, 2 ** 50],
];

const SUBSCRIPTION_OPTIONS: readonly Bounds[] = [
  ["ackDeadlineMs", SECOND_MS, 600 * SECOND_MS],
  ["maxAttempts", 0, 1_000],
  ["maxExtensionMs", 0, 12 * HOUR_MS],
  ["deadLetterRetainMs", HOUR_MS, 31 * DAY_MS],
  ["retry.minMs", 0, DAY_MS],
  ["retry.maxMs", 0, DAY_MS],
  ["retry.factor", 1, 100],
  ["retry.jitter", 0, 1],
];

/** One option, and what goes with it so that only its own bounds count. */
function optionsOf(field: string, value: number): object {
  const [, part] = field.split(".");
  if (part === undefined) return { [field]: value };
  return { retry: { ...(part === "maxMs" ? { minMs: 0 } : { maxMs: DAY_MS }), [part]: value } };
}

describe("an option", () => {
  test.each([
    ...TOPIC_OPTIONS.map((bounds) => ["createTopic", "orders", ...bounds] as const),
    ...SUBSCRIPTION_OPTIONS.map((bounds) => ["createSubscription", "a/b", ...bounds] as const),
  ])("of %s %s: %s may be from %d to %d", async (kind, name, field, min, max) => {
    const { connect } = await startBroker();
    const client = await connect();
    const make = async (value: number): Promise<PeykError | undefined> =>
      errorOf(await client.request(kind, { name, options: optionsOf(field, value) }));
    const code = "invalid_argument";

    expect(await make(max + 1)).toMatchObject({ code, field, limit: max });
    // Whole numbers below 0 cannot be said.
    if (min > 0) expect(await make(min - 1)).toMatchObject({ code, field, limit: min });
    if (/factor|jitter/.test(field)) expect(await make(NaN)).toMatchObject({ code, field });
    expect(await client.ask("listTopics", {}, "topics")).toMatchObject({ topics: [] });
    for (const allowed of [max, min]) {
      expect(await make(allowed)).toBeUndefined();
      await client.request(kind === "createTopic" ? "deleteTopic" : "deleteSubscription", { name });
    }
  });
});

test("every limit has a test", () => {
  expect([...Object.keys(ASKED), ...Object.keys(ELSEWHERE)].sort()).toEqual(
    Object.keys(limits).sort(),
  );
  for (const path of Object.values(ELSEWHERE))
    expect([path, existsSync(path)]).toEqual([path, true]);
});
