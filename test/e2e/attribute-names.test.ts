import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonLines, peyk, serve, temporaryFolder, type Broker } from "./peyk-process.js";

/** What every object has. */
const NAMES = ["__proto__", "constructor", "hasOwnProperty", "prototype", "toString"];

const ENTRIES = NAMES.map((name): [string, string] => [name, `the value of ${name}`]);

/** As options of `peyk publish`. */
const OPTIONS = ENTRIES.flatMap(([name, value]) => ["-a", `${name}=${value}`]);

const TOPIC = "__proto__";

const directory = temporaryFolder();
let broker: Broker;

beforeAll(async () => {
  broker = await serve(["--data-dir", "data"], { directory });
});
afterAll(async () => void (await broker.stop()));

/** The attributes of the only object that a command prints. */
function entriesIn(stdout: string): [string, unknown][] {
  const [printed] = jsonLines(stdout);
  expect(printed).toMatchObject({ topic: TOPIC });
  return Object.entries(printed?.["attributes"] ?? {}).sort();
}

/** A subscription of its own to the topic, with one message. */
async function published(group: string): Promise<string> {
  const subscription = `${TOPIC}/${group}`;
  await broker.done(["subscription", "create", subscription]);
  await broker.done(["pub", TOPIC, "hello", ...OPTIONS]);
  return subscription;
}

// Goal (S15), for the commands: what every object has is a name like any other, wherever messages are given and printed.
describe("attributes named like parts of an object", () => {
  test("are taken, delivered, given to commands and put into templates", async () => {
    const subscription = await published("constructor");
    await broker.done(["pub", TOPIC, "--ndjson", ...OPTIONS], { input: '{"__proto__": 1}\n' });
    await broker.done(["pub", TOPIC, "no attributes"]);
    const take = (...options: string[]) =>
      broker.peyk(["sub", subscription, "--count", "1", ...options]);

    const { stdout } = await take("--json");
    const command = await take("--", "sh", "-c", 'echo "$PEYK_ATTRIBUTE___PROTO__, $(cat)"');
    const template = "{attributes.__proto__}{attributes.toString}, {payload}";
    const line = await take("--format", template);

    expect(entriesIn(stdout)).toEqual(ENTRIES);
    expect(command.stdout).toBe('the value of __proto__, {"__proto__": 1}\n');
    expect(line.stdout).toBe(", no attributes\n");
  });

  test("are shown by peeks, dead letters and live, and by their topic's name", async () => {
    const viewer = broker.start(["live", TOPIC, "--json", "--count", "1", "-v"]);
    await viewer.prints("stderr", /looks at/);
    const subscription = await published("toString");
    const live = await viewer.finished();
    const shown = await Promise.all([
      broker.peyk(["topic", "peek", TOPIC, "--count", "1", "--json"]),
      broker.peyk(["subscription", "peek", subscription, "--json"]),
    ]);
    await broker.peyk(["sub", subscription, "--count", "1", "--", "sh", "-c", "exit 65"]);
    const letters = await broker.peyk(["dlq", "list", subscription, "--json"]);
    const [letter] = jsonLines(letters.stdout);
    const text = await broker.peyk(["dlq", "get", subscription, String(letter?.["id"])]);
    const status = await broker.peyk(["status", "--fail-if", `${subscription} dead = 1`]);

    for (const { stdout } of [live, ...shown, letters]) expect(entriesIn(stdout)).toEqual(ENTRIES);
    for (const [name, value] of ENTRIES) expect(text.stdout).toContain(`${name}\t${value}\n`);
    expect(status.exit).toBe(1);
  });

  test("are found in the journal", async () => {
    await published("hasOwnProperty");
    const inspect = ["journal", "inspect", "data"];

    const files = await peyk([...inspect, "--json"], { directory });
    const records = await peyk([...inspect, "--records", "--json"], { directory });

    expect(JSON.parse(files.stdout)).toMatchObject({
      topics: expect.arrayContaining([expect.objectContaining({ name: TOPIC })]) as unknown[],
    });
    const messages = jsonLines(records.stdout)
      .filter(({ owner }) => owner === TOPIC)
      .flatMap((record) => record["messages"] as { value: string; attributes: object }[]);
    const last = messages.filter(({ value }) => value === "hello").at(-1);
    expect(Object.entries(last?.attributes ?? {}).sort()).toEqual(ENTRIES);
  });
});
