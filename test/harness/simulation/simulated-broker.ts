import { Server } from "../../../src/server.js";
import { deferred } from "../sdk-world.js";
import type { SeededRandom } from "../seeded-random.js";
import { SimulatedDisk, type DiskCall } from "../simulated-disk.js";
import type { SimulatedNetwork } from "./simulated-network.js";
import { SimulatedProcess } from "./simulated-process.js";
import type { VirtualTime } from "./virtual-time.js";

/** The smallest segments that a broker makes, so that they are sealed and freed often. */
const SEGMENT_BYTES = 64 * 1024;
const SPARE_BYTES = 384 * 1024;

/** More than any message has: a spare must take four of the largest. */
const MAX_PAYLOAD_BYTES = 32 * 1024;

/** More than any run needs. */
const ENOUGH_BYTES = 2 ** 40;
const MANY = 1_000_000;

export type Death = "crash" | "power-cut";

export interface BrokerHostEvents {
  /** It did what a broker must never do. */
  complain(what: string): void;
  /** A process serves. */
  serves(process: SimulatedProcess, server: Server): void;
  /** It is over with a process, before what is under way in it happens. */
  ends(how: Death): void;
}

/** The machine of the broker: its disk, and one process of the real broker after the other. */
export class BrokerHost {
  readonly #time: VirtualTime;
  readonly #network: SimulatedNetwork;
  readonly #random: SeededRandom;
  readonly #events: BrokerHostEvents;
  #disk: SimulatedDisk;
  #process: SimulatedProcess;
  #server: Server | undefined;
  /** Of the process that runs now. */
  #death = deferred();
  #lives = 0;
  #servesSinceMs = Infinity;
  #wasShort = false;
  #isStopping = false;
  #operationsLeft = Infinity;
  #nextDeath: Death = "crash";
  #isSlow = false;
  #isDiskFailing = false;
  /** The machine's clock, against the time of the world. */
  #wallShiftMs = 0;
  #jumpedMs = 0;

  constructor(
    time: VirtualTime,
    network: SimulatedNetwork,
    random: SeededRandom,
    events: BrokerHostEvents,
  ) {
    this.#time = time;
    this.#network = network;
    this.#random = random;
    this.#events = events;
    this.#process = new SimulatedProcess("no broker", time, random.fork());
    this.#process.die();
    this.#disk = new SimulatedDisk({
      seed: random.fork().seed,
      directoryOrder: random.pick(["ordered", "any"] as const),
      schedule: (call, complete) => this.#schedule(call, complete),
    });
  }

  get isAlive(): boolean {
    return this.#process.isAlive;
  }

  get isServing(): boolean {
    return this.isAlive && this.#server !== undefined;
  }

  get lives(): number {
    return this.#lives;
  }

  /** How long this process serves, in ms; negative: it does not. */
  get servingMs(): number {
    return this.#time.nowMs - this.#servesSinceMs;
  }

  /** What this process handed over to handlers in it is in the journal: it had room, and no stop took anything back. */
  get keepsHandOvers(): boolean {
    return !this.#wasShort && !this.#isStopping;
  }

  /** How far its clock on the wall was set so far, either way, in ms. */
  get jumpedMs(): number {
    return this.#jumpedMs;
  }

  get sessionCount(): number {
    return this.#server?.context.sessions.size ?? 0;
  }

  /** Throws if two consumers have the same message. */
  checkHeld(): void {
    const broker = this.#server?.context.broker;
    if (!broker) return;
    for (const subscription of broker.names.subscriptions()) {
      const queue = broker.served(subscription)?.queue;
      if (!queue) continue;
      const held = [...queue.held("buffered", MANY), ...queue.held("running", MANY)];
      const all = held.flatMap(({ run, from, count }) =>
        Array.from({ length: count }, (_, index) => `${run.log}:${run.first + from + index}`),
      );
      if (new Set(all).size === all.length) continue;
      throw new Error(`${subscription.name} has a message with two consumers at once`);
    }
  }

  /** Starts a broker; resolves when it listens, or is dead already. */
  async start(): Promise<void> {
    this.#lives += 1;
    this.#operationsLeft = Infinity;
    this.#wasShort = false;
    this.#isStopping = false;
    const process = new SimulatedProcess(
      `broker ${this.#lives}`,
      this.#time,
      this.#random.fork(),
      this.#wallShiftMs,
    );
    this.#process = process;
    this.#disk.heal();
    this.#isDiskFailing = false;
    this.#disk.resize(ENOUGH_BYTES);
    this.#disk.onOperation = (_operation, _file, phase) => this.#onOperation(phase);
    const starting = Server.start(
      {
        dataDir: "(simulated)",
        segmentBytes: SEGMENT_BYTES,
        spareBytes: SPARE_BYTES,
        maxPayloadBytes: MAX_PAYLOAD_BYTES,
        clock: process,
        random: this.#random.fork(),
        log: (level, event, fields) => {
          if (process.isAlive) this.#onLog(level, event, fields);
        },
        // As the program does: it ends with exit code 74.
        onFailure: () =>
          process.run(this.#random.int(10), "the disk failed", () => this.die("crash")),
      },
      this.#disk,
    );
    this.#death = deferred();
    try {
      const server = await Promise.race([starting, this.#death.promise]);
      if (!server || !process.isAlive) return;
      this.#server = server;
      this.#network.listen(process, server.accept);
      this.#time.note(`${process.name} listens`);
      this.#servesSinceMs = this.#time.nowMs;
      this.#events.serves(process, server);
    } catch (error) {
      // Where the disk fails, it ends instead of starting; the next one is started as always.
      const isRight = !process.isAlive || this.#isDiskFailing;
      if (!isRight) this.#events.complain(`the broker did not start: ${String(error)}`);
      this.die("crash");
    }
  }

  /** As a clean stop does: clients are told, and may finish. Resolves when it has ended, or is dead. */
  async stop(timeoutMs: number): Promise<void> {
    const process = this.#process;
    if (!this.#server) return;
    this.#time.note(`${process.name} stops`);
    this.#isStopping = true;
    const closing = this.#server.close({ timeoutMs });
    try {
      await Promise.race([closing, this.#death.promise]);
    } catch (error) {
      // Where the disk fails, there is no clean stop.
      const isRight = !process.isAlive || this.#isDiskFailing;
      if (!isRight) this.#events.complain(`the broker did not stop: ${String(error)}`);
    }
    if (process.isAlive) this.die("crash");
  }

  /** Kills it here and now. */
  die(kind: Death): void {
    const process = this.#process;
    if (!process.isAlive) return;
    this.#time.note(`${process.name} dies: ${kind}`);
    this.#servesSinceMs = Infinity;
    this.#events.ends(kind);
    this.#disk = kind === "crash" ? this.#disk.crash() : this.#disk.powerCut(this.#random);
    process.die();
    this.#server = undefined;
    this.#network.died(process, kind === "crash" ? "process" : "machine");
    this.#death.resolve();
  }

  /** Kills it at one of the next few operations on its disk. */
  dieAtOperation(count: number, kind: Death): void {
    this.#operationsLeft = count;
    this.#nextDeath = kind;
  }

  /** One of the next operations on its disk fails. */
  failDisk(operation: "write" | "sync", nth: number): void {
    this.#isDiskFailing = true;
    this.#disk.fail({ operation, nth, kind: "io" });
  }

  /** So much room is left on its disk. */
  fillDisk(bytesLeft: number): void {
    this.#wasShort = true;
    this.#disk.resize(this.#disk.usedBytes + bytesLeft);
  }

  emptyDisk(): void {
    this.#disk.resize(ENOUGH_BYTES);
  }

  /** Nothing that was planned happens any more. */
  mend(): void {
    this.#operationsLeft = Infinity;
    this.#isSlow = false;
    this.#disk.heal();
    this.emptyDisk();
  }

  setSlow(isSlow: boolean): void {
    this.#isSlow = isSlow;
  }

  stall(ms: number): void {
    this.#process.stall(ms);
  }

  shiftWall(ms: number): void {
    this.#wallShiftMs += ms;
    this.#jumpedMs += Math.abs(ms);
    this.#process.shiftWall(ms);
  }

  #schedule({ operation, file }: DiskCall, complete: () => void): void {
    const random = this.#random;
    const isSync = operation.startsWith("sync");
    const usualMs = isSync ? 0.3 + random.fraction() * 3 : 0.02 + random.fraction() * 0.2;
    const slowMs = this.#isSlow && random.chance(0.1) ? random.int(3_000) : 0;
    this.#process.run(usualMs + slowMs, `${operation} ${file}`, complete);
  }

  #onOperation(phase: "before" | "after"): void {
    if (phase === "before") this.#operationsLeft -= 1;
    const isNow = this.#operationsLeft <= 0 && this.#random.chance(0.5);
    if (isNow || (this.#operationsLeft <= 0 && phase === "after")) this.die(this.#nextDeath);
  }

  #onLog(level: string, event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#time.note(`log ${level}: ${event}`);
    if (event === "internal error" || event === "journal damaged") {
      this.#events.complain(`${event}: ${JSON.stringify(fields)}`);
    }
  }
}
