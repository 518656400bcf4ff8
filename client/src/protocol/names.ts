import { PeykError } from "./errors.js";
import { MAX_GROUP_CHARS, MAX_TOPIC_CHARS, MAX_TOPIC_LEVELS } from "./limits.js";
import { quoteInput } from "./quote-input.js";

/** `orders.created/billing`, or `orders.created/billing/dlq` for its dead letters. */
export interface SubscriptionName {
  readonly name: string;
  /** The topic or pattern it takes messages from. */
  readonly source: string;
  readonly group: string;
  readonly isDeadLetters: boolean;
}

/** How a dead-letter queue's name ends, and why no group may be called so. */
const DEAD_LETTERS = "dlq";

const LEVEL = /^[A-Za-z0-9_-]+$/;
const GROUP = /^[A-Za-z0-9_-]{1,64}$/;
const HINT = 'if you meant a pattern such as "orders.>", quote it: a shell takes > for itself';

/** Throws `invalid_argument` unless `name` is that of one topic. `field` is the argument that the caller knows it by. */
export function checkTopicName(name: string, field = "topic"): void {
  checkLevels(name, "topic", field);
  if (isPattern(name)) {
    throw invalid(`${quoteInput(name)} is a pattern; the name of one topic is needed`, field);
  }
}

/** Throws `invalid_argument` unless `pattern` is a pattern or the name of a topic. */
export function checkPattern(pattern: string, field = "pattern"): void {
  checkLevels(pattern, "pattern", field);
}

/** Whether a legal name has a wildcard, and so stands for many topics. */
export function isPattern(name: string): boolean {
  return name.includes("*") || name.includes(">");
}

/** Takes the name of a subscription apart; throws `invalid_argument` unless all of it is legal. */
export function parseSubscriptionName(name: string, field = "subscription"): SubscriptionName {
  const slash = name.indexOf("/");
  const source = slash < 0 ? name : name.slice(0, slash);
  checkLevels(source, "pattern", field);
  if (slash < 0) throw noGroup(source, field);
  const [group = "", suffix, more] = name.slice(slash + 1).split("/", 3);
  checkGroup(group, field);
  if (suffix === undefined) return { name, source, group, isDeadLetters: false };
  if (suffix === DEAD_LETTERS && more === undefined) {
    return { name, source, group, isDeadLetters: true };
  }
  const text = `${quoteInput(name)} has more than a group; only "/${DEAD_LETTERS}" may follow it`;
  throw invalid(text, field);
}

/** The name of a subscription's dead-letter queue. */
export function deadLettersOf(subscription: string): string {
  return `${subscription}/${DEAD_LETTERS}`;
}

export function checkGroup(group: string, field = "group"): void {
  if (group === DEAD_LETTERS) {
    const text =
      `a group cannot be called "${DEAD_LETTERS}"; ` +
      `dead letters are at "<topic or pattern>/<group>/${DEAD_LETTERS}"`;
    throw invalid(text, field);
  }
  if (GROUP.test(group)) return;
  if (group.length > MAX_GROUP_CHARS) {
    const text = `the group has ${group.length} characters; at most ${MAX_GROUP_CHARS} are allowed`;
    throw invalid(text, field, MAX_GROUP_CHARS);
  }
  const text =
    `${quoteInput(group)} is not the name of a group: ` +
    `1 to ${MAX_GROUP_CHARS} letters, digits, _ and - are needed`;
  throw invalid(text, field);
}

function checkLevels(name: string, kind: "topic" | "pattern", field: string): void {
  const what = kind === "topic" ? "topic name" : "topic name or pattern";
  if (name === "") {
    throw invalid(`the ${what} is empty; 1 to ${MAX_TOPIC_CHARS} characters are needed`, field);
  }
  if (name.length > MAX_TOPIC_CHARS) {
    const text = `the ${what} has ${name.length} characters; at most ${MAX_TOPIC_CHARS} are allowed`;
    throw invalid(text, field, MAX_TOPIC_CHARS);
  }
  if (name.startsWith("$")) {
    throw invalid(`${quoteInput(name)} begins with $: such names are reserved`, field);
  }
  if (name.endsWith(".")) throw invalid(`${quoteInput(name)} ends in "."; ${HINT}`, field);
  const levels = name.split(".");
  if (levels.length > MAX_TOPIC_LEVELS) {
    const text = `the ${what} has ${levels.length} levels; at most ${MAX_TOPIC_LEVELS} are allowed`;
    throw invalid(text, field, MAX_TOPIC_LEVELS);
  }
  levels.forEach((level, index) => {
    if (LEVEL.test(level) || level === "*") return;
    if (level === ">" && index === levels.length - 1) return;
    throw invalid(`${quoteInput(name)} is not a ${what}: ${whatIsWrong(level)}`, field);
  });
}

function whatIsWrong(level: string): string {
  if (level === "") return "it has an empty level";
  if (level === ">") return "> stands for all the rest, so it can only come last";
  if (level.includes("/")) return "what follows a / is a group, and only subscriptions have one";
  if (/[*>]/.test(level)) return `in ${quoteInput(level)}, * and > must stand alone`;
  return `in ${quoteInput(level)}, only letters, digits, _ and - are allowed`;
}

function noGroup(source: string, field: string): PeykError {
  const example = source.length <= 40 ? source : "<topic or pattern>";
  const text =
    `${quoteInput(source)} has no group. Add one for a durable queue, such as ` +
    `"${example}/workers", or use live to listen without one`;
  return invalid(text, field);
}

function invalid(detail: string, field: string, limit?: number): PeykError {
  return new PeykError("invalid_argument", detail, { field, limit });
}
