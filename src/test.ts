/** `peyk/test`: a broker for the tests of applications. In memory, with a clock that stands still until it is moved. */
import type { ConnectOptions, Message, Peyk } from "@peyk/client";
import { messagesOf } from "@peyk/client/embedded";
import { matches, MessageBatch, PeykError } from "@peyk/client/protocol";
import type { Run } from "./broker/engine.js";
import { EmbeddedBroker, type Broker } from "./embedding.js";
import type { BrokerOptions } from "./options.js";
import { TestClock } from "./runtime/test-clock.js";
import { Server } from "./server.js";

/** How long idle() waits by default, in ms of real time: handlers may do real work. Below the timeout of most test runners. */
const IDLE_TIMEOUT_MS = 4_000;

/** Turns of the event loop without anything left to do, after which nothing more is expected. */
const QUIET_TURNS = 3;

/** How far the clock moves at a time while the broker closes, in ms. */
const CLOSING_STEP_MS = 20;

export interface TestBroker extends Broker {
  /** Moves the clock of the broker and of the clients that connect() made; resolves when all that fell due has run. */
  advance(ms: number): Promise<void>;
  /**
   * Resolves when nothing is ready, buffered or running. Rejects with `timeout` after `timeoutMs` of real time (4 s), and
   * says what is left and where. What waits for a retry is not waited for: `advance` to it.
   */
  idle(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** What was published and confirmed so far, in order: to all topics, or to those that match. */
  published(pattern?: string): readonly Message[];
  /** Ends all connections, with all that is on its way. Clients come back when the clock moves. */
  cutConnections(): void;
}

/** Starts a broker in memory, on a clock of its own that stands still. Options are those of startBroker. */
export async function startTestBroker(options: Partial<BrokerOptions> = {}): Promise<TestBroker> {
  const clock = options.clock instanceof TestClock ? options.clock : createClock();
  const place = options.dataDir === undefined ? { memory: true } : {};
  const resolved = { ...place, ...options, clock };
  return new BrokerUnderTest(await Server.start(resolved), clock, resolved);
}

const createClock = (): TestClock => new TestClock({ defer: "immediate" });

class BrokerUnderTest extends EmbeddedBroker implements TestBroker {
  readonly #server: Server;
  readonly #clock: TestClock;
  readonly #clients = new Set<Peyk>();
  readonly #published: Message[] = [];

  constructor(server: Server, clock: TestClock, options: BrokerOptions) {
    super(server, options);
    this.#server = server;
    this.#clock = clock;
    server.context.broker.engine.tail(">", (run) => this.#record(run));
  }

  override async connect(options?: ConnectOptions): Promise<Peyk> {
    const client = await super.connect(options);
    this.#clients.add(client);
    client.on("state", ({ state }) => {
      if (state === "closed") this.#clients.delete(client);
    });
    return client;
  }

  async advance(ms: number): Promise<void> {
    const clock = this.#clock;
    const until = clock.monotonic() + ms;
    await this.#quiet();
    for (let next = clock.nextDueMs; next !== undefined; next = clock.nextDueMs) {
      if (clock.monotonic() + next > until) break;
      clock.advance(next);
      await this.#quiet();
    }
    clock.advance(until - clock.monotonic());
    await this.#quiet();
  }

  async idle({ timeoutMs = IDLE_TIMEOUT_MS } = {}): Promise<void> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      await this.#quiet();
      const left = await this.#left();
      if (left.length === 0) return;
      if (performance.now() >= until) {
        const detail = `not idle after ${timeoutMs} ms: ${left.join("; ")}`;
        throw new PeykError("timeout", detail);
      }
      // Handlers may wait for something real.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  published(pattern = ">"): readonly Message[] {
    return this.#published.filter(({ topic }) => matches(pattern, topic));
  }

  override cutConnections(): void {
    super.cutConnections();
    for (const connection of [...this.#server.context.connections]) {
      connection.close("going_away", "it was cut");
    }
  }

  /** The clock moves as far as the broker needs to end. */
  override async close(options?: { readonly timeoutMs?: number }): Promise<void> {
    let isClosed = false;
    const closing = super.close(options).finally(() => (isClosed = true));
    closing.catch(() => {});
    await this.#quiet();
    while (!this.#isDone(isClosed)) {
      this.#clock.advance(CLOSING_STEP_MS);
      await this.#quiet();
    }
    return closing;
  }

  /** What another callback sets is not seen by the checks of types. */
  #isDone(value: boolean): boolean {
    return value;
  }

  async #quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS;) {
      await new Promise((resolve) => setImmediate(resolve));
      turns = this.#clock.deferredCount === 0 ? turns + 1 : 0;
    }
  }

  /** One phrase for each place where something is left. */
  async #left(): Promise<string[]> {
    const left: string[] = [];
    for (const client of this.#clients) {
      const { unconfirmed, running } = client.health();
      if (unconfirmed > 0)
        left.push(`a client waits for the confirmation of ${countText(unconfirmed)}`);
      if (running > 0) left.push(`handlers of a client still work on ${countText(running)}`);
    }
    const page = { pattern: "", after: "", limit: 1_000 };
    const { administration, sessions } = this.#server.context;
    const { subscriptions } = await administration.listSubscriptions(page);
    const consumers = sessions.consumers();
    for (const { name = "", stats } of subscriptions ?? []) {
      const counts = [
        [stats?.ready, "ready"],
        [stats?.buffered, "buffered"],
        [stats?.running, "running"],
      ] as const;
      const parts = counts.filter(([count]) => count).map(([count, state]) => `${count} ${state}`);
      const nobody = !consumers.has(name) ? ", and nobody consumes it" : "";
      if (parts.length > 0) left.push(`${name} has ${parts.join(", ")}${nobody}`);
    }
    return left;
  }

  /** The engine may use the bytes of a run again. */
  #record(run: Run): void {
    const { batch, from, count, topic, firstPosition, publishedAtMs } = run;
    const { name, epoch } = topic;
    const bytes = new MessageBatch(batch.slice(from, count).slice(), count);
    const place = { topic: name, epoch, firstPosition, publishedAtMs };
    this.#published.push(...messagesOf({ ...place, batch: bytes }));
  }
}

const countText = (messages: number): string =>
  messages === 1 ? "1 message" : `${messages} messages`;
