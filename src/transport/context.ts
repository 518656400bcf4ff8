import type {
  CloseReason,
  PacketWriter,
  PeykError,
  peyk,
  PublishWalker,
} from "@peyk/client/protocol";
import type { Administration } from "../broker/administration.js";
import type { Broker } from "../broker/broker.js";
import type { Clock } from "../runtime/clock.js";
import type { Timers } from "../runtime/timers.js";
import type { Turns } from "../runtime/turns.js";
import type { Outbox, OutboxLimits } from "./outbox.js";
import type { PacketPool } from "./packet-pool.js";
import type { Reads } from "./reads.js";
import type { Session } from "./session.js";
import type { Sessions } from "./sessions.js";

export interface TransportConfig extends OutboxLimits {
  readonly helloTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly resumeGraceMs: number;
  readonly maxPacketBytes: number;
  readonly maxPayloadBytes: number;
  /** Messages published on one connection and not answered, and their bytes: beyond it nothing more is read. */
  readonly maxUnconfirmedMessages: number;
  readonly maxUnconfirmedBytes: number;
  readonly maxCreditMessages: number;
  readonly maxCreditBytes: number;
  /** Version of this broker. */
  readonly version: string;
}

export interface TransportEvents {
  /** A bug: the answer was `internal`, and this is why. */
  failed(error: PeykError): void;
}

/** Numbers that only go up, since the start. */
export interface TransportCounters {
  framesRejected: number;
  liveMessagesMissed: number;
}

/** What all connections share. */
export interface TransportContext {
  readonly broker: Broker;
  readonly administration: Administration;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly packets: PacketPool;
  readonly turns: Turns;
  readonly sessions: Sessions;
  readonly connections: Set<Peer>;
  readonly bySession: Map<Session, Peer>;
  readonly config: TransportConfig;
  readonly events: TransportEvents;
  readonly counters: TransportCounters;
  /**
   * Why nothing new is begun: the broker stops, or its journal failed. New clients, publishes, consumers and listeners are
   * refused with it.
   */
  refusal: PeykError | undefined;
  status(): peyk.v1.IStatus;
  /** Throws `unauthenticated` unless a client with this token may connect. */
  authenticate(token: string): void;
}

/** One frame of a client that wants an answer: its body is `packet[start, end)`. */
export interface Request {
  /** 0 for frames that are not answered. */
  readonly id: number;
  readonly packet: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** A connection as handlers see it. */
export interface Peer {
  readonly context: TransportContext;
  /** The client behind it; throws `closed` where there is none. */
  readonly session: Session;
  readonly isOpen: boolean;
  /** The client is part of this process. */
  readonly sharesProcess: boolean;
  /** How many requests wait for their answer; frames that are still to be handled count as one more. */
  readonly openRequests: number;
  readonly outbox: Outbox;
  /** Reads the Publish frames of this connection. */
  readonly publishWalker: PublishWalker;
  /** Numbers of consumers that are being attached. */
  readonly attaching: Set<number>;
  /** Requests to the administration that are being handled. */
  administering: number;
  /** Those of them that read. */
  readonly reads: Reads;
  /** Answers a request; what was answered before, or has nobody to hear it, is left out. */
  answer(requestId: number, write: (writer: PacketWriter, requestId: number) => void): void;
  /**
   * Handles the rest of a large frame in parts: `part` is called, in later turns if need be, until it returns that nothing
   * is left. Frames that follow come after it.
   */
  handleRest(part: () => boolean): void;
  /** Hello was accepted. */
  opened(session: Session): void;
  /** The session goes on at another connection: nothing more is read here. */
  taken(): void;
  /** So many messages and bytes were published and wait for their answer; and are answered. */
  publishing(count: number, bytes: number): void;
  confirmed(count: number, bytes: number): void;
  /** So many ranges of a settle wait for their answer; and, of a session that may have another connection by now, are answered. */
  settling(count: number): void;
  settled(session: Session, count: number): void;
  /** Reads again, if nothing stands against it. */
  readOn(): void;
  goAway(reason: string, graceMs: number): void;
  /** Answers whatever waits with this error, and ends the connection. */
  abort(error: PeykError): void;
  /** Says why, and ends the connection; the session, if there is one, lives on for its grace. */
  close(reason: CloseReason, detail: string): void;
}
