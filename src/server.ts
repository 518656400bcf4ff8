import { createHash, timingSafeEqual } from "node:crypto";
import { PeykError, limits } from "@peyk/client/protocol";
import { Administration } from "./broker/administration.js";
import { Broker } from "./broker/broker.js";
import { countLosses, createCounters, type Counters } from "./counters.js";
import { drain } from "./drain.js";
import type { Disk } from "./engines/embedded/disk.js";
import { EmbeddedEngine } from "./engines/embedded/engine.js";
import { MemoryDisk } from "./engines/embedded/memory-disk.js";
import { NodeDisk } from "./engines/embedded/node-disk.js";
import { openListeners } from "./listeners.js";
import { createLogEvents, type ServerEvents } from "./log-events.js";
import { limitLog } from "./log-limit.js";
import {
  maxPacketBytes,
  resolveOptions,
  type BrokerOptions,
  type ResolvedOptions,
} from "./options.js";
import { keepAlive, systemClock } from "./runtime/clock.js";
import { systemRandom } from "./runtime/random.js";
import { Timers } from "./runtime/timers.js";
import { Turns } from "./runtime/turns.js";
import { LoopDelay, statusOf, type BrokerState } from "./status.js";
import { Connection } from "./transport/connection.js";
import type { TransportContext } from "./transport/context.js";
import type { Listener } from "./transport/listener.js";
import type { Accept } from "./transport/line.js";
import { createOriginPolicy } from "./transport/origins.js";
import { PacketPool } from "./transport/packet-pool.js";
import { Sessions } from "./transport/sessions.js";
import { VERSION } from "./version.js";

/** How long clients have to finish what is running when the broker stops, in ms. */
const DRAIN_MS = 8_000;

/** Everything put together: options -> engine -> broker -> sessions -> listeners. */
export class Server {
  readonly context: TransportContext;
  /** Takes a line from within the process. */
  readonly accept: Accept;
  readonly #loopDelay = new LoopDelay();
  readonly #counters: Counters;
  readonly #onFailure: (error: Error) => void;
  readonly #startedAtMs: number;
  #listeners: readonly Listener[] = [];
  #url: string | undefined;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    broker: Broker,
    resolved: ResolvedOptions,
    options: BrokerOptions,
    { events, counters }: { readonly events: ServerEvents; readonly counters: Counters },
  ) {
    const { clock = systemClock, random = systemRandom } = options;
    const timers = new Timers(clock);
    const { resumeGraceMs: graceMs } = resolved;
    this.#counters = counters;
    this.#startedAtMs = clock.now();
    this.context = {
      broker,
      administration: new Administration(broker),
      clock,
      timers,
      packets: new PacketPool(),
      turns: new Turns(clock),
      sessions: new Sessions(broker.engine, { clock, timers, random, graceMs, events }),
      connections: new Set(),
      bySession: new Map(),
      config: transportConfig(resolved),
      events,
      counters,
      refusal: undefined,
      status: () => this.#status(),
      authenticate: createAuthenticator(resolved.token),
    };
    this.accept = (line) => new Connection(this.context, line);
    // An injected clock says nothing of the real event loop.
    if (clock === systemClock) this.#loopDelay.start(clock.monotonic());
    this.#onFailure = options.onFailure ?? (() => {});
    broker.engine.onFailure((error) => {
      events.engineFailed(error);
      this.#fail(error);
    });
  }

  /**
   * Rejects with a PeykError, or with a local error of the data directory; then nothing is left open.
   *
   * @param simulated - Stands in for `dataDir`, so that a simulation decides what becomes of the disk.
   */
  static async start(options: BrokerOptions, simulated?: Disk): Promise<Server> {
    const resolved = resolveOptions(options);
    const { clock = systemClock, random = systemRandom } = options;
    const disk = simulated ?? diskOf(resolved);
    const engine = new EmbeddedEngine(disk, clock, random, resolved.engine);
    const counters = createCounters();
    const log = limitLog(options.log ?? (() => {}), clock);
    const events = countLosses(createLogEvents(log), counters);
    const origins = createOriginPolicy(resolved.allowOrigin, (origin) =>
      events.pageRefused(origin),
    );
    const broker = await Broker.open(engine, clock, random, brokerConfig(resolved), events);
    events.recovered(engine.recovery);
    if (engine.recovery.tornBytes > 0) counters.tornTails += 1;
    engine.onDamage((record) => events.damaged(record, disk.location));
    const server = new Server(broker, resolved, options, { events, counters });
    try {
      const { context, accept } = server;
      const opened = await openListeners(resolved, { context, accept, origins, counters });
      server.#listeners = opened.listeners;
      server.#url = opened.url;
      return server;
    } catch (error) {
      await server.close({ timeoutMs: 0 });
      throw error;
    }
  }

  /** The first address it listens on, as a URL. */
  get url(): string | undefined {
    return this.#url;
  }

  get state(): BrokerState {
    if (this.#failure) return "failed";
    if (this.#closing) return "draining";
    return this.context.broker.engine.storage?.().isFull === true ? "full" : "serving";
  }

  /** Tells clients, lets them finish what is running, ends what is left, and closes the journal. */
  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? DRAIN_MS);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    // Timers of the clock keep nobody alive, and after the last connection nothing else would.
    const letGo = keepAlive();
    try {
      await this.#stop(timeoutMs);
    } finally {
      letGo();
    }
  }

  async #stop(timeoutMs: number): Promise<void> {
    const { context } = this;
    context.refusal ??= new PeykError("unavailable", "the broker is stopping", {
      retryAfterMs: 1_000,
    });
    for (const listener of this.#listeners) listener.stopAccepting();
    await drain(context, timeoutMs);
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    this.#loopDelay.stop();
    context.timers.close();
    await context.broker.close();
  }

  /** The journal cannot be written: everybody is told and disconnected, nobody new is let in. */
  #fail(failure: Error): void {
    if (this.#failure) return;
    this.#failure = failure;
    const { context } = this;
    const detail = "the broker cannot write its journal any more; it has to be started again";
    context.refusal = new PeykError("unavailable", detail);
    for (const connection of [...context.connections]) connection.abort(context.refusal);
    this.#onFailure(failure);
  }

  #status() {
    return statusOf(this.context, {
      state: this.state,
      startedAtMs: this.#startedAtMs,
      loopDelay: this.#loopDelay,
      counters: { ...this.#counters, messagesToNobody: this.context.broker.messagesToNobody },
    });
  }
}

const diskOf = ({ dataDir }: ResolvedOptions): Disk =>
  dataDir === undefined ? new MemoryDisk() : new NodeDisk(dataDir);

const brokerConfig = ({ autoCreate }: ResolvedOptions) => ({
  autoCreate,
  maxCredit: { messages: limits.MAX_CREDIT_MESSAGES, bytes: limits.MAX_CREDIT_BYTES },
  maxHeldBytes: limits.MAX_HELD_BYTES,
});

const transportConfig = ({ resumeGraceMs, maxPayloadBytes }: ResolvedOptions) => ({
  maxBufferedBytes: limits.MAX_UNREAD_BYTES,
  writeStallMs: limits.WRITE_TIMEOUT_MS,
  helloTimeoutMs: limits.HELLO_TIMEOUT_MS,
  pingIntervalMs: limits.PING_INTERVAL_MS,
  resumeGraceMs,
  maxPacketBytes: maxPacketBytes(maxPayloadBytes),
  maxPayloadBytes,
  maxUnconfirmedMessages: limits.MAX_UNCONFIRMED_MESSAGES,
  maxUnconfirmedBytes: limits.MAX_UNCONFIRMED_BYTES,
  maxCreditMessages: limits.MAX_CREDIT_MESSAGES,
  maxCreditBytes: limits.MAX_CREDIT_BYTES,
  version: VERSION,
});

/** Compared by digest in constant time, so that neither length nor content leaks. */
function createAuthenticator(token: string | undefined): (given: string) => void {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = token === undefined ? undefined : digest(token);
  return (given) => {
    if (!expected || timingSafeEqual(digest(given), expected)) return;
    throw new PeykError("unauthenticated", "the token is missing or not accepted");
  };
}
