import { checkFileName } from "../../src/engines/embedded/disk-file-name.js";
import { DirectoryInUse, DiskError } from "../../src/engines/embedded/disk.js";
import type { Disk, DiskErrorKind, DiskFile } from "../../src/engines/embedded/disk.js";
import { FaultPlan, type DiskFault, type DiskOperation } from "./disk-faults.js";
import { OperationTrace } from "./operation-trace.js";
import { SeededRandom } from "./seeded-random.js";
import { SimulatedDirectory, type DirectoryOrder } from "./simulated-directory.js";
import { applyPartOf, applyWhole, copyEffect, usedBytes, type Effect } from "./simulated-effect.js";
import { SimulatedFile } from "./simulated-file.js";
import { SimulatedHandle } from "./simulated-handle.js";

export type { DiskFault, DiskOperation } from "./disk-faults.js";
export type { DirectoryOrder } from "./simulated-directory.js";

export interface DiskCall {
  readonly operation: DiskOperation;
  readonly file: string;
}

export interface SimulatedDiskOptions {
  /** Decides how much of a failing write got there, and of calls under way at a crash. Default 1. */
  readonly seed?: number | bigint;
  /** What all files may take together. Default 2^40 bytes. */
  readonly capacityBytes?: number;
  /** What a power cut may do to names. Default "ordered". */
  readonly directoryOrder?: DirectoryOrder;
  /**
   * Decides when a call takes effect: it must call `complete` once, now or later. Calls may overtake one another.
   * Default: in order, on the microtask queue.
   */
  readonly schedule?: (call: DiskCall, complete: () => void) => void;
}

/**
 * A disk in memory that forgets what was not synced, fails, fills up and is damaged on demand; the same for the same
 * seed and the same calls.
 *
 * A change takes effect when its call is complete, and is durable after a sync that was called later than that. What a
 * failed sync should have made durable is read as before, but no later sync saves it.
 */
export class SimulatedDisk implements Disk {
  readonly location = "(simulated)";
  /** Called around every call: `before` it has any effect; `after` it took effect or failed. It may crash the disk. */
  onOperation:
    ((operation: DiskOperation, file: string, phase: "before" | "after") => void) | undefined;
  readonly trace: OperationTrace;
  readonly #options: SimulatedDiskOptions;
  readonly #random: SeededRandom;
  readonly #directory: SimulatedDirectory;
  readonly #faults = new FaultPlan();
  readonly #underWay = new Set<Effect>();
  #capacityBytes: number;
  #state: "free" | "locked" | "dead" = "free";

  constructor(
    options: SimulatedDiskOptions = {},
    directory = new SimulatedDirectory(),
    trace = new OperationTrace(),
  ) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed ?? 1);
    this.#directory = directory;
    this.#capacityBytes = options.capacityBytes ?? 2 ** 40;
    this.trace = trace;
  }

  /** What all files take together. */
  get usedBytes(): number {
    return usedBytes(this.#directory);
  }

  /** From now on all files may take so much together; what is there stays. */
  resize(capacityBytes: number): void {
    this.#capacityBytes = capacityBytes;
  }

  /** Plans a failure. */
  fail(fault: DiskFault): void {
    this.#faults.add(fault);
  }

  /** Forgets all planned failures; what a failed sync lost stays lost. */
  heal(): void {
    this.#faults.clear();
  }

  /** How many calls failed as planned. */
  get faultCount(): number {
    return this.#faults.hits;
  }

  /** How often an operation was called on this disk. */
  callCount(operation: DiskOperation): number {
    return this.trace.count(operation);
  }

  /** The process is killed: all that was written is there, nothing more is durable. This disk is dead then. */
  crash(): SimulatedDisk {
    const survivor = this.imageAfterCrash();
    this.#state = "dead";
    return survivor;
  }

  /** The power fails: all that was not synced may be there, or a part of it, or nothing. This disk is dead then. */
  powerCut(random: SeededRandom): SimulatedDisk {
    const survivor = this.imageAfterPowerCut(random);
    this.#state = "dead";
    return survivor;
  }

  /** What `crash` would give; this disk goes on. */
  imageAfterCrash(): SimulatedDisk {
    return this.#successor("crash", this.#random, this.#stoppedDirectory(this.#random));
  }

  /** What `powerCut` could give; this disk goes on, and what it draws itself does not change. */
  imageAfterPowerCut(random: SeededRandom): SimulatedDisk {
    const keep = random.pick([0, 0.2, 0.5, 0.8, 1]);
    const order = this.#options.directoryOrder ?? "ordered";
    const directory = this.#stoppedDirectory(random).afterPowerCut(random, order, keep);
    return this.#successor("power cut", random, directory);
  }

  /** Turns one bit (0 to 7) of a stored byte over. */
  flipBit(name: string, offset: number, bit: number): void {
    this.#find("flipBit", name).flipBit(offset, bit);
  }

  /** Cuts a stored file; what is left of it is durable. */
  cut(name: string, length: number): void {
    this.#find("cut", name).cut(length);
  }

  async lock(): Promise<void> {
    this.#checkAlive("lock", this.location);
    if (this.#state === "locked") throw new DirectoryInUse(this.location, process.pid);
    this.#state = "locked";
  }

  async unlock(): Promise<void> {
    this.#checkAlive("unlock", this.location);
    this.#state = "free";
  }

  async list(): Promise<readonly string[]> {
    this.#checkAlive("list", this.location);
    const fault = this.#faults.take("list", this.location);
    if (fault !== undefined) throw planned(fault, "list", this.location);
    return [...this.#directory.seen.keys()];
  }

  async create(name: string): Promise<DiskFile> {
    checkFileName("create", name);
    const file = new SimulatedFile();
    await this.#call("create", name, "", { kind: "create", name, file });
    return this.#handle(name, file);
  }

  async open(name: string): Promise<DiskFile> {
    checkFileName("open", name);
    await this.#call("open", name, "", { kind: "none" });
    return this.#handle(name, this.#find("open", name));
  }

  async rename(from: string, to: string): Promise<void> {
    checkFileName("rename", from);
    checkFileName("rename", to);
    await this.#call("rename", from, to, { kind: "rename", from, to });
  }

  async remove(name: string): Promise<void> {
    checkFileName("remove", name);
    await this.#call("remove", name, "", { kind: "remove", name });
  }

  async syncDirectory(): Promise<void> {
    const end = this.#directory.nextChange;
    await this.#call("syncDirectory", this.location, "", { kind: "syncDirectory", end });
  }

  async space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    this.#checkAlive("space", this.location);
    const totalBytes = this.#capacityBytes;
    return { freeBytes: Math.max(totalBytes - usedBytes(this.#directory), 0), totalBytes };
  }

  async #call(
    operation: DiskOperation,
    file: string,
    detail: string,
    effect: Effect,
  ): Promise<void> {
    this.#checkAlive(operation, file);
    const endTrace = this.trace.start(operation, file, detail);
    this.onOperation?.(operation, file, "before");
    this.#checkAlive(operation, file);

    const fault = this.#faults.take(operation, file);
    this.#underWay.add(effect);
    await new Promise<void>((complete) => this.#schedule({ operation, file }, complete));
    this.#checkAlive(operation, file);
    this.#underWay.delete(effect);

    const failure = this.#takeEffect(effect, fault);
    endTrace(failure ?? "ok");
    this.onOperation?.(operation, file, "after");
    this.#checkAlive(operation, file);
    if (fault !== undefined) throw planned(fault, operation, file);
    if (failure !== undefined) throw new DiskError(failure, operation, file);
  }

  #schedule(call: DiskCall, complete: () => void): void {
    if (this.#options.schedule === undefined) queueMicrotask(complete);
    else this.#options.schedule(call, complete);
  }

  #takeEffect(effect: Effect, fault: DiskErrorKind | undefined): DiskErrorKind | undefined {
    if (fault === undefined) return applyWhole(this.#directory, effect, this.#capacityBytes);
    if (effect.kind === "write")
      applyPartOf(this.#directory, effect, this.#random, this.#capacityBytes);
    if (effect.kind === "sync") effect.file.lose(effect.end);
    if (effect.kind === "syncDirectory") this.#directory.loseJournal();
    return fault;
  }

  /** A copy of all there is, in which the calls under way have come as far as `random` says. */
  #stoppedDirectory(random: SeededRandom): SimulatedDirectory {
    const copies = new Map<SimulatedFile, SimulatedFile>();
    const copyOf = (file: SimulatedFile): SimulatedFile => {
      const copy = copies.get(file) ?? file.copy();
      copies.set(file, copy);
      return copy;
    };
    const directory = this.#directory.copy(copyOf);
    for (const effect of this.#underWay) {
      applyPartOf(directory, copyEffect(effect, copyOf), random, this.#capacityBytes);
    }
    return directory;
  }

  #successor(event: string, random: SeededRandom, directory: SimulatedDirectory): SimulatedDisk {
    const seed = random.fork().seed;
    const options = { ...this.#options, seed, capacityBytes: this.#capacityBytes };
    return new SimulatedDisk(options, directory, this.trace.continueAfter(event));
  }

  #handle(name: string, file: SimulatedFile): DiskFile {
    return new SimulatedHandle(name, file, {
      call: (operation, detail, effect) => this.#call(operation, name, detail, effect),
      checkAlive: (operation) => this.#checkAlive(operation, name),
    });
  }

  #find(operation: string, name: string): SimulatedFile {
    const file = this.#directory.seen.get(name);
    if (file === undefined) throw new DiskError("missing", operation, name);
    return file;
  }

  #checkAlive(operation: string, file: string): void {
    if (this.#state !== "dead") return;
    throw new DiskError("io", operation, file, {
      cause: new Error("the simulated machine is dead"),
    });
  }
}

const planned = (fault: DiskErrorKind, operation: DiskOperation, file: string): DiskError =>
  new DiskError(fault, operation, file, { cause: new Error("planned by the test") });
