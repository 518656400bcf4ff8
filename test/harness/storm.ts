import { connect, type Peyk, type SubscriptionName } from "@peyk/client";
import { expect } from "vitest";
import { BrokerProcess } from "./broker-process.js";
import { freePort } from "./free-port.js";
import { KillLoad } from "./kill-load.js";
import { Proxy } from "./proxy.js";
import { RawClient } from "./raw-client.js";
import type { SeededRandom } from "./seeded-random.js";
import { tempDir } from "./start-broker.js";

/** Consumers of each subscription. */
const GROUP = 40;

/** Connected besides: those of the load, and one that looks. */
const OTHERS = 4;

/** Of the load, before each storm. */
const CONFIRMATIONS = 300;

/** Longest first wait before a client connects again, in ms. */
const FIRST_WAIT_MS = 100;

/** Longer than it takes all of them to come back, in ms. */
const LONG_GRACE_MS = 60_000;

/** By how much what a broker uses may grow over its storms, in bytes: the load leaves messages behind, too. */
const GROWTH_BYTES = 24 * 1024 * 1024;

/** A broker in a process of its own, and very many who lose it at once. */
export class Storm {
  /** What was measured, a line for each storm. */
  readonly report: string[] = [];
  readonly #options: { readonly listen: string; readonly dataDir: string };
  readonly #proxy: Proxy;
  readonly #load: KillLoad;
  /** One that is not behind the proxy. */
  readonly #direct: Peyk;
  readonly #clients: Peyk[] = [];
  /** How long each waited first in this storm. */
  readonly #waits = new Map<Peyk, number>();
  #back = new Set<Peyk>();
  #onBack: () => void = () => {};
  #leasesLost = 0;
  #broker: BrokerProcess;
  /** Of a broker that survived its first storm. */
  #usualBytes: number | undefined;

  private constructor(parts: {
    readonly options: { readonly listen: string; readonly dataDir: string };
    readonly broker: BrokerProcess;
    readonly proxy: Proxy;
    readonly direct: Peyk;
    readonly load: KillLoad;
  }) {
    this.#options = parts.options;
    this.#broker = parts.broker;
    this.#proxy = parts.proxy;
    this.#direct = parts.direct;
    this.#load = parts.load;
  }

  static async gather(clientCount: number, random: SeededRandom): Promise<Storm> {
    const options = {
      listen: `127.0.0.1:${await freePort()}`,
      dataDir: tempDir(),
      resumeGraceMs: LONG_GRACE_MS,
    };
    const broker = await BrokerProcess.start(options);
    const proxy = await Proxy.start(broker.url);
    const direct = await connect(broker.url, { log: false });
    const load = await KillLoad.open(proxy.url, random, { largeShare: 0 });
    const storm = new Storm({ options, broker, proxy, direct, load });
    while (storm.#clients.length < clientCount) await storm.#add();
    return storm;
  }

  /** All connections break; the broker lives, and so do the sessions. */
  async cutNetwork(): Promise<void> {
    await this.#begin();
    this.#proxy.cut();
    await this.#allBack();
    expect(this.#leasesLost).toBe(0);
    await this.#load.rest();
    await this.#check("network cut");
    const usedBytes = await this.#broker.usedBytes();
    this.#usualBytes ??= usedBytes;
    expect(usedBytes - this.#usualBytes).toBeLessThan(GROWTH_BYTES);
  }

  /** The broker dies, and another one takes its place. */
  async killBroker(): Promise<void> {
    await this.#begin();
    await this.#broker.kill();
    this.#load.halt();
    await this.#load.cutOff();
    this.#usualBytes = undefined;
    this.#broker = await BrokerProcess.start(this.#options);
    await this.#allBack();
    await this.#load.quiet();
    await this.#check("broker killed");
  }

  async close(): Promise<void> {
    await this.#load.close();
    await Promise.all(this.#clients.map((client) => client.close({ timeoutMs: 0 })));
    await this.#direct.close({ timeoutMs: 0 });
    await this.#proxy.close();
    await this.#broker.kill();
  }

  async #add(): Promise<void> {
    const index = this.#clients.length;
    const client = await connect(this.#proxy.url, { log: false });
    client.on("state", ({ retryInMs }) => {
      if (retryInMs !== undefined && !this.#waits.has(client)) this.#waits.set(client, retryInMs);
    });
    client.on("resumed", ({ leasesLost }) => {
      this.#leasesLost += leasesLost;
      this.#back.add(client);
      this.#onBack();
    });
    await client.subscribe(subscriptionOf(index), () => {});
    this.#clients.push(client);
  }

  /** Clients are under load. */
  async #begin(): Promise<void> {
    this.#waits.clear();
    this.#back = new Set();
    this.#leasesLost = 0;
    this.#load.begin();
    await new Promise<void>((resolve) => this.#load.afterConfirmations(CONFIRMATIONS, resolve));
  }

  async #allBack(): Promise<void> {
    while (this.#back.size < this.#clients.length) {
      await new Promise<void>((resolve) => (this.#onBack = resolve));
    }
  }

  /** Everybody is there once, with a consumer, and the load finds what it was told. */
  async #check(what: string): Promise<void> {
    await this.#load.audit();
    await this.#load.ledger.check();
    this.#checkWaits();
    const count = this.#clients.length;
    const groups = new Set(this.#clients.map((_, index) => subscriptionOf(index)));
    let consumers = 0;
    while (consumers < count) {
      consumers = 0;
      for (const name of groups) {
        const info = await this.#direct.subscriptions.get(name);
        consumers += (info?.consumers ?? []).filter(({ connected }) => connected).length;
      }
    }
    expect(consumers).toBe(count);
    const { eventLoopDelayP99Ms } = await this.#settled(count + OTHERS + 1);
    const mib = ((await this.#broker.usedBytes()) / 1024 / 1024).toFixed(0);
    const delayMs = eventLoopDelayP99Ms.toFixed(0);
    this.report.push(`${what}: ${count} clients, event loop p99 ${delayMs} ms, ${mib} MiB used`);
  }

  /** The status once everybody has one connection and one session; those whose welcome got lost end with their grace. */
  async #settled(expected: number) {
    const looker = await RawClient.connect(this.#broker.url);
    let status = await looker.ask("getStatus", {}, "status");
    while (status.sessions > expected) status = await looker.ask("getStatus", {}, "status");
    await looker.close();
    const { connections, sessions } = status;
    expect({ connections, sessions }).toEqual({ connections: expected, sessions: expected });
    return status;
  }

  /** Full jitter: the first waits of all are spread over the time that each may wait. */
  #checkWaits(): void {
    const waits = [...this.#waits.values()];
    expect(waits).toHaveLength(this.#clients.length);
    for (let quarter = 0; quarter < 4; quarter += 1) {
      const [from, to] = [(quarter / 4) * FIRST_WAIT_MS, ((quarter + 1) / 4) * FIRST_WAIT_MS];
      expect(waits.some((wait) => wait >= from && wait <= to)).toBe(true);
    }
  }
}

const subscriptionOf = (index: number): SubscriptionName =>
  `storm.${Math.floor(index / GROUP)}/workers`;
