import type { Clock } from "../runtime/clock.js";
import { Alarms } from "../runtime/timers.js";
import type { Alarm, Timers } from "../runtime/timers.js";

/** How far lease time goes on in one step at most: what a broker stood still beyond this is not held against consumers. */
export const LONGEST_STEP_MS = 100;

/** Well below the longest step, so that a timer that comes somewhat late loses nothing. */
const HEARTBEAT_MS = 50;

/**
 * The time that leases run on, in ms with a fraction. It follows the monotonic clock, but passes over the time for which
 * the event loop stood still: a stalled broker expires nobody.
 *
 * One per broker. While an alarm is set it ticks by itself, every 50 ms or when the alarm is due; `tick` may be called
 * besides, at any time.
 */
export class LeaseClock {
  readonly #clock: Clock;
  readonly #alarms = new Alarms(() => this.#onChange());
  readonly #heartbeat: Alarm;
  /** Lease time at the last tick, and the monotonic time of that tick. */
  #leaseMs = 0;
  #tickedAt: number;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#tickedAt = clock.monotonic();
    this.#heartbeat = timers.createAlarm(() => this.tick());
  }

  /** At most `LONGEST_STEP_MS` after the last tick. Reads the clock: once per batch, not per message. */
  now(): number {
    return this.#leaseMs + this.#stepMs(this.#clock.monotonic());
  }

  /** Lets lease time go on, and calls what is due. */
  tick(): void {
    this.#advance();
    try {
      this.#alarms.runDue(this.#leaseMs);
    } finally {
      this.#beat();
    }
  }

  /** Makes an alarm that is not set; its times are those of `now()`. */
  createAlarm(onDue: () => void): Alarm {
    return this.#alarms.create(onDue);
  }

  #onChange(): void {
    // Nobody ticked while no alarm was set; that was no stall.
    if (!this.#heartbeat.isSet) this.#advance();
    this.#beat();
  }

  #beat(): void {
    const leftMs = this.#alarms.firstDueAt - this.#leaseMs;
    if (leftMs === Infinity) this.#heartbeat.clear();
    else this.#heartbeat.set(this.#tickedAt + Math.min(Math.max(leftMs, 0), HEARTBEAT_MS));
  }

  #advance(): void {
    const monotonicMs = this.#clock.monotonic();
    this.#leaseMs += this.#stepMs(monotonicMs);
    this.#tickedAt = monotonicMs;
  }

  #stepMs(monotonicMs: number): number {
    return Math.min(monotonicMs - this.#tickedAt, LONGEST_STEP_MS);
  }
}
