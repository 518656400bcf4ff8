import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PeykError, Reject, Retry, topic, type Delivery, type Peyk } from "@peyk/client";
import { all, Arrivals, deferred, next, SdkWorld } from "../harness/sdk-world.js";

let world: SdkWorld;
let client: Peyk;

beforeEach(async () => {
  world = new SdkWorld();
  client = await world.client((await world.broker()).url);
});

afterEach(() => world.close());

describe("subscribe", () => {
  test("hands over what is confirmed after it resolved", async () => {
    const arrivals = new Arrivals<unknown>();
    await client.subscribe("orders/billing", (delivery) => arrivals.add(delivery.value));
    await client.publish("orders", { total: 3 });
    expect(await arrivals.reach(1)).toEqual([{ total: 3 }]);
  });

  test("refuses a name without a group, and names both ways out", async () => {
    const error = await client.subscribe("orders" as "a/b", () => {}).catch((e: unknown) => e);
    expect(PeykError.is(error, "invalid_argument")).toBe(true);
    expect((error as Error).message).toMatch(/"orders\/workers".*live/);
  });

  test.each([
    ["concurrency", { concurrency: 0 }],
    ["buffer.messages", { buffer: { messages: -1 } }],
    ["buffer.bytes", { buffer: { messages: 1, bytes: 1024.5 } }],
  ])("refuses %s out of bounds", async (field, options) => {
    const subscribed = client.subscribe("orders/billing", () => {}, options);
    await expect(subscribed).rejects.toMatchObject({ code: "invalid_argument", field });
  });

  test("takes from several subscriptions with one concurrency", async () => {
    const arrivals = new Arrivals<string>();
    await client.subscribe(["a/x", "b/x"], (delivery) => arrivals.add(delivery.subscription));
    await client.publish("a", "1");
    await client.publish("b", "2");
    expect(await arrivals.reach(2)).toEqual(["a/x", "b/x"]);
  });

  test("goes on with the others when one of them is deleted, and ends with the last", async () => {
    const iterator = client.messages(["a/x", "b/x"]);
    const take = async (): Promise<string> => {
      const result: IteratorResult<Delivery, undefined> = await iterator.next();
      if (result.done) throw new Error("it ended");
      await result.value.ack();
      return result.value.subscription;
    };
    const first = take();
    await expect.poll(() => client.subscriptions.get("b/x")).toBeDefined();
    await client.publish("b", "1");
    expect(await first).toBe("b/x");

    await client.subscriptions.delete("a/x", { force: true });
    await client.publish("b", "2");
    expect(await take()).toBe("b/x");
    expect(world.log).toContainEqual(expect.stringMatching(/a\/x ended: .*it goes on with b\/x$/));

    const last = take();
    await client.subscriptions.delete("b/x", { force: true });
    await expect(last).rejects.toMatchObject({ code: "not_found" });
    expect(client.health().consumers).toBe(0);
  });

  test("makes a new subscription with the options given, and leaves an existing one as it is", async () => {
    const create = { maxAttempts: 2 };
    const first = await client.subscribe("orders/billing", () => {}, { create });
    await first.close();
    await client.subscribe("orders/billing", () => {}, { create: { maxAttempts: 9 } });
    const info = await client.subscriptions.get("orders/billing");
    expect(info?.options.maxAttempts).toBe(2);
  });

  test("starts no more handlers at once than its concurrency", async () => {
    let running = 0;
    let most = 0;
    const arrivals = new Arrivals<number>();
    const handler = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      arrivals.add(running);
    };
    await client.subscribe("orders/billing", handler, { concurrency: 3 });
    await Promise.all(Array.from({ length: 50 }, (_, n) => client.publish("orders", n)));
    await arrivals.reach(50);
    expect(most).toBe(3);
  });

  test("starts more at once when its concurrency is raised", async () => {
    const gate = deferred();
    const arrivals = new Arrivals<unknown>();
    const consumer = await client.subscribe("orders/billing", (delivery) => {
      arrivals.add(delivery.value);
      return gate.promise;
    });
    await Promise.all([1, 2, 3].map((n) => client.publish("orders", n)));
    await arrivals.reach(1);
    consumer.concurrency = 3;
    await arrivals.reach(3);
    gate.resolve();
  });

  test("gives back what waits when it pauses, and goes on when it resumes", async () => {
    const gate = deferred();
    const [first, second] = [new Arrivals<unknown>(), new Arrivals<unknown>()];
    const consumer = await client.subscribe(
      "orders/billing",
      (delivery) => {
        first.add(delivery.value);
        return gate.promise;
      },
      { buffer: { messages: 10 } },
    );
    await Promise.all([1, 2, 3].map((n) => client.publish("orders", n)));
    await first.reach(1);
    consumer.pause();
    await client.subscribe("orders/billing", (delivery) => second.add(delivery.value));
    expect([...(await second.reach(2))].sort()).toEqual([2, 3]);
    gate.resolve();
    consumer.resume();
  });

  test("counts nothing when a consumer is closed, and lets its handlers finish", async () => {
    const gate = deferred();
    const started = new Arrivals<Delivery>();
    const consumer = await client.subscribe("orders/billing", (delivery) => {
      started.add(delivery);
      return gate.promise;
    });
    await Promise.all([1, 2].map((n) => client.publish("orders", n)));
    await started.reach(1);
    const closed = consumer.close();
    gate.resolve();
    await closed;
    const again = new Arrivals<Delivery>();
    await client.subscribe("orders/billing", again.add);
    const [delivery] = await again.reach(1);
    expect([delivery?.value, delivery?.attempt]).toEqual([2, 1]);
  });

  test("aborts the signal of a handler that outlives the time for closing", async () => {
    const started = new Arrivals<Delivery>();
    const aborted = deferred<unknown>();
    const consumer = await client.subscribe("orders/billing", (delivery) => {
      started.add(delivery);
      delivery.signal.addEventListener("abort", () => aborted.resolve(delivery.signal.reason));
      return new Promise(() => {});
    });
    await client.publish("orders", 1);
    await started.reach(1);
    await consumer.close({ timeoutMs: 1 });
    expect(PeykError.is(await aborted.promise, "closed")).toBe(true);
  });

  test("tells nobody twice with ack on delivery", async () => {
    const arrivals = new Arrivals<unknown>();
    const fail = (delivery: Delivery): never => {
      arrivals.add(delivery.value);
      throw new Error("no");
    };
    await client.subscribe("orders/billing", fail, { ack: "on-delivery" });
    await client.publish("orders", 1);
    await client.publish("orders", 2);
    expect(await arrivals.reach(2)).toEqual([1, 2]);
    expect(world.log).toContainEqual(expect.stringMatching(/failed, and is not tried again: no/));
  });
});

describe("a failing handler", () => {
  test("is one line in the log and an event, with what comes next", async () => {
    await client.subscribe("orders/billing", () => {
      throw new Error("no route");
    });
    const failed = next(client, "failed");
    const { id } = await client.publish("orders", 1);
    const { delivery, next: then, retryInMs } = await failed;
    expect([delivery.id, then]).toEqual([id, "retry"]);
    expect(retryInMs).toBeGreaterThanOrEqual(800);
    expect(world.log).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^warn: orders/billing ${id} attempt 1 of 5 failed: no route; next in [\\d.]+ s$`,
        ),
      ),
    );
  });

  test("is called again after the delay of a Retry, which counts as an attempt", async () => {
    const attempts = new Arrivals<number>();
    await client.subscribe("orders/billing", ({ attempt }) => {
      attempts.add(attempt);
      if (attempt === 1) throw new Retry({ delayMs: 1 });
    });
    await client.publish("orders", 1);
    expect(await attempts.reach(2)).toEqual([1, 2]);
  });

  test("dead-letters at once with a Reject", async () => {
    await client.subscribe("orders/billing", () => Promise.reject(new Reject("never")));
    const failed = next(client, "failed");
    await client.publish("orders", { n: 1 });
    expect((await failed).next).toBe("dead-letter");
    const letters = await all(client.dlq.list("orders/billing"));
    expect(letters.map(({ error, value }) => [error, value])).toEqual([["never", { n: 1 }]]);
  });

  test("crashes nothing without listeners, and neither does a listener that throws", async () => {
    client.on("failed", () => {
      throw new Error("listener");
    });
    await client.subscribe("orders/billing", () => {
      throw new Reject("no");
    });
    const failed = next(client, "failed");
    await client.publish("orders", 1);
    await failed;
    expect(world.log).toContainEqual(expect.stringMatching(/a listener of "failed" threw/));
  });
});

describe("settling", () => {
  test("resolves when it is durable, also if it was settled before", async () => {
    const done = deferred<Delivery>();
    await client.subscribe("orders/billing", async (delivery) => {
      await Promise.all([delivery.ack(), delivery.ack()]);
      await delivery.nack();
      done.resolve(delivery);
    });
    await client.publish("orders", 1);
    await done.promise;
    expect((await client.subscriptions.get("orders/billing"))?.ready).toBe(0);
  });

  test("gives back without counting what is released", async () => {
    const attempts = new Arrivals<number>();
    await client.subscribe("orders/billing", (delivery) => {
      attempts.add(delivery.attempt);
      if (attempts.items.length === 1) void delivery.release();
    });
    await client.publish("orders", 1);
    expect(await attempts.reach(2)).toEqual([1, 1]);
  });

  test("leaves a note for the next attempt", async () => {
    const notes = new Arrivals<string | undefined>();
    await client.subscribe("orders/billing", async (delivery) => {
      notes.add(delivery.note);
      if (delivery.attempt > 1) return;
      await delivery.extend({ ms: 5_000, note: "half done" });
      throw new Retry({ delayMs: 1 });
    });
    await client.publish("orders", 1);
    expect(await notes.reach(2)).toEqual([undefined, "half done"]);
  });

  test("rejects with lease_lost where a purge took the message, and says so once", async () => {
    const started = new Arrivals<Delivery>();
    await client.subscribe("orders/billing", (delivery) => {
      started.add(delivery);
      return new Promise(() => {});
    });
    await client.publish("orders", 1);
    const [delivery] = await started.reach(1);
    const lost = next(client, "lease_lost");
    await client.subscriptions.purge("orders/billing");
    expect((await lost).delivery).toBe(delivery);
    expect(delivery?.signal.aborted).toBe(true);
    await expect(delivery?.ack()).rejects.toMatchObject({
      code: "lease_lost",
      message: expect.stringContaining("was lost: it was purged") as unknown,
    });
  });
});

describe("a typed topic", () => {
  const positive = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: (value: unknown) =>
        typeof value === "number" && value > 0
          ? { value: String(value) }
          : { issues: [{ message: "must be positive", path: ["total"] }] },
    },
  };
  const slow = {
    "~standard": {
      ...positive["~standard"],
      validate: async (value: unknown) => {
        await Promise.resolve();
        return positive["~standard"].validate(value);
      },
    },
  };

  test.each([
    ["sync", positive],
    ["async", slow],
  ])("checks the input when publishing, and sends it as given (%s)", async (_, schema) => {
    const totals = topic<number, string>("totals", schema);
    await client.subscriptions.create("totals/raw");
    await expect(client.publish(totals, -1)).rejects.toMatchObject({
      code: "invalid_payload",
      issues: [{ message: "must be positive" }],
    });
    await client.publish(totals, 7);
    const [message] = await client.subscriptions.peek("totals/raw");
    expect(message?.value).toBe(7);
  });

  test.each([
    ["sync", positive],
    ["async", slow],
  ])("gives its handler the output (%s)", async (_, schema) => {
    const totals = topic<number, string>("totals", schema);
    const values = new Arrivals<string>();
    await client.subscribe(totals.group("sum"), (delivery) => values.add(delivery.value));
    await client.publish(totals, 7);
    expect(await values.reach(1)).toEqual(["7"]);
  });

  test.each([
    ["sync", positive],
    ["async", slow],
  ])("dead-letters at once what its schema refuses (%s)", async (_, schema) => {
    const totals = topic<number, string>("totals", schema);
    await client.subscribe(totals.group("sum"), () => {});
    const failed = next(client, "failed");
    await client.publish("totals", -7);
    expect((await failed).next).toBe("dead-letter");
    const [letter] = await all(client.dlq.list("totals/sum"));
    expect(letter?.error).toBe(
      "invalid_payload: the schema refuses the value: total: must be positive",
    );
  });

  test("dead-letters what is not what its content type says, once somebody looks", async () => {
    await client.subscribe("totals/sum", (delivery) => void delivery.value);
    const failed = next(client, "failed");
    await client.publish("totals", new Uint8Array([123]), { contentType: "application/json" });
    expect((await failed).next).toBe("dead-letter");
  });

  test("tries again where the handler itself publishes something invalid", async () => {
    const totals = topic<number, string>("totals", positive);
    await client.subscribe("orders/billing", () => client.publish(totals, -1));
    const failed = next(client, "failed");
    await client.publish("orders", 1);
    expect((await failed).next).toBe("retry");
  });

  test("fills the wildcards of a pattern", async () => {
    const quakes = topic<number>("quakes.*");
    const topics = new Arrivals<string>();
    await client.subscribe(quakes.group("map"), (delivery) => topics.add(delivery.topic));
    await client.publish(quakes.at("ml"), 4);
    expect(await topics.reach(1)).toEqual(["quakes.ml"]);
    expect(() => quakes.at()).toThrow(/more wildcards/);
    expect(() => quakes.at("a", "b")).toThrow(/fewer wildcards/);
  });
});

describe("a settle that asks for what cannot be", () => {
  test.each([
    ["delayMs", (delivery: Delivery) => delivery.nack({ delayMs: -1 })],
    ["delayMs", (delivery: Delivery) => delivery.nack({ delayMs: Number.NaN })],
    ["delayMs", (delivery: Delivery) => delivery.nack({ delayMs: 31 * 86_400_000 })],
    ["ms", (delivery: Delivery) => delivery.extend({ ms: 0 })],
    ["ms", (delivery: Delivery) => delivery.extend({ ms: 700_000 })],
    ["note", (delivery: Delivery) => delivery.extend({ note: "é".repeat(2_049) })],
    ["note", (delivery: Delivery) => delivery.extend({ note: 5 as never })],
  ])("is refused for its %s, and neither it nor its neighbours are hurt", async (field, settle) => {
    const errors = new Arrivals<unknown>();
    await client.subscribe(
      "orders/billing",
      async (delivery) => {
        if (delivery.value === 2) await settle(delivery).catch(errors.add);
      },
      { concurrency: 3, buffer: { messages: 10 } },
    );
    await Promise.all([1, 2, 3].map((value) => client.publish("orders", value)));
    const [error] = await errors.reach(1);
    expect(error).toMatchObject({ code: "invalid_argument", field });
    await expect
      .poll(async () => {
        const info = await client.subscriptions.get("orders/billing");
        return [info?.ready, info?.running, info?.retrying];
      })
      .toEqual([0, 0, 0]);
  });

  test("may have a fraction, and an error as the reason", async () => {
    await client.subscribe("orders/billing", async (delivery) => {
      if (delivery.attempt === 1) await delivery.nack({ delayMs: 0.4 });
      else await delivery.reject(new Error("no such order") as never);
    });
    await client.publish("orders", 1);
    await expect
      .poll(async () => (await all(client.dlq.list("orders/billing")))[0]?.error)
      .toBe("no such order");
  });

  test("is refused where it is thrown", () => {
    expect(() => new Retry({ delayMs: -1 })).toThrow("delayMs is -1");
  });
});

describe("JavaScript without types", () => {
  test.each([
    ["handler", () => client.subscribe("orders/billing", undefined as never)],
    ["handler", () => client.live("orders", "no" as never)],
    ["ack", () => client.subscribe("orders/billing", () => {}, { ack: "never" as never })],
    ["from", () => client.subscribe(undefined as never, () => {})],
    ["from", () => client.subscribe([null as never], () => {})],
    ["topic", () => client.publish(undefined as never, 1)],
    ["topic", () => client.publish({} as never, 1)],
    ["key", () => client.publish("orders", 1, { key: 5 as never })],
    ["deliverAt", () => client.publish("orders", 1, { deliverAt: "tomorrow" as never })],
    ["attributes", () => client.publish("orders", 1, { attributes: { tries: 1 as never } })],
    ["start", () => client.subscriptions.create("orders/x", { start: new Date("never") })],
  ])("is told what is wrong with %s", async (field, call) => {
    await expect(call()).rejects.toMatchObject({ code: "invalid_argument", field });
  });
});
