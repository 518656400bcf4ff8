import { beforeEach, describe, expect, test } from "vitest";
import { PeykError, type Peyk } from "@peyk/client";
import { PublishWalker } from "@peyk/client/protocol";
import { FakeBroker } from "../../harness/fake-broker.js";

let broker: FakeBroker;
let client: Peyk;

beforeEach(async () => {
  broker = new FakeBroker();
  client = await broker.open();
});

/** Topic and first sequence of what came over the newest connection. */
function sequences(): (readonly [string, number])[] {
  const walker = new PublishWalker();
  return broker.connection.of("publish").map(({ packet, start, end }) => {
    walker.read(packet, start, end);
    return [walker.topic, walker.firstSequence];
  });
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: unknown) => error);

describe("publishing", () => {
  test("joins what is published in a turn to one frame per topic", async () => {
    for (const topic of ["a", "a", "b"]) void caught(client.publish(topic, 1));
    await broker.turn();
    expect(broker.connection.of("publish")).toHaveLength(2);
  });

  test("puts at most 1,000 messages into a frame", async () => {
    for (let n = 0; n < 1_001; n += 1) void caught(client.publish("a", n));
    await broker.turn();
    expect(broker.connection.of("publish")).toHaveLength(2);
  });

  test("sends again after a reconnect, with the same sequence", async () => {
    const published = client.publish("a", 1);
    await broker.turn();
    const before = broker.connection.last("publish");
    await broker.reconnect({ producerKnown: true });
    const after = broker.connection.last("publish");
    expect(bodyOf(after)).toEqual(bodyOf(before));
    broker.connection.confirmPublish(1);
    expect(await published).toMatchObject({ id: "a-1", position: 1 });
  });

  test("sends nothing that is newer before what it sends again", async () => {
    void caught(client.publish("a", 1));
    await broker.turn();
    client.on("state", ({ state }) => {
      if (state !== "open") return;
      for (const topic of ["b", "c"]) void caught(client.publish(topic, 1));
    });
    await broker.reconnect({ producerKnown: true });
    expect(sequences()).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
  });

  test("leaves no gap for what was gathered for larger packets than the next broker takes", async () => {
    broker.connection.end();
    const large = caught(client.publish("a", new Uint8Array(100_000)));
    const small = client.publish("b", 2);
    await broker.advance(1_000);
    await broker.letIn({ limits: { maxPacketBytes: 65_600 } });
    expect(await large).toMatchObject({ code: "payload_too_large", limit: 65_600 });
    expect(sequences()).toEqual([["b", 1]]);
    broker.connection.confirmPublish(1);
    expect(await small).toMatchObject({ position: 1 });
  });

  test("does not know what became of what it cannot send again", async () => {
    const large = caught(client.publish("a", new Uint8Array(100_000)));
    await broker.turn();
    await broker.reconnect({ producerKnown: true, limits: { maxPacketBytes: 65_600 } });
    expect(await large).toMatchObject({ code: "outcome_unknown" });
  });

  test("sends again to a broker that never stored anything of it", async () => {
    const published = client.publish("a", 1);
    await broker.turn();
    const before = broker.connection.last("publish");
    await broker.reconnect({ producerKnown: false });
    expect(bodyOf(broker.connection.last("publish"))).toEqual(bodyOf(before));
    broker.connection.confirmPublish(1);
    await published;
  });

  test("never sends again to a broker that forgot it", async () => {
    const first = client.publish("a", 1);
    await broker.turn();
    broker.connection.confirmPublish(1);
    await first;
    const second = caught(client.publish("a", 2));
    await broker.turn();
    await broker.reconnect({ producerKnown: false });
    expect(await second).toMatchObject({ code: "outcome_unknown" });
    expect(broker.connection.of("publish")).toHaveLength(0);
  });

  test("never sends again to another broker that does not know it: the first may have stored it", async () => {
    await client.close({ timeoutMs: 0 });
    client = await broker.open({}, ["ws://a", "ws://b"]);
    const published = caught(client.publish("a", 1));
    await broker.turn();
    broker.connection.end();
    while (broker.connection.url !== "ws://b") {
      await broker.advance(100);
      if (broker.connection.url === "ws://a") broker.connection.end();
    }
    const unsent = client.publish("a", 2);
    await broker.letIn();
    expect(await published).toMatchObject({ code: "outcome_unknown" });
    broker.connection.confirmPublish(1);
    expect(await unsent).toMatchObject({ position: 1 });
  });

  test("never sends again after so long that the broker may have forgotten it", async () => {
    const published = caught(client.publish("a", 1, { timeoutMs: 3_600_000 }));
    await broker.turn();
    broker.connection.end();
    for (let waited = 0; waited < 600_000; waited += 10_000) await broker.advance(10_000);
    const { length } = broker.connections;
    while (broker.connections.length === length) await broker.advance(100);
    await broker.letIn();
    expect(await published).toMatchObject({ code: "outcome_unknown" });
  });

  test("rejects at its deadline, reconnects included", async () => {
    const published = caught(client.publish("a", 1, { timeoutMs: 5_000 }));
    await broker.turn();
    broker.connection.end();
    await broker.advance(5_250);
    expect(await published).toMatchObject({ code: "outcome_unknown" });
    const unsent = caught(client.publish("a", 1));
    await broker.turn();
    await broker.advance(30_250);
    expect(await unsent).toMatchObject({ code: "timeout" });
    expect(client.health().unconfirmed).toBe(0);
  });

  test("waits for answers when the client is closed, also of what handlers publish", async () => {
    const published = client.publish("a", 1);
    let isClosed = false;
    const closed = client.close().then(() => (isClosed = true));
    await broker.turn();
    expect(isClosed).toBe(false);
    broker.connection.confirmPublish(1);
    await broker.turn();
    await Promise.all([published, closed]);
  });

  test("rejects what is not answered within the time for closing", async () => {
    const published = caught(client.publish("a", 1));
    const closed = client.close({ timeoutMs: 1_000 });
    await broker.turn();
    await broker.advance(1_000);
    expect(await published).toMatchObject({ code: "outcome_unknown" });
    await closed;
  });

  test("answers each with its own error", async () => {
    const published = caught(client.publish("a", 1));
    await broker.turn();
    const error = new PeykError("resource_exhausted", "full", { retryAfterMs: 50 });
    broker.connection.refuse(broker.connection.last("publish").id, error);
    expect(await published).toMatchObject({ code: "resource_exhausted", retryAfterMs: 50 });
  });
});

const bodyOf = ({
  packet,
  start,
  end,
}: {
  packet: Uint8Array;
  start: number;
  end: number;
}): Uint8Array => packet.slice(start, end);
