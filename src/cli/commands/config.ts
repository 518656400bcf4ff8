import type { Command } from "commander";
import { configurationSchema, unknownVariables } from "../configuration.js";
import { readToken, type Context } from "../context.js";
import { act, addSettings } from "../declare.js";
import {
  environmentName,
  SERVE_SETTINGS,
  SETTINGS,
  SUBSCRIPTION_SETTINGS,
  TOPIC_SETTINGS,
  type SettingKey,
} from "../settings.js";
import type { Setting } from "../setting-kinds.js";

/** A setting as `config show` has it. */
interface Shown {
  readonly setting: string;
  readonly value: unknown;
  readonly origin: string;
}

export function config(program: Command): void {
  const group = program.command("config").description("See where every setting comes from.");
  const withAll = (command: Command): Command =>
    [SERVE_SETTINGS, TOPIC_SETTINGS, SUBSCRIPTION_SETTINGS].reduce(
      (all, settings) => addSettings(all, settings),
      command,
    );
  act(
    withAll(group.command("show").description("Show every setting, its value and its origin.")),
    (context) => show(context),
  );
  act(
    withAll(
      group.command("check").description("Read all settings, and say whether they can be used."),
    ),
    (context) => check(context),
  );
  act(
    group.command("schema").description("Print a JSON Schema of the file, for editors ($schema)."),
    ({ output }) => output.line(JSON.stringify(configurationSchema(), null, 2)),
  );
}

async function show(context: Context): Promise<void> {
  const { output } = context;
  const shown = all(context);
  if (output.isJson) {
    for (const each of shown) await output.json(each);
    return;
  }
  await output.table(shown, [
    { title: "SETTING", value: ({ setting }) => setting },
    { title: "VALUE", value: ({ value }) => textOf(value) },
    { title: "FROM", value: ({ origin }) => origin },
  ]);
}

async function check(context: Context): Promise<void> {
  const { output, environment, file } = context;
  all(context);
  readToken(context);
  for (const unknown of unknownVariables(environment)) output.warn(unknown);
  const of = file === undefined ? "the environment" : `${file.path} and the environment`;
  await output.answer({ ok: true, file: file?.path ?? null }, `${of} can be used`);
}

function all({ config: configuration, environment, file }: Context): Shown[] {
  const settings = (Object.keys(SETTINGS) as SettingKey[]).map((setting): Shown => {
    const { value, origin } = configuration.resolve(setting);
    const places = { environment: environmentName(setting), file: file?.path ?? "", flag: "flag" };
    const { fallbackText, parse }: Setting<unknown> = SETTINGS[setting];
    const fallback = fallbackText === undefined ? null : parse(fallbackText);
    return {
      setting,
      value: value ?? fallback,
      origin: origin === "default" ? origin : places[origin],
    };
  });
  const token = environment["PEYK_TOKEN"] ? "(set)" : null;
  return [
    ...settings,
    { setting: "token", value: token, origin: token ? "PEYK_TOKEN" : "default" },
  ];
}

function textOf(value: unknown): string {
  if (value === null) return "-";
  if (Array.isArray(value)) return value.join(",") || "-";
  return typeof value === "string" ? value : JSON.stringify(value);
}
