import type { Duplex } from "node:stream";
import {
  CLOSE_CODES,
  JSON_SUBPROTOCOL,
  limits,
  PeykError,
  type CloseReason,
} from "@peyk/client/protocol";
import { clientPacketFromJson, serverPacketToJson } from "@peyk/client/protocol/json";
import type { WebSocket } from "ws";
import type { Clock } from "../runtime/clock.js";
import { Allowance } from "./allowance.js";
import type { Place } from "./connection-caps.js";
import type { Accept, Line, LineEvents } from "./line.js";

/** Bytes of a close reason that fit into a close frame (RFC 6455, 5.5). */
const MAX_REASON_BYTES = 123;

/** Chunks of the connection in which a stranger's bytes may come: each takes some hundred bytes, however short it is. */
const MAX_CHUNKS_BEFORE_HELLO = 64;

const SECOND_MS = 1_000;

/** What a WebSocket came with. */
export interface WebSocketOrigin {
  /** The connection below it. */
  readonly stream: Duplex;
  /** Shown in logs. */
  readonly peer: string;
  readonly maxPacketBytes: number;
  readonly clock: Pick<Clock, "monotonic">;
  readonly place: Place;
}

/** A WebSocket as a line: packets in binary messages, or in text ones if it speaks `peyk.v1.json`. */
export function attachWebSocket(socket: WebSocket, origin: WebSocketOrigin, accept: Accept): void {
  socket.on("error", () => {}); // what matters follows as `close`
  const line = new WebSocketLine(socket, origin);
  const events = accept(line);
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (socket.readyState === socket.OPEN) line.receive(data, isBinary, events);
  });
  const { place } = origin;
  place.makeRoom = () => line.makeRoom();
  socket.on("close", (code: number) => {
    const handled = events.closed(code === CLOSE_CODES.normal.code);
    // What is still to be handled takes memory like a connection.
    if (handled) void handled.then(place.leave);
    else place.leave();
  });
  answerPings(socket, line, origin.clock);
}

/** WebSocket's own pings; more than anybody needs end the connection, so that their answers cannot pile up. */
function answerPings(
  socket: WebSocket,
  line: WebSocketLine,
  clock: Pick<Clock, "monotonic">,
): void {
  const pings = new Allowance(limits.MAX_PINGS_PER_SECOND, SECOND_MS);
  socket.on("ping", (payload: Buffer) => {
    if (socket.readyState !== socket.OPEN) return;
    if (pings.take(clock.monotonic())) socket.pong(payload);
    else line.close("slow_or_flooding", "it sends pings without end");
  });
}

class WebSocketLine implements Line {
  readonly peer: string;
  readonly keepsPackets = false;
  readonly sharesProcess = false;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #isJson: boolean;
  readonly #maxPacketBytes: number;
  readonly #place: Place;
  /** Undefined once Hello was accepted. */
  #bytesBeforeHello: number | undefined = 0;
  #chunksBeforeHello = 0;
  readonly #onBytes = (chunk: Buffer): void => this.#countBytes(chunk.byteLength);

  constructor(socket: WebSocket, { stream, peer, maxPacketBytes, place }: WebSocketOrigin) {
    this.#socket = socket;
    this.#stream = stream;
    this.peer = peer;
    this.#isJson = socket.protocol === JSON_SUBPROTOCOL;
    this.#maxPacketBytes = maxPacketBytes;
    this.#place = place;
    // Comes after the listener of `ws`: a Hello in the same chunk has been handled by then.
    stream.on("data", this.#onBytes);
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  receive(data: Buffer, isBinary: boolean, events: LineEvents): void {
    if (isBinary === this.#isJson) this.close("unsupported_data", wrongKind(this.#isJson));
    else if (this.#isJson) this.#receiveJson(data, events);
    else events.packet(data);
  }

  send(packet: Uint8Array, sent: (error?: unknown) => void): void {
    if (this.#isJson) this.#sendJson(packet, sent);
    else this.#socket.send(packet, sent);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  opened(): void {
    this.#place.greeted();
    this.#stopCounting();
  }

  /** Ends without waiting for an answer: others want the place. */
  makeRoom(): void {
    this.close("try_again_later", "too many connections have not said Hello");
    this.#stream.end(() => this.#stream.destroy());
  }

  close(reason: CloseReason, detail: string): void {
    this.#socket.close(CLOSE_CODES[reason].code, cut(detail));
  }

  /**
   * A stranger must not make the broker keep a large message that is only half there. `ws` has one limit for all messages
   * of a connection, so before Hello the bytes are counted below it.
   */
  #countBytes(byteLength: number): void {
    if (this.#bytesBeforeHello === undefined) return;
    this.#bytesBeforeHello += byteLength;
    this.#chunksBeforeHello += 1;
    const limit = limits.MAX_PACKET_BYTES_BEFORE_HELLO;
    if (this.#bytesBeforeHello > limit) {
      this.#stopCounting();
      this.close("packet_too_large", `at most ${limit} bytes are allowed before Hello`);
    } else if (this.#chunksBeforeHello > MAX_CHUNKS_BEFORE_HELLO) {
      this.#stopCounting();
      this.close("policy_violation", "what comes before Hello comes in too many pieces");
    }
  }

  #stopCounting(): void {
    this.#bytesBeforeHello = undefined;
    this.#stream.off("data", this.#onBytes);
  }

  #receiveJson(data: Buffer, events: LineEvents): void {
    let packet: Uint8Array;
    try {
      packet = clientPacketFromJson(data.toString(), this.#maxPacketBytes);
    } catch (error) {
      if (!PeykError.is(error)) throw error;
      return events.unreadable(error);
    }
    events.packet(packet);
  }

  #sendJson(packet: Uint8Array, sent: (error?: unknown) => void): void {
    const texts = serverPacketToJson(packet);
    texts.forEach((text, index) => {
      this.#socket.send(text, index === texts.length - 1 ? sent : undefined);
    });
  }
}

const wrongKind = (isJson: boolean): string =>
  isJson ? "peyk.v1.json is text; peyk.v1 is binary" : "peyk.v1 is binary; peyk.v1.json is text";

/** As much of a text as fits into a close frame. */
function cut(text: string): string {
  let kept = text;
  while (Buffer.byteLength(kept) > MAX_REASON_BYTES) kept = kept.slice(0, -1);
  return kept;
}
