import { matches } from "../../../client/src/protocol/index.js";
import { SeededRandom } from "../seeded-random.js";
import { EventLog } from "./event-log.js";
import { Faults } from "./faults.js";
import { LateLedger } from "./late-ledger.js";
import { BrokerHost } from "./simulated-broker.js";
import { MAX_ATTEMPTS, SimulatedClient, SUBSCRIPTIONS } from "./simulated-client.js";
import { SimulatedNetwork } from "./simulated-network.js";
import { SimulatedProcess } from "./simulated-process.js";
import { VirtualTime } from "./virtual-time.js";

const CLIENTS = 3;

const MINUTE_MS = 60_000;

/** How long everything may take to come to rest once nothing fails any more, in ms. */
const DRAIN_MS = 30 * MINUTE_MS;

/** Who holds what is compared every so many events. */
const HELD_EVERY = 100;

/** How often it is looked whether everybody is still answered, and everything drained, in ms. */
const LOOK_MS = 5_000;

export interface SimulationReport {
  readonly hash: string;
  readonly events: number;
  readonly messages: number;
  readonly lives: number;
  readonly faults: Readonly<Record<string, number>>;
}

/** A simulation that broke a promise: the seed, and the way there. */
export class BrokenSimulation extends Error {
  constructor(seed: bigint, cause: unknown, lines: readonly string[]) {
    const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    super(`seed ${seed}: ${detail}\nlast events:\n${lines.join("\n")}`, { cause });
  }
}

/**
 * A broker and its clients in one process, in a world where time, network and disk follow from a seed: connections break,
 * machines stop and die, disks fail. The ledger is told everything that clients see, and must find nothing wrong.
 */
export class Simulation {
  readonly log = new EventLog();
  readonly #seed: bigint;
  readonly #random: SeededRandom;
  readonly #time: VirtualTime;
  readonly #network: SimulatedNetwork;
  readonly #broker: BrokerHost;
  readonly #ledger: LateLedger;
  readonly #faults: Faults;
  readonly #burstEveryMs: number;
  readonly #clients: SimulatedClient[] = [];
  #clientLives = 0;
  #phase: "busy" | "quiet" | "draining" = "busy";

  constructor(seed: bigint | number) {
    const random = new SeededRandom(seed);
    this.#seed = random.seed;
    this.#random = random;
    this.#time = new VirtualTime(random.fork(), this.log);
    this.#network = new SimulatedNetwork(random.fork());
    this.#network.longestDelayMs = random.pick([1, 20, 20, 150]);
    this.#burstEveryMs = random.pick([10_000, 20_000, 60_000]);
    this.#ledger = new LateLedger(
      (topic) => SUBSCRIPTIONS.filter((name) => matches(name.replace(/\/.*/, ""), topic)),
      MAX_ATTEMPTS,
    );
    this.#broker = new BrokerHost(this.#time, this.#network, random.fork(), {
      complain: (what) => this.#ledger.complain(what),
    });
    this.#faults = new Faults(
      {
        time: this.#time,
        broker: this.#broker,
        network: this.#network,
        clients: () => this.#clients,
        replaceClient: (index, how) => this.#replaceClient(index, how),
      },
      random.fork(),
    );
  }

  /** Runs so many ms of simulated time, and then until everything that was published is settled. */
  async run(ms: number): Promise<SimulationReport> {
    try {
      await this.#time.run(this.#live(ms), () => {
        if (this.#ledger.broken.length > 0) this.#ledger.check();
        if (this.log.count % HELD_EVERY === 0) this.#broker.checkHeld();
      });
    } catch (error) {
      throw new BrokenSimulation(this.#seed, error, this.log.lastLines);
    }
    return {
      hash: this.log.hash,
      events: this.log.count,
      messages: this.#ledger.messageCount,
      lives: this.#broker.lives,
      faults: this.#faults.counts,
    };
  }

  async #live(ms: number): Promise<void> {
    await this.#broker.start();
    for (let index = 0; index < CLIENTS; index += 1) this.#startClient(index);
    void this.#faults.begin();
    for (let left = ms; left > 0; left -= LOOK_MS) {
      await this.#time.sleep(LOOK_MS);
      for (const client of this.#clients) client.check();
    }
    await this.#faults.end();
    this.#phase = "draining";
    await this.#drain();
    await this.#broker.stop(1_000);
    await this.#broker.start();
    await this.#drain();
  }

  /** Everything that was published and must be settled is; and nothing else is left, of messages, leases or sessions. */
  async #drain(): Promise<void> {
    let left: string[] = [];
    for (let waitedMs = 0; waitedMs < DRAIN_MS; waitedMs += LOOK_MS) {
      await this.#time.sleep(LOOK_MS);
      for (const client of this.#clients) client.check();
      left = await this.#left();
      if (left.length > 0) continue;
      this.#ledger.checkEmpty();
      return this.#ledger.check();
    }
    const text = `after ${DRAIN_MS / MINUTE_MS} quiet minutes there is still: ${left.join("; ")}`;
    throw new Error(text);
  }

  async #left(): Promise<string[]> {
    const left: string[] = [];
    this.#clients.forEach((client, index) => {
      if (client.peyk?.health().state !== "open") left.push(`client ${index} is not connected`);
      if (client.openCalls > 0) left.push(`client ${index} waits for ${client.openCalls} answers`);
    });
    const peyk = this.#clients[0]?.peyk;
    if (left.length > 0 || !peyk) return left;
    for (const name of SUBSCRIPTIONS) {
      const info = await peyk.subscriptions.get(name).catch(() => undefined);
      if (!info) return [`${name} cannot be looked at`];
      const { ready, buffered, running, retrying, dead } = info;
      const sum = ready + buffered + running + retrying + dead;
      if (sum > 0)
        left.push(`${name} has ${JSON.stringify({ ready, buffered, running, retrying, dead })}`);
    }
    const { sessionCount } = this.#broker;
    if (sessionCount !== CLIENTS) left.push(`${sessionCount} sessions of ${CLIENTS} clients`);
    return left;
  }

  #startClient(index: number): void {
    this.#clientLives += 1;
    const name = `client ${index}.${this.#clientLives}`;
    const process = new SimulatedProcess(name, this.#time, this.#random.fork());
    const client = new SimulatedClient(
      process,
      {
        ledger: this.#ledger,
        network: this.#network,
        isBusy: () => this.#phase === "busy",
        isDraining: () => this.#phase === "draining",
        burstEveryMs: this.#burstEveryMs,
      },
      this.#random.fork(),
    );
    this.#clients[index] = client;
    client.live(index).catch((error: unknown) => {
      if (process.isAlive) this.#ledger.complain(`${name} failed: ${String(error)}`);
    });
  }

  #replaceClient(index: number, how: "process" | "machine"): void {
    const process = this.#clients[index]?.process;
    if (!process) return;
    this.#time.note(`${process.name} dies with its ${how}`);
    process.die();
    this.#network.died(process, how);
    this.#startClient(index);
  }
}
