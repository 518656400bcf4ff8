import { connectWith, VERSION as CLIENT_VERSION, type OpenSocket } from "@peyk/client/embedded";
import type { ConnectOptions, Peyk } from "@peyk/client";
import type { BrokerOptions } from "./options.js";
import { systemClock } from "./runtime/clock.js";
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
 * what the data directory has: DirectoryInUse, JournalDamaged, JournalFormatUnknown.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  return embed(await Server.start(options), options);
}

/** A started server as a Broker. */
export function embed(server: Server, options: BrokerOptions): Broker {
  const clock = options.clock ?? systemClock;
  const openSocket: OpenSocket = (_url, events) => {
    const socket = joinInMemory(server.accept, clock, {
      packet: (packet) => events.packet(packet),
      closed: (code, reason) => events.closed(code, reason),
    });
    clock.defer(() => events.opened());
    return {
      get bufferedBytes() {
        return socket.bufferedBytes;
      },
      // The client uses its buffer again; this side keeps what it was given.
      send: (packet) => socket.send(packet.slice()),
      close: (code, reason) => socket.close(code, reason),
    };
  };
  const token = options.token === undefined ? {} : { token: options.token };
  return {
    url: server.url,
    connect: (connectOptions = {}) =>
      connectWith(
        { ...token, ...connectOptions },
        {
          urls: ["in-process"],
          openSocket,
          clock,
          defaultName: `in-process:${process.pid}`,
          software: `peyk-client/${CLIENT_VERSION} in-process`,
        },
      ),
    close: (closeOptions) => server.close(closeOptions),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
