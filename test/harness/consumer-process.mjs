// @ts-check
// A consumer in a process of its own, from the built package: it keeps what it gets until its parent says what becomes of
// it, and tells its parent what the client tells it. Ends with its parent.
import { existsSync } from "node:fs";
import { openSocket } from "../../client/dist/socket.node.js";
import { systemClock } from "../../client/dist/clock.js";
import { connectWith } from "../../client/dist/client.js";
import { TestClock } from "../../dist/runtime/test-clock.js";

/** @type {import("./consumer-process.js").ConsumerProcessOptions} */
const options = JSON.parse(process.argv[2] ?? "{}");
const clock = options.standsStill ? new TestClock({ defer: "immediate" }) : systemClock;
/** @param {import("./consumer-process.js").ConsumerEvent} event */
const say = (event) => process.send?.(event);

/** What was delivered, by value. */
const held = new Map();

process.on("disconnect", () => process.exit(0));
process.on("message", (/** @type {import("./consumer-process.js").ConsumerCommand} */ command) => {
  if (command.advanceMs !== undefined && clock instanceof TestClock) {
    clock.advance(command.advanceMs);
    say({ event: "advanced" });
  }
  if (command.ack !== undefined) void settle(command.ack);
  if (command.blockUntil !== undefined) block(command.blockUntil);
});

const client = await connectWith(
  { name: options.name, log: false },
  { urls: [options.url], openSocket, clock, defaultName: "", software: "test" },
);
client.on("state", ({ state, cause, retryInMs }) =>
  say({ event: "state", state, cause: cause?.message, retryInMs }),
);
client.on("resumed", ({ leasesLost }) => say({ event: "resumed", leasesLost }));
client.on("lease_lost", ({ delivery }) => say({ event: "lease_lost", value: delivery.value }));
await client.subscribe(options.subscription, handle, options.subscribe);
say({ event: "ready" });

/** @param {import("@peyk/client").Delivery} delivery */
function handle(delivery) {
  const { value, attempt, signal } = delivery;
  say({ event: "delivery", value, attempt });
  signal.addEventListener("abort", () => say({ event: "aborted", value }));
  if (options.acks) return undefined;
  return new Promise((resolve) => held.set(value, { delivery, resolve }));
}

/** @param {unknown} value */
async function settle(value) {
  const { delivery, resolve } = held.get(value);
  try {
    await delivery.ack();
    say({ event: "acked", value });
  } catch (error) {
    say({ event: "refused", value, code: /** @type {{ code?: string }} */ (error).code });
  }
  resolve();
}

/**
 * Does nothing else until the file is gone, as work that never lets the event loop go.
 * @param {string} path
 */
function block(path) {
  process.send?.({ event: "blocked" }, () => {
    while (existsSync(path));
  });
}
