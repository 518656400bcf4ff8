import { DecodedMessage, SUBPROTOCOL, JSON_SUBPROTOCOL } from "@peyk/client/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { messagesOf } from "../harness/frames.js";
import { JsonClient } from "../harness/json-client.js";
import type { RawClient } from "../harness/raw-client.js";
import { startBroker } from "../harness/start-broker.js";

/** What every object has, and what pollutes all of them where it is taken for a name like any other. */
const OBJECT_NAMES = ["__proto__", "constructor", "hasOwnProperty", "prototype", "toString", "x"];

const ENTRIES = OBJECT_NAMES.map((name): [string, string] => [name, `the value of ${name}`]);

/** All of them are its own, `__proto__` too. */
const ATTRIBUTES: Readonly<Record<string, string>> = Object.fromEntries(ENTRIES);

const TOPIC = "__proto__";
const SUBSCRIPTION = "__proto__/constructor";

const entriesOf = (attributes: object | undefined): [string, unknown][] =>
  Object.entries(attributes ?? {}).sort();

/** Of a message as peeks and lists have it. */
const entriesIn = (message: Uint8Array | undefined): [string, unknown][] =>
  entriesOf(new DecodedMessage(message ?? new Uint8Array()).attributes);

type Publish = (url: string, client: RawClient) => Promise<unknown>;

const PUBLISHERS: readonly (readonly [subprotocol: string, publish: Publish])[] = [
  [
    SUBPROTOCOL,
    (_, client) => client.publish(TOPIC, [{ payload: Buffer.from("a"), attributes: ATTRIBUTES }]),
  ],
  [
    JSON_SUBPROTOCOL,
    async (url) => {
      const json = await JsonClient.connect(url);
      const messages = [{ payload: "YQ==", attributes: ATTRIBUTES }];
      json.send({ requestId: "1", publish: { topic: TOPIC, messages } });
      return json.next("published");
    },
  ],
];

/** Attributes in the first message of a frame in JSON. */
function entriesInJson(frame: Readonly<Record<string, unknown>>, kind: string): unknown {
  const { runs } = frame[kind] as { runs: { topic: string; messages: { attributes: object }[] }[] };
  expect(runs).toMatchObject([{ topic: TOPIC }]);
  return entriesOf(runs[0]?.messages[0]?.attributes);
}

const objectParts = Object.getOwnPropertyNames(Object.prototype).sort();

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(objectParts);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

// Goal (S15): names that every object has are attributes, topics and groups like any other. Method: each way in, and every
// way out: deliveries, live listeners, peeks, dead letters and what becomes of them, in both subprotocols.
describe.each(PUBLISHERS)("attributes named like parts of an object, over %s", (_, publish) => {
  test("are delivered as they were sent", async () => {
    const { url, connect } = await startBroker();
    const [binary, json] = [await connect(), await JsonClient.connect(url)];
    await binary.subscribe(SUBSCRIPTION);
    const subscribe = { consumer: 1, subscriptions: ["__proto__/toString"], creditMessages: 1 };
    json.send({ requestId: "1", subscribe });
    await json.next("subscribed");

    await publish(url, binary);

    const [delivery] = await binary.deliveries(1);
    expect([delivery?.topic, entriesOf(delivery?.attributes)]).toEqual([TOPIC, ENTRIES]);
    expect(entriesInJson(await json.next("deliver"), "deliver")).toEqual(ENTRIES);
  });

  test("are heard live as they were sent", async () => {
    const { url, connect } = await startBroker();
    const [binary, json] = [await connect(), await JsonClient.connect(url)];
    await binary.ask("startLive", { live: 1, pattern: TOPIC }, "done");
    json.send({ requestId: "1", startLive: { live: 1, pattern: TOPIC } });
    await json.next("done");

    await publish(url, binary);

    const [message] = messagesOf((await binary.next("liveMessages")).body.runs);
    expect(entriesOf(message?.attributes)).toEqual(ENTRIES);
    expect(entriesInJson(await json.next("liveMessages"), "liveMessages")).toEqual(ENTRIES);
  });

  test("are shown by peeks and lists as they were sent", async () => {
    const { url, connect } = await startBroker();
    const client = await connect();
    await client.ask("createSubscription", { name: SUBSCRIPTION }, "subscription");

    await publish(url, client);

    const ofTopic = await client.ask("peekTopic", { name: TOPIC, count: 9 }, "peekedMessages");
    const peek = { name: SUBSCRIPTION, state: "ready", count: 9 };
    const ready = await client.ask("peekSubscription", peek, "peekedMessages");
    expect([ofTopic, ready].map(({ messages }) => entriesIn(messages[0]?.message))).toEqual([
      ENTRIES,
      ENTRIES,
    ]);
    expect((await client.ask("getTopic", { name: TOPIC }, "topic")).name).toBe(TOPIC);
    const { topics } = await client.ask("listTopics", { pattern: TOPIC }, "topics");
    expect(topics).toMatchObject([{ name: TOPIC }]);
  });

  test("stay with a message that dies, is consumed as a dead letter, and comes back", async () => {
    const { url, connect } = await startBroker();
    const client = await connect();
    await client.subscribe(SUBSCRIPTION);
    await publish(url, client);
    await client.deliveries(1);
    await client.settle([{ verb: "reject", reason: "__proto__" }]);

    const which = { subscription: SUBSCRIPTION };
    const { deadLetters } = await client.ask("listDeadLetters", which, "deadLetters");
    await client.subscribe(`${SUBSCRIPTION}/dlq`, { consumer: 2 });
    const [dead] = await client.deliveries(1);
    await client.ask("redriveDeadLetters", which, "count");
    const [again] = await client.deliveries(1);

    expect(deadLetters).toMatchObject([{ topic: TOPIC, reason: { error: "__proto__" } }]);
    expect(entriesIn(deadLetters[0]?.message)).toEqual(ENTRIES);
    expect([dead, again]).toMatchObject([
      { topic: TOPIC, consumer: 2 },
      { topic: TOPIC, consumer: 1 },
    ]);
    expect([dead, again].map((each) => entriesOf(each?.attributes))).toEqual([ENTRIES, ENTRIES]);
  });
});

test("the last of two attributes of one name counts in JSON, whatever the name", async () => {
  const { url, connect } = await startBroker();
  const [client, json] = [await connect(), await JsonClient.connect(url)];
  await client.subscribe("orders/billing");
  const attributes = '{"__proto__": "1", "x": "2", "__proto__": "3"}';

  json.send(
    `{"requestId": "1", "publish": {"topic": "orders", "messages": [{"attributes": ${attributes}}]}}`,
  );

  const [delivery] = await client.deliveries(1);
  expect(entriesOf(delivery?.attributes)).toEqual([
    ["__proto__", "3"],
    ["x", "2"],
  ]);
});
