import { Command, CommanderError } from "commander";
import { VERSION } from "../version.js";
import { bench } from "./commands/bench.js";
import { completion } from "./commands/completion.js";
import { config } from "./commands/config.js";
import { demo } from "./commands/demo.js";
import { dlq } from "./commands/dlq.js";
import { journal } from "./commands/journal.js";
import { live } from "./commands/live.js";
import { publish } from "./commands/publish.js";
import { serve } from "./commands/serve.js";
import { status } from "./commands/status.js";
import { subscribe } from "./commands/subscribe.js";
import { subscription } from "./commands/subscription.js";
import { topic } from "./commands/topic.js";
import { Configuration, readConfigurationFile } from "./configuration.js";
import type { Context } from "./context.js";
import { actions, addSettings, starters } from "./declare.js";
import { CommandError, EXIT, explainFailure, usageError } from "./failures.js";
import { didYouMean } from "./nearest.js";
import { BrokenPipe, Output } from "./output.js";
import { CLIENT_SETTINGS } from "./settings.js";

const HELP_AFTER = `
Settings of broker and clients can also be given in the environment (PEYK_URL, PEYK_DATA_DIR, ...) or in a JSON file
(--config); see peyk config show. Patterns such as "orders.>" need quotes.`;

/** Commands and options that are described and not built yet: who asks for them is told so, not that they are misspelt. */
const LATER = new Set(
  (
    "pipe request reply schedule trace events apply export pause resume seek snapshot " +
    "--filter --max-backlog-bytes"
  ).split(" "),
);

/** Runs one command line, without the name of the program. Resolves with the exit code when all is written. */
export async function main(argv: readonly string[]): Promise<number> {
  // Until the command line is understood, what it says about its own errors is taken literally.
  let output = createOutput({ json: beforeDashes(argv).includes("--json") });
  const fail = async (error: unknown): Promise<number> => {
    if (error instanceof BrokenPipe) return EXIT.done;
    // Help was printed: because it was asked for, or because no command was given.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    if (error instanceof CommanderError && error.code === "commander.help") return EXIT.usage;
    const failure = await explainFailure(error);
    output.failure(failure);
    return failure.exit;
  };
  const onBug = (error: unknown): void => {
    void fail(error).then((exit) => process.exit(exit));
  };
  process.on("uncaughtException", onBug).on("unhandledRejection", onBug);
  try {
    const { command, child } = await understand(argv);
    const flags = command.optsWithGlobals<GlobalFlags>();
    const { env: environment } = process;
    const path = flags.config ?? (environment["PEYK_CONFIG"] || undefined);
    const file = path === undefined ? undefined : readConfigurationFile(path);
    const configuration = new Configuration({ flags: { ...flags }, environment, file });
    output = createOutput({ ...flags, color: configuration.get("color") });
    const { yes: isSure = false } = flags;
    const context: Context = { output, config: configuration, file, environment, isSure, child };
    const args = command.processedArgs as readonly (string | undefined)[];
    return (await actions.get(command)?.(context, args, { ...flags })) ?? 0;
  } catch (error) {
    return fail(error);
  }
}

interface GlobalFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly yes?: boolean;
  readonly config?: string;
}

/** The whole program: what the help, the completions and docs/cli.md are about. */
export function createProgram(): Command {
  const program = new Command("peyk")
    .description("A durable publish/subscribe message broker: start one, and talk to it.")
    .version(VERSION, "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .addHelpText("after", HELP_AFTER)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError();
  addSettings(program, CLIENT_SETTINGS)
    .option("--config <file>", "JSON file with settings (or PEYK_CONFIG)")
    .option("--json", "one object for one answer, one a line for streams")
    .option("-q, --quiet", "say less")
    .option("-v, --verbose", "say more")
    .option("--yes", "do not ask before something is destroyed");
  for (const add of [serve, publish, subscribe, live, topic, subscription, dlq, status])
    add(program);
  for (const add of [bench, demo, journal, config, completion]) add(program);
  return program;
}

/** Which command was given. Throws a CommanderError: also for --help, after it was printed. */
async function understand(
  argv: readonly string[],
): Promise<{ readonly command: Command; readonly child: readonly string[] }> {
  const program = createProgram();
  let chosen: Command | undefined;
  program.hook("preAction", (_, command) => {
    chosen = command;
  });
  const own = beforeDashes(argv);
  const isStarter = own.length < argv.length && startsAnother(own);
  checkHelp(program, own);
  try {
    await program.parseAsync(isStarter ? own : [...argv], { from: "user" });
  } catch (error) {
    throw explainUnknown(error);
  }
  const child = isStarter ? argv.slice(own.length + 1) : [];
  if (isStarter && child.length === 0) throw usageError("there is no command after --");
  return { command: chosen ?? program.help({ error: true }), child };
}

/** Help on a command that does not exist would be the help on everything, without a word. */
function checkHelp(program: Command, own: readonly string[]): void {
  const [first, wanted] = program.parseOptions([...own]).operands;
  if (first !== "help" || wanted === undefined) return;
  const names = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
  if (names.includes(wanted) || wanted === "help") return;
  throw usageError(`unknown command '${wanted}'${didYouMean(wanted, names)}`);
}

function explainUnknown(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [, name = ""] = /^error: unknown (?:command|option) '([^']+)'/.exec(error.message) ?? [];
  if (!LATER.has(name)) return error;
  const detail = `${name} is not supported by this version of Peyk`;
  return new CommandError(EXIT.unsupported, "unsupported", detail);
}

/** Whether what follows `--` is a command line, and no argument that begins with a dash. */
function startsAnother(own: readonly string[]): boolean {
  const program = createProgram();
  const [name] = program.parseOptions([...own]).operands;
  return program.commands.some(
    (command) =>
      starters.has(command) && [command.name(), ...command.aliases()].includes(name ?? ""),
  );
}

function beforeDashes(argv: readonly string[]): string[] {
  const dashes = argv.indexOf("--");
  return argv.slice(0, dashes < 0 ? undefined : dashes);
}

function createOutput(
  flags: GlobalFlags & { readonly color?: "auto" | "always" | "never" },
): Output {
  const { json = false, quiet = false, verbose = false, color = "auto" } = flags;
  const { stdout, stderr, env: environment } = process;
  return new Output(stdout, stderr, { json, quiet, verbose, color, environment });
}
