import { EmbeddedBroker } from "../../../src/embedding.js";
import type { Server } from "../../../src/server.js";
import type { SeededRandom } from "../seeded-random.js";
import type { Seen } from "./late-ledger.js";
import type { Death } from "./simulated-broker.js";
import { SimulatedClient, type LoadContext } from "./simulated-client.js";
import type { SimulatedProcess } from "./simulated-process.js";

/**
 * A client within each process of the broker, one after the other: it dies with the broker, which cannot know whether its
 * handlers were the reason.
 */
export class InProcessMember {
  readonly #context: LoadContext;
  readonly #random: SeededRandom;
  #client: SimulatedClient | undefined;
  /** Handlers had these when processes died, and no other serves since. */
  #interrupted: Seen[] = [];

  constructor(context: LoadContext, random: SeededRandom) {
    this.#context = context;
    this.#random = random;
  }

  get client(): SimulatedClient | undefined {
    return this.#client;
  }

  /** The next process serves. */
  begin(process: SimulatedProcess, server: Server): void {
    const { ledger } = this.#context;
    // What a start has found survives everything.
    ledger.interrupted(this.#interrupted);
    this.#interrupted = [];
    const random = this.#random.fork();
    const broker = new EmbeddedBroker(server, { clock: process, random: random.fork() });
    const client = new SimulatedClient(process, this.#context, {
      part: {
        connect: (options) => broker.connect(options),
        served: ["orders.eu/billing", "orders.*/audit"],
        deadLetters: undefined,
        visited: undefined,
        live: "orders.us",
        // So that its handlers have something when the process dies.
        slowShare: 0.15,
      },
      random,
    });
    this.#client = client;
    client.live().catch((error: unknown) => {
      if (process.isAlive)
        ledger.complain(`the client in ${process.name} failed: ${String(error)}`);
    });
  }

  /** The process ends. `isCertain`: what was handed over is in the journal, and nobody took it back. */
  end(how: Death, isCertain: boolean): void {
    const held = this.#client?.held ?? [];
    if (this.#client?.view) this.#client.view.isOver = true;
    this.#client = undefined;
    // That is written and not synced before the next start.
    if (how === "power-cut") this.#interrupted = [];
    if (how === "crash" && isCertain) this.#interrupted.push(...held);
  }
}
