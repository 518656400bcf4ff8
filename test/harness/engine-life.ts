import type { Run } from "../../src/broker/engine.js";
import { EmbeddedEngine, type EmbeddedEngineOptions } from "../../src/engines/embedded/engine.js";
import { nextTurn } from "./engine-harness.js";
import type { SeededRandom } from "./seeded-random.js";
import type { DiskOperation, SimulatedDisk } from "./simulated-disk.js";
import type { TestClock } from "./test-clock.js";

/** A process that does not come to an answer within so many turns hangs. */
const MAX_TURNS = 100_000;

/** The machine died while something was awaited. */
export class Died extends Error {}

/** Disk calls that wait for their turn; they may overtake one another. Shared by all lives of a disk. */
export class DiskCalls {
  readonly #waiting: (() => void)[] = [];

  get count(): number {
    return this.#waiting.length;
  }

  add(complete: () => void): void {
    this.#waiting.push(complete);
  }

  /** Completes one of those that wait. */
  completeOne(random: SeededRandom): void {
    const [complete] = this.#waiting.splice(random.int(this.#waiting.length), 1);
    complete?.();
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}

/** When and how a life ends. */
export interface Death {
  /** The disk operation, counted from 1; Infinity: none. */
  readonly atOperation: number;
  readonly phase: "before" | "after";
  readonly kind: "crash" | "power-cut";
}

/** One process over a simulated disk: runs turn by turn until a disk operation kills it. */
export class EngineLife {
  readonly engine: EmbeddedEngine;
  readonly disk: SimulatedDisk;
  readonly clock: TestClock;
  /** What the machine finds when it starts again. */
  survivor: SimulatedDisk | undefined;
  /** The engine gave up by itself. */
  failure: Error | undefined;
  readonly #calls: DiskCalls;
  readonly #random: SeededRandom;
  readonly #death: Death;
  #operations = 0;

  constructor(parts: {
    readonly disk: SimulatedDisk;
    readonly clock: TestClock;
    readonly calls: DiskCalls;
    readonly random: SeededRandom;
    readonly death: Death;
    readonly options: Partial<EmbeddedEngineOptions>;
  }) {
    this.disk = parts.disk;
    this.clock = parts.clock;
    this.#calls = parts.calls;
    this.#random = parts.random;
    this.#death = parts.death;
    this.engine = new EmbeddedEngine(this.disk, this.clock, this.#random.fork(), parts.options);
    this.engine.onFailure((error) => (this.failure = error));
    this.disk.onOperation = (operation, _file, phase) => this.#onOperation(operation, phase);
  }

  /** Nothing waits for the disk. */
  get isIdle(): boolean {
    return this.#calls.count === 0;
  }

  /** Kills it here and now. */
  die(kind: Death["kind"]): void {
    if (this.survivor) return;
    const { disk } = this;
    this.survivor = kind === "crash" ? disk.crash() : disk.powerCut(this.#random);
    this.#calls.clear();
  }

  /** Lets a little happen. Rejects if the process is dead by then. */
  async step(): Promise<void> {
    if (this.#random.chance(0.7)) this.clock.flush();
    for (let left = this.#random.int(4); left > 0 && this.#calls.count > 0; left -= 1) {
      this.#calls.completeOne(this.#random);
    }
    await nextTurn();
    this.#checkAlive();
  }

  /** Lets everything happen that is under way. */
  async quiet(): Promise<void> {
    for (let idleTurns = 0; idleTurns < 2;) {
      const before = this.disk.trace.callCount;
      const wasIdle = this.isIdle;
      await this.#fullTurn();
      const isQuiet = this.isIdle && this.disk.trace.callCount === before;
      idleTurns = wasIdle && isQuiet && this.clock.deferredCount === 0 ? idleTurns + 1 : 0;
    }
  }

  /** Waits for an answer. Rejects with `Died` if the process dies before. */
  async until<Result>(answer: Promise<Result>): Promise<Result> {
    let isAnswered = false;
    const noted = answer.finally(() => (isAnswered = true));
    noted.catch(() => {});
    for (let turns = 0; !isAnswered; turns += 1) {
      if (turns > MAX_TURNS) throw new Error("the engine does not answer");
      if (this.#random.chance(0.2)) await this.step();
      else await this.#fullTurn();
    }
    return noted;
  }

  /** Takes what a feed hands out, all there is, and gives it back. */
  async collect(subscription: number): Promise<Run[]> {
    const runs: Run[] = [];
    const feed = this.engine.feed(subscription, {
      run: (run) => runs.push(run),
      blocked: () => {},
      lost: () => {},
    });
    feed.want(1_000_000, 1e12);
    await this.quiet();
    feed.close();
    return runs;
  }

  async #fullTurn(): Promise<void> {
    this.clock.flush();
    for (let left = this.#calls.count; left > 0; left -= 1) this.#calls.completeOne(this.#random);
    await nextTurn();
    this.#checkAlive();
  }

  #checkAlive(): void {
    if (this.survivor) throw new Died("the machine died");
    if (this.failure) throw this.failure;
  }

  #onOperation(_operation: DiskOperation, phase: "before" | "after"): void {
    if (this.survivor) return;
    if (phase === "before") this.#operations += 1;
    const { atOperation, kind } = this.#death;
    if (this.#operations >= atOperation && phase === this.#death.phase) this.die(kind);
  }
}
