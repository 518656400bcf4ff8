import type { PeykError } from "./protocol/index.js";

/** A connection to a broker as the SDK sees it: a WebSocket of some runtime, or memory within the process. */
export interface Socket {
  /** Sends a packet. Its bytes may be used again as soon as this returns. */
  send(packet: Uint8Array): void;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedBytes: number;
  /** 1000: this side is done. Anything else: the connection just ends, and the session is to go on at another one. */
  close(code: number, reason: string): void;
}

/** Called in this order: opened, any number of packets, closed; or closed alone. */
export interface SocketEvents {
  opened(): void;
  /** The bytes belong to the receiver. */
  packet(packet: Uint8Array): void;
  /** Once, also where it could not be opened. 1006: it just ended. `end`: the client is over, and this is why. */
  closed(code: number, reason: string, end?: PeykError): void;
}

export type OpenSocket = (url: string, events: SocketEvents) => Socket;
