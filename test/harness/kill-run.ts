import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SEGMENT_HEADER_BYTES, SEGMENT_TAIL_BYTES } from "../../src/engines/embedded/format.js";
import type { Failpoint } from "../../src/runtime/failpoints.js";
import { PeykProcess } from "../e2e/peyk-process.js";
import { freePort } from "./free-port.js";
import { KillLoad } from "./kill-load.js";
import { SeededRandom } from "./seeded-random.js";

/** How the broker dies: killed after so many confirmations, or so long after it was put under load. */
type Death =
  | { readonly kind: "confirmations"; readonly count: number }
  | { readonly kind: "time"; readonly ms: number };

/** The program itself, or a broker whose time passes faster, perhaps on a disk that is full again and again. */
export type RunKind = "usual" | "hasty" | "hasty on a full disk";

const HASTY_BROKER = fileURLToPath(new URL("./hasty-broker.mjs", import.meta.url));

const KIB = 1024;

/** What else happens when a broker dies. */
export interface DeathHooks {
  /** The moment has come, and clients believe nothing any more; kills the broker by `kill`, now or soon. Default: now. */
  readonly atDeath?: (kill: () => void) => void;
  /** A broker is dead, and the next one not started. */
  readonly afterDeath?: () => void;
  /** Exit codes with which it may end before it is killed. Default: none. */
  readonly exits?: readonly number[];
}

export interface RunOptions {
  /** Default: "usual". */
  readonly kind?: RunKind;
  readonly hooks?: DeathHooks;
}

/** Small, so that files are sealed, covered by snapshots and freed within seconds. */
const FILES = { segmentBytes: 64 * KIB, spareBytes: 384 * KIB };

/** More than any message has; small, because a spare must take four of the largest. */
const MAX_PAYLOAD_BYTES = 32 * KIB;

/**
 * A limit on files, in blocks of 512 bytes, is a full disk to them. The spare must fit below it, and have room for what was
 * entered before anybody knew that the disk is full; one of another size than the last is made anew.
 */
const FULL_DISK = {
  segmentBytes: 1024 * KIB,
  spareBytes: [448 * KIB, 384 * KIB],
  fileBlocks: 1024,
  largeShare: 0.01,
};

/** What a crash leaves behind where recovery has something to cut, in bytes. */
const TORN_BYTES = 300;

/** A broker that was to die at a failpoint and has not is stopped so long after it was put under load, in ms; its time is faster. */
const PATIENCE_MS = { usual: 300, upkeep: 700 };

/** Confirmations as fast as they come; later ones leave the machine to others. */
const BRISK_CONFIRMATIONS = 300;

/**
 * A broker in a process of its own, killed and started again on the same directory and port, while clients publish, consume
 * and settle. After each death all that is there is compared with what clients were told.
 */
export class KillRun {
  readonly #random: SeededRandom;
  readonly #directory: string;
  readonly #port: number;
  readonly #isHasty: boolean;
  readonly #isDiskFull: boolean;
  readonly #hooks: DeathHooks;
  #process: PeykProcess | undefined;
  #load: KillLoad | undefined;
  #kills = 0;
  /** What happened since the last check and when, in ms: for the report. */
  readonly #steps: string[] = [];
  #stepsSinceMs = 0;

  private constructor(
    random: SeededRandom,
    directory: string,
    port: number,
    { kind = "usual", hooks = {} }: RunOptions,
  ) {
    this.#hooks = hooks;
    this.#random = random;
    this.#isHasty = kind !== "usual";
    this.#isDiskFull = kind === "hasty on a full disk";
    this.#directory = directory;
    this.#port = port;
  }

  /** Starts a broker, with clients that wait for a round. */
  static async start(seed: bigint, directory: string, options: RunOptions = {}): Promise<KillRun> {
    const random = new SeededRandom(seed);
    const run = new KillRun(random, directory, await freePort(), options);
    try {
      await run.#begin();
      return run;
    } catch (error) {
      await run.close();
      throw error;
    }
  }

  /** How often a broker died. */
  get kills(): number {
    return this.#kills;
  }

  /** Puts the broker under load until it dies, starts it again, and checks what is left. */
  async round(): Promise<void> {
    const random = this.#random;
    this.#clients.begin();
    this.#step("under load");
    await this.#die(this.#drawDeath());
    // One in six dies again before it has served anybody, or soon after.
    if (random.chance(0.16)) await this.#dieAtStart(random.int(400));
    await this.#serve();
    await this.#check();
  }

  /**
   * Lets a broker die at the n-th hit of a failpoint: while it starts, is asked what it has, is under load or stops. Returns
   * whether it did. What that broke is found in the next round, or by `finish`.
   */
  async roundTo({
    name,
    hit,
  }: {
    readonly name: Failpoint;
    readonly hit: number;
  }): Promise<boolean> {
    const load = this.#clients;
    await this.#endServing();
    if (this.#random.chance(0.5)) this.#tear();
    this.#startHasty(`${name}:${hit}`);
    const broker = this.#serving;
    const isUp = broker.prints("stdout", /"url":/).then(
      () => true,
      () => false,
    );
    const work = isUp.then((is) => (is ? this.#lookAndBegin() : undefined));
    await Promise.race([work, broker.finished()]);
    const patienceMs = isUpkeep(name) ? PATIENCE_MS.upkeep : PATIENCE_MS.usual;
    const timer = setTimeout(() => broker.kill("SIGTERM"), patienceMs);
    const { exit, stderr } = await broker.finished();
    clearTimeout(timer);
    const hasDied = broker.child.signalCode === "SIGKILL";
    if (hasDied) this.#kills += 1;
    else if (exit !== 0) load.ledger.complain(`the broker ended with ${exit}: ${endOf(stderr)}`);
    const wasLookedAt = (await isUp) && !load.isOn;
    if (load.isOn) load.halt();
    await load.cutOff();
    // Another one answers what is left to ask.
    if (wasLookedAt) await this.#serve();
    await work;
    return hasDied;
  }

  /** After the last round: what is there must be what clients were told. */
  async finish(): Promise<void> {
    await this.#endServing();
    await this.#serve();
    await this.#check();
  }

  get url(): string {
    return `ws://${this.#address}`;
  }

  /** Stops in peace under load, after so many confirmations, and finds everything where it was. */
  async stopAndStart(confirmations = 0): Promise<void> {
    this.#clients.begin();
    const process = this.#serving;
    if (confirmations === 0) process.kill("SIGTERM");
    else this.#clients.afterConfirmations(confirmations, () => process.kill("SIGTERM"));
    const { exit, stderr } = await process.finished();
    const load = this.#clients;
    if (exit !== 0) load.ledger.complain(`the broker stopped with ${exit}: ${endOf(stderr)}`);
    load.halt();
    await load.cutOff();
    await this.#serve();
    await this.#check();
    if (/no clean one/.test(this.#serving.stderr)) throw new Error(this.#serving.stderr);
  }

  async close(): Promise<void> {
    await this.#load?.close();
    this.#process?.kill("SIGKILL");
    await this.#process?.finished();
  }

  // ---- The end of a broker -------------------------------------------------------------------------------------------

  /** One in five lives long enough to look after its files. */
  #drawDeath(): Death {
    const random = this.#random;
    if (random.chance(0.2)) return { kind: "time", ms: 1_000 + random.int(800) };
    if (random.chance(0.4)) return { kind: "time", ms: random.int(400) };
    return { kind: "confirmations", count: 1 + random.int(random.pick([10, 300, 1_500])) };
  }

  async #die(death: Death): Promise<void> {
    const process = this.#serving;
    const load = this.#clients;
    const { atDeath = (now: () => void): void => now() } = this.#hooks;
    const kill = (): void => {
      process.kill("SIGKILL");
      load.halt();
    };
    const come = (): void => {
      if (this.#hooks.atDeath) load.haltUnheard();
      atDeath(kill);
    };
    if (death.kind === "time") setTimeout(come, death.ms);
    else load.afterConfirmations(death.count, come);
    const { exit, stderr } = await process.finished();
    if (process.child.signalCode !== "SIGKILL" && !this.#mayEndWith(exit)) {
      load.ledger.complain(`the broker ended with ${exit}: ${endOf(stderr)}`);
    }
    if (load.isOn) load.halt();
    await load.cutOff();
    this.#died();
  }

  /** Starts a broker that is killed `afterMs`, whatever it does then. */
  async #dieAtStart(afterMs: number): Promise<void> {
    const process = this.#start();
    setTimeout(() => process.kill("SIGKILL"), afterMs);
    const { exit, stderr } = await process.finished();
    if (process.child.signalCode !== "SIGKILL") {
      this.#clients.ledger.complain(`the broker ended with ${exit} at its start: ${endOf(stderr)}`);
    }
    await this.#clients.cutOff();
    this.#died();
  }

  #died(): void {
    this.#kills += 1;
    this.#step("dead");
    this.#hooks.afterDeath?.();
  }

  #mayEndWith(exit: number | null): boolean {
    return exit !== null && this.#hooks.exits?.includes(exit) === true;
  }

  async #lookAndBegin(): Promise<void> {
    await this.#check();
    if (this.#random.chance(0.2)) await this.#clients.purge(this.#random);
    this.#clients.begin({ briskly: BRISK_CONFIRMATIONS });
  }

  /** The broker that serves now is killed; there may be none. */
  async #endServing(): Promise<void> {
    const { child } = this.#serving;
    if (child.exitCode !== null || child.signalCode !== null) return;
    this.#serving.kill("SIGKILL");
    await this.#serving.finished();
    this.#clients.halt();
    await this.#clients.cutOff();
  }

  /** Adds to the end of the journal what a write may leave there that was cut off. It cuts no header, and follows no end. */
  #tear(): void {
    const last = readdirSync(this.#directory)
      .filter((name) => name.startsWith("segment-"))
      .sort()
      .at(-1);
    if (last === undefined) throw new Error("there is no journal");
    const bytes = readFileSync(join(this.#directory, last));
    const isSealed = bytes.subarray(-SEGMENT_TAIL_BYTES).toString("latin1", 0, 4) === "PYKT";
    if (bytes.byteLength < SEGMENT_HEADER_BYTES || isSealed) return;
    appendFileSync(join(this.#directory, last), this.#random.bytes(TORN_BYTES));
  }

  // ---- Its beginning -------------------------------------------------------------------------------------------------

  async #begin(): Promise<void> {
    await this.#serve();
    const largeShare = this.#isDiskFull ? FULL_DISK.largeShare : this.#random.pick([0, 0.01, 0.03]);
    const diskMayFail = this.#hooks.exits !== undefined;
    const options = { largeShare, redrives: true, diskMayFail };
    this.#load = await KillLoad.open(this.url, this.#random.fork(), options);
  }

  get #address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** The program itself. */
  #start(): PeykProcess {
    const where = ["--listen", this.#address, "--data-dir", this.#directory];
    const { segmentBytes, spareBytes } = FILES;
    const files = ["--segment-size", `${segmentBytes}B`, "--spare-size", `${spareBytes}B`];
    const payload = ["--max-payload", `${MAX_PAYLOAD_BYTES}B`];
    this.#process = new PeykProcess(["serve", "--json", ...where, ...files, ...payload]);
    return this.#process;
  }

  /** A broker whose time passes faster, so that what comes once a second need not be waited for. */
  #startHasty(failpoint: string): PeykProcess {
    const { segmentBytes, spareBytes, fileBlocks } = FULL_DISK;
    const files = this.#isDiskFull
      ? { segmentBytes, spareBytes: this.#random.pick(spareBytes) }
      : FILES;
    const where = { listen: this.#address, dataDir: this.#directory };
    const options = { ...where, ...files, maxPayloadBytes: MAX_PAYLOAD_BYTES };
    this.#process = new PeykProcess([JSON.stringify(options)], {
      script: HASTY_BROKER,
      environment: { PEYK_FAILPOINT: failpoint },
      ...(this.#isDiskFull && { fileBlocks }),
    });
    return this.#process;
  }

  async #serve(): Promise<void> {
    this.#step("start");
    const broker = this.#isHasty ? this.#startHasty("") : this.#start();
    await broker.prints("stdout", /"url":/);
    this.#step("serving");
  }

  async #check(): Promise<void> {
    const load = this.#clients;
    await load.quiet();
    this.#step("quiet");
    await load.audit();
    this.#step("audited");
    try {
      await load.ledger.check();
    } catch (error) {
      const steps = this.#steps.join(", ");
      throw new Error(`${String(error)}\nsince the last check: ${steps}`, { cause: error });
    }
    this.#steps.length = 0;
    this.#stepsSinceMs = performance.now();
  }

  #step(what: string): void {
    this.#steps.push(`${what} at ${Math.round(performance.now() - this.#stepsSinceMs)} ms`);
  }

  get #serving(): PeykProcess {
    if (!this.#process) throw new Error("no broker was started");
    return this.#process;
  }

  get #clients(): KillLoad {
    if (!this.#load) throw new Error("no client is connected");
    return this.#load;
  }
}

/** The last lines of what a broker said. */
const endOf = (stderr: string): string => stderr.trimEnd().split("\n").slice(-4).join(" | ");

/** What is done when files are looked after, once a second. */
const isUpkeep = (name: Failpoint): boolean =>
  /^(snapshot|reclaim|cold|spare)\.|^segment\..*-remove$/.test(name);
