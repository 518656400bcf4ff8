import type { CloseReason, PeykError } from "@peyk/client/protocol";

/** One connection as sessions see it: a WebSocket, or memory within the process. Packets go both ways, in order. */
export interface Line {
  /** Shown in logs: "127.0.0.1:51234", "in-process". */
  readonly peer: string;
  /** Bytes that were sent and have not left this process. */
  readonly bufferedBytes: number;
  /** Sends a packet; its bytes must not change afterwards. Calls `sent` once it has left the process. */
  send(packet: Uint8Array, sent: () => void): void;
  /** Reads nothing more until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it, after what was sent. `closed` is called, once. */
  close(reason: CloseReason, detail: string): void;
}

/** What a line tells its owner; never called from within a method of the line. */
export interface LineEvents {
  packet(packet: Uint8Array): void;
  /** Something came that is no packet. */
  unreadable(error: PeykError): void;
  /** `wasClean`: the other side said that it is done, and will not come back. */
  closed(wasClean: boolean): void;
}

/** Takes a new line; returns where its events go. */
export type Accept = (line: Line) => LineEvents;
