import { timingSafeEqual } from "node:crypto";
import type { peyk } from "@peyk/client/protocol";
import type { Engine, ProducerId } from "../broker/engine.js";
import type { Clock } from "../runtime/clock.js";
import type { Random } from "../runtime/random.js";
import type { Alarm, Timers } from "../runtime/timers.js";
import { heldOf, Session } from "./session.js";

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
  readonly #engine: Pick<Engine, "detachProducer">;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #graceMs: number;
  readonly #events: SessionEvents;
  readonly #byId = new Map<string, { readonly session: Session; readonly grace: Alarm }>();
  /** How many sessions a producer has: one that comes back without its session is there twice for a while. */
  readonly #producers = new Map<ProducerId, number>();

  constructor(
    engine: Pick<Engine, "detachProducer">,
    parts: {
      readonly clock: Clock;
      readonly timers: Timers;
      readonly random: Random;
      readonly graceMs: number;
      readonly events: SessionEvents;
    },
  ) {
    this.#engine = engine;
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
    const session = new Session({ id, secret, clientName, producer });
    const grace = this.#timers.createAlarm(() => this.#expire(session));
    this.#byId.set(keyOf(id), { session, grace });
    if (producer !== undefined) {
      this.#producers.set(producer, (this.#producers.get(producer) ?? 0) + 1);
    }
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
    if (wasClean) return this.#end(session, "clean");
    session.disconnected();
    entry.grace.set(this.#clock.monotonic() + this.#graceMs);
    if (session.heldMessages > 0) this.#events.lost(session, this.#graceMs);
  }

  /** Who consumes what, by the names of subscriptions. */
  consumers(): ReadonlyMap<string, readonly peyk.v1.IConsumerInfo[]> {
    const found = new Map<string, peyk.v1.IConsumerInfo[]>();
    const now = this.#clock.monotonic();
    for (const { session, grace } of this.#byId.values()) {
      const returnsInMs = grace.isSet ? Math.max(0, Math.round(grace.dueAt - now)) : undefined;
      for (const [number, { consumer, sources }] of session.consumers) {
        sources.forEach(({ name }, source) => {
          if (!consumer.takesFrom(source)) return;
          const of = found.get(name) ?? [];
          found.set(name, of);
          of.push({
            clientName: session.clientName,
            session: keyOf(session.id),
            consumer: number,
            unsettled: heldOf(consumer, source),
            freeCreditMessages: consumer.freeMessages,
            freeCreditBytes: Math.max(0, consumer.freeBytes),
            connected: session.isConnected,
            returnsInMs,
          });
        });
      }
    }
    return found;
  }

  /** Ends all of them without counting what they hold against them. */
  close(): void {
    for (const session of this.all()) this.#end(session, "clean");
  }

  #expire(session: Session): void {
    if (session.heldMessages > 0) this.#events.expired(session);
    this.#end(session, "crash");
  }

  #end(session: Session, how: "clean" | "crash"): void {
    this.#byId.get(keyOf(session.id))?.grace.clear();
    this.#byId.delete(keyOf(session.id));
    session.end(how);
    const { producer } = session;
    if (producer === undefined) return;
    const others = (this.#producers.get(producer) ?? 1) - 1;
    if (others > 0) {
      this.#producers.set(producer, others);
      return;
    }
    this.#producers.delete(producer);
    this.#engine.detachProducer(producer);
  }
}

const keyOf = (id: Uint8Array): string => Buffer.from(id).toString("hex");
