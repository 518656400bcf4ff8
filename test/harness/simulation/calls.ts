import { PeykError } from "../../../client/src/index.js";
import type { SimulatedProcess } from "./simulated-process.js";

/** The deadline of what a client is asked for, in ms. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Every promise of the client is settled within this time, in ms: its deadline, what a stall may add, and some more. */
const ANSWERED_WITHIN_MS = REQUEST_TIMEOUT_MS + 45_000;

/**
 * The same of what has no deadline once it was sent: it takes as long as it takes, and a broker that stalls again and again,
 * or a connection that is gone without a word, may make that long.
 */
export const TAKES_LONG_MS = 15 * 60_000;

/** What a call may be told without anybody having done wrong: nothing is known then. */
const OPEN_ENDS = ["outcome_unknown", "timeout", "closed", "unavailable"] as const;

/** A call that was made and is not answered. */
interface Call {
  readonly what: string;
  readonly madeAtMs: number;
  readonly withinMs: number;
}

/** What a process has asked for: each is answered in time, and fails only where it may. */
export class Calls {
  readonly #process: SimulatedProcess;
  readonly #complain: (what: string) => void;
  readonly #open = new Set<Call>();

  constructor(process: SimulatedProcess, complain: (what: string) => void) {
    this.#process = process;
    this.#complain = complain;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Throws if something was never answered. */
  check(): void {
    const now = this.#process.monotonic();
    for (const { what, madeAtMs, withinMs } of this.#open) {
      const ms = Math.round(now - madeAtMs);
      if (ms > withinMs) throw new Error(`${what} is not answered after ${ms} ms`);
    }
  }

  async answered<Result>(
    what: string,
    promise: Promise<Result>,
    withinMs = ANSWERED_WITHIN_MS,
  ): Promise<Result> {
    const call: Call = { what, madeAtMs: this.#process.monotonic(), withinMs };
    this.#open.add(call);
    try {
      return await promise;
    } finally {
      this.#open.delete(call);
    }
  }

  /** The answer; undefined where nobody knows what became of it. */
  async tried<Result>(
    what: string,
    act: () => Promise<Result>,
    withinMs?: number,
  ): Promise<Result | undefined> {
    try {
      return await this.answered(what, act(), withinMs);
    } catch (error) {
      this.checkOpenEnd(what, error);
      return undefined;
    }
  }

  /** Does it again and again, as a supervisor would. */
  async untilDone<Result>(act: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (!isOpenEnd(error)) throw error;
        await this.#process.sleep(1_000);
      }
    }
  }

  checkOpenEnd(what: string, error: unknown): void {
    if (!isOpenEnd(error)) this.#complain(`${what} failed: ${String(error)}`);
  }
}

const isOpenEnd = (error: unknown): boolean =>
  PeykError.is(error) && OPEN_ENDS.some((open) => open === error.code);
