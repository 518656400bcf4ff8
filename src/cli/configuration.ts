import { readFileSync } from "node:fs";
import { configurationError } from "./failures.js";
import { didYouMean } from "./nearest.js";
import type { Setting } from "./setting-kinds.js";
import { environmentName, SETTINGS, type SettingKey, type SettingValues } from "./settings.js";

export type Origin = "flag" | "environment" | "file" | "default";

/** Where settings come from, strongest first. */
export interface Sources {
  /** Parsed already; undefined where a flag was not given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: ConfigurationFile | undefined;
}

export interface ConfigurationFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Every setting and where it came from: flag, then environment, then file, then default. */
export class Configuration {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Throws where the environment or the file has what cannot be read. */
  get<Key extends SettingKey>(key: Key): SettingValues[Key] {
    return this.resolve(key).value as SettingValues[Key];
  }

  origin(key: SettingKey): Origin {
    return this.resolve(key).origin;
  }

  /** What the command line alone says: for changes, where silence means "as it is". */
  flag<Key extends SettingKey>(key: Key): SettingValues[Key] | undefined {
    return this.#sources.flags[key] as SettingValues[Key] | undefined;
  }

  resolve(key: SettingKey): { readonly value: unknown; readonly origin: Origin } {
    const { flags, environment, file } = this.#sources;
    if (flags[key] !== undefined) return { value: flags[key], origin: "flag" };
    const variable = environmentName(key);
    const text = environment[variable];
    if (text !== undefined && text !== "") {
      return { value: parse(key, text, variable), origin: "environment" };
    }
    if (file && key in file.values) {
      const place = `${file.path}: ${key}`;
      return { value: parse(key, textOf(file.values[key], place), place), origin: "file" };
    }
    return { value: SETTINGS[key].fallback, origin: "default" };
  }
}

/** Reads a configuration file; throws unless every key in it is known. */
export function readConfigurationFile(path: string): ConfigurationFile {
  let values: unknown;
  try {
    values = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw configurationError(`${path} cannot be read: ${(error as Error).message}`);
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw configurationError(`${path} must hold one JSON object`);
  }
  for (const key of Object.keys(values)) checkKey(key, path);
  return { path, values: values as Record<string, unknown> };
}

/** Names in the environment that look like settings and are none, each with the nearest that is one. */
export function unknownVariables(environment: Sources["environment"]): string[] {
  const known = new Set([...Object.keys(SETTINGS).map(environmentName), ...OTHER_VARIABLES]);
  return Object.keys(environment)
    .filter((name) => name.startsWith("PEYK_") && !name.startsWith("PEYK_ATTRIBUTE_"))
    .filter((name) => !known.has(name))
    .map((name) => `${name} means nothing${didYouMean(name, known)}`);
}

/** A JSON Schema of the file, for editors. */
export function configurationSchema(): object {
  const properties: Record<string, object> = { $schema: { type: "string" } };
  for (const [key, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const { schema, description, fallbackText } = setting;
    const fallback = schema["type"] === "integer" ? Number(fallbackText) : fallbackText;
    properties[key] = {
      description,
      ...schema,
      ...(fallbackText !== undefined && { default: fallback }),
    };
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Peyk",
    type: "object",
    properties,
    additionalProperties: false,
  };
}

/** Read elsewhere, or given to the commands that `peyk subscribe -- command` starts. */
const OTHER_VARIABLES = [
  "PEYK_TOKEN",
  "PEYK_CONFIG",
  "PEYK_FAILPOINT",
  "PEYK_ID",
  "PEYK_TOPIC",
  "PEYK_KEY",
  "PEYK_ATTEMPT",
];

function checkKey(key: string, path: string): void {
  if (key === "$schema" || Object.hasOwn(SETTINGS, key)) return;
  throw configurationError(
    `${path} has the key "${key}", which means nothing${didYouMean(key, Object.keys(SETTINGS))}`,
  );
}

function parse(key: SettingKey, text: string, place: string): unknown {
  try {
    return SETTINGS[key].parse(text);
  } catch (error) {
    throw configurationError(`${place}: ${(error as Error).message}`);
  }
}

function textOf(value: unknown, place: string): string {
  if (Array.isArray(value)) return value.map((each) => textOf(each, place)).join(",");
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  throw configurationError(`${place}: ${JSON.stringify(value)} is no value that can be used`);
}
