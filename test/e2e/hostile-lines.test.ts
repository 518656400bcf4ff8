import { expect, onTestFinished, test } from "vitest";
import { HOSTILE_TEXTS } from "../protocol/hostile-texts.js";
import { RawClient } from "../harness/raw-client.js";
import { jsonLines, serve } from "./peyk-process.js";

const MAX_NAME_BYTES = 256;

/** What moves a cursor, colours a line, turns its direction or ends it; tabs stand between columns. */
const FORGING =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** As many together as a name may have bytes: of one kind, no more than ten lines are logged in a second. */
const TEXTS = HOSTILE_TEXTS.filter((text) => text.length <= MAX_NAME_BYTES).reduce<string[]>(
  (texts, text) => {
    const together = `${texts.at(-1) ?? ""}${text}`;
    if (Buffer.byteLength(together) > MAX_NAME_BYTES) return [...texts, text];
    return [...texts.slice(0, -1), together];
  },
  [],
);

/** Each text as the name of a client, the reason of a failure, and an attribute of what fails. */
async function bringAbout(url: string): Promise<void> {
  for (const [index, text] of TEXTS.entries()) {
    const client = await RawClient.connect(url, { clientName: text });
    await client.subscribe("orders/billing");
    await client.publish("orders", [{ payload: Buffer.from(text), attributes: { [text]: text } }]);
    await client.deliveries(1);
    const verb = index % 2 === 0 ? "nack" : "reject";
    await client.settle([{ verb, reason: text, delayMs: 3_600_000 }]);
    await client.close();
  }
}

// Goal (S16): nothing that a client says forges a line of a log or moves a terminal's cursor. Method: hostile texts in every
// place that gets into a log or is printed, and a look at every line.
test.each(["json", "pretty"] as const)(
  "hostile texts stay within their lines in the %s log, and in what commands print",
  async (format) => {
    const broker = await serve(["--memory", "--log-format", format]);
    onTestFinished(async () => void (await broker.stop()));

    await bringAbout(broker.url);

    const commands = COMMANDS.flatMap((command) => [command, [...command, "--json"]]);
    for (const command of commands) {
      const { exit, stdout } = await broker.peyk(command);
      expect([command, exit]).toEqual([command, 0]);
      expect(stdout).not.toMatch(FORGING);
    }
    const { stderr } = await broker.stop();
    expect(stderr).toContain("dead-lettered");
    expect(stderr).not.toMatch(FORGING);
    const lines = stderr.split("\n").slice(0, -1);
    for (const line of lines) expect(line).toMatch(LINES[format]);
    // None was left out, and all can be read from the JSON as they were.
    expect(lines.filter((line) => line.includes("orders/billing"))).toHaveLength(TEXTS.length);
    if (format === "json") {
      const errors = jsonLines(stderr).map(({ error }) => error);
      expect(errors.filter((error) => error !== undefined)).toEqual(TEXTS);
    }
  },
);

const COMMANDS = [
  ["dlq", "list", "orders/billing"],
  ["subscription", "get", "orders/billing"],
  ["subscription", "peek", "orders/billing"],
  ["status"],
];

/** How every line looks. */
const LINES = {
  json: /^\{"level":"\w+","time":".*\}$/,
  pretty: /^\d\d:\d\d:\d\d (debug|info |warn |error) [a-z\d"]/i,
};
