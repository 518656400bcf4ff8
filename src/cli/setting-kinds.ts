import { parseDuration, parseSize, parseWhole } from "./text.js";

/**
 * One option that a flag, the environment or the configuration file may set. `dataDir` in the file is `--data-dir` and
 * PEYK_DATA_DIR elsewhere.
 */
export interface Setting<Value> {
  /** As commander wants it: "--data-dir <directory>". */
  readonly flags: string;
  readonly description: string;
  readonly fallback: Value;
  /** The default as people are told; left out where there is none. */
  readonly fallbackText?: string | undefined;
  /** Reads a text of the command line or the environment; throws an Error with a sentence. */
  readonly parse: (text: string) => Value;
  readonly isList?: boolean;
  readonly isSwitch?: boolean;
  /** What a configuration file may say, as JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
}

const STRING = { type: "string" };
const DURATION = { type: "string", pattern: "^(0|([0-9.]+(ms|s|m|h|d))+)$" };
const SIZE = { type: ["string", "integer"], pattern: "^[0-9.]+([KMGT]i?B|B)?$" };
const SWITCH_WORDS = ["on", "off", "true", "false", "1", "0"] as const;

export function text(flags: string, description: string, fallback: string): Setting<string> {
  return { flags, description, fallback, fallbackText: fallback, parse: String, schema: STRING };
}

export function optionalText(flags: string, description: string): Setting<string | undefined> {
  return { flags, description, fallback: undefined, parse: String, schema: STRING };
}

export function duration(flags: string, description: string, fallback: string): Setting<number> {
  return {
    flags,
    description,
    fallback: parseDuration(fallback),
    fallbackText: fallback,
    parse: parseDuration,
    schema: DURATION,
  };
}

export function optionalDuration(flags: string, description: string): Setting<number | undefined> {
  return { flags, description, fallback: undefined, parse: parseDuration, schema: DURATION };
}

export function optionalSize(flags: string, description: string): Setting<number | undefined> {
  return { flags, description, fallback: undefined, parse: parseSize, schema: SIZE };
}

export function optionalWhole(flags: string, description: string): Setting<number | undefined> {
  const parse = (value: string): number => parseWhole(value);
  return {
    flags,
    description,
    fallback: undefined,
    parse,
    schema: { type: "integer", minimum: 0 },
  };
}

/** The first value is the default. */
export function choice<const Value extends string>(
  flags: string,
  description: string,
  values: readonly [Value, ...Value[]],
): Setting<Value> {
  const [fallback] = values;
  return {
    flags,
    description,
    fallback,
    fallbackText: fallback,
    parse: (value) => oneOf(value, values),
    schema: { enum: values },
  };
}

export function optionalChoice<const Value extends string>(
  flags: string,
  description: string,
  values: readonly Value[],
): Setting<Value | undefined> {
  const parse = (value: string): Value => oneOf(value, values);
  return { flags, description, fallback: undefined, parse, schema: { enum: values } };
}

export function toggle(flags: string, description: string): Setting<boolean> {
  return {
    flags,
    description,
    fallback: false,
    isSwitch: true,
    parse: (value) => ["on", "true", "1"].includes(oneOf(value, SWITCH_WORDS)),
    schema: { type: "boolean" },
  };
}

export function list(
  flags: string,
  description: string,
  fallback?: string,
): Setting<readonly string[]> {
  return {
    flags,
    description,
    fallback: fallback === undefined ? [] : [fallback],
    ...(fallback !== undefined && { fallbackText: fallback }),
    isList: true,
    parse: (value) => value.split(",").map((each) => each.trim()),
    schema: { oneOf: [STRING, { type: "array", items: STRING }] },
  };
}

function oneOf<Value extends string>(value: string, values: readonly Value[]): Value {
  const found = values.find((each) => each === value);
  if (found !== undefined) return found;
  throw new Error(`"${value}" is none of ${values.join(", ")}`);
}
