import { CLOSE_CODES, SUBPROTOCOL } from "./protocol/index.js";
import { WebSocket } from "ws";
import type { OpenSocket, Socket, SocketEvents } from "./socket.js";

/** Largest packet that is taken from a broker, in bytes: what one turn gathers, and one message of any size. */
const MAX_PACKET_BYTES = 64 * 1024 * 1024;

/** Node: the `ws` package, which sends without copying twice and tells why a connection failed. */
export const openSocket: OpenSocket = (url, events) => new NodeSocket(url, events);

class NodeSocket implements Socket {
  readonly #socket: WebSocket;

  constructor(url: string, events: SocketEvents) {
    let failure = "";
    const socket = new WebSocket(url, [SUBPROTOCOL], {
      perMessageDeflate: false,
      maxPayload: MAX_PACKET_BYTES,
      skipUTF8Validation: true,
    });
    this.#socket = socket;
    socket.on("error", (error) => (failure = error.message));
    socket.on("open", () => events.opened());
    socket.on("message", (packet: Buffer) => events.packet(packet));
    socket.on("close", (code, reason) => events.closed(code, reason.toString() || failure));
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** `ws` masks into a copy of its own before it returns. */
  send(packet: Uint8Array): void {
    this.#socket.send(packet);
  }

  close(code: number, reason: string): void {
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#socket.terminate();
    else this.#socket.close(code === 1006 ? CLOSE_CODES.normal.code : code, reason);
  }
}
