import { spawn, type ChildProcess } from "node:child_process";
import type { Delivery } from "@peyk/client";
import { usageError } from "./failures.js";
import type { Verdict } from "./intake.js";
import type { Output } from "./output.js";
import { escapeControls } from "./text.js";

/** Exit code by which a command says that the message will never work: EX_DATAERR of sysexits.h. */
const REJECT_EXIT = 65;

/** What is kept of a command's stderr, in bytes: fits the error text of a dead letter. */
const ERROR_BYTES = 900;

/** How long the output of a command that ended is waited for, in ms: something it left behind may keep it open. */
const DRAIN_MS = 1_000;

/** Environment variables longer than this could make the start of a command fail. */
const MAX_VARIABLE_BYTES = 64 * 1024;

/** Runs one command per message: the payload on its standard input, what is around it in its environment. */
export class ChildCommand {
  readonly #command: string;
  readonly #args: readonly string[];
  readonly #output: Output;
  readonly #running = new Set<ChildProcess>();
  #isStopping = false;

  constructor([command = "", ...args]: readonly string[], output: Output) {
    this.#command = command;
    this.#args = args;
    this.#output = output;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** What runs is asked to end; what ends by a signal from now on is given back, not failed. */
  stop(): void {
    this.#isStopping = true;
    for (const child of this.#running) child.kill("SIGTERM");
  }

  /** Rejects where the command cannot be started at all: no message is to blame for that. */
  run(delivery: Delivery): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#command, this.#args, {
        stdio: ["pipe", "pipe", "pipe"],
        env: { ...process.env, ...variables(delivery) },
      });
      this.#running.add(child);
      let tail = Buffer.alloc(0);
      const written: Promise<void>[] = [];
      child.stdout.on("data", (chunk: Buffer) => written.push(this.#output.data(chunk)));
      child.stderr.on("data", (chunk: Buffer) => {
        process.stderr.write(chunk);
        tail = Buffer.concat([tail, chunk]).subarray(-ERROR_BYTES);
      });
      // A command need not read its input.
      child.stdin.on("error", () => {});
      child.stdin.end(delivery.bytes);
      const onLost = (): void => void child.kill("SIGTERM");
      delivery.signal.addEventListener("abort", onLost, { once: true });
      child.on("error", (error: NodeJS.ErrnoException) => {
        this.#running.delete(child);
        const why = error.code === "ENOENT" ? "there is no such command" : error.message;
        reject(usageError(`${this.#command} cannot be started: ${why}`));
      });
      child.on("exit", (exit, signal) => {
        this.#running.delete(child);
        delivery.signal.removeEventListener("abort", onLost);
        const conclude = (): void => {
          clearTimeout(patience);
          Promise.all(written).then(() => resolve(this.#judge(exit, signal, tail)), reject);
        };
        const patience = setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, DRAIN_MS);
        child.on("close", conclude);
      });
    });
  }

  #judge(exit: number | null, signal: NodeJS.Signals | null, tail: Buffer): Verdict {
    if (exit === 0) return { kind: "ack" };
    if (this.#isStopping) return { kind: "release" };
    const how = signal === null ? `exit code ${exit}` : `ended by ${signal}`;
    const said = escapeControls(tail.toString("utf8").trim());
    const reason = said === "" ? `${this.#command}: ${how}` : said;
    return { kind: exit === REJECT_EXIT ? "reject" : "nack", reason };
  }
}

function variables(delivery: Delivery): Record<string, string> {
  const { id, topic, key = "", attempt, attributes } = delivery;
  const named = Object.entries(attributes).map(([name, value]) => [
    `PEYK_ATTRIBUTE_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`,
    value,
  ]);
  const all = {
    PEYK_ID: id,
    PEYK_TOPIC: topic,
    PEYK_KEY: key,
    PEYK_ATTEMPT: String(attempt),
    ...(Object.fromEntries(named) as Record<string, string>),
  };
  // No variable can hold a NUL.
  return Object.fromEntries(
    Object.entries(all).filter(
      ([, value]) => !value.includes("\0") && Buffer.byteLength(value) <= MAX_VARIABLE_BYTES,
    ),
  );
}
