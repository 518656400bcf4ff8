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
  /** The default as people are told; left out where there is none. Where `fallback` is undefined, somebody else has it. */
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

/** Where a broker is. */
export function address(flags: string, description: string, fallback: string): Setting<string> {
  const parse = (value: string): string => parseUrl(value, fallback);
  return { flags, description, fallback, fallbackText: fallback, parse, schema: STRING };
}

export function optionalText(
  flags: string,
  description: string,
  fallbackText?: string,
): Setting<string | undefined> {
  return { flags, description, fallback: undefined, fallbackText, parse: String, schema: STRING };
}

/** How long to wait: more than nothing. */
export function deadline(flags: string, description: string, fallback: string): Setting<number> {
  return {
    flags,
    description,
    fallback: parseDuration(fallback),
    fallbackText: fallback,
    parse: (value) => {
      const ms = parseDuration(value);
      if (ms > 0) return ms;
      throw new Error(`"${value}" is no time to wait; it must be more than 0`);
    },
    schema: DURATION,
  };
}

export function optionalDuration(
  flags: string,
  description: string,
  fallbackText: string,
): Setting<number | undefined> {
  const parse = parseDuration;
  return { flags, description, fallback: undefined, fallbackText, parse, schema: DURATION };
}

export function optionalSize(
  flags: string,
  description: string,
  fallbackText: string,
): Setting<number | undefined> {
  return { flags, description, fallback: undefined, fallbackText, parse: parseSize, schema: SIZE };
}

export function optionalWhole(
  flags: string,
  description: string,
  fallbackText?: string,
): Setting<number | undefined> {
  const parse = (value: string): number => parseWhole(value);
  const schema = { type: "integer", minimum: 0 };
  return { flags, description, fallback: undefined, fallbackText, parse, schema };
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

/** The first value is the default. */
export function optionalChoice<const Value extends string>(
  flags: string,
  description: string,
  values: readonly [Value, ...Value[]],
): Setting<Value | undefined> {
  const parse = (value: string): Value => oneOf(value, values);
  const [fallbackText] = values;
  return { flags, description, fallback: undefined, fallbackText, parse, schema: { enum: values } };
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

/** What connect() would refuse is refused here, where it can be told which option it came from. */
function parseUrl(value: string, example: string): string {
  if (URL.canParse(value)) {
    const { protocol, username, password, search } = new URL(value);
    if (/^wss?:$/.test(protocol) && !username && !password && !search) return value;
  }
  throw new Error(
    `"${value}" is no URL of a broker; write it like ${example}, without a user, a password or a query`,
  );
}

function oneOf<Value extends string>(value: string, values: readonly Value[]): Value {
  const found = values.find((each) => each === value);
  if (found !== undefined) return found;
  throw new Error(`"${value}" is none of ${values.join(", ")}`);
}
