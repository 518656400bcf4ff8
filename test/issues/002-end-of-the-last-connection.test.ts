import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { ROOT } from "../e2e/peyk-process.js";

const INDEX = pathToFileURL(join(ROOT, "dist/index.js")).href;

const SERVICE = `
  import { startBroker } from ${JSON.stringify(INDEX)};
  const broker = await startBroker({ memory: true });
  const peyk = await broker.connect();
  await new Promise((begun) => {
    void peyk.subscribe("orders/billing", () => new Promise(begun)).then(() => peyk.publish("orders", 1));
  });
  const closing = broker.close();
  await peyk.close({ timeoutMs: 0 });
  await closing;
  process.stdout.write("closed");
`;

// A broker that stops looks every 20 ms whether clients are done, on a timer that keeps no process alive. Where the last
// connection ended meanwhile nothing else did: the process was gone with 13, and its journal was not closed.
test("a broker whose last client leaves while it stops is closed to the end", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", SERVICE], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [exit] = (await once(child, "close")) as [number | null];
  expect({ exit, said }).toEqual({ exit: 0, said: "closed" });
});
