import { describe, expect, test } from "vitest";
import { JsonClient } from "../harness/json-client.js";
import { startBroker } from "../harness/start-broker.js";

/** A publish of one message with this field. */
const messageWith = (field: string): string =>
  `{"requestId": "1", "publish": {"topic": "a", "messages": [{"payload": "", ${field}}]}}`;

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("peyk.v1.json", () => {
  test("publishes, delivers and settles", async () => {
    const { url } = await startBroker();
    const client = await JsonClient.connect(url);

    client.send({
      frames: [
        {
          requestId: "1",
          subscribe: { consumer: 1, subscriptions: ["orders/billing"], creditMessages: 10 },
        },
      ],
    });
    await client.next("subscribed");
    client.send({
      requestId: "2",
      publish: {
        topic: "orders",
        messages: [{ payload: base64("hello"), attributes: { a: "b" } }],
      },
    });

    expect(await client.next("published")).toMatchObject({ requestId: "2" });
    expect(await client.next("deliver")).toMatchObject({
      deliver: {
        consumer: 1,
        firstDelivery: "1",
        runs: [
          { topic: "orders", messages: [{ payload: base64("hello"), attributes: { a: "b" } }] },
        ],
      },
    });
    client.send({ requestId: 3, settle: { consumer: 1, ranges: [{ firstDelivery: 1 }] } });
    expect(await client.next("settled")).toMatchObject({
      settled: { ranges: [{ firstDelivery: "1", count: 1 }] },
    });
  });

  test("takes a payload of the largest size", async () => {
    const { url } = await startBroker();
    const client = await JsonClient.connect(url);

    const payload = Buffer.alloc(1024 * 1024).toString("base64");
    client.send({ requestId: "1", publish: { topic: "orders", messages: [{ payload }] } });

    expect(await client.next("published")).toMatchObject({ requestId: "1" });
  });

  test.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["a name nobody knows", '{"requestId": "1", "publsh": {}}'],
    ["brackets without end", "[".repeat(1_000_000)],
    ["a delay that is no number", messageWith('"delayMs": "NaN"')],
    ["a delay below 0", messageWith('"delayMs": -1')],
    ["a time to live with a fraction", messageWith('"ttlMs": 0.5')],
    ["__proto__ as a field", '{"requestId": "1", "getTopic": {"__proto__": {"name": "a"}}}'],
    ["__proto__ twice", '{"__proto__": {"ping": {}}, "__proto__": {"ping": {}}}'],
    ["a value of a wrong type", '{"requestId": "1", "getTopic": {"name": 7}}'],
  ])("answers %s with invalid_argument, and stays", async (_, text) => {
    const { url } = await startBroker();
    const client = await JsonClient.connect(url);

    client.send(text);

    expect(await client.next("error")).toMatchObject({
      error: { code: "ERROR_CODE_INVALID_ARGUMENT" },
    });
    client.send({ requestId: "5", getStatus: {} });
    await client.next("status");
  });

  test("closes with 1003 for bytes", async () => {
    const { url } = await startBroker();
    const client = await JsonClient.connect(url);

    client.socket.send(Buffer.from([0]));

    expect(await client.closeCode()).toBe(1003);
  });
});
