import {
  CLOSE_CODES,
  JSON_SUBPROTOCOL,
  limits,
  PeykError,
  type CloseReason,
} from "@peyk/client/protocol";
import { clientPacketFromJson, serverPacketToJson } from "@peyk/client/protocol/json";
import type { WebSocket } from "ws";
import type { Accept, Line, LineEvents } from "./line.js";

/** Bytes of a close reason that fit into a close frame (RFC 6455, 5.5). */
const MAX_REASON_BYTES = 123;

/** A WebSocket as a line: packets in binary messages, or in text ones if it speaks `peyk.v1.json`. */
export function attachWebSocket(socket: WebSocket, peer: string, accept: Accept): void {
  socket.on("error", () => {}); // what matters follows as `close`
  const isJson = socket.protocol === JSON_SUBPROTOCOL;
  const line = new WebSocketLine(socket, peer, isJson);
  const events = accept(line);
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (isBinary === isJson) line.close("unsupported_data", wrongKind(isJson));
    else if (isJson) receiveJson(data, events);
    else events.packet(data);
  });
  socket.on("close", (code: number) => events.closed(code === CLOSE_CODES.normal.code));
  answerPings(socket, line);
}

const wrongKind = (isJson: boolean): string =>
  isJson ? "peyk.v1.json is text; peyk.v1 is binary" : "peyk.v1 is binary; peyk.v1.json is text";

function receiveJson(data: Buffer, events: LineEvents): void {
  let packet: Uint8Array;
  try {
    packet = clientPacketFromJson(data.toString());
  } catch (error) {
    if (!PeykError.is(error)) throw error;
    return events.unreadable(error);
  }
  events.packet(packet);
}

/** WebSocket's own pings; more than anybody needs end the connection, so that their answers cannot pile up. */
function answerPings(socket: WebSocket, line: WebSocketLine): void {
  let windowStart = 0;
  let count = 0;
  socket.on("ping", (payload: Buffer) => {
    const second = Math.floor(performance.now() / 1000);
    count = second === windowStart ? count + 1 : 1;
    windowStart = second;
    if (count > limits.MAX_PINGS_PER_SECOND)
      line.close("slow_or_flooding", "it sends pings without end");
    else socket.pong(payload);
  });
}

class WebSocketLine implements Line {
  readonly peer: string;
  readonly #socket: WebSocket;
  readonly #isJson: boolean;

  constructor(socket: WebSocket, peer: string, isJson: boolean) {
    this.#socket = socket;
    this.peer = peer;
    this.#isJson = isJson;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(packet: Uint8Array, sent: () => void): void {
    if (!this.#isJson) {
      this.#socket.send(packet, sent);
      return;
    }
    const texts = serverPacketToJson(packet);
    texts.forEach((text, index) => {
      this.#socket.send(text, index === texts.length - 1 ? sent : undefined);
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(reason: CloseReason, detail: string): void {
    this.#socket.close(CLOSE_CODES[reason].code, cut(detail));
  }
}

/** As much of a text as fits into a close frame. */
function cut(text: string): string {
  let kept = text;
  while (Buffer.byteLength(kept) > MAX_REASON_BYTES) kept = kept.slice(0, -1);
  return kept;
}
