import { checkNamed } from "./argument-checks.js";
import { parseSubscriptionName, PeykError } from "./protocol/index.js";
import type { StandardSchemaV1 } from "./standard-schema.js";

/** "<topic or pattern>/<group>": a forgotten group is a type error. */
export type SubscriptionName = `${string}/${string}`;

/** A topic or pattern with the type of its messages, and the schema that checks them. */
export interface Topic<In, Out = In> {
  readonly name: string;
  /** Fills the wildcards of a pattern: topic("quakes.*").at("ml"). */
  at(...levels: string[]): Topic<In, Out>;
  group(group: string): Subscription<Out>;
  readonly "~schema"?: StandardSchemaV1<In, Out>;
  readonly "~types"?: (value: In) => Out;
}

export interface Subscription<T> {
  readonly name: SubscriptionName;
  readonly "~schema"?: StandardSchemaV1<unknown, T>;
  readonly "~type"?: T;
}

export type To<In> = Topic<In, any> | string; // eslint-disable-line @typescript-eslint/no-explicit-any -- any topic that takes In
export type From<T> =
  SubscriptionName | Subscription<T> | readonly (SubscriptionName | Subscription<T>)[];

/** Declares a topic once: its publishers and handlers are checked against it. With a schema, also at run time. */
export function topic<T>(name: string): Topic<T>;
export function topic<In, Out>(name: string, schema: StandardSchemaV1<In, Out>): Topic<In, Out>;
export function topic<In, Out>(name: string, schema?: StandardSchemaV1<In, Out>): Topic<In, Out> {
  return {
    name,
    at: (...levels) => {
      const filled = fill(name, levels);
      return schema ? topic(filled, schema) : (topic(filled) as unknown as Topic<In, Out>);
    },
    group: (group) => ({
      name: `${name}/${group}`,
      ...(schema && { "~schema": schema }),
    }),
    ...(schema && { "~schema": schema }),
  };
}

/** What a call accepts as a topic, by name and with its schema. */
export function resolveTo<In>(to: To<In>): {
  readonly name: string;
  readonly schema: StandardSchemaV1<In, unknown> | undefined;
} {
  if (typeof to === "string") return { name: to, schema: undefined };
  checkNamed(to, "topic");
  return { name: to.name, schema: to["~schema"] as StandardSchemaV1<In, unknown> | undefined };
}

export interface ResolvedSource {
  readonly name: SubscriptionName;
  readonly schema: StandardSchemaV1 | undefined;
}

/** Throws `invalid_argument` where a name has no group, with the two ways out. */
export function resolveFrom(from: From<unknown>): readonly ResolvedSource[] {
  const sources = [from].flat() as readonly (SubscriptionName | Subscription<unknown>)[];
  if (sources.length === 0) {
    const detail = "there is no subscription to take from; give at least one";
    throw new PeykError("invalid_argument", detail, { field: "from" });
  }
  return sources.map((source) => {
    const isName = typeof source === "string";
    if (!isName) checkNamed(source, "from");
    const name = isName ? source : source.name;
    parseSubscriptionName(name);
    return { name, schema: isName ? undefined : source["~schema"] };
  });
}

function fill(pattern: string, levels: readonly string[]): string {
  const rest = [...levels];
  const filled = pattern.split(".").flatMap((level) => {
    if (level === "*") return [rest.shift() ?? missing(pattern)];
    if (level === ">") return rest.length > 0 ? rest.splice(0) : [missing(pattern)];
    return [level];
  });
  if (rest.length === 0) return filled.join(".");
  const detail = `${pattern} has fewer wildcards than the ${levels.length} levels that were given`;
  throw new PeykError("invalid_argument", detail, { field: "levels" });
}

function missing(pattern: string): never {
  const detail = `${pattern} has more wildcards than levels were given`;
  throw new PeykError("invalid_argument", detail, { field: "levels" });
}
