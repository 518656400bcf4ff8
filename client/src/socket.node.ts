import { CLOSE_CODES, SUBPROTOCOL } from "./protocol/index.js";
import { WebSocket } from "ws";
import type { OpenSocket, Socket, SocketEvents } from "./socket.js";

/** Largest packet that is taken from a broker, in bytes: what one turn gathers, and one message of any size. */
const MAX_PACKET_BYTES = 64 * 1024 * 1024;

/** How long a broker may take to answer that the connection is done, in ms; the process waits for it. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Node: the `ws` package, which sends without copying twice and tells why a connection failed. */
export const openSocket: OpenSocket = (url, events) => new NodeSocket(url, events);

/**
 * WebSocket masks what clients send because proxies in between could be misled by what a page chooses to send. Where none
 * can look inside, a mask of zeros, which `ws` does not apply, saves a tenth of the CPU of a client and its broker.
 */
const NO_MASK = (mask: Uint8Array): void => void mask.fill(0);

class NodeSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #isMasking: boolean;

  constructor(url: string, events: SocketEvents) {
    let failure = "";
    this.#isMasking = !isPrivate(new URL(url));
    const socket = new WebSocket(url, [SUBPROTOCOL], {
      perMessageDeflate: false,
      maxPayload: MAX_PACKET_BYTES,
      skipUTF8Validation: true,
      closeTimeout: CLOSE_TIMEOUT_MS,
      ...(!this.#isMasking && { generateMask: NO_MASK }),
    } as ConstructorParameters<typeof WebSocket>[2]); // its types lag behind its options
    this.#socket = socket;
    socket.on("error", (error) => (failure = error.message));
    socket.on("open", () => events.opened());
    socket.on("message", (packet: Buffer) => events.packet(packet));
    socket.on("close", (code, reason) => events.closed(code, reason.toString() || failure));
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** What `ws` masks is a copy of its own by the time it returns. */
  send(packet: Uint8Array): void {
    this.#socket.send(this.#isMasking ? packet : packet.slice());
  }

  close(code: number, reason: string): void {
    const isDone = code === CLOSE_CODES.normal.code;
    if (isDone && this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code, reason);
    else this.#socket.terminate();
  }
}

/** Encrypted, or within this machine. */
const isPrivate = ({ protocol, hostname }: URL): boolean =>
  protocol === "wss:" ||
  hostname === "localhost" ||
  hostname === "[::1]" ||
  /^127(\.\d+){3}$/.test(hostname);
