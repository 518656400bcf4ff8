import type { CloseReason, PeykError } from "@peyk/client/protocol";

/** One connection as sessions see it: a WebSocket, or memory within the process. Packets go both ways, in order. */
export interface Line {
  /** Shown in logs: "127.0.0.1:51234", "in-process". */
  readonly peer: string;
  /** Bytes that were sent and have not left this process. */
  readonly bufferedBytes: number;
  /** Whether the receiver keeps views of what it is sent, so that the bytes of a packet may never change again. */
  readonly keepsPackets: boolean;
  /** Whether the other side is part of this process. */
  readonly sharesProcess: boolean;
  /**
   * Sends a packet; its bytes must not change until `sent` is called: once it has left the process, or with what kept it
   * from doing so.
   */
  send(packet: Uint8Array, sent: (error?: unknown) => void): void;
  /** Reads nothing more until `resume`. */
  pause(): void;
  resume(): void;
  /** Hello was accepted: from now on packets may have their full size. */
  opened(): void;
  /** Ends it, after what was sent. `closed` is called, once; nothing else is. */
  close(reason: CloseReason, detail: string): void;
}

/** What a line tells its owner; never called from within a method of the line. */
export interface LineEvents {
  packet(packet: Uint8Array): void;
  /** Something came that is no packet. */
  unreadable(error: PeykError): void;
  /**
   * `wasClean`: the other side said that it is done, and will not come back. Where something that was received is still to
   * be handled, it returns when that is done.
   */
  closed(wasClean: boolean): Promise<void> | undefined;
}

/** Takes a new line; returns where its events go. */
export type Accept = (line: Line) => LineEvents;
