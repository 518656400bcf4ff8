import { beforeEach, describe, expect, test } from "vitest";
import type { Consumer, Delivery, Peyk, SubscribeOptions } from "@peyk/client";
import {
  beginDeliver,
  endFrame,
  PacketWriter,
  readCredit,
  writeMessage,
  writeRun,
  writeServerFrame,
} from "@peyk/client/protocol";
import { FakeBroker } from "../../harness/fake-broker.js";

let broker: FakeBroker;
let client: Peyk;

beforeEach(async () => {
  broker = new FakeBroker();
  client = await broker.open();
});

async function subscribe(
  handler: (delivery: Delivery) => unknown,
  options: SubscribeOptions = {},
): Promise<Consumer> {
  const subscribed = client.subscribe("a/x", handler, options);
  await broker.turn();
  answerSubscribe();
  return subscribed;
}

function answerSubscribe(): void {
  const source = { subscription: "a/x", maxAttempts: 5, ackDeadlineMs: 30_000 };
  const { id } = broker.connection.last("subscribe");
  broker.connection.send((writer) =>
    writeServerFrame(writer, id, "subscribed", { sources: [source] }),
  );
}

function deliver(firstDelivery: number, count: number): void {
  const messages = new PacketWriter();
  for (let n = 0; n < count; n += 1) {
    const payload = new TextEncoder().encode(String(firstDelivery + n));
    writeMessage(messages, { payload, contentType: "application/json" });
  }
  const header = { topic: "a", epoch: 10, firstPosition: firstDelivery, publishedAtMs: 5 };
  broker.connection.send((writer) => {
    beginDeliver(writer, { consumer: 1, firstDelivery, source: 0 });
    writeRun(writer, header, messages.take());
    endFrame(writer);
  });
}

const creditOf = (): { messages: number; concurrency: number } => {
  const { packet, start, end } = broker.connection.last("credit");
  return readCredit(packet, start, end);
};

describe("a consumer", () => {
  test("asks for one message at a time until it knows how long its handlers take", async () => {
    await subscribe(() => {}, { concurrency: 3 });
    expect(broker.connection.read("subscribe")).toMatchObject({
      creditMessages: 3,
      concurrency: 3,
    });
    deliver(1, 1);
    await broker.turn();
    // The clock stands still, so handlers take no time at all.
    expect(creditOf()).toMatchObject({ messages: 10_000, concurrency: 3 });
  });

  test("buffers nothing for handlers that are slow", async () => {
    await subscribe(() => new Promise((resolve) => broker.clock.setTimer(150, () => resolve(1))));
    deliver(1, 1);
    await broker.advance(150);
    expect(broker.connection.of("credit")).toHaveLength(0);
  });

  test("acks a run of deliveries with one range", async () => {
    await subscribe(() => {}, { buffer: { messages: 100 } });
    deliver(1, 50);
    await broker.turn();
    expect(broker.connection.settles()).toMatchObject([
      { firstDelivery: 1, count: 50, verb: "ack" },
    ]);
  });

  test("handles deliveries that come before the answer to subscribe, once it is here", async () => {
    const values: unknown[] = [];
    const subscribed = client.subscribe("a/x", ({ maxAttempts }) => values.push(maxAttempts));
    await broker.turn();
    deliver(1, 1);
    expect(values).toEqual([]);
    answerSubscribe();
    await subscribed;
    expect(values).toEqual([5]);
  });

  test("lets other events have their turn while handlers that return at once go on", async () => {
    let handled = 0;
    await subscribe(
      () => {
        handled += 1;
        broker.clock.advance(6);
      },
      { buffer: { messages: 100 } },
    );
    deliver(1, 10);
    expect(handled).toBe(2);
    await broker.turn();
    expect(handled).toBe(10);
  });

  test("leaves out what a resume sends again", async () => {
    const values: unknown[] = [];
    await subscribe((delivery) => values.push(delivery.value), { buffer: { messages: 9 } });
    deliver(1, 3);
    deliver(2, 3);
    expect(values).toEqual([1, 2, 3, 4]);
  });

  test("states on resume how far it received, and settles again what was not answered", async () => {
    await subscribe(() => {});
    deliver(1, 1);
    await broker.turn();
    await broker.reconnect({ resumed: true });
    expect(broker.connection.read("hello").resume?.consumers).toMatchObject([
      { consumer: 1, lastDelivery: 1 },
    ]);
    expect(broker.connection.settles()).toMatchObject([{ firstDelivery: 1, verb: "ack" }]);
    expect(broker.connection.of("subscribe")).toHaveLength(0);
  });

  test("does not claim a consumer whose subscribe was not answered, and asks once more", async () => {
    const subscribed = client.subscribe("a/x", () => {});
    await broker.turn();
    await broker.reconnect({ resumed: true });
    expect(broker.connection.read("hello").resume?.consumers).toEqual([]);
    expect(broker.connection.of("subscribe")).toHaveLength(1);
    answerSubscribe();
    await subscribed;
  });

  test("asks once for itself where the session is over", async () => {
    await subscribe(() => {});
    await broker.reconnect({ resumed: false });
    expect(broker.connection.of("subscribe")).toHaveLength(1);
    await broker.reconnect({ resumed: false });
    expect(broker.connection.of("subscribe")).toHaveLength(1);
  });

  test("is detached again where nobody waited for the answer any more", async () => {
    const subscribed = client.subscribe("a/x", () => {}, { timeoutMs: 100 });
    await broker.turn();
    await Promise.all([
      expect(subscribed).rejects.toMatchObject({ code: "timeout" }),
      broker.advance(100),
    ]);
    answerSubscribe();
    await broker.turn();
    expect(broker.connection.of("unsubscribe")).toHaveLength(1);
  });
});

describe("leases", () => {
  test("are extended at two thirds of the ack deadline", async () => {
    await subscribe(() => new Promise(() => {}));
    deliver(1, 1);
    await broker.advance(19_999);
    expect(broker.connection.settles()).toEqual([]);
    await broker.advance(5_001);
    expect(broker.connection.settles()).toMatchObject([{ firstDelivery: 1, verb: "extend" }]);
  });

  test("that the broker says are lost abort, and their handlers make room", async () => {
    const started: Delivery[] = [];
    await subscribe((delivery) => {
      started.push(delivery);
      return new Promise(() => {});
    });
    deliver(1, 1);
    const lost = { consumer: 1, lost: [{ firstDelivery: 1, count: 1, reason: "deadline" }] };
    broker.connection.send((writer) => writeServerFrame(writer, 0, "consumerNotice", lost));
    expect(started[0]?.signal.aborted).toBe(true);
    deliver(2, 1);
    expect(started).toHaveLength(2);
    const why =
      "the lease on a-1 of a/x (attempt 1 of 5) was lost: its ack deadline passed; its handler goes on for nothing";
    expect(broker.log).toContainEqual(expect.stringContaining(why));
    expect((started[0]?.signal.reason as Error).message).toContain("its ack deadline passed");
    await expect(started[0]?.ack()).rejects.toThrow("its ack deadline passed");
  });

  test("that were lost before an ack arrived are told by its answer", async () => {
    const lost: unknown[] = [];
    client.on("lease_lost", ({ delivery }) => lost.push(delivery.value));
    await subscribe(() => {}, { buffer: { messages: 9 } });
    deliver(1, 3);
    await broker.turn();
    broker.connection.answerSettle("lease_lost");
    expect(lost).toEqual([1, 2, 3]);
  });

  test("reject those who settle with outcome_unknown where no answer comes", async () => {
    const acks: Promise<unknown>[] = [];
    await subscribe((delivery) => void acks.push(delivery.ack().catch((e: unknown) => e)));
    deliver(1, 1);
    await broker.turn();
    await broker.advance(31_000);
    expect(await acks[0]).toMatchObject({ code: "outcome_unknown" });
  });
});

describe("closing", () => {
  test("gives back what comes late, and what waits", async () => {
    const consumer = await subscribe(() => new Promise(() => {}), { buffer: { messages: 9 } });
    deliver(1, 2);
    const closed = consumer.close({ timeoutMs: 1_000 });
    deliver(3, 1);
    await broker.turn();
    expect(broker.connection.settles()).toMatchObject([
      { firstDelivery: 2, count: 2, verb: "release" },
    ]);
    broker.connection.answerSettle("ok");
    await broker.advance(1_000);
    const { id } = broker.connection.last("unsubscribe");
    broker.connection.send((writer) => writeServerFrame(writer, id, "done", {}));
    await closed;
    expect(client.health()).toMatchObject({ consumers: 0, running: 0 });
  });

  test("ends in time where no broker is there", async () => {
    const consumer = await subscribe(() => new Promise(() => {}));
    deliver(1, 1);
    broker.connection.end();
    const closed = consumer.close({ timeoutMs: 50 });
    await broker.advance(50);
    await closed;
  });

  test("comes with the last of its subscriptions; a new session leaves the deleted ones out", async () => {
    const subscribed = client.subscribe(["a/x", "b/x"], () => {});
    await broker.turn();
    answerSubscribe();
    await subscribed;
    const notice = (source: number): void =>
      broker.connection.send((writer) => {
        const detached = { code: 5, message: "deleted" };
        writeServerFrame(writer, 0, "consumerNotice", { consumer: 1, detached, source });
      });
    notice(0);
    await broker.reconnect({ resumed: false });
    expect(broker.connection.read("subscribe").subscriptions).toEqual(["b/x"]);
    answerSubscribe();
    await broker.turn();
    expect(client.health().consumers).toBe(1);
    notice(0);
    expect(client.health().consumers).toBe(0);
  });

  test("is told to a consumer whose subscription is deleted", async () => {
    await subscribe(() => {});
    const detached = { code: 5, message: "deleted" };
    broker.connection.send((writer) =>
      writeServerFrame(writer, 0, "consumerNotice", { consumer: 1, detached }),
    );
    expect(client.health().consumers).toBe(0);
    expect(broker.log).toContainEqual("error: the consumer of a/x ended: deleted");
  });
});
