import type { Run } from "../../src/broker/engine.js";
import type { EmbeddedEngineOptions } from "../../src/engines/embedded/engine.js";
import { DiskError } from "../../src/engines/embedded/disk.js";
import { JournalFailed } from "../../src/engines/embedded/errors.js";
import type { DiskFault } from "./disk-faults.js";
import { Died, DiskCalls, EngineLife, type Death } from "./engine-life.js";
import { RandomWorkload } from "./workload/random-workload.js";
import { sightingsOf } from "./workload/sightings.js";
import { SeededRandom } from "./seeded-random.js";
import { SimulatedDisk } from "./simulated-disk.js";
import { TickingClock } from "./ticking-clock.js";
import type { KnownSubscription } from "./workload/workload-state.js";

/**
 * fsync: the machine may lose its power. os: the process may die, and nothing is lost. os-power: the power may fail though
 * nothing was synced: the end may be lost, nothing else.
 */
export type CrashMode = "fsync" | "os" | "os-power";

export interface CrashRunReport {
  /** How often a journal was opened that a crash had left behind. */
  readonly images: number;
  readonly messages: number;
  readonly lives: number;
  readonly operations: number;
}

/** A crash run that broke a promise: the seed and the way there. */
export class BrokenPromise extends Error {
  constructor(seed: bigint, mode: CrashMode, cause: unknown, trace: string) {
    const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    super(`seed ${seed} (${mode}): ${detail}\nlast disk operations:\n${trace}`, { cause });
  }
}

/** Random work on one journal, with several crashes at random disk operations; checked after each. */
export class CrashRun {
  readonly #seed: bigint;
  readonly #mode: CrashMode;
  readonly #random: SeededRandom;
  readonly #workload: RandomWorkload;
  readonly #fillsDisk: boolean;
  /** At 2 ms a snapshot is copied in slices of a few pieces; at 6 ms piece by piece. */
  readonly #tickMs: number;
  readonly #calls = new DiskCalls();
  readonly #options: Partial<EmbeddedEngineOptions>;
  #disk: SimulatedDisk;
  #wallMs = Date.UTC(2026, 0, 1);
  #images = 0;
  #lives = 0;
  #operations = 0;

  constructor(seed: bigint | number, mode: CrashMode) {
    this.#random = new SeededRandom(seed);
    this.#seed = this.#random.seed;
    this.#mode = mode;
    const random = this.#random;
    this.#fillsDisk = random.chance(0.25);
    this.#tickMs = random.pick([0, 2, 6]);
    this.#workload = new RandomWorkload(random.fork(), {
      largeShare: this.#fillsDisk ? 0 : random.pick([0, 0.01, 0.05]),
      fillsDisk: this.#fillsDisk,
    });
    // A power cut may come between the end of a topic and that of the references to it.
    this.#workload.state.hasStaleReferences = mode === "os-power";
    this.#options = {
      durability: mode === "fsync" ? "fsync" : "os",
      segmentBytes: random.pick([4, 8, 16, 64]) * 1024,
      snapshotBytes: random.pick([4, 16, 64]) * 1024,
      spareBytes: this.#fillsDisk ? 256 * 1024 : random.pick([0, 0, 8 * 1024 * 1024]),
      recentBytes: random.pick([0, 16_000, 1_000_000]),
      maxWaitingRetries: 100_000,
    };
    this.#disk = new SimulatedDisk({
      seed: random.fork().seed,
      directoryOrder: random.pick(["ordered", "any"] as const),
      schedule: (_call, complete) => this.#calls.add(complete),
    });
  }

  /** Goes through `crashes` crashes and a clean stop. */
  async run(crashes: number): Promise<CrashRunReport> {
    try {
      for (let crash = 0; crash < crashes; crash += 1) await this.#live(this.#drawDeath());
      await this.#live(undefined);
      await this.#live(undefined);
    } catch (error) {
      const trace = this.#disk.trace.lines.slice(-60).join("\n");
      throw new BrokenPromise(this.#seed, this.#mode, error, trace);
    }
    const messages = this.#workload.state.nextMessage - 1;
    return { images: this.#images, messages, lives: this.#lives, operations: this.#operations };
  }

  /**
   * The second of two processes on a journal has a disk that fails with `fault`; then the machine dies, and a third one finds
   * what is left. Resolves with whether the disk came to fail.
   */
  async runWithFault(fault: DiskFault): Promise<boolean> {
    const what = `${fault.operation} ${fault.nth} ${fault.kind} ${fault.fromThenOn ? "and on" : ""}`;
    try {
      await this.#live(undefined);
      const faultCount = await this.#liveWithFault(fault);
      await this.#live(undefined);
      return faultCount > 0;
    } catch (error) {
      const trace = this.#disk.trace.lines.slice(-60).join("\n");
      throw new BrokenPromise(this.#seed, this.#mode, error, `${what.trimEnd()}\n${trace}`);
    }
  }

  /** One in five dies early, while it recovers. */
  #drawDeath(): Death {
    const random = this.#random;
    const atOperation = 1 + random.int(random.chance(0.2) ? 15 : random.pick([40, 120, 400]));
    const phase = random.pick(["before", "after"] as const);
    const kind =
      this.#mode === "os" ? "crash" : random.pick(["crash", "power-cut", "power-cut"] as const);
    return { atOperation, phase, kind };
  }

  /** Opens the journal, checks it and works on it until it dies; without `death` until it stops cleanly. */
  async #live(death: Death | undefined): Promise<void> {
    this.#lives += 1;
    const life = this.#start(death);
    try {
      await this.#check(life);
      await this.#work(life, death ? Infinity : 150);
      await life.quiet();
      if (this.#fillsDisk) await this.#checkRoom(life);
      await life.until(life.engine.close());
    } catch (error) {
      if (!(error instanceof Died)) throw error;
    }
    this.#operations += life.disk.trace.callCount;
    this.#wallMs = life.clock.now() + this.#random.int(5_000);
    this.#workload.died();
    if (!life.survivor) {
      life.disk.onOperation = undefined;
      this.#workload.state.sets.crashed(true, "stop");
      return;
    }
    this.#images += 1;
    this.#disk = life.survivor;
    const kind = death?.kind ?? "crash";
    this.#workload.state.sets.crashed(this.#mode !== "os-power" || kind === "crash", kind);
  }

  /** Ends with the failure of the disk if that is final; returns how often the disk failed. */
  async #liveWithFault(fault: DiskFault): Promise<number> {
    const life = this.#start(undefined);
    life.disk.fail(fault);
    let wasStopped = false;
    try {
      await this.#check(life);
      await this.#work(life, 150);
      await life.quiet();
      await life.until(life.engine.close());
      wasStopped = true;
    } catch (error) {
      if (life.disk.faultCount === 0 || !isTyped(error)) throw error;
    }
    const { faultCount } = life.disk;
    life.disk.heal();
    const kind =
      this.#mode === "fsync" ? this.#random.pick(["crash", "power-cut"] as const) : "crash";
    life.die(kind);
    this.#wallMs = life.clock.now() + this.#random.int(5_000);
    this.#workload.died();
    this.#images += 1;
    if (!life.survivor) throw new Error("nothing survived");
    this.#disk = life.survivor;
    // After a stop the journal is whole, and nobody holds anything, whatever happens to the machine.
    this.#workload.state.sets.crashed(true, wasStopped ? "stop" : kind);
    return faultCount;
  }

  /** When there is room again, publishing resumes. */
  async #checkRoom(life: EngineLife): Promise<void> {
    life.disk.resize(2 ** 40);
    for (let second = 0; second < 5; second += 1) {
      life.clock.advance(1_000);
      await life.quiet();
    }
    if (life.engine.storage().isFull) throw new Error("the disk has room, and counts as full");
  }

  #start(death: Death | undefined): EngineLife {
    // A start needs a little room, as when somebody makes some because the broker stopped.
    this.#disk.resize(2 ** 40);
    return new EngineLife({
      disk: this.#disk,
      clock: new TickingClock({ wallMs: this.#wallMs, tickMs: this.#tickMs }),
      calls: this.#calls,
      random: this.#random.fork(),
      death: death ?? { atOperation: Infinity, phase: "after", kind: "crash" },
      options: this.#options,
    });
  }

  /** What is there must be what the oracle says. */
  async #check(life: EngineLife): Promise<void> {
    const catalog = await life.until(life.engine.open());
    const { state } = this.#workload;
    const strangers = state.reconcile(catalog);
    if (this.#mode !== "os-power" && strangers.topics.length + strangers.subscriptions.length > 0) {
      throw new Error(`deleted things came back: ${JSON.stringify(strangers)}`);
    }
    await this.#deleteStrangers(life, strangers);
    const questions = state.openQuestions(life.clock.now(), this.#mode !== "os-power");
    for (const owner of state.subscriptions.values()) await this.#audit(life, owner);
    const evidence = questions.flatMap((question) => question() ?? []);
    state.openSettles.clear();
    // What is not there may have been refused for want of room, and the answer lost.
    if (!this.#fillsDisk) state.sets.checkUnits(evidence);
    state.sets.settleHistory();
  }

  /** A power cut may undo that they were deleted. */
  async #deleteStrangers(
    life: EngineLife,
    { topics, subscriptions }: { readonly topics: number[]; readonly subscriptions: number[] },
  ): Promise<void> {
    for (const subscription of subscriptions) {
      await life.until(life.engine.change({ kind: "delete-subscription", subscription }));
    }
    for (const topic of topics)
      await life.until(life.engine.change({ kind: "delete-topic", topic }));
    if (topics.length > 0) this.#workload.state.hasStaleReferences = true;
  }

  /** Everything that a subscription and its dead-letter queue have, handed out or waiting. */
  async #audit(life: EngineLife, owner: KnownSubscription): Promise<void> {
    const now = life.clock.now();
    const { engine } = life;
    const statsBefore = await life.until(engine.stats(owner.id));
    const runs: Run[] = [];
    for (const each of [owner.id, owner.deadLetters]) {
      const handedOut = await life.collect(each);
      const retrying = await life.until(engine.peek(each, "retrying", 1_000_000));
      const seen = new Set(handedOut.flatMap((run) => refsOf(run)));
      const waiting = retrying.filter((run) => !refsOf(run).some((ref) => seen.has(ref)));
      runs.push(...handedOut, ...waiting);
    }
    const sightings = runs.flatMap(sightingsOf);
    const stats = await life.until(engine.stats(owner.id));
    this.#workload.state.sets.audit(owner.id, sightings, (item) =>
      this.#workload.state.mayBeExpired(item, now),
    );
    const dead = sightings.filter(({ kind }) => kind === "dead").length;
    const counted = { unsettled: sightings.length - dead, dead };
    const isRight = (said: typeof stats): boolean =>
      this.#workload.state.hasStaleReferences
        ? said.unsettled >= counted.unsettled && said.dead >= counted.dead
        : said.unsettled === counted.unsettled && said.dead === counted.dead;
    if (isRight(stats) && isRight(statsBefore)) return;
    const said = JSON.stringify([statsBefore, stats]);
    throw new Error(`subscription ${owner.id} has ${JSON.stringify(counted)} and says ${said}`);
  }

  async #work(life: EngineLife, maxActions: number): Promise<void> {
    const random = this.#random;
    for (let actions = 0; actions < maxActions;) {
      if (random.chance(0.5)) {
        this.#workload.act(life);
        actions += 1;
      }
      await life.step();
      if (actions > 5_000) life.die("crash");
    }
  }
}

const refsOf = (run: Run): string[] =>
  Array.from({ length: run.count }, (_, index) => `${run.log}:${run.first + index}`);

/** What a program can act on: not a wrong diagnosis, and no error of the program itself. */
const isTyped = (error: unknown): boolean =>
  error instanceof DiskError || error instanceof JournalFailed;
