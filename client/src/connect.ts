import { openSocket } from "#socket";
import { systemClock } from "./clock.js";
import { connectWith } from "./client.js";
import { describeRuntime } from "#runtime";
import { PeykError } from "./protocol/index.js";
import type { ConnectOptions, Peyk } from "./types.js";

const DEFAULT_URL = "ws://127.0.0.1:7070";

/**
 * Connects to a broker, or to the first of several that answers. Resolves once it has let us in; rejects with the reason
 * if none has within `connectTimeoutMs`. Afterwards it comes back by itself after every interruption.
 */
export async function connect(
  url: string | readonly string[] = DEFAULT_URL,
  options: ConnectOptions = {},
): Promise<Peyk> {
  const urls = [url].flat();
  if (urls.length === 0) {
    const detail = "there is no URL to connect to; give at least one";
    throw new PeykError("invalid_argument", detail, { field: "url" });
  }
  for (const each of urls) checkUrl(each);
  const { name, software } = describeRuntime();
  const parts = { urls, openSocket, clock: systemClock, defaultName: name, software };
  return connectWith(options, parts);
}

function checkUrl(url: string): void {
  if (URL.canParse(url)) {
    const { protocol, username, password, search } = new URL(url);
    const isWebSocket = protocol === "ws:" || protocol === "wss:";
    if (isWebSocket && !username && !password && !search) return;
  }
  const detail =
    `"${url.slice(0, 64)}" is no URL of a broker: it must be like ${DEFAULT_URL}, ` +
    "without a user, a password or a query; a token goes into options.token";
  throw new PeykError("invalid_argument", detail, { field: "url" });
}
