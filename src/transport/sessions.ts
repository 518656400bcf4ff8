import { timingSafeEqual } from "node:crypto";
import type { Broker } from "../broker/broker.js";
import type { ProducerId } from "../broker/engine.js";
import type { Clock } from "../runtime/clock.js";
import type { Random } from "../runtime/random.js";
import type { Alarm, Timers } from "../runtime/timers.js";
import { Session } from "./session.js";

/** What is worth a log line. */
export interface SessionEvents {
  /** A client with consumers lost its connection; what it holds returns unless it comes back in time. */
  lost(session: Session, graceMs: number): void;
  resumed(session: Session): void;
  /** It did not come back. */
  expired(session: Session): void;
}

const ID_BYTES = 16;

/** The clients of this broker, connected or about to come back. */
export class Sessions {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #graceMs: number;
  readonly #events: SessionEvents;
  readonly #byId = new Map<string, { readonly session: Session; readonly grace: Alarm }>();

  constructor(
    broker: Broker,
    parts: {
      readonly clock: Clock;
      readonly timers: Timers;
      readonly random: Random;
      readonly graceMs: number;
      readonly events: SessionEvents;
    },
  ) {
    this.#broker = broker;
    this.#clock = parts.clock;
    this.#timers = parts.timers;
    this.#random = parts.random;
    this.#graceMs = parts.graceMs;
    this.#events = parts.events;
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): Session[] {
    return [...this.#byId.values()].map(({ session }) => session);
  }

  create(clientName: string, producer: ProducerId | undefined): Session {
    const id = this.#random.bytes(ID_BYTES);
    const secret = this.#random.bytes(ID_BYTES);
    const session = new Session(this.#broker, { id, secret, clientName, producer });
    const grace = this.#timers.createAlarm(() => this.#expire(session));
    this.#byId.set(keyOf(id), { session, grace });
    return session;
  }

  /** The session that a client wants to take up again; `undefined` if it is over or the secret is wrong. */
  find(id: Uint8Array, secret: Uint8Array): Session | undefined {
    const session = this.#byId.get(keyOf(id))?.session;
    if (!session || secret.byteLength !== ID_BYTES) return undefined;
    return timingSafeEqual(session.secret, secret) ? session : undefined;
  }

  resumed(session: Session): void {
    this.#byId.get(keyOf(session.id))?.grace.clear();
    this.#events.resumed(session);
  }

  /** Its connection is gone. clean: for good. */
  disconnected(session: Session, wasClean: boolean): void {
    const entry = this.#byId.get(keyOf(session.id));
    if (!entry) return;
    if (wasClean) {
      this.#remove(session);
      session.end("clean");
      return;
    }
    session.disconnected();
    entry.grace.set(this.#clock.monotonic() + this.#graceMs);
    if (session.heldMessages > 0) this.#events.lost(session, this.#graceMs);
  }

  /** Ends all of them without counting what they hold against them. */
  close(): void {
    for (const { session, grace } of this.#byId.values()) {
      grace.clear();
      session.end("clean");
    }
    this.#byId.clear();
  }

  #expire(session: Session): void {
    this.#remove(session);
    if (session.heldMessages > 0) this.#events.expired(session);
    session.end("crash");
  }

  #remove(session: Session): void {
    this.#byId.get(keyOf(session.id))?.grace.clear();
    this.#byId.delete(keyOf(session.id));
  }
}

const keyOf = (id: Uint8Array): string => Buffer.from(id).toString("hex");
