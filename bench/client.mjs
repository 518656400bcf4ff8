// @ts-check
// The clients of a benchmark: runs one scenario and sends its figures.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SCENARIOS } from "./scenarios.mjs";

const [name = "", dataDir = "", isShort] = process.argv.slice(2);

/** What a scenario gets: brokers to start, and what they used. */
export class Bench {
  dataDir = dataDir;
  isShort = isShort === "true";
  url = "";
  readyMs = 0;

  /** Starts a broker on the data directory and waits until it listens. */
  async startBroker() {
    const { url, readyMs } = await this.#ask({ start: true }, (message) => message.url && message);
    this.url = url;
    this.readyMs = readyMs;
    return url;
  }

  async stopBroker() {
    await this.#ask({ toBroker: "stop" }, (message) => "brokerEnded" in message);
  }

  /** @returns {Promise<{ cpuUs: number, rss: number, peakRss: number }>} */
  usage() {
    return this.#ask({ toBroker: "usage" }, (message) => message.usage);
  }

  resetPeak() {
    process.send?.({ toBroker: "reset-peak" });
  }

  /** Bytes of all files of the data directory but the spare, which is there before anything is. */
  diskBytes() {
    return readdirSync(dataDir)
      .filter((file) => !file.startsWith("spare"))
      .reduce((sum, file) => sum + statSync(join(dataDir, file)).size, 0);
  }

  /** @param {unknown} request @param {(message: any) => any} answer @returns {Promise<any>} */
  #ask(request, answer) {
    return new Promise((resolve) => {
      const listen = (/** @type {any} */ message) => {
        const found = answer(message);
        if (!found) return;
        process.off("message", listen);
        resolve(found);
      };
      process.on("message", listen);
      process.send?.(/** @type {any} */ (request));
    });
  }
}

const scenario = SCENARIOS[name];
if (!scenario)
  throw new Error(`there is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(", ")}`);
const result = await scenario.run(new Bench());
process.send?.({ result }, () => process.exit(0));
