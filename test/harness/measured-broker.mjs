// @ts-check
// A broker in a process of its own, from the last build, that answers every line on stdin with what it uses. Options as JSON
// in the first argument; drains on SIGTERM.
import { createInterface } from "node:readline";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Server } from "../../dist/server.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");
let rejections = 0;
process.on("unhandledRejection", () => (rejections += 1));

const options = JSON.parse(process.argv[2] ?? "{}");
const server = await Server.start({ ...options, onFailure: () => process.exit(74) });
process.once("SIGTERM", () => void server.close().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);

createInterface({ input: process.stdin }).on("line", (line) => {
  collectGarbage();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  /** @type {Record<string, number>} */
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) {
    resources[name] = (resources[name] ?? 0) + 1;
  }
  const { sessions, connections } = server.context;
  const held = sessions.all().reduce((sum, session) => sum + session.heldMessages, 0);
  const counts = { sessions: sessions.size, connections: connections.size, held, rejections };
  const memory = { rss, heapUsed, external, arrayBuffers };
  process.stdout.write(`${line} ${JSON.stringify({ ...counts, memory, resources })}\n`);
});
