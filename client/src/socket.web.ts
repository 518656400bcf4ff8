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
    let wasOpen = false;
    socket.onopen = () => {
      wasOpen = true;
      events.opened();
    };
    socket.onmessage = ({ data }) => events.packet(new Uint8Array(data as ArrayBuffer));
    socket.onclose = ({ code, reason }) => {
      events.closed(code, reason || (wasOpen ? "" : explainSilence()));
    };
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

/** Browsers tell a page nothing of why a connection failed; a page from elsewhere has one more reason to look at. */
function explainSilence(): string {
  const { origin, hostname } = (globalThis as { location?: Location }).location ?? {};
  if (!hostname || /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(hostname)) return "";
  return `if a broker is there, this page may not be allowed: peyk serve --allow-origin ${origin}`;
}
