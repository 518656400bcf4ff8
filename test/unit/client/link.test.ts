import { beforeEach, describe, expect, test } from "vitest";
import { PeykError } from "@peyk/client";
import type { PacketWriter } from "@peyk/client/protocol";
import { writeErrorFrame, writeServerFrame } from "@peyk/client/protocol";
import { FakeBroker } from "../../harness/fake-broker.js";

let broker: FakeBroker;

beforeEach(() => {
  broker = new FakeBroker();
});

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "resolved",
    (error: unknown) => error,
  );

describe("connecting", () => {
  test("says hello with name, software, token and producer, and nothing in the URL", async () => {
    await broker.open({ name: "worker", token: "secret" });
    const hello = broker.connection.read("hello");
    expect(hello).toMatchObject({ clientName: "worker", credentials: { token: "secret" } });
    expect(hello.producerId).toHaveLength(16);
    expect(broker.connection.url).toBe("ws://a");
  });

  test("tries again until connectTimeoutMs, then rejects with the last reason", async () => {
    const connected = rejection(broker.connect({ connectTimeoutMs: 1_000 }));
    for (let seconds = 0; seconds < 12; seconds += 1) {
      broker.connection.end(1006, "refused");
      await broker.advance(100);
    }
    expect(broker.connections.length).toBeGreaterThan(1);
    expect(await connected).toMatchObject({
      code: "unavailable",
      message: "no broker let us in at ws://a within 1000 ms: the connection ended (1006: refused)",
    });
  });

  test("has no failure as its cause where the last attempt is not answered", async () => {
    const connected = rejection(broker.connect({ connectTimeoutMs: 1_000 }));
    broker.connection.end(1006, "refused");
    await broker.advance(200);
    expect(broker.connections).toHaveLength(2);
    await broker.advance(800);
    expect(await connected).not.toHaveProperty("cause");
  });

  test("gives one attempt up after 10 s", async () => {
    void broker.connect({ connectTimeoutMs: 60_000 });
    const first = broker.connection;
    await broker.advance(10_000);
    expect(first.closedWith).toBe(1001);
    await broker.advance(200); // the wait may be 0 ms, too
    expect(broker.connections).toHaveLength(2);
  });

  test("goes through all URLs", async () => {
    void broker.connect({}, ["ws://a", "ws://b", "ws://c"]);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      broker.connection.end();
      await broker.advance(100);
    }
    expect(broker.connections.map(({ url }) => url)).toEqual([
      "ws://a",
      "ws://b",
      "ws://c",
      "ws://a",
    ]);
  });

  test.each([
    [4001, "unauthenticated"],
    [4003, "permission_denied"],
    [4004, "unsupported"],
    [4005, "fenced"],
  ])("ends at once with close code %i as %s", async (code, expected) => {
    const connected = rejection(broker.connect());
    broker.connection.end(code, "why");
    expect(await connected).toMatchObject({ code: expected, message: "why" });
    await broker.advance(60_000);
    expect(broker.connections).toHaveLength(1);
  });

  test("ends at once with what the broker says of a hello that it will never take", async () => {
    const connected = rejection(broker.connect());
    broker.connection.open();
    await broker.turn();
    const error = new PeykError("invalid_argument", "no such name", { field: "name" });
    broker.connection.send((writer) => writeErrorFrame(writer, 0, error));
    expect(await connected).toMatchObject({ code: "invalid_argument", field: "name" });
  });

  test("tries again where the broker stops", async () => {
    const connected = broker.connect();
    broker.connection.open();
    await broker.turn();
    const error = new PeykError("unavailable", "stopping");
    broker.connection.send((writer) => writeErrorFrame(writer, 0, error));
    broker.connection.end(1001);
    await broker.advance(100);
    await broker.letIn();
    await connected;
  });
});

describe("an open connection", () => {
  test("answers pings", async () => {
    await broker.open();
    broker.connection.send((writer) => writeServerFrame(writer, 0, "ping", { nonce: 7 }));
    await broker.turn();
    expect(broker.connection.read("pong").nonce).toBe(7);
  });

  test("is given up when the broker was silent for two pings and some", async () => {
    await broker.open();
    const [first] = broker.connections;
    await broker.advance(53_999);
    expect(first?.closedWith).toBeUndefined();
    await broker.advance(1);
    expect(first?.closedWith).toBe(1001);
    expect(broker.log).toContainEqual(expect.stringContaining("silent for 54 s"));
  });

  test("is resumed at the same URL, with the session", async () => {
    await broker.open({}, ["ws://a", "ws://b"]);
    await broker.advance(5_000);
    await broker.reconnect({ resumed: true });
    expect(broker.connection.url).toBe("ws://a");
    expect(broker.connection.read("hello").resume?.sessionId).toHaveLength(16);
  });

  test("waits longer and longer where each connection ends at once", async () => {
    const client = await broker.open();
    const waits: (number | undefined)[] = [];
    client.on("state", ({ state, retryInMs }) => state === "waiting" && waits.push(retryInMs));
    for (let times = 0; times < 9; times += 1) await broker.reconnect();
    // Full jitter: at least one of the last three is beyond what the first may be.
    expect(Math.max(...waits.slice(-3).map(Number))).toBeGreaterThan(100);
  });

  test("ends where the broker sends what cannot be read, and comes back", async () => {
    await broker.open();
    broker.connection.sendBytes(new Uint8Array([1, 2, 3, 255]));
    expect(broker.connection.closedWith).toBe(1001);
  });

  test("logs errors that answer nothing", async () => {
    await broker.open();
    const error = new PeykError("invalid_argument", "cannot be read");
    broker.connection.send((writer) => writeErrorFrame(writer, 0, error));
    expect(broker.log).toContainEqual("warn: the broker complains: cannot be read");
  });

  test("ignores what comes from a connection that it gave up", async () => {
    const client = await broker.open();
    const [first] = broker.connections;
    await broker.reconnect();
    first?.end();
    first?.sendBytes(new Uint8Array([255]));
    expect(client.health().state).toBe("open");
  });

  test("ends with code 1000 when the client is closed", async () => {
    const client = await broker.open();
    await client.close();
    expect(broker.connection.closedWith).toBe(1000);
  });
});

test("a broker that claims to take next to nothing is told of pings and deliveries all the same", async () => {
  void broker.connect();
  await broker.letIn({ limits: { maxPacketBytes: 1 } });
  broker.connection.send((writer) => writeServerFrame(writer, 0, "ping", { nonce: 7 }));
  await broker.turn();
  expect(broker.connection.read("pong")).toMatchObject({ nonce: 7 });
});

describe("a broker that says goodbye", () => {
  const goAway = (writer: PacketWriter): void =>
    writeServerFrame(writer, 0, "goAway", { reason: "restart", graceMs: 8_000 });

  test("is left for the next URL once nothing is unanswered", async () => {
    const client = await broker.open({}, ["ws://a", "ws://b"]);
    const published = client.publish("orders", 1);
    await broker.turn();
    broker.connection.send(goAway);
    await broker.advance(1_000);
    expect(broker.connections).toHaveLength(1);
    broker.connection.confirmPublish(1);
    await published;
    await broker.advance(20);
    await broker.advance(100);
    expect(broker.connection.url).toBe("ws://b");
  });

  test("gets no new publishes and requests; what it refuses is sent to the next", async () => {
    const client = await broker.open();
    const [first, second] = [client.publish("orders", 1), client.topics.get("orders")];
    await broker.turn();
    const old = broker.connection;
    old.send(goAway);
    const refusal = new PeykError("unavailable", "stopping");
    old.refuse(old.last("publish").id, refusal);
    old.refuse(old.last("getTopic").id, refusal);
    const third = client.publish("bills", 2);
    await broker.turn();
    expect(old.of("publish")).toHaveLength(1);
    await broker.advance(20);
    await broker.advance(100);
    await broker.letIn({ producerKnown: false });
    expect(broker.connection.of("publish")).toHaveLength(2);
    broker.connection.refuse(
      broker.connection.last("getTopic").id,
      new PeykError("not_found", "no"),
    );
    expect(await second).toBeUndefined();
    for (const published of [first, third]) published.catch(() => {});
  });
});
