// @ts-check
// A broker for a benchmark: tells what it used, and stops when it is told to.
import { startBroker } from "peyk";

const startedAt = performance.now();
const [dataDir = ""] = process.argv.slice(2);
const broker = await startBroker({ dataDir, listen: "127.0.0.1:0" });
let peakRss = 0;
const watch = setInterval(() => (peakRss = Math.max(peakRss, process.memoryUsage.rss())), 20);
watch.unref();
send({ url: broker.url, readyMs: performance.now() - startedAt });

process.on("message", async (message) => {
  if (message === "usage") {
    const { user, system } = process.cpuUsage();
    const rss = process.memoryUsage.rss();
    send({ usage: { cpuUs: user + system, rss, peakRss: Math.max(peakRss, rss) } });
  } else if (message === "reset-peak") {
    peakRss = 0;
  } else if (message === "stop") {
    await broker.close();
    process.exit(0);
  }
});

function send(/** @type {unknown} */ message) {
  process.send?.(/** @type {any} */ (message));
}
