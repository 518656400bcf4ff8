// @ts-check
// A broker in a process of its own, from the last build, whose time passes SPEED times as fast: what it does once a second
// comes ten times a second. Options as JSON in the first argument; dies at PEYK_FAILPOINT, drains on SIGTERM.
import { Server } from "../../dist/server.js";
import { createClock } from "../../dist/runtime/clock.js";
import { armFailpoint } from "../../dist/runtime/failpoints.js";

const SPEED = 10;

/** From here on: a later process goes on where an earlier one was. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

const clock = createClock({
  wallMs: () => EPOCH_MS + Math.floor((Date.now() - EPOCH_MS) * SPEED),
  monotonicMs: () => performance.now() * SPEED,
  startTimeout: (delayMs, callback) => {
    const timeout = setTimeout(callback, delayMs / SPEED).unref();
    return () => clearTimeout(timeout);
  },
  defer: (callback) => void setImmediate(callback),
});

armFailpoint(process.env["PEYK_FAILPOINT"]);
const options = JSON.parse(process.argv[2] ?? "{}");
const onFailure = (/** @type {Error} */ error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(74);
};
process.once("SIGTERM", () => {
  void server.close({ timeoutMs: 60_000 }).then(() => process.exit(0), onFailure);
});
const server = await Server.start({ ...options, clock, onFailure });
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
