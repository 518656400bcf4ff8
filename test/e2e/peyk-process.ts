import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const PEYK = join(ROOT, "bin/peyk.js");

export interface RunOptions {
  readonly url?: string;
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** No file may become longer than so many blocks of 512 bytes: to the process the disk is full then. */
  readonly fileBlocks?: number;
  /** A system call that fails, as strace's `inject` has it: "fdatasync:error=EIO:when=3". The child is strace then. */
  readonly inject?: string;
  /** What Node runs; default: the program itself. */
  readonly script?: string;
}

export interface Finished {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the real program; what it prints is gathered, and can be waited for. */
export class PeykProcess {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly #waiting = new Set<() => void>();
  readonly #closed: Promise<Finished>;
  /** It has ended, and all that it printed was read. */
  #isClosed = false;

  constructor(args: readonly string[], options: RunOptions = {}) {
    const [program = "", ...before] = programOf(options);
    this.child = spawn(program, [...before, options.script ?? PEYK, ...args], {
      env: environment(options),
      cwd: options.directory,
      stdio: "pipe",
    });
    for (const stream of ["stdout", "stderr"] as const) {
      const gather = (text: string): void => this.#gather(stream, text);
      this.child[stream]?.setEncoding("utf8").on("data", gather);
    }
    this.child.stdin?.on("error", () => {});
    if (options.input !== undefined) this.child.stdin?.end(options.input);
    this.#closed = once(this.child, "close").then(([exit]) => {
      this.#isClosed = true;
      for (const look of this.#waiting) look();
      return { exit: exit as number | null, stdout: this.stdout, stderr: this.stderr };
    });
  }

  finished(): Promise<Finished> {
    return this.#closed;
  }

  /** Resolves with the match once it was printed; rejects with all that was printed if the process ends first. */
  async prints(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[stream]);
      if (match) return match;
      if (this.#isClosed) {
        throw new Error(`ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  #gather(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text;
    for (const look of this.#waiting) look();
  }
}

/** Runs one command line to its end. */
export function peyk(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new PeykProcess(args, { input: "", ...options }).finished();
}

export interface Broker {
  readonly process: PeykProcess;
  readonly url: string;
  /** A command against this broker. */
  peyk(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** The same of one that others build on: rejects with what it said unless it ends with 0. */
  done(args: readonly string[], options?: RunOptions): Promise<void>;
  start(args: readonly string[], options?: RunOptions): PeykProcess;
  stop(): Promise<Finished>;
}

/** `peyk serve` on a free port, in memory unless `args` say otherwise. */
export async function serve(
  args: readonly string[] = ["--memory"],
  options: RunOptions = {},
): Promise<Broker> {
  const broker = new PeykProcess(["serve", "--listen", "127.0.0.1:0", "--json", ...args], options);
  const [, url = ""] = await broker.prints("stdout", /"url":"([^"]+)"/);
  return {
    process: broker,
    url,
    peyk: (command, more = {}) => peyk(command, { url, ...more }),
    done: async (command, more = {}) => {
      const { exit, stderr } = await peyk(command, { url, ...more });
      if (exit !== 0) throw new Error(`peyk ${command.join(" ")} ended with ${exit}: ${stderr}`);
    },
    start: (command, more = {}) => new PeykProcess(command, { url, ...more }),
    stop: () => {
      broker.kill("SIGTERM");
      return broker.finished();
    },
  };
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own for one test; gone when the file's tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "peyk-e2e-"));
  folders.push(folder);
  return folder;
}

/** Every line as JSON. */
export const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

function programOf({ fileBlocks, inject }: RunOptions): string[] {
  if (inject !== undefined) {
    const call = inject.slice(0, inject.indexOf(":"));
    const quiet = ["-f", "--seccomp-bpf", "-o", "/dev/null"];
    return ["strace", ...quiet, "-e", `trace=${call}`, "-e", `inject=${inject}`, process.execPath];
  }
  if (fileBlocks === undefined) return [process.execPath];
  return ["sh", "-c", `ulimit -f ${fileBlocks} && exec "$@"`, "sh", process.execPath];
}

function environment({ url, environment: more }: RunOptions): NodeJS.ProcessEnv {
  // How the tests were called must not change what the program does.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(PEYK_|npm_)|^(NO_COLOR|FORCE_COLOR|TERM)$/.test(name),
  );
  return { ...Object.fromEntries(own), ...(url !== undefined && { PEYK_URL: url }), ...more };
}
