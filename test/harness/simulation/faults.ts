import type { SeededRandom } from "../seeded-random.js";
import type { BrokerHost } from "./simulated-broker.js";
import type { SimulatedClient } from "./simulated-client.js";
import type { SimulatedNetwork } from "./simulated-network.js";
import type { VirtualTime } from "./virtual-time.js";

export interface FaultyWorld {
  readonly time: VirtualTime;
  readonly broker: BrokerHost;
  readonly network: SimulatedNetwork;
  readonly clients: () => readonly SimulatedClient[];
  /** Kills a client, with its process or its machine, and starts another one. */
  readonly replaceClient: (index: number, how: "process" | "machine") => void;
}

type Fault = (world: FaultyWorld, random: SeededRandom) => Promise<void> | void;

/** What can go wrong, and how often against the others. */
const FAULTS: Readonly<Record<string, { readonly weight: number; readonly happen: Fault }>> = {
  cut: {
    weight: 6,
    happen: ({ network }, random) => {
      const connections = [...network.connections];
      if (connections.length > 0) random.pick(connections).cut();
    },
  },
  // One end thinks that the connection is there, or both do; what is on its way may come much later.
  halfOpen: {
    weight: 3,
    happen: async ({ network, time }, random) => {
      const connections = [...network.connections];
      if (connections.length === 0) return;
      const connection = random.pick(connections);
      connection.hold();
      await time.sleep(random.pick([500, 15_000, 40_000, 120_000]));
      connection.release();
    },
  },
  partition: {
    weight: 3,
    happen: async ({ network, clients, time }, random) => {
      const { process } = random.pick(clients());
      network.block(process);
      await time.sleep(random.pick([1_000, 8_000, 12_000, 90_000]));
      network.unblock(process);
    },
  },
  clientDies: {
    weight: 2,
    happen: ({ clients, replaceClient }, random) =>
      replaceClient(random.int(clients().length), random.pick(["process", "machine"])),
  },
  clientStalls: {
    weight: 2,
    happen: ({ clients }, random) => random.pick(clients()).process.stall(random.int(25_000)),
  },
  crash: { weight: 2, happen: ({ broker }) => broker.die("crash") },
  powerCut: { weight: 2, happen: ({ broker }) => broker.die("power-cut") },
  // In the middle of what it does to its disk.
  crashAtOperation: {
    weight: 3,
    happen: ({ broker }, random) =>
      broker.dieAtOperation(1 + random.int(40), random.pick(["crash", "power-cut"])),
  },
  stop: { weight: 2, happen: ({ broker }, random) => broker.stop(random.int(8_000)) },
  diskFails: {
    weight: 1,
    happen: ({ broker }, random) =>
      broker.failDisk(random.pick(["write", "sync"]), 1 + random.int(10)),
  },
  diskFills: {
    weight: 1,
    happen: async ({ broker, time }, random) => {
      broker.fillDisk(random.int(60_000));
      await time.sleep(random.int(60_000));
      broker.emptyDisk();
    },
  },
  diskIsSlow: {
    weight: 2,
    happen: async ({ broker, time }, random) => {
      broker.setSlow(true);
      await time.sleep(random.int(30_000));
      broker.setSlow(false);
    },
  },
  brokerStalls: { weight: 2, happen: ({ broker }, random) => broker.stall(random.int(20_000)) },
  wallJumps: {
    weight: 1,
    happen: ({ broker }, random) => broker.shiftWall(random.pick([-60_000, -1_000, 500, 60_000])),
  },
};

/** Lets things go wrong at random; a seed does not use all of them. */
export class Faults {
  readonly counts: Record<string, number> = {};
  readonly #world: FaultyWorld;
  readonly #random: SeededRandom;
  readonly #names: readonly string[];
  /** Mean time between two faults, in ms. */
  readonly #everyMs: number;
  readonly #pending = new Set<Promise<void>>();
  #isOn = false;
  #ended: Promise<void> | undefined;

  constructor(world: FaultyWorld, random: SeededRandom) {
    this.#world = world;
    this.#random = random;
    const used = Object.entries(FAULTS).filter(() => random.chance(0.7));
    this.#names = used.flatMap(([name, { weight }]) => new Array<string>(weight).fill(name));
    this.#everyMs = random.pick([10_000, 30_000, 90_000]);
  }

  begin(): void {
    this.#isOn = true;
    this.#ended = Promise.all([this.#goOn(), this.#supervise()]).then(() => {});
  }

  /** From now on nothing fails; resolves when all is mended and the broker serves. */
  async end(): Promise<void> {
    this.#isOn = false;
    await this.#ended;
    await Promise.all(this.#pending);
    const { broker, time } = this.#world;
    broker.mend();
    // What a broker that goes on has forgotten must show, too.
    if (this.#random.chance(0.3)) broker.die("crash");
    // A disk that failed just now ends it yet.
    await time.sleep(5_000);
    while (!broker.isServing) await broker.start();
  }

  async #goOn(): Promise<void> {
    const random = this.#random;
    const { time } = this.#world;
    if (this.#names.length === 0) return;
    while (this.#isOn) {
      await time.sleep(-Math.log(1 - random.fraction()) * this.#everyMs);
      if (!this.#isOn) return;
      const name = random.pick(this.#names);
      this.counts[name] = (this.counts[name] ?? 0) + 1;
      time.note(`fault: ${name}`);
      const happening = Promise.resolve(FAULTS[name]?.happen(this.#world, random));
      this.#pending.add(happening);
      void happening.then(() => this.#pending.delete(happening));
    }
  }

  /** Starts a broker whenever there is none. */
  async #supervise(): Promise<void> {
    const { broker, time } = this.#world;
    while (this.#isOn) {
      await time.sleep(1_000);
      if (broker.isAlive) continue;
      await time.sleep(this.#random.pick([0, 2_000, 15_000]));
      if (this.#isOn) await broker.start();
    }
  }
}
