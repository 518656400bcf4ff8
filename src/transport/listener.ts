import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { JSON_SUBPROTOCOL, PeykError, SUBPROTOCOL } from "@peyk/client/protocol";
import { WebSocketServer, type WebSocket } from "ws";
import type { Accept } from "./line.js";
import type { OriginPolicy } from "./origins.js";
import { attachWebSocket } from "./websocket-line.js";

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly origins: OriginPolicy;
  readonly maxPacketBytes: number;
  /** Connections at a time, over all addresses. */
  readonly maxConnections: number;
  /** The same for one client address. */
  readonly maxConnectionsPerAddress: number;
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

/** Whole messages may come in so many fragments, and so many chunks may wait to be put together. */
const MAX_FRAGMENTS = 64;
const MAX_BUFFERED_CHUNKS = 4_096;

/** Headers of a request must be here within this, in ms: slow ones cost memory. */
const HEADERS_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 5_000;
const MAX_HEADERS = 100;

/** Seconds after which a refused client may try again. */
const RETRY_AFTER_S = 5;

/** Listens on one address: WebSockets of Peyk's subprotocols at `/`, and plain HTTP beside. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #byAddress = new Map<string, number>();
  #connections = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: options.maxPacketBytes,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      autoPong: false,
      handleProtocols: (offered) =>
        offered.has(SUBPROTOCOL) ? SUBPROTOCOL : offered.has(JSON_SUBPROTOCOL) && JSON_SUBPROTOCOL,
    } as ConstructorParameters<typeof WebSocketServer>[0]);
    this.#http = createServer(
      {
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: HEADERS_TIMEOUT_MS,
        connectionsCheckingInterval: TIMEOUT_CHECK_MS,
        maxHeaderSize: 16 * 1024,
      },
      options.onRequest,
    );
    this.#http.maxHeadersCount = MAX_HEADERS;
    this.#http.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#http.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
      socket.on("error", () => {});
      const isTooLarge = error.code === "HPE_HEADER_OVERFLOW";
      refuse(socket, isTooLarge ? 431 : 400, isTooLarge ? "Headers Too Large" : "Bad Request");
    });
  }

  get connectionCount(): number {
    return this.#connections;
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

  /** Ends what is still open. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    for (const socket of this.#sockets.clients) socket.terminate();
    await closed;
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => {});
    const refusal = this.#refusal(request);
    if (refusal) {
      this.#options.counters.upgradesRejected += 1;
      return refuse(socket, refusal.status, refusal.text, refusal.headers);
    }
    const address = request.socket.remoteAddress ?? "";
    this.#count(address, 1);
    socket.once("close", () => this.#count(address, -1));
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#onSocket(webSocket, request);
    });
  }

  #onSocket(socket: WebSocket, request: IncomingMessage): void {
    const peer = `${request.socket.remoteAddress ?? "unknown"}:${request.socket.remotePort ?? 0}`;
    attachWebSocket(socket, peer, this.#options.accept);
  }

  #refusal(request: IncomingMessage): Refusal | undefined {
    const { counters, maxConnections, maxConnectionsPerAddress, origins } = this.#options;
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
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",");
    const names = offered.map((name) => name.trim());
    if (!names.includes(SUBPROTOCOL) && !names.includes(JSON_SUBPROTOCOL)) {
      const text = `Subprotocol ${SUBPROTOCOL} or ${JSON_SUBPROTOCOL} Needed`;
      return { status: 400, text };
    }
    const fromAddress = this.#byAddress.get(request.socket.remoteAddress ?? "") ?? 0;
    if (this.#connections >= maxConnections || fromAddress >= maxConnectionsPerAddress) {
      counters.connectionsRefused += 1;
      const headers = { "Retry-After": String(RETRY_AFTER_S) };
      return { status: 503, text: "Too Many Connections", headers };
    }
    return undefined;
  }

  #count(address: string, change: number): void {
    this.#connections += change;
    const count = (this.#byAddress.get(address) ?? 0) + change;
    if (count > 0) this.#byAddress.set(address, count);
    else this.#byAddress.delete(address);
  }
}

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
