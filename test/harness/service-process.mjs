// @ts-check
// A service that embeds a broker, from the built package, and is killed by one kind of message: whoever handles "poison"
// takes the process with it. Writes into a file what its handler does; ends by itself when nothing is left to do.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startBroker } from "../../dist/index.js";

const { dataDir, journal, values } = JSON.parse(process.argv[2] ?? "{}");
/** @type {(line: Record<string, unknown>) => void} */
const note = (line) => appendFileSync(journal, `${JSON.stringify(line)}\n`);

const broker = await startBroker({ dataDir });
const peyk = await broker.connect();
let running = 0;
await peyk.subscribe(
  "jobs/worker",
  async ({ value, attempt }) => {
    running += 1;
    note({ value, attempt, running });
    if (value === "poison") process.kill(process.pid, "SIGKILL");
    await sleep(20);
    running -= 1;
    note({ done: value });
  },
  {
    concurrency: 4,
    buffer: { messages: 4 },
    create: { retry: { minMs: 10, maxMs: 10, factor: 1, jitter: 0 } },
  },
);
if (values)
  await Promise.all(values.map((/** @type {string} */ value) => peyk.publish("jobs", value)));
for (;;) {
  const info = await peyk.subscriptions.get("jobs/worker");
  if (info && info.ready + info.buffered + info.running + info.retrying === 0) {
    note({ dead: info.dead });
    break;
  }
  await sleep(20);
}
await peyk.close();
await broker.close();
