import { InvalidArgumentError, Option, type Command } from "commander";
import type { Context } from "./context.js";
import type { Setting } from "./setting-kinds.js";

/** What a command does. It returns an exit code where that is not 0. */
export type Action = (
  context: Context,
  args: readonly (string | undefined)[],
  flags: Readonly<Record<string, unknown>>,
) => Promise<number | void>;

/** Commands and their actions; `program.ts` runs what is found here for the command that was given. */
export const actions = new WeakMap<Command, Action>();

/** Commands that take another command line after `--`. */
export const starters = new WeakSet<Command>();

export function act(command: Command, action: Action): Command {
  actions.set(command, action);
  // Tells commander that it is no mere group; the program runs it after all is known.
  return command.action(() => {});
}

/** A value of an option or argument; a parser's sentence becomes commander's error. */
export function parsed<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

/** The same for an option that may be given again: all values, in order. */
export function collected<Value>(
  parse: (text: string) => Value,
): (text: string, previous: readonly Value[] | undefined) => readonly Value[] {
  const one = parsed(parse);
  return (text, previous) => [...(previous ?? []), one(text)];
}

/** Adds settings as options. Their defaults are left to the configuration, which has the environment and the file too. */
export function addSettings(
  command: Command,
  settings: Readonly<Record<string, Setting<unknown>>>,
): Command {
  for (const setting of Object.values(settings)) {
    const { flags, description, fallbackText, isSwitch, isList, parse } = setting;
    const hint = fallbackText === undefined ? "" : ` (default: ${fallbackText})`;
    const option = new Option(flags, `${description}${hint}`);
    if (isList) {
      option.argParser((text: string, previous: readonly string[] | undefined) => [
        ...(previous ?? []),
        ...(parsed(parse)(text) as readonly string[]),
      ]);
    } else if (!isSwitch) option.argParser(parsed(parse));
    command.addOption(option);
  }
  return command;
}
