import { timingSafeEqual } from "node:crypto";
import { createHash } from "node:crypto";
import { PeykError, limits } from "@peyk/client/protocol";
import { Administration } from "./broker/administration.js";
import { Broker } from "./broker/broker.js";
import { EmbeddedEngine } from "./engines/embedded/engine.js";
import { MemoryDisk } from "./engines/embedded/memory-disk.js";
import { NodeDisk } from "./engines/embedded/node-disk.js";
import { createRequestListener } from "./http/pages.js";
import { createLogEvents } from "./log-events.js";
import { resolveOptions, type BrokerOptions, type ResolvedOptions } from "./options.js";
import { systemClock } from "./runtime/clock.js";
import { systemRandom } from "./runtime/random.js";
import { Timers } from "./runtime/timers.js";
import { Connection } from "./transport/connection.js";
import type { TransportContext, TransportCounters } from "./transport/context.js";
import { explainListenError, Listener, type ListenerCounters } from "./transport/listener.js";
import type { Accept } from "./transport/line.js";
import { createOriginPolicy } from "./transport/origins.js";
import { Sessions } from "./transport/sessions.js";
import { VERSION } from "./version.js";

/** How long clients have to finish what is running when the broker stops, in ms. */
const DRAIN_MS = 8_000;

/** How often it is looked whether they have, in ms. */
const DRAIN_LOOK_MS = 20;

/** Bytes in a socket beyond which its peer counts as slow, and how long one write may take (NATS's write deadline). */
const SOCKET_LIMITS = { maxBufferedBytes: 4 * 1024 * 1024, writeStallMs: 10_000 };

/** Everything put together: options -> engine -> broker -> sessions -> listeners. */
export class Server {
  readonly context: TransportContext;
  readonly accept: Accept;
  readonly #listeners: readonly Listener[];
  /** The first address it listens on, as a URL. */
  readonly url: string | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    context: TransportContext,
    accept: Accept,
    listeners: readonly Listener[],
    url: string | undefined,
  ) {
    this.context = context;
    this.accept = accept;
    this.#listeners = listeners;
    this.url = url;
  }

  /** Rejects with a PeykError, or with a local error of the data directory; then nothing is left open. */
  static async start(options: BrokerOptions): Promise<Server> {
    const resolved = resolveOptions(options);
    const clock = options.clock ?? systemClock;
    const random = options.random ?? systemRandom;
    const { dataDir } = resolved;
    const disk = dataDir === undefined ? new MemoryDisk() : new NodeDisk(dataDir);
    const engine = new EmbeddedEngine(disk, clock, random, resolved.engine);
    const log = createLogEvents(options.log ?? (() => {}));
    const broker = await Broker.open(engine, clock, random, brokerConfig(resolved), log);
    engine.onFailure((error) => log.engineFailed(error));
    const timers = new Timers(clock);
    const graceMs = resolved.resumeGraceMs;
    const sessions = new Sessions(broker, { clock, timers, random, graceMs, events: log });
    const counters = { ...NO_COUNTS };
    const context: TransportContext = {
      broker,
      administration: new Administration(broker),
      clock,
      timers,
      sessions,
      connections: new Set(),
      bySession: new Map(),
      config: transportConfig(resolved),
      events: log,
      counters,
      startedAtMs: clock.now(),
      isDraining: false,
      status: () => statusOf(context, counters),
      authenticate: createAuthenticator(resolved.token),
    };
    const accept: Accept = (line) => new Connection(context, line);
    try {
      const { listeners, url } = await listen(resolved, context, accept, counters);
      return new Server(context, accept, listeners, url);
    } catch (error) {
      await broker.close();
      throw error;
    }
  }

  /** Tells clients, lets them finish what is running, ends what is left, and closes the journal. */
  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? DRAIN_MS);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    const { context } = this;
    context.isDraining = true;
    for (const listener of this.#listeners) listener.stopAccepting();
    for (const session of context.sessions.all()) {
      for (const consumer of session.consumers.values()) {
        consumer.setCredit({ messages: 0, bytes: 0, concurrency: 0 });
      }
    }
    for (const connection of context.connections)
      connection.goAway("the broker is stopping", timeoutMs);
    await this.#untilIdle(timeoutMs);
    for (const connection of [...context.connections]) {
      connection.close("going_away", "the broker is stopping");
    }
    context.sessions.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    context.timers.close();
    await context.broker.close();
  }

  /** Resolves when no consumer is running anything, or the time is up. */
  async #untilIdle(timeoutMs: number): Promise<void> {
    const { clock, sessions } = this.context;
    const until = clock.monotonic() + timeoutMs;
    for (;;) {
      const running = sessions
        .all()
        .some((session) => session.isConnected && session.heldMessages > 0);
      if (!running || clock.monotonic() >= until) return;
      await new Promise<void>((resolve) => clock.setTimer(DRAIN_LOOK_MS, resolve));
    }
  }
}

type Counters = TransportCounters & ListenerCounters;

const NO_COUNTS: Counters = {
  framesRejected: 0,
  liveMessagesMissed: 0,
  originsRejected: 0,
  upgradesRejected: 0,
  connectionsRefused: 0,
};

const brokerConfig = ({ autoCreate }: ResolvedOptions) => ({
  autoCreate,
  maxCredit: { messages: limits.MAX_CREDIT_MESSAGES, bytes: limits.MAX_CREDIT_BYTES },
});

const transportConfig = ({ resumeGraceMs, maxPayloadBytes }: ResolvedOptions) => ({
  ...SOCKET_LIMITS,
  helloTimeoutMs: limits.HELLO_TIMEOUT_MS,
  pingIntervalMs: limits.PING_INTERVAL_MS,
  resumeGraceMs,
  maxPacketBytes: maxPayloadBytes + (limits.MAX_PACKET_BYTES - limits.MAX_PAYLOAD_BYTES),
  maxPayloadBytes,
  maxUnconfirmedMessages: limits.MAX_UNCONFIRMED_MESSAGES,
  maxUnconfirmedBytes: limits.MAX_UNCONFIRMED_BYTES,
  maxCreditMessages: limits.MAX_CREDIT_MESSAGES,
  maxCreditBytes: limits.MAX_CREDIT_BYTES,
  version: VERSION,
});

async function listen(
  resolved: ResolvedOptions,
  context: TransportContext,
  accept: Accept,
  counters: ListenerCounters,
): Promise<{ readonly listeners: Listener[]; readonly url: string | undefined }> {
  const listeners: Listener[] = [];
  let url: string | undefined;
  for (const { host, port } of resolved.listen) {
    const listener = new Listener({
      host,
      port,
      origins: createOriginPolicy(resolved.allowOrigin),
      maxPacketBytes: context.config.maxPacketBytes,
      maxConnections: resolved.maxConnections,
      maxConnectionsPerAddress: resolved.maxConnections,
      accept,
      onRequest: createRequestListener(context),
      counters,
    });
    try {
      const address = await listener.listen();
      listeners.push(listener);
      url ??= `ws://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
    } catch (error) {
      await Promise.all(listeners.map((each) => each.close()));
      throw explainListenError(error, host, port);
    }
  }
  return { listeners, url };
}

/** Compared by digest in constant time, so that neither length nor content leaks. */
function createAuthenticator(token: string | undefined): (given: string) => void {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = token === undefined ? undefined : digest(token);
  return (given) => {
    if (!expected || timingSafeEqual(digest(given), expected)) return;
    throw new PeykError("unauthenticated", "the token is missing or not accepted");
  };
}

function statusOf(context: TransportContext, counters: Counters) {
  const { broker, sessions, connections, startedAtMs } = context;
  const { names } = broker;
  return {
    version: VERSION,
    boot: broker.engine.boot,
    startedAtMs,
    state: context.isDraining ? "draining" : "serving",
    connections: connections.size,
    sessions: sessions.size,
    topics: names.topicCount,
    subscriptions: names.subscriptionCount,
    residentBytes: process.memoryUsage.rss(),
    publishPerSecond: broker.published.perSecond(context.clock.monotonic()),
    counters: { ...counters },
  };
}
