import type { SubscriptionInfo } from "@peyk/client";
import { CommandError, EXIT } from "./failures.js";
import { nearest } from "./nearest.js";
import { parseDuration, parseWhole } from "./text.js";

/** "orders.created/billing ready > 1000" */
export interface Condition {
  readonly text: string;
  readonly subscription: string;
  readonly field: Field;
  readonly operator: Operator;
  readonly limit: number;
}

const FIELDS = {
  ready: ({ ready }) => ready,
  buffered: ({ buffered }) => buffered,
  running: ({ running }) => running,
  retrying: ({ retrying }) => retrying,
  dead: ({ dead }) => dead,
  consumers: ({ consumers }) => consumers.length,
  oldest: ({ oldestUnsettledMs }) => oldestUnsettledMs,
} satisfies Record<string, (info: SubscriptionInfo) => number>;
type Field = keyof typeof FIELDS;

const OPERATORS = {
  ">": (value, limit) => value > limit,
  ">=": (value, limit) => value >= limit,
  "<": (value, limit) => value < limit,
  "<=": (value, limit) => value <= limit,
  "=": (value, limit) => value === limit,
} satisfies Record<string, (value: number, limit: number) => boolean>;
type Operator = keyof typeof OPERATORS;

/** Reads a condition; throws an Error with a sentence. */
export function parseCondition(text: string): Condition {
  const [, subscription, field = "", operator, limit = ""] =
    /^(\S+\/\S+)\s+([a-z]+)\s*(>=|<=|>|<|=)\s*(\S+)$/.exec(text.trim()) ?? [];
  if (subscription === undefined) {
    throw new Error(
      `"${text}" is no condition; write it like "orders.created/billing ready > 1000"`,
    );
  }
  if (!Object.hasOwn(FIELDS, field)) {
    const meant = nearest(field, Object.keys(FIELDS));
    const hint =
      meant === undefined
        ? `there are ${Object.keys(FIELDS).join(", ")}`
        : `did you mean ${meant}?`;
    throw new Error(`"${field}" is nothing that a subscription has; ${hint}`);
  }
  return {
    text,
    subscription,
    field: field as Field,
    operator: operator as Operator,
    limit: field === "oldest" ? parseDuration(limit) : parseWhole(limit),
  };
}

/** Whether it is true now. Ends the command where there is no such subscription. */
export function checkCondition(
  { subscription, field, operator, limit }: Condition,
  infos: readonly SubscriptionInfo[],
): boolean {
  const info = infos.find(({ name }) => name === subscription);
  if (info) return OPERATORS[operator](FIELDS[field](info), limit);
  throw new CommandError(EXIT.notFound, "not_found", `there is no subscription ${subscription}`);
}
