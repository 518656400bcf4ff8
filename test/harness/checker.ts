import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { CheckerLink } from "./checker-link.js";
import { compileSources } from "./compiled-source.js";
import { judgeLog, type Judgement } from "./ledger-events.js";
import type { LedgerOptions } from "./ledger.js";

const SOURCES = ["checker-main", "ledger-events", "ledger"].map(
  (name) => `test/harness/${name}.ts`,
);

let main: string | undefined;

/** The ledger in a process of its own, with a log that is synced: see checker-main.ts. */
export class Checker {
  readonly logPath: string;
  /** Where loads of other processes connect. */
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #links: CheckerLink[] = [];

  private constructor(directory: string, child: ChildProcess) {
    this.logPath = join(directory, "checker.log");
    this.address = join(directory, "checker.sock");
    this.#child = child;
  }

  /** @param directory - gets its log and its socket */
  static async start(directory: string, options: LedgerOptions): Promise<Checker> {
    main ??= compileMain();
    const files = [join(directory, "checker.sock"), join(directory, "checker.log")];
    const child = spawn(process.execPath, [main, ...files, JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await Promise.race([
      once(child.stdout, "data"),
      once(child, "exit").then(([code]) => {
        throw new Error(`the checker ended with ${String(code)}`);
      }),
    ]);
    return new Checker(directory, child);
  }

  async connect(): Promise<CheckerLink> {
    const link = await CheckerLink.open(this.address);
    this.#links.push(link);
    return link;
  }

  /** Ends it; what it judged must follow from its log alone. Resolves with that. */
  async close(): Promise<Judgement> {
    const [link] = this.#links;
    const said = link && !link.isClosed ? await link.judgement() : undefined;
    for (const each of this.#links) each.close();
    const exited = once(this.#child, "exit");
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.stdin?.end();
      await exited;
    }
    const again = judgeLog(this.logPath);
    if (said && JSON.stringify(said) !== JSON.stringify(again)) {
      throw new Error(`the log says ${JSON.stringify(again)}, the checker ${JSON.stringify(said)}`);
    }
    return again;
  }
}

/** Once for all checkers of a test file; goes with it. */
function compileMain(): string {
  const target = mkdtempSync(join(tmpdir(), "peyk-checker-"));
  process.once("exit", () => rmSync(target, { recursive: true, force: true }));
  return fileURLToPath(compileSources(target, SOURCES));
}
