import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, EXIT } from "./failures.js";

/** examples/quakes, from dist/cli. */
const EXAMPLE = fileURLToPath(new URL("../../examples/quakes/", import.meta.url));

/** How long a worker may take to end in peace, in ms. */
const STOP_MS = 5_000;

/** What a worker of the example tells about a delivery. */
interface Report {
  readonly outcome: "ready" | "done" | "failed" | "crashed";
  readonly id: string;
}

/** What the workers of one group have told. */
export interface GroupReport {
  /** Ids of messages that were handled. */
  readonly done: Set<string>;
  /** An id for every delivery. */
  readonly deliveries: string[];
  /** Workers that were killed. */
  killed: number;
}

/** The workers and the publisher of the example, as processes. */
export class DemoProcesses {
  readonly #directory: string;
  readonly #url: string;
  readonly #workers: ChildProcess[] = [];
  readonly #groups = new Map<string, GroupReport>();

  constructor(directory: string, url: string) {
    this.#directory = directory;
    this.#url = url;
  }

  of(group: string): GroupReport {
    let report = this.#groups.get(group);
    if (!report) {
      report = { done: new Set(), deliveries: [], killed: 0 };
      this.#groups.set(group, report);
    }
    return report;
  }

  /** Resolves when it takes part. */
  startWorker(group: string, environment: Readonly<Record<string, string>>): Promise<void> {
    const ARCHIVE = join(this.#directory, "archive.log");
    const worker = this.#fork("worker.mjs", [group, this.#url], { ...environment, ARCHIVE });
    this.#workers.push(worker);
    return new Promise((resolve, reject) => {
      worker.on("message", (report: Report) => {
        if (report.outcome === "ready") resolve();
        else this.#count(group, report);
      });
      worker.on("exit", (exit, signal) => {
        if (signal === "SIGKILL") this.of(group).killed += 1;
        reject(
          new CommandError(EXIT.bug, "internal", `a worker of ${group} ended: ${exit ?? signal}`),
        );
      });
    });
  }

  /** Publishes all; resolves with how many were stored. */
  async publish(): Promise<number> {
    const publisher = this.#fork("publish.mjs", [this.#url], {});
    // Not when it exits: what it tells may not have been read by then.
    const closed = once(publisher, "close");
    let stored: number | undefined;
    publisher.on("message", (message: { readonly stored: number }) => (stored = message.stored));
    await closed;
    if (stored !== undefined) return stored;
    throw new CommandError(EXIT.bug, "internal", "the publisher ended without a word");
  }

  /** Ends all workers in peace. */
  async stop(): Promise<void> {
    const running = this.#workers.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    const exits = running.map((worker) => once(worker, "exit"));
    for (const worker of running) worker.kill("SIGTERM");
    const patience = setTimeout(() => {
      for (const worker of running) worker.kill("SIGKILL");
    }, STOP_MS);
    await Promise.all(exits);
    clearTimeout(patience);
  }

  #fork(file: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    // What they print is for those who start them by hand.
    const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
    const env = { ...process.env, ...environment };
    return fork(join(EXAMPLE, file), args, { stdio: [...stdio], env, execArgv: [] });
  }

  #count(group: string, { outcome, id }: Report): void {
    const report = this.of(group);
    report.deliveries.push(id);
    if (outcome === "done") report.done.add(id);
  }
}
