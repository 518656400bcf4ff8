import { limits } from "@peyk/client/protocol";
import type { Clock } from "../runtime/clock.js";
import type { Alarm, Timers } from "../runtime/timers.js";

/** How long the last ping may stay unanswered, in ms: a dead peer is found after two intervals and this. */
const LAST_ANSWER_MS = 5_000;

export interface HeartbeatEvents {
  /** Whether anything that the peer sends would be read now. */
  isReading(): boolean;
  ping(nonce: number): void;
  dead(): void;
}

/** Pings a peer, and tells when it has not said anything for too long. */
export class Heartbeat {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #intervalMs: number;
  readonly #events: HeartbeatEvents;
  readonly #alarm: Alarm;
  #unanswered = 0;
  #nextNonce = 1;

  constructor(
    clock: Pick<Clock, "monotonic">,
    timers: Pick<Timers, "createAlarm">,
    intervalMs: number,
    events: HeartbeatEvents,
  ) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#events = events;
    this.#alarm = timers.createAlarm(() => this.#beat());
  }

  start(): void {
    this.#setAlarm(this.#intervalMs);
  }

  /** The peer said something: it lives. */
  heard(): void {
    this.#unanswered = 0;
  }

  stop(): void {
    this.#alarm.clear();
  }

  #beat(): void {
    // While nothing is read, a silent peer and a busy broker look the same.
    if (!this.#events.isReading()) this.#unanswered = 0;
    if (this.#unanswered >= limits.MAX_MISSED_PINGS) return this.#events.dead();
    this.#unanswered += 1;
    this.#events.ping(this.#nextNonce++);
    const isLast = this.#unanswered === limits.MAX_MISSED_PINGS;
    this.#setAlarm(isLast ? LAST_ANSWER_MS : this.#intervalMs);
  }

  #setAlarm(delayMs: number): void {
    this.#alarm.set(this.#clock.monotonic() + delayMs);
  }
}
