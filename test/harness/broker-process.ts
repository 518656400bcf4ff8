import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BrokerOptions } from "../../src/options.js";

const SCRIPT = fileURLToPath(new URL("broker-process.mjs", import.meta.url));

/** A broker in a process of its own: its clock runs on while that of the test is held up, and it can be killed. */
export class BrokerProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(options: BrokerOptions): Promise<BrokerProcess> {
    const child = fork(SCRIPT, [JSON.stringify(options)], { execArgv: ["--expose-gc"] });
    const exited = once(child, "exit").then(([code]) => {
      throw new Error(`the broker ended with ${String(code)} before it listened`);
    });
    exited.catch(() => {});
    const [{ url }] = (await Promise.race([once(child, "message"), exited])) as [{ url: string }];
    return new BrokerProcess(child, url);
  }

  /** Memory that it uses, garbage apart, in bytes. */
  async usedBytes(): Promise<number> {
    const answered = once(this.#child, "message");
    this.#child.send("memory");
    const [{ usedBytes }] = (await answered) as [{ usedBytes: number }];
    return usedBytes;
  }

  /** Stops it the polite way. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.send("stop");
    await exited;
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
