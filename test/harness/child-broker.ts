import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { BrokerOptions } from "../../src/options.js";
import { RawClient, type HelloBody } from "./raw-client.js";

const MAIN = fileURLToPath(new URL("./broker-main.mjs", import.meta.url));

/** A broker in a process of its own, made of the last build: one that can be killed. Ends with the test. */
export class ChildBroker {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #options: Partial<BrokerOptions>;

  private constructor(process: ChildProcess, url: string, options: Partial<BrokerOptions>) {
    this.#process = process;
    this.url = url;
    this.#options = options;
  }

  static async start(options: Partial<BrokerOptions>): Promise<ChildBroker> {
    const all = { listen: "127.0.0.1:0", ...options };
    const child = spawn(process.execPath, [MAIN, JSON.stringify(all)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const lines = createInterface({ input: child.stdout });
    const exited = once(child, "exit").then(([code]) => {
      throw new Error(`the broker ended with ${String(code)} before it listened`);
    });
    const [url] = (await Promise.race([once(lines, "line"), exited])) as [string];
    exited.catch(() => {});
    return new ChildBroker(child, url, options);
  }

  connect(hello?: HelloBody): Promise<RawClient> {
    return RawClient.connect(this.url, hello);
  }

  /** Ends it and resolves with its exit code, or the signal. */
  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<number | string | null> {
    const exited = once(this.#process, "exit") as Promise<[number | null, string | null]>;
    this.#process.kill(signal);
    const [code, by] = await exited;
    return code ?? by;
  }

  /** Starts another one on the same directory. */
  restart(): Promise<ChildBroker> {
    return ChildBroker.start(this.#options);
  }
}
