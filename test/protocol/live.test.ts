import { limits } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { messagesOf } from "../harness/frames.js";
import type { RawClient } from "../harness/raw-client.js";
import { startBroker } from "../harness/start-broker.js";

/** The texts of the next so many live messages. */
async function heard(client: RawClient, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { body } = await client.next("liveMessages");
    texts.push(...messagesOf(body.runs).map(({ text }) => text));
  }
  return texts;
}

describe("a live listener", () => {
  test.each([
    ["orders", ["orders"]],
    ["orders.*", ["orders.a", "orders.b"]],
    ["orders.>", ["orders.a", "orders.b", "orders.a.b"]],
    [">", ["orders", "orders.a", "orders.b", "orders.a.b"]],
  ])("of %s hears what is published to matching topics", async (pattern, topics) => {
    const { connect } = await startBroker();
    const listener = await connect();
    await listener.ask("startLive", { live: 1, pattern }, "done");
    const publisher = await connect();

    for (const topic of ["orders", "orders.a", "orders.b", "orders.a.b"]) {
      await publisher.publish(topic, [topic]);
    }

    expect(await heard(listener, topics.length)).toEqual(topics);
  });

  test("hears nothing from before, and nothing after it stopped", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.publish("orders", ["before"]);
    await client.ask("startLive", { live: 1, pattern: "orders" }, "done");
    await client.publish("orders", ["while"]);
    expect(await heard(client, 1)).toEqual(["while"]);

    client.send("stopLive", { live: 1 }, 0);
    await client.publish("orders", ["after"]);

    await client.settleDown();
    expect(client.frames).toEqual([]);
  });

  test("shares a connection with others of the same and of other patterns", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.ask("startLive", { live: 1, pattern: "orders" }, "done");
    await client.ask("startLive", { live: 2, pattern: "orders" }, "done");
    await client.ask("startLive", { live: 3, pattern: ">" }, "done");

    await client.publish("orders", ["a", "b"]);

    const frames = [1, 2, 3].map(() => client.next("liveMessages"));
    const received = (await Promise.all(frames)).map(({ body }) => [
      body.live,
      messagesOf(body.runs).map(({ text }) => text),
    ]);
    expect(received.sort()).toEqual([1, 2, 3].map((live) => [live, ["a", "b"]]));
  });

  test("gets large messages too, in the order of everything else", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.ask("startLive", { live: 1, pattern: "orders" }, "done");
    const large = "x".repeat(100_000);

    for (const text of ["a", large, "b"]) await client.publish("orders", [text]);

    expect(await heard(client, 3)).toEqual(["a", large, "b"]);
  });

  test.each([
    ["number 0", { live: 0, pattern: "a" }, "invalid_argument", "live"],
    ["an empty pattern", { live: 2, pattern: "" }, "invalid_argument", "pattern"],
    ["an illegal pattern", { live: 2, pattern: "a.>.b" }, "invalid_argument", "pattern"],
    ["a number in use", { live: 1, pattern: "a" }, "conflict", "live"],
    [
      "a place in a pattern",
      { live: 2, pattern: "a.*", after: { epoch: 1, position: 1 } },
      "invalid_argument",
      "after",
    ],
  ])("with %s is refused", async (_, body, code, field) => {
    const { connect } = await startBroker();
    const client = await connect();
    await client.ask("startLive", { live: 1, pattern: "orders" }, "done");

    expect(await client.refusal("startLive", body)).toMatchObject({ code, field });
  });

  test("beyond those of a session is refused", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    for (let live = 1; live <= limits.MAX_LIVES; live += 1) {
      client.send("startLive", { live, pattern: "orders" });
    }

    const error = await client.refusal("startLive", { live: 5_000, pattern: "orders" });

    expect(error.code).toBe("resource_exhausted");
  });

  test("that resumes at the newest message is told of no gap", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const { epoch } = await client.publish("orders", ["a"]);
    const after = { epoch, position: 1 };

    await client.ask("startLive", { live: 1, pattern: "orders", after }, "done");
    await client.publish("orders", ["b"]);

    const { body } = await client.next("liveMessages");
    expect(body).toMatchObject({ missed: 0, missedUnknown: false });
  });

  test("that resumes ahead of the log is told that there may be a gap", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const { epoch } = await client.publish("orders", ["a", "b"]);
    const after = { epoch, position: 3 };

    await client.ask("startLive", { live: 1, pattern: "orders", after }, "done");

    const { body } = await client.next("liveMessages");
    expect(body).toMatchObject({ missedUnknown: true, runs: [] });
  });

  test("that resumes a topic that was made anew is told that there may be a gap", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const { epoch } = await client.publish("orders", ["a", "b"]);
    await client.ask("deleteTopic", { name: "orders" }, "done");
    const anew = await client.publish("orders", ["c", "d"]);
    const after = { epoch, position: 1 };

    await client.ask("startLive", { live: 1, pattern: "orders", after }, "done");

    expect(anew.epoch).not.toBe(epoch);
    const { body } = await client.next("liveMessages");
    expect(body).toMatchObject({ missedUnknown: true, runs: [] });
    await client.publish("orders", ["e"]);
    expect(await heard(client, 1)).toEqual(["e"]);
  });

  test("that resumes where nothing was kept is told how much it missed, then goes on", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const { epoch } = await client.publish("orders", ["a", "b", "c"]);
    const after = { epoch, position: 1 };

    await client.ask("startLive", { live: 1, pattern: "orders", after }, "done");
    await client.publish("orders", ["d"]);

    const { body } = await client.next("liveMessages");
    expect(body).toMatchObject({ missed: 2, missedUnknown: false, runs: [] });
    expect(await heard(client, 1)).toEqual(["d"]);
  });

  test("that resumes where some was kept is told of the rest, and gets what was kept", async () => {
    const { connect } = await startBroker();
    const client = await connect();
    const { epoch } = await client.publish("orders", ["a", "b", "c"]);
    const options = { retainMs: 3_600_000 };
    await client.ask("updateTopic", { name: "orders", options }, "topic");
    await client.publish("orders", ["d", "e"]);

    const after = { epoch, position: 1 };
    await client.ask("startLive", { live: 1, pattern: "orders", after }, "done");

    expect((await client.next("liveMessages")).body).toMatchObject({ missed: 2, runs: [] });
    expect(await heard(client, 2)).toEqual(["d", "e"]);
  });

  test("that resumes while others publish gets everything once and in order", async () => {
    const { connect } = await startBroker();
    const [client, publisher] = [await connect(), await connect()];
    const options = { retainMs: 3_600_000 };
    await client.ask("createTopic", { name: "orders", options }, "topic");
    const texts = (from: number): string[] =>
      Array.from({ length: 500 }, (_, index) => String(from + index).padEnd(1_000, "."));
    const { epoch } = await publisher.publish("orders", texts(1));
    for (let from = 501; from < 5_000; from += 500) await publisher.publish("orders", texts(from));

    const after = { epoch, position: 100 };
    const publishing = [5_001, 5_501, 6_001].map((from) =>
      publisher.publish("orders", texts(from)),
    );
    await client.ask("startLive", { live: 1, pattern: "orders", after }, "done");
    publishing.push(publisher.publish("orders", texts(6_501)));
    await Promise.all(publishing);

    const numbers = (await heard(client, 6_900)).map((text) => Number.parseInt(text, 10));
    expect(numbers).toEqual(Array.from({ length: 6_900 }, (_, index) => 101 + index));
  });
});

describe("a listener that does not read", () => {
  test("is told how many messages it missed, and hurts nobody else", async () => {
    const { connect, server } = await startBroker();
    const slow = await connect();
    const quick = await connect();
    await slow.ask("startLive", { live: 1, pattern: "orders" }, "done");
    await quick.ask("startLive", { live: 1, pattern: "orders" }, "done");
    const publisher = await connect();
    const text = "x".repeat(1_000_000);
    slow.stream.pause();

    for (let count = 0; count < 20; count += 1) await publisher.publish("orders", [text]);
    expect(await heard(quick, 20)).toHaveLength(20);
    const { liveMessagesMissed } = server.context.counters;
    slow.stream.resume();

    let received = 0;
    let missed = 0;
    while (received + missed < 20) {
      const { body } = await slow.next("liveMessages");
      received += messagesOf(body.runs).length;
      missed += body.missed;
    }
    expect([received + missed, missed]).toEqual([20, liveMessagesMissed]);
    expect(missed).toBeGreaterThan(0);
  });
});
