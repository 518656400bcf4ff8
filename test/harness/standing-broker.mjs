// @ts-check
// A broker in a process of its own, from the last build, whose clock stands still, so that nobody is closed for being late.
// Answers every line on stdin with its memory once the garbage is gone, and the bytes that it has read from all TCP
// connections, in bytes. Options as JSON in the first argument.
import { subscribe } from "node:diagnostics_channel";
import { createInterface } from "node:readline";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createClock } from "../../dist/runtime/clock.js";
import { Server } from "../../dist/server.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

/** @type {import("node:net").Socket[]} */
const sockets = [];
subscribe("net.server.socket", (message) => {
  sockets.push(/** @type {{ socket: import("node:net").Socket }} */ (message).socket);
});

const clock = createClock({
  wallMs: () => 0,
  monotonicMs: () => 0,
  startTimeout: () => () => {},
  defer: (callback) => void setImmediate(callback),
});
const server = await Server.start({ ...JSON.parse(process.argv[2] ?? "{}"), clock });
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);

createInterface({ input: process.stdin }).on("line", (line) => {
  // Buffers are counted out only by the collection after the one that freed them.
  collectGarbage();
  collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const bytesRead = sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
  const connections = server.context.connections.size;
  const usage = { rssBytes: rss, usedBytes: heapUsed + external, bytesRead, connections };
  process.stdout.write(`${line} ${JSON.stringify(usage)}\n`);
});
