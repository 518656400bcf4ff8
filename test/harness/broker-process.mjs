// @ts-check
// A broker in a process of its own, from the built package. Says its URL; ends when it is told to or its parent is gone.
import { startBroker } from "../../dist/index.js";

const options = JSON.parse(process.argv[2] ?? "{}");
const broker = await startBroker({ listen: "127.0.0.1:0", ...options });
process.send?.({ url: broker.url });
process.on("message", (message) => {
  if (message === "stop") void broker.close().then(() => process.exit(0));
  if (message === "memory") process.send?.({ usedBytes: usedBytes() });
});
process.on("disconnect", () => process.exit(0));

/** What is in use once the garbage is gone. */
function usedBytes() {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
