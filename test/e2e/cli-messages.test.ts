import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonLines, serve, temporaryFolder, type Broker } from "./peyk-process.js";

let broker: Broker;
let topics = 0;

beforeAll(async () => {
  broker = await serve();
});
afterAll(() => broker.stop());

/** A topic of its own for each test, with a subscription. */
async function subscribed(): Promise<{ topic: string; subscription: string }> {
  const topic = `orders.test-${(topics += 1)}`;
  const subscription = `${topic}/billing`;
  await broker.done(["subscription", "create", subscription]);
  return { topic, subscription };
}

describe.concurrent("peyk publish", () => {
  test("says how many subscriptions took the message", async () => {
    const { topic } = await subscribed();
    const { exit, stdout, stderr } = await broker.peyk(["publish", topic, "hello"]);
    expect({ exit, stdout, stderr }).toEqual({
      exit: 0,
      stdout: `stored ${topic}, 1 subscription\n`,
      stderr: "",
    });
  });

  test("says what no subscription means, and which command makes one", async () => {
    const { exit, stdout, stderr } = await broker.peyk(["publish", "nobody.here", "hello"]);
    expect(exit).toBe(0);
    expect(stdout).toBe("published nobody.here, 0 subscriptions\n");
    expect(stderr).toContain("nobody will ever get it");
    expect(stderr).toContain("peyk subscription create nobody.here/workers");
  });

  test("fails where nobody would get it and that was asked for", async () => {
    const { exit } = await broker.peyk(["publish", "nobody.here", "x", "--require-subscription"]);
    expect(exit).toBe(1);
  });

  test("publishes one message a line, and prints nothing with --quiet", async () => {
    const { topic, subscription } = await subscribed();
    const input = "one\ntwo\nthree\n";
    const published = await broker.peyk(["pub", topic, "--lines", "-q"], { input });
    expect(published).toEqual({ exit: 0, stdout: "", stderr: "" });
    const { stdout } = await broker.peyk(["sub", subscription, "--count", "3"]);
    expect(stdout).toBe(input);
  });

  test("names the line that is no JSON, and keeps what came before it", async () => {
    const { topic, subscription } = await subscribed();
    const input = '{"id": 1}\n{"id": \n';
    const { exit, stderr } = await broker.peyk(["pub", topic, "--ndjson"], { input });
    expect(exit).toBe(65);
    expect(stderr).toContain("line 2 is no JSON");
    const { stdout } = await broker.peyk(["sub", subscription, "--count", "1"]);
    expect(stdout).toBe('{"id": 1}\n');
  });

  test("takes the payload from a file as it is", async () => {
    const { topic, subscription } = await subscribed();
    const file = join(temporaryFolder(), "payload");
    writeFileSync(file, Buffer.from([0, 255, 10]));
    await broker.done(["pub", topic, "--file", file]);
    const { stdout } = await broker.peyk(["sub", subscription, "--count", "1", "--json"]);
    expect(jsonLines(stdout)[0]).toMatchObject({ base64: "AP8K" });
  });
});

describe.concurrent("peyk subscribe", () => {
  test("prints an object a line with --json, with the names of the SDK", async () => {
    const { topic, subscription } = await subscribed();
    await broker.done(["pub", topic, '{"id": 1}', "-a", "region=eu", "--key", "k"]);
    const { stdout } = await broker.peyk(["sub", subscription, "--count", "1", "--json"]);
    expect(jsonLines(stdout)).toEqual([
      expect.objectContaining({
        topic,
        subscription,
        attempt: 1,
        key: "k",
        attributes: { region: "eu" },
        contentType: "application/json",
        value: { id: 1 },
      }),
    ]);
  });

  test("takes exactly as many as --count says, and acks them", async () => {
    const { topic, subscription } = await subscribed();
    await broker.done(["pub", topic, "--lines"], { input: "one\ntwo\n" });
    const first = await broker.peyk(["sub", subscription, "--count", "1"]);
    expect(first).toEqual({ exit: 0, stdout: "one\n", stderr: "" });
    const second = await broker.peyk(["sub", subscription, "--count", "1"]);
    expect(second).toEqual({ exit: 0, stdout: "two\n", stderr: "" });
    const nothing = await broker.peyk(["sub", subscription, "--idle", "300ms"]);
    expect(nothing).toEqual({ exit: 0, stdout: "", stderr: "" });
  });

  test("exits with 1 when fewer than --count came in time", async () => {
    const { subscription } = await subscribed();
    const command = ["sub", subscription, "--count", "1", "--idle", "100ms"];
    expect((await broker.peyk(command)).exit).toBe(1);
  });

  test("prints as the template says", async () => {
    const { topic, subscription } = await subscribed();
    await broker.done(["pub", topic, "hello", "-a", "region=eu"]);
    const template = "{topic} {attributes.region}\\t{payload}";
    const command = ["sub", subscription, "--count", "1", "--format", template];
    expect((await broker.peyk(command)).stdout).toBe(`${topic} eu\thello\n`);
  });

  test("ends quietly when nobody reads any more, and gives back what was not written", async () => {
    const { topic, subscription } = await subscribed();
    const consumer = broker.start(["sub", subscription, "-v"]);
    await consumer.prints("stderr", /takes part/);
    consumer.child.stdout?.destroy();
    await broker.done(["pub", topic, "hello"]);
    const { exit, stderr } = await consumer.finished();
    expect(exit).toBe(0);
    expect(stderr).not.toContain("error");
    const { stdout } = await broker.peyk(["sub", subscription, "--count", "1", "--json"]);
    expect(jsonLines(stdout)[0]).toMatchObject({ value: "hello", attempt: 1 });
  });

  test("ends with 130 on Ctrl-C and 143 on SIGTERM", async () => {
    const { subscription } = await subscribed();
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const consumer = broker.start(["sub", subscription, "-v"]);
      await consumer.prints("stderr", /takes part/);
      consumer.kill(signal);
      expect((await consumer.finished()).exit).toBe(code);
    }
  });

  test("names both ways out when the group is forgotten", async () => {
    const { exit, stderr } = await broker.peyk(["sub", "orders.created"]);
    expect(exit).toBe(65);
    expect(stderr).toContain('such as "orders.created/workers", or use live');
  });
});

describe.concurrent("peyk live", () => {
  test("shows what comes, without taking it from anybody", async () => {
    await broker.done(["subscription", "create", "sensors.north/archive"]);
    const viewer = broker.start(["live", "sensors.>", "--count", "1", "-v"]);
    await viewer.prints("stderr", /looks at/);
    await broker.done(["pub", "sensors.north", "hello"]);
    expect(await viewer.finished()).toMatchObject({ exit: 0, stdout: "hello\n" });
    const taken = await broker.peyk(["sub", "sensors.north/archive", "--count", "1"]);
    expect(taken.stdout).toBe("hello\n");
  });

  test("goes on after a message, and says what is missed", async () => {
    await broker.peyk(["topic", "create", "kept.events", "--retain", "1h"]);
    await broker.peyk(["pub", "kept.events", "--lines"], { input: "one\ntwo\nthree\n" });
    const { stdout: peeked } = await broker.peyk(["topic", "peek", "kept.events", "--json"]);
    const [first] = jsonLines(peeked);
    const from = ["--from", String(first?.["id"])];
    const { stdout } = await broker.peyk(["live", "kept.events", ...from, "--count", "2"]);
    expect(stdout).toBe("two\nthree\n");
    const lost = broker.start(["live", "kept.events", "--from", "1:1"]);
    await lost.prints("stderr", /some messages were missed/);
    lost.kill("SIGTERM");
    expect((await broker.peyk(["live", "kept.events", "--from", "x"])).exit).toBe(64);
  });

  test("refuses a name that a shell has cut, and says so", async () => {
    const { exit, stderr } = await broker.peyk(["live", "orders."]);
    expect(exit).toBe(65);
    expect(stderr).toContain("quote it");
  });
});
