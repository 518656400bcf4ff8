import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command, Option } from "commander";
import { expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { environmentName, SETTINGS } from "../../src/cli/settings.js";
import { ROOT } from "./peyk-process.js";

const document = readFileSync(join(ROOT, "docs/cli.md"), "utf8");

test("docs/cli.md has every command with every option, and no other", () => {
  const program = createProgram();
  const described = new Map(
    document
      .split(/^### /m)
      .slice(1)
      .map((section) => [headOf(section), optionsOf(section.split(/^## /m)[0] ?? "")]),
  );
  const actual = new Map(
    leavesOf(program, "peyk").map(([head, command]) => [head, command.options.map(flagsOf)]),
  );
  expect(described).toEqual(actual);
});

test("docs/cli.md has every global option", () => {
  const [intro = ""] = document.split(/^## Configuration/m);
  const options = createProgram().options.filter(({ long }) => long !== "--version");
  expect(optionsOf(intro)).toEqual(options.map(flagsOf));
});

test("every setting is an option of that name", () => {
  for (const [key, { flags }] of Object.entries(SETTINGS)) {
    const long = /--([a-z-]+)/.exec(flags)?.[1] ?? "";
    expect(environmentName(key)).toBe(`PEYK_${long.replaceAll("-", "_").toUpperCase()}`);
  }
});

/** "peyk topic get <topic>" */
const headOf = (section: string): string => (section.split("\n", 1)[0] ?? "").replaceAll("\\", "");

/** The first cells of a table's rows, without the backticks. */
const optionsOf = (text: string): string[] =>
  [...text.matchAll(/^\| `(-[^`]*)` /gm)].map(([, flags = ""]) => flags.replaceAll("\\|", "|"));

const flagsOf = ({ flags }: Option): string => flags;

function leavesOf(command: Command, path: string): [string, Command][] {
  const children = command.commands.filter((child) => child.name() !== "help");
  return children.flatMap((child): [string, Command][] => {
    const name = `${path} ${child.name()}`;
    if (child.commands.length > 0) return leavesOf(child, name);
    const args = child.registeredArguments.map((argument) => {
      const word = `${argument.name()}${argument.variadic ? "..." : ""}`;
      return argument.required ? ` <${word}>` : ` [${word}]`;
    });
    return [[`${name}${args.join("")}`, child]];
  });
}
