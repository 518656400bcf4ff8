import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { JSON_SUBPROTOCOL, PeykError, SUBPROTOCOL } from "@peyk/client/protocol";
import { WebSocketServer, type WebSocket } from "ws";
import type { Clock } from "../runtime/clock.js";
import type { ConnectionCaps, Place } from "./connection-caps.js";
import type { Accept } from "./line.js";
import type { OriginPolicy } from "./origins.js";
import { attachWebSocket } from "./websocket-line.js";

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly origins: OriginPolicy;
  readonly maxPacketBytes: number;
  /** Shared by all listeners of a broker. */
  readonly caps: ConnectionCaps;
  readonly clock: Pick<Clock, "monotonic">;
  /** Time for the headers of a request, in ms; default 10 s. */
  readonly headersTimeoutMs?: number;
  readonly accept: Accept;
  /** Answers what is no WebSocket. */
  readonly onRequest: Parameters<typeof createServer>[1];
  readonly counters: ListenerCounters;
}

export interface ListenerCounters {
  originsRejected: number;
  upgradesRejected: number;
  connectionsRefused: number;
}

/** Whole messages may come in so many fragments. */
const MAX_FRAGMENTS = 64;

/**
 * So many chunks of the connection may wait to be put together, or as many as the largest message has if each has so many
 * bytes: networks make them larger (536 bytes at least, RFC 1122), and each takes some hundred bytes more.
 */
const MIN_BUFFERED_CHUNKS = 4_096;
const CHUNK_BYTES = 256;

/** Headers of a request must be here within this, in ms: slow ones cost memory. Looked at four times as often. */
const HEADERS_TIMEOUT_MS = 10_000;
const MAX_HEADERS = 100;

/** How long a peer may take to answer that a connection is closed, in ms; then it ends without an answer. */
const CLOSE_TIMEOUT_MS = 1_000;

/** JSON says the same in more bytes: a byte of payload takes 4/3 of a character. */
const JSON_FACTOR = 2;

/** Seconds after which a refused client may try again. */
const RETRY_AFTER_S = 5;

const TOO_MANY = {
  status: 503,
  text: "Too Many Connections",
  headers: { "Retry-After": String(RETRY_AFTER_S) },
};

/** Listens on one address: WebSockets of Peyk's subprotocols at `/`, and plain HTTP beside. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #http: Server;
  /** One for each subprotocol: a `WebSocketServer` has one limit for the size of messages. */
  readonly #binary: WebSocketServer;
  readonly #json: WebSocketServer;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#binary = createSockets(SUBPROTOCOL, options.maxPacketBytes);
    this.#json = createSockets(JSON_SUBPROTOCOL, options.maxPacketBytes * JSON_FACTOR);
    const { headersTimeoutMs = HEADERS_TIMEOUT_MS } = options;
    this.#http = createServer(
      {
        headersTimeout: headersTimeoutMs,
        requestTimeout: headersTimeoutMs,
        connectionsCheckingInterval: headersTimeoutMs / 4,
        maxHeaderSize: 16 * 1024,
      },
      options.onRequest,
    );
    this.#http.maxHeadersCount = MAX_HEADERS;
    this.#http.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#http.on("clientError", onClientError);
    this.#http.on("connection", (socket) => this.#onConnection(socket));
  }

  /** Resolves with the address it listens on; rejects with what the system says otherwise. */
  listen(): Promise<{ readonly host: string; readonly port: number }> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen({ host, port }, () => {
        this.#http.off("error", reject);
        this.#http.on("error", () => {});
        resolve({ host, port: (this.#http.address() as AddressInfo).port });
      });
    });
  }

  /** Accepts nobody new. Connections that are open stay so. */
  stopAccepting(): void {
    this.#http.close();
  }

  /** Ends what is still open; what is being closed gets the time for it, so that clients learn why. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    for (const sockets of [this.#binary, this.#json]) {
      for (const socket of sockets.clients) {
        if (socket.readyState === socket.OPEN) socket.terminate();
      }
    }
    await closed;
  }

  /** What has not said what it wants is limited, too. */
  #onConnection(socket: Duplex): void {
    const { caps, counters } = this.#options;
    const isTooMany = caps.socketOpened();
    socket.once("close", () => caps.socketClosed());
    if (!isTooMany) return;
    counters.connectionsRefused += 1;
    socket.on("error", () => {});
    refuse(socket, TOO_MANY.status, TOO_MANY.text, TOO_MANY.headers);
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => {});
    const refusal = this.#refusal(request);
    if (refusal) {
      this.#options.counters.upgradesRejected += 1;
      return refuse(socket, refusal.status, refusal.text, refusal.headers);
    }
    if (socket.destroyed) return;
    const { caps } = this.#options;
    const address = request.socket.remoteAddress ?? "";
    const place = caps.take(address);
    socket.once("close", place.leave);
    const sockets = offeredBy(request).includes(SUBPROTOCOL) ? this.#binary : this.#json;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("close", place.leave);
      this.#onSocket(webSocket, request, socket, place);
    });
  }

  #onSocket(socket: WebSocket, request: IncomingMessage, stream: Duplex, place: Place): void {
    const { maxPacketBytes, clock, accept } = this.#options;
    const peer = `${request.socket.remoteAddress ?? "unknown"}:${request.socket.remotePort ?? 0}`;
    attachWebSocket(socket, { stream, peer, maxPacketBytes, clock, place }, accept);
  }

  #refusal(request: IncomingMessage): Refusal | undefined {
    const { counters, caps, origins } = this.#options;
    // Those beyond the limit have been left out, and they may be the ones that matter.
    if (request.rawHeaders.length >= 2 * MAX_HEADERS) {
      return { status: 431, text: "Too Many Headers" };
    }
    if (request.method !== "GET") return { status: 405, text: "Method Not Allowed" };
    if (pathOf(request) !== "/") return { status: 404, text: "Not Found" };
    if (!origins.allows(request.headers.origin)) {
      counters.originsRejected += 1;
      return { status: 403, text: "Origin Not Allowed. See --allow-origin" };
    }
    if (request.headers["sec-websocket-version"] !== "13") {
      const headers = { "Sec-WebSocket-Version": "13" };
      return { status: 400, text: "Unsupported WebSocket Version", headers };
    }
    const names = offeredBy(request);
    if (!names.includes(SUBPROTOCOL) && !names.includes(JSON_SUBPROTOCOL)) {
      const text = `Subprotocol ${SUBPROTOCOL} or ${JSON_SUBPROTOCOL} Needed`;
      return { status: 400, text };
    }
    if (!caps.allows(request.socket.remoteAddress ?? "")) {
      counters.connectionsRefused += 1;
      return TOO_MANY;
    }
    return undefined;
  }
}

function createSockets(subprotocol: string, maxPayload: number): WebSocketServer {
  // The types of `ws` lag behind its options.
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: Math.max(MIN_BUFFERED_CHUNKS, Math.ceil(maxPayload / CHUNK_BYTES)),
    autoPong: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: () => subprotocol,
  } as ConstructorParameters<typeof WebSocketServer>[0]);
}

function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  socket.on("error", () => {});
  if (!socket.writable) socket.destroy();
  else if (error.code === "HPE_HEADER_OVERFLOW") refuse(socket, 431, "Headers Too Large");
  else if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") refuse(socket, 408, "Request Timeout");
  else refuse(socket, 400, "Bad Request");
}

const offeredBy = (request: IncomingMessage): string[] =>
  (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());

interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const pathOf = (request: IncomingMessage): string => (request.url ?? "").split("?", 1)[0] ?? "";

function refuse(
  socket: Duplex,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const lines = [
    `HTTP/1.1 ${status} ${text}`,
    "Connection: close",
    "Content-Length: 0",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  // Who was refused may keep its side open for ever; the broker does not.
  socket.once("finish", () => socket.destroy());
  socket.end(`${lines.join("\r\n")}\r\n\r\n`);
}

/** What `listen` failed with, as a sentence. */
export function explainListenError(error: unknown, host: string, port: number): PeykError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const why =
    code === "EADDRINUSE"
      ? "another process listens there already"
      : code === "EACCES"
        ? "this user may not listen there"
        : code === "EADDRNOTAVAIL"
          ? "this machine has no such address"
          : (error as Error).message;
  const detail = `cannot listen on ${host}:${port}: ${why}`;
  return new PeykError("unavailable", detail, { field: "listen", cause: error });
}
