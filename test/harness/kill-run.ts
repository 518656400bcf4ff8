import { randomInt } from "node:crypto";
import { appendFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Failpoint } from "../../src/engines/embedded/failpoints.js";
import { PeykProcess, type RunOptions } from "../e2e/peyk-process.js";
import { KillLoad } from "./kill-load.js";
import { SeededRandom } from "./seeded-random.js";

/** How the broker dies: killed after so many confirmations, or so long after it was put under load. */
export type Death =
  | { readonly kind: "confirmations"; readonly count: number }
  | { readonly kind: "time"; readonly ms: number }
  /** Of itself, at a failpoint. */
  | { readonly kind: "failpoint"; readonly name: Failpoint };

/** What else happens when a broker dies. */
export interface DeathHooks {
  /** The moment has come; kills the broker by `kill`, now or soon. Default: now. */
  readonly atDeath?: (kill: () => void) => void;
  /** A broker is dead, and the next one not started. */
  readonly afterDeath?: () => void;
  /** Exit codes with which it may end before it is killed. Default: none. */
  readonly exits?: readonly number[];
}

/** Small, so that files are sealed, covered by snapshots and freed within seconds. */
const FILES = ["--segment-size", "64KiB", "--spare-size", "256KiB"];

/** A limit on files, in blocks of 512 bytes, is a full disk to them; the spare must fit. */
const FULL_DISK = { args: ["--segment-size", "64KiB", "--spare-size", "32KiB"], fileBlocks: 80 };

/** What a crash leaves behind where recovery has something to cut, in bytes. */
const TORN_BYTES = 300;

/** Confirmations after which a failpoint counts as out of reach: half a minute's, because reclaim looks once a second. */
const OUT_OF_REACH = 300_000;

/**
 * A broker in a process of its own, killed and started again on the same directory and port, while clients publish, consume
 * and settle. After each death all that is there is compared with what clients were told.
 */
export class KillRun {
  readonly #random: SeededRandom;
  readonly #directory: string;
  readonly #port: number;
  readonly #hooks: DeathHooks;
  #process: PeykProcess | undefined;
  #load: KillLoad | undefined;
  #kills = 0;

  private constructor(random: SeededRandom, directory: string, port: number, hooks: DeathHooks) {
    this.#hooks = hooks;
    this.#random = random;
    this.#directory = directory;
    this.#port = port;
  }

  /** Starts a broker, with clients that wait for a round. With `failpoint`, the first round is to that. */
  static async start(
    seed: bigint,
    directory: string,
    failpoint?: Failpoint,
    hooks: DeathHooks = {},
  ): Promise<KillRun> {
    const random = new SeededRandom(seed);
    const run = new KillRun(random, directory, await freePort(), hooks);
    try {
      await run.#begin(failpoint);
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
    await this.#die(this.#drawDeath());
    // One in six dies again before it has served anybody, or soon after.
    if (random.chance(0.16)) await this.#dieAtStart({ afterMs: random.int(400) });
    await this.#serve();
    await this.#check();
  }

  /** A round that ends at the failpoint with which the run was started; those of recovery kill a further broker. */
  async roundTo(failpoint: Failpoint): Promise<void> {
    this.#clients.begin();
    if (failpoint.startsWith("recovery.")) {
      await this.#die({ kind: "confirmations", count: 50 });
      this.#tear();
      await this.#dieAtStart({ environment: this.#environmentOf(failpoint) });
    } else {
      await this.#die({ kind: "failpoint", name: failpoint });
    }
    await this.#serve();
    await this.#check();
  }

  /** Stops in peace under load, and finds everything where it was. */
  async stopAndStart(): Promise<void> {
    this.#clients.begin();
    const process = this.#serving;
    process.kill("SIGTERM");
    const { exit, stderr } = await process.finished();
    const load = this.#clients;
    if (exit !== 0) load.ledger.complain(`the broker stopped with ${exit}: ${stderr}`);
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
    const come = (): void => atDeath(kill);
    if (death.kind === "time") setTimeout(come, death.ms);
    else load.afterConfirmations(death.kind === "failpoint" ? OUT_OF_REACH : death.count, come);
    const { exit, stderr } = await process.finished();
    if (process.child.signalCode !== "SIGKILL" && !this.#mayEndWith(exit)) {
      load.ledger.complain(`the broker ended with ${exit}: ${stderr}`);
    }
    if (load.isOn) load.halt();
    else if (death.kind === "failpoint") load.ledger.complain(`${death.name} was not reached`);
    await load.cutOff();
    this.#died();
  }

  /** Starts a broker that is killed `afterMs`, whatever it does then; without that it dies at a failpoint. */
  async #dieAtStart(options: RunOptions & { readonly afterMs?: number }): Promise<void> {
    const { afterMs } = options;
    const process = this.#start(FILES, options);
    if (afterMs !== undefined) setTimeout(() => process.kill("SIGKILL"), afterMs);
    const { exit, stderr } = await process.finished();
    if (process.child.signalCode !== "SIGKILL") {
      this.#clients.ledger.complain(`the broker ended with ${exit} at its start: ${stderr}`);
    }
    await this.#clients.cutOff();
    this.#died();
  }

  #died(): void {
    this.#kills += 1;
    this.#hooks.afterDeath?.();
  }

  #mayEndWith(exit: number | null): boolean {
    return exit !== null && this.#hooks.exits?.includes(exit) === true;
  }

  /** Late enough for a broker that has just begun, and is to have something to lose. */
  #environmentOf(failpoint: Failpoint): Record<string, string> {
    const [subject = "", moment = ""] = failpoint.split(".");
    const isFirstAtStart = subject === "segment" && !moment.endsWith("seal");
    const hit = subject === "commit" ? 30 + this.#random.int(60) : isFirstAtStart ? 2 : 1;
    return { PEYK_FAILPOINT: `${failpoint}:${hit}` };
  }

  /** Adds to the end of the journal what a write may leave there that was cut off. */
  #tear(): void {
    const last = readdirSync(this.#directory)
      .filter((name) => name.startsWith("segment-"))
      .sort()
      .at(-1);
    if (last === undefined) throw new Error("there is no journal");
    appendFileSync(join(this.#directory, last), this.#random.bytes(TORN_BYTES));
  }

  // ---- Its beginning -------------------------------------------------------------------------------------------------

  async #begin(failpoint: Failpoint | undefined): Promise<void> {
    const isFull = failpoint?.startsWith("spare.") === true;
    await this.#serve(isFull ? FULL_DISK.args : FILES, {
      ...(isFull && { fileBlocks: FULL_DISK.fileBlocks }),
      ...(failpoint !== undefined && { environment: this.#environmentOf(failpoint) }),
    });
    const largeShare = this.#random.pick([0, 0.01, 0.03]);
    const url = `ws://127.0.0.1:${this.#port}`;
    this.#load = await KillLoad.open(url, this.#random.fork(), {
      largeShare,
      diskMayFail: this.#hooks.exits !== undefined,
    });
  }

  #start(files: readonly string[], options: RunOptions): PeykProcess {
    const where = ["--listen", `127.0.0.1:${this.#port}`, "--data-dir", this.#directory];
    this.#process = new PeykProcess(["serve", "--json", ...where, ...files], options);
    return this.#process;
  }

  async #serve(files: readonly string[] = FILES, options: RunOptions = {}): Promise<void> {
    await this.#start(files, options).prints("stdout", /"url":/);
  }

  async #check(): Promise<void> {
    const load = this.#clients;
    await load.quiet();
    await load.audit();
    load.ledger.check();
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

/**
 * A port that nobody uses, outside of those that systems give to clients: one that connects again and again to a port of
 * these, while nobody listens there, sooner or later gets it for its own end, and talks to itself.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
