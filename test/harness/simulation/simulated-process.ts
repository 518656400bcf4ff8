import type { Clock as ClientClock } from "../../../client/src/clock.js";
import type { Clock, Timer } from "../../../src/runtime/clock.js";
import type { SeededRandom } from "../seeded-random.js";
import type { VirtualTime } from "./virtual-time.js";

/** When the world begins, in ms since 1970. */
const BEGINNING_MS = Date.UTC(2026, 0, 1);

/** How late timers come, and how long a turn of an event loop takes, at most, in ms. */
const LATE_MS = 1;
const TURN_MS = 0.2;

const NO_TIMER: Timer = { cancel: () => {} };

/**
 * One process of a simulated world: the clock of what runs in it. It can stand still, and it can die; what was to happen
 * in it happens later then, or never.
 */
export class SimulatedProcess implements Clock, ClientClock {
  readonly name: string;
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #startedAtMs: number;
  #deferred: (() => void)[] = [];
  #isAlive = true;
  #stallsUntilMs = 0;
  #wallShiftMs: number;

  constructor(name: string, time: VirtualTime, random: SeededRandom, wallShiftMs = 0) {
    this.name = name;
    this.#time = time;
    this.#random = random;
    this.#startedAtMs = time.nowMs;
    this.#wallShiftMs = wallShiftMs;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  now(): number {
    return Math.floor(BEGINNING_MS + this.#time.nowMs + this.#wallShiftMs);
  }

  /** Every process counts from its own start. */
  monotonic(): number {
    return 1_000 + this.#time.nowMs - this.#startedAtMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.run(Math.max(delayMs, 0) + this.#random.fraction() * LATE_MS, "timer", callback);
  }

  defer(callback: () => void): void {
    if (!this.#isAlive) return;
    this.#deferred.push(callback);
    if (this.#deferred.length > 1) return;
    this.run(this.#random.fraction() * TURN_MS, "", () => {
      const callbacks = this.#deferred;
      this.#deferred = [];
      for (const each of callbacks) if (this.#isAlive) each();
    });
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delayMs, resolve));
  }

  /** Lets something happen in this process, `delayMs` from now; later if it stands still, never if it is dead. */
  run(delayMs: number, what: string, callback: () => void): Timer {
    if (!this.#isAlive) return NO_TIMER;
    let event = NO_TIMER;
    const wait = (ms: number): void => {
      event = this.#time.schedule(ms, what && `${this.name}: ${what}`, () => {
        if (!this.#isAlive) return;
        const leftMs = this.#stallsUntilMs - this.#time.nowMs;
        if (leftMs > 0) wait(leftMs);
        else callback();
      });
    };
    wait(delayMs);
    return { cancel: () => event.cancel() };
  }

  /** It says so, for whoever reads what happened. */
  note(text: string): void {
    this.#time.note(`${this.name}: ${text}`);
  }

  /** Its event loop stands still for so long, or the machine does. */
  stall(ms: number): void {
    this.#stallsUntilMs = Math.max(this.#stallsUntilMs, this.#time.nowMs + ms);
  }

  /** Somebody sets the clock on the wall. */
  shiftWall(ms: number): void {
    this.#wallShiftMs += ms;
  }

  /** Nothing happens in it any more. */
  die(): void {
    this.#isAlive = false;
    this.#deferred = [];
  }
}
