import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SubscribeOptions, SubscriptionName } from "@peyk/client";

const SCRIPT = fileURLToPath(new URL("consumer-process.mjs", import.meta.url));

export interface ConsumerProcessOptions {
  readonly url: string;
  readonly name: string;
  readonly subscription: SubscriptionName;
  readonly subscribe?: SubscribeOptions;
  /** Its clock moves only with the command `advanceMs`. */
  readonly standsStill?: boolean;
  /** Acks what it gets at once. */
  readonly acks?: boolean;
}

export interface ConsumerCommand {
  readonly advanceMs?: number;
  /** The value of a delivery. */
  readonly ack?: unknown;
  /** Blocks the event loop as long as this file exists. */
  readonly blockUntil?: string;
}

export type ConsumerEvent =
  | { readonly event: "ready" }
  | { readonly event: "advanced" }
  | { readonly event: "blocked" }
  | {
      readonly event: "state";
      readonly state: string;
      readonly cause?: string | undefined;
      readonly retryInMs?: number | undefined;
    }
  | { readonly event: "resumed"; readonly leasesLost: number }
  | { readonly event: "delivery"; readonly value: unknown; readonly attempt: number }
  | { readonly event: "lease_lost"; readonly value: unknown }
  | { readonly event: "aborted"; readonly value: unknown }
  | { readonly event: "acked"; readonly value: unknown }
  | { readonly event: "refused"; readonly value: unknown; readonly code: string | undefined };

type EventOf<Name> = Extract<ConsumerEvent, { readonly event: Name }>;

const isOf = <Name extends ConsumerEvent["event"]>(
  event: ConsumerEvent,
  name: Name,
): event is EventOf<Name> => event.event === name;

/** A consumer that can be stopped, held up or put into another network, and tells what it sees. */
export class ConsumerProcess {
  readonly #child: ChildProcess;
  /** What it told and nobody asked for yet. */
  readonly #events: ConsumerEvent[] = [];
  #look: () => void = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (event: ConsumerEvent) => {
      this.#events.push(event);
      this.#look();
    });
    child.on("exit", () => this.#look());
  }

  /** @param within - A command that runs another one, say in a network of its own. */
  static async start(
    options: ConsumerProcessOptions,
    within: readonly string[] = [],
  ): Promise<ConsumerProcess> {
    const [program = "", ...args] = [...within, process.execPath, SCRIPT, JSON.stringify(options)];
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const consumer = new ConsumerProcess(child);
    await consumer.until("ready");
    return consumer;
  }

  tell(command: ConsumerCommand): void {
    this.#child.send(command);
  }

  /** The next event, whatever it is. */
  async next(): Promise<ConsumerEvent> {
    for (;;) {
      const event = this.#events.shift();
      if (event) return event;
      if (this.#isOver) throw new Error("the consumer has ended");
      await new Promise<void>((resolve) => (this.#look = resolve));
    }
  }

  /** The next event of a kind; what came before it is forgotten. */
  async until<Name extends ConsumerEvent["event"]>(name: Name): Promise<EventOf<Name>> {
    for (;;) {
      const event = await this.next();
      if (isOf(event, name)) return event;
    }
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.#isOver) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  get #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
