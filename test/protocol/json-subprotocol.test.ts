import { once } from "node:events";
import { JSON_SUBPROTOCOL } from "@peyk/client/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startBroker } from "../harness/start-broker.js";

/** A client that needs no generated code: it writes and reads JSON. */
class JsonClient {
  readonly socket: WebSocket;
  readonly #received: Record<string, unknown>[] = [];

  private constructor(url: string) {
    this.socket = new WebSocket(url, JSON_SUBPROTOCOL);
    this.socket.on("message", (data: Buffer) => {
      this.#received.push(JSON.parse(data.toString()) as Record<string, unknown>);
      this.socket.emit("frame");
    });
    onTestFinished(() => this.socket.terminate());
  }

  static async connect(url: string): Promise<JsonClient> {
    const client = new JsonClient(url);
    await once(client.socket, "open");
    client.send({ hello: { version: 1, minVersion: 1, clientName: "json" } });
    await client.next("welcome");
    return client;
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  async next(kind: string): Promise<Record<string, never>> {
    for (;;) {
      const index = this.#received.findIndex((frame) => kind in frame);
      const [frame] = index < 0 ? [] : this.#received.splice(index, 1);
      if (frame) return frame as Record<string, never>;
      await once(this.socket, "frame");
    }
  }

  async closeCode(): Promise<unknown> {
    const [code] = (await once(this.socket, "close")) as [number];
    return code;
  }
}

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
        messages: [{ payload: base64("hello"), attributes: { __proto__: "x", a: "b" } }],
      },
    });

    expect(await client.next("published")).toMatchObject({ requestId: "2" });
    expect(await client.next("deliver")).toMatchObject({
      deliver: {
        consumer: 1,
        firstDelivery: "1",
        runs: [{ topic: "orders", messages: [{ payload: base64("hello") }] }],
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
