import { PeykError } from "@peyk/client/protocol";
import { createRequestListener } from "./http/pages.js";
import type { ListenAddress, ResolvedOptions } from "./options.js";
import { ConnectionCaps } from "./transport/connection-caps.js";
import type { TransportContext } from "./transport/context.js";
import type { Accept } from "./transport/line.js";
import { explainListenError, Listener, type ListenerCounters } from "./transport/listener.js";
import type { OriginPolicy } from "./transport/origins.js";

export interface ListenersContext {
  readonly context: TransportContext;
  readonly accept: Accept;
  readonly origins: OriginPolicy;
  readonly counters: ListenerCounters;
}

/** What "localhost" may mean to a client, which tries one or the other first. */
const LOOPBACK = ["127.0.0.1", "::1"];

/** System errors of a machine without one of them. */
const NO_SUCH_ADDRESS = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

/** Listens on every address, or on none: rejects with `unavailable` and the reason. `url` is that of the first. */
export async function openListeners(
  { listen, maxConnections: total, maxConnectionsPerAddress: perAddress }: ResolvedOptions,
  { context, accept, origins, counters }: ListenersContext,
): Promise<{ readonly listeners: readonly Listener[]; readonly url: string | undefined }> {
  const listeners: Listener[] = [];
  const caps = new ConnectionCaps({ total, perAddress });
  const onRequest = createRequestListener(context);
  const { maxPacketBytes } = context.config;
  const { clock } = context;
  const open = async ({ host, port }: ListenAddress): Promise<number> => {
    const address = { host, port };
    const common = { origins, maxPacketBytes, caps, clock, accept, onRequest, counters };
    const listener = new Listener({ ...address, ...common });
    const listening = await listener.listen();
    listeners.push(listener);
    return listening.port;
  };
  let url: string | undefined;
  for (const { host, port } of listen) {
    try {
      const opened =
        host === "localhost" ? await openLoopback(port, open) : await open({ host, port });
      url ??= `ws://${host.includes(":") ? `[${host}]` : host}:${opened}`;
    } catch (error) {
      await Promise.all(listeners.map((each) => each.close()));
      throw explainListenError(error, host, port);
    }
  }
  return { listeners, url };
}

/** Both addresses on one port; a machine may lack one of them. */
async function openLoopback(
  port: number,
  open: (address: ListenAddress) => Promise<number>,
): Promise<number> {
  let opened: number | undefined;
  for (const host of LOOPBACK) {
    try {
      opened = await open({ host, port: opened ?? port });
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      // Port 0 took one that is free on the first address; on the other it may not be, and one is enough.
      const isOptional = NO_SUCH_ADDRESS.has(code) || (opened !== undefined && port === 0);
      if (!isOptional) throw error;
    }
  }
  if (opened !== undefined) return opened;
  throw new PeykError("unavailable", "this machine has no loopback address");
}
