import { CLOSE_CODES, SUBPROTOCOL } from "./protocol/index.js";
import type { OpenSocket, Socket, SocketEvents } from "./socket.js";

/** Browsers and every other runtime: its global WebSocket. */
export const openSocket: OpenSocket = (url, events) => new WebSocketOfRuntime(url, events);

class WebSocketOfRuntime implements Socket {
  readonly #socket: WebSocket;

  constructor(url: string, events: SocketEvents) {
    const socket = new WebSocket(url, [SUBPROTOCOL]);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => events.opened();
    socket.onmessage = ({ data }) => events.packet(new Uint8Array(data as ArrayBuffer));
    socket.onclose = ({ code, reason }) => events.closed(code, reason);
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** The bytes are copied by the runtime before it returns. */
  send(packet: Uint8Array): void {
    this.#socket.send(packet as Uint8Array<ArrayBuffer>);
  }

  /** Pages may not say any code but 1000; without one the broker keeps the session. */
  close(code: number, reason: string): void {
    if (code === CLOSE_CODES.normal.code) this.#socket.close(code, reason);
    else this.#socket.close();
  }
}
