import { SeededRandom } from "../seeded-random.js";
import { EventLog } from "./event-log.js";
import { Faults } from "./faults.js";
import { InProcessMember } from "./in-process-member.js";
import { LateLedger, type Outcomes } from "./late-ledger.js";
import type { Topics } from "./removals.js";
import { BrokerHost } from "./simulated-broker.js";
import { overNetwork, partOf, SimulatedClient, type LoadContext } from "./simulated-client.js";
import { SimulatedNetwork } from "./simulated-network.js";
import { SimulatedProcess } from "./simulated-process.js";
import {
  DEAD_LETTER_RETAIN_MS,
  MAX_ATTEMPTS,
  SUBSCRIPTIONS,
  subscriptionsOf,
  TOPICS,
  VISITED,
} from "./simulated-topics.js";
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
  /** How messages ended, over all subscriptions. */
  readonly outcomes: Outcomes;
  /** Told by the broker; attempts of handlers within its process that died with it. */
  readonly told: LateLedger["told"];
  /** Messages that came live. */
  readonly live: number;
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
  readonly #context: LoadContext;
  readonly #clients: SimulatedClient[] = [];
  readonly #member: InProcessMember | undefined;
  #clientLives = 0;
  #phase: "busy" | "quiet" | "draining" = "busy";
  #outcomes: Outcomes = { acked: 0, purged: 0, expired: 0, overflow: 0 };

  constructor(seed: bigint | number) {
    const random = new SeededRandom(seed);
    this.#seed = random.seed;
    this.#random = random;
    this.#time = new VirtualTime(random.fork(), this.log);
    this.#network = new SimulatedNetwork(random.fork());
    this.#network.longestDelayMs = random.pick([1, 20, 20, 150]);
    this.#ledger = new LateLedger(this.#topics());
    this.#context = {
      ledger: this.#ledger,
      views: [],
      phase: () => this.#phase,
      servingMs: () => this.#broker.servingMs,
      burstEveryMs: random.pick([15_000, 30_000, 90_000]),
    };
    if (random.chance(0.5)) this.#member = new InProcessMember(this.#context, random.fork());
    this.#broker = new BrokerHost(this.#time, this.#network, random.fork(), {
      complain: (what) => this.#ledger.complain(what),
      serves: (process, server) => this.#member?.begin(process, server),
      ends: (how) => this.#member?.end(how, this.#broker.keepsHandOvers),
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
      outcomes: this.#outcomes,
      told: this.#ledger.told,
      live: this.#context.views.reduce((sum, { seenCount }) => sum + seenCount, 0),
      faults: this.#faults.counts,
    };
  }

  async #live(ms: number): Promise<void> {
    await this.#broker.start();
    for (let index = 0; index < CLIENTS; index += 1) this.#startClient(index);
    void this.#faults.begin();
    await this.#wait(ms);
    await this.#faults.end();
    if (this.#random.chance(0.2)) await this.#waitForDeadLetters();
    this.#phase = "draining";
    await this.#drain();
    await this.#broker.stop(1_000);
    await this.#broker.start();
    await this.#drain();
    for (const view of this.#context.views) view.check();
    this.#ledger.check();
  }

  async #wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= LOOK_MS) {
      await this.#time.sleep(LOOK_MS);
      for (const { calls } of this.#everybody()) calls.check();
    }
  }

  #everybody(): readonly SimulatedClient[] {
    const inProcess = this.#member?.client;
    return inProcess ? [...this.#clients, inProcess] : this.#clients;
  }

  /** Nobody touches the dead letters of some subscriptions, until all are too old. */
  async #waitForDeadLetters(): Promise<void> {
    this.#phase = "quiet";
    this.#time.note("it is quiet");
    await this.#wait(DEAD_LETTER_RETAIN_MS + 5 * MINUTE_MS);
    for (const name of VISITED) {
      const info = await this.#clients[0]?.peyk?.subscriptions.get(name);
      if (info?.dead === 0) continue;
      this.#ledger.complain(`${name} still has ${info?.dead} dead letters that are too old`);
    }
  }

  /** Everything that was published and must be settled is; and nothing else is left, of messages, leases or sessions. */
  async #drain(): Promise<void> {
    let left: string[] = [];
    for (let waitedMs = 0; waitedMs < DRAIN_MS; waitedMs += LOOK_MS) {
      await this.#wait(LOOK_MS);
      left = await this.#left();
      if (left.length > 0) continue;
      this.#outcomes = this.#ledger.checkEmpty();
      return this.#ledger.check();
    }
    const text = `after ${DRAIN_MS / MINUTE_MS} quiet minutes there is still: ${left.join("; ")}`;
    throw new Error(text);
  }

  async #left(): Promise<string[]> {
    const left: string[] = [];
    const everybody = this.#everybody();
    for (const { process, peyk, calls } of everybody) {
      if (peyk?.health().state !== "open") left.push(`${process.name} is not connected`);
      if (calls.openCount > 0) left.push(`${process.name} waits for ${calls.openCount} answers`);
    }
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
    if (sessionCount !== everybody.length) {
      left.push(`${sessionCount} sessions of ${everybody.length} clients`);
    }
    return left;
  }

  #topics(): Topics {
    const time = this.#time;
    const jumpedMs = (): number => this.#broker.jumpedMs;
    return {
      maxAttempts: MAX_ATTEMPTS,
      clock: {
        get nowMs() {
          return time.nowMs;
        },
        get jumpedMs() {
          return jumpedMs();
        },
      },
      subscriptionsOf,
      optionsOf: (topic) => TOPICS[topic] ?? {},
      rulesOf: (topic, subscription) => ({
        expireMs: TOPICS[topic]?.expireUnsettledMs ?? Infinity,
        deadLetterRetainMs: VISITED.some((name) => name === subscription)
          ? DEAD_LETTER_RETAIN_MS
          : Infinity,
      }),
    };
  }

  #startClient(index: number): void {
    this.#clientLives += 1;
    const name = `client ${index}.${this.#clientLives}`;
    const process = new SimulatedProcess(name, this.#time, this.#random.fork());
    const random = this.#random.fork();
    const part = partOf(index, overNetwork(this.#network, process, random.fork()));
    const client = new SimulatedClient(process, this.#context, { part, random });
    this.#clients[index] = client;
    client.live().catch((error: unknown) => {
      if (process.isAlive) this.#ledger.complain(`${name} failed: ${String(error)}`);
    });
  }

  #replaceClient(index: number, how: "process" | "machine"): void {
    const client = this.#clients[index];
    if (!client) return;
    const { process, view } = client;
    if (view) view.isOver = true;
    this.#time.note(`${process.name} dies with its ${how}`);
    process.die();
    this.#network.died(process, how);
    this.#startClient(index);
  }
}
