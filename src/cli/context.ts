import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { ConnectOptions, Peyk, PeykError } from "@peyk/client";
import type { Configuration, ConfigurationFile } from "./configuration.js";
import { CommandError, configurationError, EXIT, usageError } from "./failures.js";
import type { Output } from "./output.js";

/** What a command is given to work with. */
export interface Context {
  readonly output: Output;
  readonly config: Configuration;
  readonly file: ConfigurationFile | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** --yes */
  readonly isSure: boolean;
  /** What came after `--`, of commands that start another. */
  readonly child: readonly string[];
}

/** A broker that refuses the connection for so long is not about to start, in ms. Doubled where nobody refused at the end of it. */
const REFUSAL_PATIENCE_MS = 1_000;

/** Runs `work` with a client, and closes it in any case. */
export async function withClient<Result>(
  context: Context,
  work: (client: Peyk) => Promise<Result>,
  options: ConnectOptions = {},
): Promise<Result> {
  const client = await connect(context, options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

async function connect(context: Context, options: ConnectOptions): Promise<Peyk> {
  const { config, output } = context;
  const url = config.get("url");
  const timeoutMs = config.get("timeout");
  const name = config.get("name");
  const token = readToken(context);
  const { connect: open } = await import("@peyk/client");
  const openWithin = (connectTimeoutMs: number): Promise<Peyk> =>
    open(url, {
      connectTimeoutMs,
      requestTimeoutMs: timeoutMs,
      log: (level, text) => (level === "info" ? output.detail(text) : output.warn(text)),
      ...(name !== undefined && { name }),
      ...(token !== undefined && { token }),
      ...options,
    });
  const until = performance.now() + timeoutMs;
  for (let patienceMs = REFUSAL_PATIENCE_MS; ; patienceMs *= 2) {
    const leftMs = Math.max(1, Math.ceil(until - performance.now()));
    try {
      return await openWithin(Math.min(leftMs, patienceMs));
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // Where nobody refused it is tried again: on a machine with much to do, a broker may take its time.
      const isRefused = error.cause !== undefined;
      if (isRefused || leftMs <= patienceMs) throw unreachable(url, error.message);
    }
  }
}

/** The token of --token-file, or else of PEYK_TOKEN. */
export function readToken({
  config,
  environment,
}: Pick<Context, "config" | "environment">): string | undefined {
  const path = config.get("tokenFile");
  if (path === undefined) return environment["PEYK_TOKEN"] || undefined;
  let token: string;
  try {
    token = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw configurationError(`the token cannot be read: ${(error as Error).message}`);
  }
  if (token === "") throw configurationError(`the token file ${path} is empty`);
  return token;
}

/** Says what would be destroyed, and asks on a terminal; elsewhere --yes is needed. Throws unless it may go on. */
export async function confirm(context: Context, what: string): Promise<void> {
  if (context.isSure) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw usageError(`${what}; give --yes to do it, or --dry-run to look only`);
  }
  const answer = await ask(`${what}. Go on? [y/N] `);
  if (answer !== undefined && /^y(es)?$/i.test(answer.trim())) return;
  const exit = answer === undefined ? EXIT.interrupted : EXIT.no;
  throw new CommandError(exit, "cancelled", "nothing was changed");
}

/** What a person answers on the terminal; "" for an end of the input, undefined for Ctrl-C. */
async function ask(question: string): Promise<string | undefined> {
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  const aborted = new Promise<string | undefined>((resolve) => {
    dialog.once("SIGINT", () => resolve(undefined));
    dialog.once("close", () => resolve(""));
  });
  const answer = await Promise.race([aborted, dialog.question(question).catch(() => aborted)]);
  dialog.close();
  if (!answer) process.stderr.write("\n");
  return answer;
}

const isUnavailable = (error: unknown): error is PeykError =>
  error instanceof Error && "code" in error && error.code === "unavailable";

function unreachable(url: string, detail: string): CommandError {
  const why = /connect E\w+|getaddrinfo E\w+|unexpected server response: \d+/i.exec(detail)?.[0];
  return new CommandError(
    EXIT.unreachable,
    "unavailable",
    `no broker answers at ${url}${why === undefined ? "" : ` (${why})`}. ` +
      "Start one with: peyk serve. Or say where it is, with --url or PEYK_URL",
  );
}
