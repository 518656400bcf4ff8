import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonLines, serve, type Broker } from "./peyk-process.js";

let broker: Broker;
let topics = 0;

beforeAll(async () => {
  broker = await serve();
});
afterAll(() => broker.stop());

async function published(payload: string, ...options: string[]): Promise<string> {
  const topic = `work.test-${(topics += 1)}`;
  const subscription = `${topic}/workers`;
  await broker.done([
    "subscription",
    "create",
    subscription,
    "--max-attempts",
    "2",
    "--retry-min",
    "0",
  ]);
  await broker.done(["pub", topic, payload, ...options]);
  return subscription;
}

const deadLetters = async (subscription: string): Promise<Record<string, unknown>[]> =>
  jsonLines((await broker.peyk(["dlq", "list", subscription, "--json"])).stdout);

describe.concurrent("peyk subscribe -- command", () => {
  test("gives the payload on standard input and the rest in the environment", async () => {
    const subscription = await published("hello", "-a", "region-code=eu", "--key", "k1");
    const script = 'echo "$(cat) $PEYK_TOPIC $PEYK_KEY $PEYK_ATTEMPT $PEYK_ATTRIBUTE_REGION_CODE"';
    const command = ["sub", subscription, "--count", "1", "--", "sh", "-c", script];
    const { exit, stdout } = await broker.peyk(command);
    expect(exit).toBe(0);
    expect(stdout).toBe(`hello ${subscription.replace("/workers", "")} k1 1 eu\n`);
    const { stdout: left } = await broker.peyk(["subscription", "get", subscription, "--json"]);
    expect(JSON.parse(left)).toMatchObject({ ready: 0, running: 0, retrying: 0, dead: 0 });
  });

  test("dead-letters on exit code 65, with the end of stderr as the error", async () => {
    const subscription = await published("hello");
    const script = "echo no such customer >&2; exit 65";
    await broker.done(["sub", subscription, "--count", "1", "--", "sh", "-c", script]);
    expect(await deadLetters(subscription)).toEqual([
      expect.objectContaining({ error: "no such customer", attempts: 1, value: "hello" }),
    ]);
  });

  test("tries again on any other exit code, up to the last attempt", async () => {
    const subscription = await published("hello");
    const command = ["sub", subscription, "--count", "2", "--", "sh", "-c", "exit 3"];
    await broker.done(command);
    expect(await deadLetters(subscription)).toEqual([
      expect.objectContaining({ error: "sh: exit code 3", attempts: 2 }),
    ]);
  });

  test("does not blame the message where the command cannot be started", async () => {
    const subscription = await published("hello");
    const { exit, stderr } = await broker.peyk(["sub", subscription, "--", "no-such-command"]);
    expect(exit).toBe(64);
    expect(stderr).toContain("no-such-command cannot be started");
    const { stdout } = await broker.peyk(["sub", subscription, "--count", "1", "--json"]);
    expect(jsonLines(stdout)[0]).toMatchObject({ attempt: 1 });
  });

  test("runs more commands while messages wait, with a range", async () => {
    const subscription = await published("one");
    const topic = subscription.replace("/workers", "");
    await broker.done(["pub", topic, "--lines"], { input: "two\nthree\n" });
    const script = "echo started; sleep 30";
    const consumer = broker.start([
      "sub",
      subscription,
      "--concurrency",
      "1..3",
      "--",
      "sh",
      "-c",
      script,
    ]);
    await consumer.prints("stdout", /started\nstarted\nstarted/);
    consumer.kill("SIGTERM");
    expect((await consumer.finished()).exit).toBe(143);
    const { stdout } = await broker.peyk(["subscription", "get", subscription, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ ready: 3, retrying: 0 });
  });
});
