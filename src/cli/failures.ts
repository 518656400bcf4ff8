import { CommanderError } from "commander";
import type { PeykError } from "@peyk/client";

/** Exit codes that no PeykError has, after sysexits.h. */
export const EXIT = {
  done: 0,
  no: 1,
  usage: 64,
  damaged: 65,
  notFound: 66,
  unreachable: 69,
  bug: 70,
  inUse: 73,
  disk: 74,
  later: 75,
  unsupported: 76,
  configuration: 78,
  interrupted: 130,
  terminated: 143,
} as const;

/** Ends a command with a sentence and an exit code. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exit: number;
  readonly code: string;

  constructor(exit: number, code: string, message: string) {
    super(message);
    this.exit = exit;
    this.code = code;
  }
}

/** The command line makes no sense. */
export const usageError = (message: string): CommandError =>
  new CommandError(EXIT.usage, "usage", message);

/** The environment or the configuration file makes no sense. */
export const configurationError = (message: string): CommandError =>
  new CommandError(EXIT.configuration, "bad_configuration", message);

/** What a command failed with, as people and programs are told. */
export interface Failure {
  readonly exit: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly message: string };
  /** Nobody's mistake but ours: the stack helps. */
  readonly stack?: string | undefined;
}

/** Errors of a data directory and of the system, by name: their classes need not be loaded to tell them. */
const LOCAL: Readonly<Record<string, readonly [exit: number, code: string]>> = {
  DirectoryInUse: [EXIT.inUse, "directory_in_use"],
  DirectoryUnusable: [EXIT.inUse, "directory_unusable"],
  JournalDamaged: [EXIT.damaged, "journal_damaged"],
  JournalFormatUnknown: [EXIT.configuration, "journal_format_unknown"],
  OutputFailed: [EXIT.disk, "output_failed"],
  JournalFailed: [EXIT.disk, "disk_error"],
  DiskError: [EXIT.disk, "disk_error"],
};

export async function explainFailure(error: unknown): Promise<Failure> {
  if (error instanceof CommandError) {
    return { exit: error.exit, body: { code: error.code, message: error.message } };
  }
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, "");
    return { exit: EXIT.usage, body: { code: "usage", message } };
  }
  if (isPeykError(error)) return explainPeykError(error);
  const local = error instanceof Error ? LOCAL[error.name] : undefined;
  if (error instanceof Error && local) {
    return { exit: local[0], body: { code: local[1], message: error.message } };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { exit: EXIT.bug, body: { code: "internal", message }, stack };
}

async function explainPeykError(error: PeykError): Promise<Failure> {
  const { ERRORS } = await import("@peyk/client/protocol");
  const { code, message, field, limit, retryAfterMs, failed } = error;
  const body = {
    code,
    message,
    ...(field !== undefined && { field }),
    ...(limit !== undefined && { limit }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(failed && {
      failed: failed.map((each) => ({ index: each.index, message: each.error.message })),
    }),
  };
  // Whoever answers that it is not available drains, and is back soon; who cannot be reached is another CommandError.
  return { exit: code === "unavailable" ? EXIT.later : ERRORS[code].exit, body };
}

/** Without loading the client: its errors carry this mark. */
const isPeykError = (error: unknown): error is PeykError =>
  typeof error === "object" && error !== null && Symbol.for("peyk.PeykError") in error;
