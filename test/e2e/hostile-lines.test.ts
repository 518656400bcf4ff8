import { expect, onTestFinished, test } from "vitest";
import { HOSTILE_TEXTS } from "../protocol/hostile-texts.js";
import { RawClient } from "../harness/raw-client.js";
import { jsonLines, serve } from "./peyk-process.js";

/** What moves a cursor, colours a line, turns its direction or ends it; tabs stand between columns. */
const FORGING =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const TEXTS = HOSTILE_TEXTS.filter((text) => text !== "" && text.length <= 256);

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

    await broker.process.prints("stderr", /dead-lettered.*\n/);
    const { stderr } = broker.process;
    expect(stderr).not.toMatch(FORGING);
    const lines = stderr.split("\n").slice(0, -1);
    for (const line of lines) expect(line).toMatch(LINES[format]);
    if (format === "json") expect(jsonLines(stderr)).toHaveLength(lines.length);
    for (const command of COMMANDS) {
      const { exit, stdout } = await broker.peyk(command);
      expect([command, exit]).toEqual([command, 0]);
      expect(stdout).not.toMatch(FORGING);
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
