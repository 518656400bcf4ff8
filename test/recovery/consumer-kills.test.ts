import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { connect, type Message, type Peyk, type SubscriptionName } from "@peyk/client";
import { expect, onTestFinished, test } from "vitest";
import { EmbeddedEngine } from "../../src/engines/embedded/engine.js";
import { NodeDisk } from "../../src/engines/embedded/node-disk.js";
import { systemClock } from "../../src/runtime/clock.js";
import { systemRandom } from "../../src/runtime/random.js";
import { ROOT } from "../e2e/peyk-process.js";
import type { CheckerLink } from "../harness/checker-link.js";
import { Checker } from "../harness/checker.js";
import { compileSources } from "../harness/compiled-source.js";
import type { MortalOptions } from "../harness/mortal-consumer.js";
import { Rounds } from "../harness/rounds.js";
import type { SeededRandom } from "../harness/seeded-random.js";
import { startBroker, tempDir, type StartedBroker } from "../harness/start-broker.js";

/** Consumers killed in the short form. */
const KILLS = 9;

/** Consumers at a time. */
const TOGETHER = 3;

/** Messages that wait for them. */
const MESSAGES = 60;

/** How long the broker waits for a consumer to come back. */
const GRACE_MS = 50;

const TOPIC = "jobs";
const SUBSCRIPTIONS: readonly SubscriptionName[] = ["jobs/one", "jobs/two"];

const CLIENT = pathToFileURL(join(ROOT, "client/dist/index.js")).href;
const SOURCES = ["mortal-consumer", "checker-link", "seeded-random"].map(
  (name) => `test/harness/${name}.ts`,
);

const A_DAY_MS = 86_400_000;

// Goal: nothing of a killed consumer stays behind: its leases return, gauges and counters go back to 0, and are what the
// journal says. Method: consumers in processes of their own that kill themselves at a random step; the checker knows what
// each of them did.
test(
  "consumers that are killed leave no lease, no credit and no byte behind",
  async () => {
    const rounds = new Rounds(KILLS, "killed consumers");
    const main = fileURLToPath(compileSources(tempDir(), SOURCES));
    const dataDir = tempDir();
    const broker = await startBroker({ dataDir, resumeGraceMs: GRACE_MS, spareBytes: 0 });
    const checker = await Checker.start(tempDir(), {
      topics: { [TOPIC]: SUBSCRIPTIONS },
      maxAttempts: 0,
      mayLoseLeases: false,
    });
    onTestFinished(async () => void (await checker.close()));
    const world = new World(
      broker,
      await checker.connect(),
      await connect(broker.url, { log: false }),
    );
    await world.subscribe();
    for (let round = 0; rounds.done < rounds.count; round += 1) {
      const random = rounds.randomOf(round);
      await world.fill();
      const mortals = Array.from({ length: TOGETHER }, (_, index) =>
        mortal(main, broker.url, checker.address, {
          name: `${round}-${index}`,
          seed: String(random.fork().seed),
          subscriptions: SUBSCRIPTIONS,
          concurrency: 1 + random.int(8),
          step: 1 + random.int(60),
        }),
      );
      expect(await Promise.all(mortals)).toEqual(mortals.map(() => "SIGKILL"));
      await world.check(random);
      rounds.add(TOGETHER);
    }
    const counts = await world.counts();
    await world.close();
    expect(await recount(dataDir)).toEqual(counts);
  },
  A_DAY_MS,
);

/** Resolves with the signal that ended it. */
async function mortal(
  main: string,
  url: string,
  address: string,
  options: MortalOptions,
): Promise<string | null> {
  const child = spawn(process.execPath, [main, CLIENT, url, address, JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  return signal;
}

/** How many unsettled messages the journal has, read by an engine of its own. */
async function recount(dataDir: string): Promise<Record<string, number>> {
  const engine = new EmbeddedEngine(new NodeDisk(dataDir), systemClock, systemRandom, {});
  const { subscriptions } = await engine.open();
  const counts: Record<string, number> = {};
  for (const { id, name } of subscriptions) {
    if (SUBSCRIPTIONS.some((each) => each === name))
      counts[name] = (await engine.stats(id)).unsettled;
  }
  await engine.close();
  return counts;
}

/** A broker in this process, where its counters can be seen, with a client that publishes and looks. */
class World {
  readonly #broker: StartedBroker;
  readonly #ledger: CheckerLink;
  readonly #peyk: Peyk;

  constructor(broker: StartedBroker, ledger: CheckerLink, peyk: Peyk) {
    this.#broker = broker;
    this.#ledger = ledger;
    this.#peyk = peyk;
  }

  async subscribe(): Promise<void> {
    for (const name of SUBSCRIPTIONS) {
      await this.#peyk.subscriptions.create(name, {
        maxAttempts: 0,
        retry: { minMs: 0, maxMs: 0 },
        ackDeadlineMs: 600_000,
      });
    }
  }

  async fill(): Promise<void> {
    const waiting = Math.max(...Object.values(await this.counts()));
    const publish = async (): Promise<void> => {
      const number = await this.#ledger.publish(TOPIC);
      const attributes = { number: String(number) };
      this.#ledger.confirmed(number, await this.#peyk.publish(TOPIC, number, { attributes }));
    };
    await Promise.all(Array.from({ length: Math.max(0, MESSAGES - waiting) }, publish));
  }

  /** Everything of the dead is gone, and what they had not settled is ready again. */
  async check(random: SeededRandom): Promise<void> {
    const { sessions, connections } = this.#broker.server.context;
    const consumers = sessions.all().flatMap((session) => [...session.consumers.values()]);
    // The grace ends on the broker's clock; each question lets a turn pass.
    while (sessions.size > 1) await this.#peyk.subscriptions.get(random.pick(SUBSCRIPTIONS));
    expect(connections.size).toBe(1);
    for (const { consumer } of consumers) {
      const { heldMessages, heldBytes, runningMessages } = consumer;
      expect({ heldMessages, heldBytes, runningMessages }).toEqual({
        heldMessages: 0,
        heldBytes: 0,
        runningMessages: 0,
      });
    }
    for (const name of SUBSCRIPTIONS) {
      const sightings = await this.#sightings(name);
      this.#ledger.audit(name, sightings, []);
      const said = await this.#peyk.subscriptions.get(name);
      expect((said?.ready ?? 0) + (said?.retrying ?? 0)).toBe(sightings.length);
      expect(said).toMatchObject({
        buffered: 0,
        running: 0,
        dead: 0,
        consumers: [],
      });
    }
    await this.#ledger.check();
  }

  async counts(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const name of SUBSCRIPTIONS) counts[name] = (await this.#sightings(name)).length;
    return counts;
  }

  async close(): Promise<void> {
    await this.#peyk.close();
    await this.#broker.server.close();
  }

  /** All that waits; what becomes ready meanwhile is there in both states. */
  async #sightings(name: SubscriptionName): Promise<{ number: number; id: string }[]> {
    const { subscriptions } = this.#peyk;
    const retrying = await subscriptions.peek(name, { state: "retrying", count: 250 });
    const ready = await subscriptions.peek(name, { state: "ready", count: 250 });
    const both = new Set(retrying.map(({ id }) => id));
    return [...retrying, ...ready.filter(({ id }) => !both.has(id))].map(
      ({ id, attributes }: Message) => ({ id, number: Number(attributes["number"]) }),
    );
  }
}
