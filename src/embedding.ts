/// <reference lib="esnext.disposable" preserve="true" />
import {
  connectWith,
  VERSION as CLIENT_VERSION,
  type OpenSocket,
  type SocketEvents,
} from "@peyk/client/embedded";
import type { ConnectOptions, Peyk } from "@peyk/client";
import { PeykError } from "@peyk/client/protocol";
import type { BrokerOptions } from "./options.js";
import { keepAlive, systemClock, type Clock } from "./runtime/clock.js";
import type { Random } from "./runtime/random.js";
import { Server } from "./server.js";
import { joinInMemory } from "./transport/memory-line.js";

/** A broker inside this process. */
export interface Broker extends AsyncDisposable {
  /** Where it listens, if it does. */
  readonly url: string | undefined;
  /** A client within the process: the same API, no network. */
  connect(options?: ConnectOptions): Promise<Peyk>;
  /** Tells clients, lets them finish what is running for at most `timeoutMs` (8 s), and closes the journal. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/**
 * Starts a broker in this process. Needs `dataDir`, or `memory: true`; listens only if asked.
 *
 * Rejects with a PeykError for bad options (`invalid_argument`) and addresses that cannot be had (`unavailable`), and with
 * what the data directory has: DirectoryInUse, DirectoryUnusable, JournalDamaged, JournalFormatUnknown.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  return new EmbeddedBroker(await Server.start(options), options);
}

/** A started server as a Broker. */
export class EmbeddedBroker implements Broker {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #random: Random | undefined;
  readonly #token: string | undefined;
  /** Connections within the process that are open. */
  readonly #sockets = new Set<MemoryConnection>();
  #isClosed = false;

  constructor(server: Server, options: Partial<BrokerOptions>) {
    this.#server = server;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random;
    this.#token = options.token;
  }

  get url(): string | undefined {
    return this.#server.url;
  }

  connect(options: ConnectOptions = {}): Promise<Peyk> {
    const token = this.#token === undefined ? {} : { token: this.#token };
    return connectWith(
      { ...token, ...options },
      {
        urls: ["in-process"],
        openSocket: this.#openSocket,
        clock: this.#clock,
        ...(this.#random && { random: this.#random }),
        defaultName: `in-process:${process.pid}`,
        software: `peyk-client/${CLIENT_VERSION} in-process`,
      },
    );
  }

  async close(options?: { readonly timeoutMs?: number }): Promise<void> {
    // Another broker is another object: nobody has to try again.
    this.#isClosed = true;
    await this.#server.close(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends all connections within the process, with all that is on its way, as a network that fails would. */
  cutConnections(): void {
    for (const socket of [...this.#sockets]) socket.cut();
  }

  readonly #openSocket: OpenSocket = (_url, events) => {
    if (this.#isClosed) throw isOver();
    const socket = new MemoryConnection(this.#server, this.#clock, {
      ...events,
      closed: (code, reason) => {
        this.#sockets.delete(socket);
        events.closed(code, reason, this.#isClosed ? isOver() : undefined);
      },
    });
    this.#sockets.add(socket);
    return socket;
  };
}

const isOver = (): PeykError => new PeykError("closed", "the broker in this process is closed");

/** The client's end of a connection within the process. */
class MemoryConnection {
  readonly #socket: ReturnType<typeof joinInMemory>;
  readonly #events: SocketEvents;
  readonly #letGo: (() => void) | undefined;
  #isOpen = true;

  constructor(server: Server, clock: Clock, events: SocketEvents) {
    this.#events = events;
    // As a socket of a network does; a clock of tests keeps nobody.
    if (clock === systemClock) this.#letGo = keepAlive();
    this.#socket = joinInMemory(server.accept, clock, {
      packet: (packet) => {
        if (this.#isOpen) events.packet(packet);
      },
      closed: (code, reason) => this.#end(code, reason),
    });
    clock.defer(() => {
      if (this.#isOpen) events.opened();
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  /** The client uses its buffer again; this side keeps what it was given. */
  send(packet: Uint8Array): void {
    if (this.#isOpen) this.#socket.send(packet.slice());
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  cut(): void {
    this.#end(1006, "it was cut");
    this.#socket.close(1006, "it was cut");
  }

  #end(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#letGo?.();
    this.#events.closed(code, reason);
  }
}
