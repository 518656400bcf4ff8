import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonLines, serve, type Broker } from "./peyk-process.js";

let broker: Broker;

beforeAll(async () => {
  // Long enough for a few commands on a busy machine, before a lost consumer's messages return.
  broker = await serve(["--memory", "--resume-grace", "50s"]);
});
afterAll(() => broker.stop());

/** A subscription with one dead letter. */
async function withDeadLetter(topic: string): Promise<string> {
  const subscription = `${topic}/billing`;
  await broker.done(["subscription", "create", subscription]);
  await broker.done(["pub", topic, "broken"]);
  await broker.done([
    "sub",
    subscription,
    "--count",
    "1",
    "--",
    "sh",
    "-c",
    "echo why >&2; exit 65",
  ]);
  return subscription;
}

describe.concurrent("peyk topic", () => {
  test("creates, shows, changes, lists and deletes", async () => {
    await broker.done(["topic", "create", "kept.events", "--retain", "7d"]);
    await broker.done(["topic", "update", "kept.events", "--retain-bytes", "64MiB"]);
    const { stdout } = await broker.peyk(["topic", "get", "kept.events", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      name: "kept.events",
      options: { retainMs: 604_800_000, retainBytes: 67_108_864 },
    });
    const listed = await broker.peyk(["topic", "list", "kept.*"]);
    expect(listed.stdout).toBe("kept.events\t0\t0\t0 B\t0.0\n");
    const deleted = await broker.peyk(["topic", "delete", "kept.events", "--yes"]);
    expect(deleted).toEqual({ exit: 0, stdout: "deleted kept.events\n", stderr: "" });
    expect((await broker.peyk(["topic", "get", "kept.events"])).exit).toBe(66);
  });

  test("limits what may wait in a topic", async () => {
    const limit = ["--max-backlog-bytes", "2KiB", "--overflow", "reject"];
    await broker.done(["topic", "create", "limited.topic", ...limit]);
    await broker.done(["subscription", "create", "limited.topic/slow"]);
    const { stdout } = await broker.peyk(["topic", "get", "limited.topic"]);
    expect(stdout).toMatch(/^backlog limit\s+2 KiB, then reject$/m);
    await broker.done(["pub", "limited.topic", "x".repeat(3_000)]);
    const refused = await broker.peyk(["pub", "limited.topic", "x"]);
    expect(refused.exit).toBe(75);
    expect(refused.stderr).toMatch(/bytes of topic limited\.topic are not settled; its limit/);
  });

  test("looks at the latest messages without taking them", async () => {
    await broker.done(["subscription", "create", "peeked.at/billing"]);
    await broker.done(["pub", "peeked.at", "--lines"], { input: "one\ntwo\n" });
    const { stdout } = await broker.peyk(["topic", "peek", "peeked.at"]);
    expect(stdout).toBe("one\ntwo\n");
  });

  test("says what a delete would destroy, and needs --yes where nobody can be asked", async () => {
    await broker.done(["subscription", "create", "doomed.topic/billing"]);
    await broker.done(["pub", "doomed.topic", "x"]);
    const refused = await broker.peyk(["topic", "delete", "doomed.topic"]);
    expect(refused.exit).toBe(64);
    expect(refused.stderr).toContain(
      "would delete doomed.topic with 1 stored message (1 unsettled), 1 subscription",
    );
    expect(refused.stderr).toContain("--yes");
    const dry = await broker.peyk(["topic", "delete", "doomed.topic", "--dry-run"]);
    expect(dry.exit).toBe(0);
    expect(dry.stdout).toContain("would delete doomed.topic");
    expect((await broker.peyk(["topic", "get", "doomed.topic"])).exit).toBe(0);
  });
});

describe.concurrent("peyk subscription", () => {
  test("creates with options, changes only what is given, peeks and purges", async () => {
    const name = "orders.*/audit";
    await broker.done([
      "subscription",
      "create",
      name,
      "--max-attempts",
      "3",
      "--ack-deadline",
      "1m",
    ]);
    await broker.done(["subscription", "update", name, "--max-attempts", "7"]);
    await broker.done(["pub", "orders.paid", "hello"]);
    const { stdout } = await broker.peyk(["subscription", "get", name, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      ready: 1,
      options: { maxAttempts: 7, ackDeadlineMs: 60_000 },
    });
    expect((await broker.peyk(["subscription", "peek", name])).stdout).toBe("hello\n");
    const purged = await broker.peyk(["subscription", "purge", name, "--yes"]);
    expect(purged.stdout).toBe(`dropped 1 message of ${name}\n`);
  });

  test("takes its options from the environment when it creates", async () => {
    const environment = { PEYK_ACK_DEADLINE: "45s" };
    await broker.done(["subscription", "create", "a.b/c"], { environment });
    const { stdout } = await broker.peyk(["subscription", "get", "a.b/c", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ options: { ackDeadlineMs: 45_000 } });
  });

  test("is a conflict where it exists with other options", async () => {
    await broker.done(["subscription", "create", "twice.made/x"]);
    const again = await broker.peyk([
      "subscription",
      "create",
      "twice.made/x",
      "--max-attempts",
      "9",
    ]);
    expect(again.exit).toBe(73);
  });
});

describe.concurrent("peyk dlq", () => {
  test("lists why, shows the payload and moves it back", async () => {
    const subscription = await withDeadLetter("failing.orders");
    const { stdout } = await broker.peyk(["dlq", "list", subscription, "--json"]);
    const [letter] = jsonLines(stdout);
    expect(letter).toMatchObject({ error: "why", attempts: 1, value: "broken" });
    const shown = await broker.peyk(["dlq", "get", `${subscription}/dlq`, String(letter?.["id"])]);
    expect(shown.stdout).toContain("payload\tbroken");
    const dry = await broker.peyk(["dlq", "redrive", subscription, "--all", "--dry-run"]);
    expect(dry.stdout).toBe(`would move 1 dead letter back to ${subscription}\n`);
    const moved = await broker.peyk(["dlq", "redrive", subscription, "--all"]);
    expect(moved.stdout).toBe(`moved 1 back to ${subscription}, 0 left, 0 failed again\n`);
    const { stdout: back } = await broker.peyk(["sub", subscription, "--count", "1"]);
    expect(back).toBe("broken\n");
  });

  test("drops only what was said, and only with --yes", async () => {
    const subscription = await withDeadLetter("dropped.orders");
    expect((await broker.peyk(["dlq", "purge", subscription])).stderr).toContain("say which");
    const refused = await broker.peyk(["dlq", "purge", subscription, "--all"]);
    expect(refused.stderr).toContain(`would drop 1 dead letter of ${subscription}`);
    const dropped = await broker.peyk(["dlq", "purge", subscription, "--all", "--yes"]);
    expect(dropped.stdout).toBe(`dropped 1 dead letter of ${subscription}\n`);
  });

  test("has nothing to list where nothing failed", async () => {
    await broker.done(["subscription", "create", "fine.orders/x"]);
    expect(await broker.peyk(["dlq", "list", "fine.orders/x", "--json"])).toMatchObject({
      exit: 0,
      stdout: "",
    });
  });
});

describe.concurrent("peyk status", () => {
  test("shows broker and subscriptions, as an object with --json", async () => {
    await broker.done(["subscription", "create", "shown.topic/x"]);
    const { stdout } = await broker.peyk(["status", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ version: "0.1.0", state: "serving" });
    expect((await broker.peyk(["status"])).stdout).toContain("shown.topic/x\t0\t0");
  });

  test("counts down until the messages of a lost consumer return", async () => {
    await broker.done(["subscription", "create", "orders.lost/billing"]);
    await broker.done(["pub", "orders.lost", "x"]);
    const work = ["--", "sh", "-c", "echo started; exec sleep 5"];
    const worker = broker.start(["sub", "orders.lost/billing", "--name", "mac:4711", ...work]);
    await worker.prints("stdout", /started/);
    worker.kill("SIGKILL");
    let said = "";
    while (!said.includes("orders.lost/billing")) {
      said = (await broker.peyk(["status"])).stderr;
    }
    expect(said).toMatch(
      /orders\.lost\/billing: mac:4711 is gone; 1 message returns in [\d.]+s unless it resumes/,
    );
  });

  test("exits with 1 if a condition is true", async () => {
    await broker.done(["subscription", "create", "watched.topic/x"]);
    await broker.done(["pub", "watched.topic", "x"]);
    const ask = (condition: string) => broker.peyk(["status", "-q", "--fail-if", condition]);
    expect((await ask("watched.topic/x ready > 0")).exit).toBe(1);
    expect((await ask("watched.topic/x ready > 10")).exit).toBe(0);
    expect((await ask("no.such/x ready > 10")).exit).toBe(66);
    const wrong = await ask("watched.topic/x redy > 10");
    expect(wrong.exit).toBe(64);
    expect(wrong.stderr).toContain("did you mean ready?");
  });
});

test.concurrent("peyk bench measures, and leaves no topic behind", async () => {
  const { exit, stdout } = await broker.peyk(["bench", "--messages", "2k", "--json"]);
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ messages: 2_000, subscriptions: 1 });
  expect((await broker.peyk(["topic", "list", "bench.*"])).stdout).toBe("");
});
