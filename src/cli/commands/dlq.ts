import type { Command } from "commander";
import type { DeadLetter, Peyk, SubscriptionName, Which } from "@peyk/client";
import { confirm, withClient, type Context } from "../context.js";
import { act, collected, parsed } from "../declare.js";
import { CommandError, EXIT, usageError } from "../failures.js";
import { Interruption } from "../interruption.js";
import { deadLetterObject, payloadText } from "../messages.js";
import type { Column } from "../output.js";
import { formatCount, formatDuration, parseWhole, plural } from "../text.js";
import { requireSubscription } from "./subscription.js";

/** Dead letters that are moved back in a second, unless --rate says otherwise. */
const DEFAULT_RATE = 50;

/** Dead letters in one request. */
const STEP = 1_000;

const NONE = { count: 0 };

interface WhichFlags {
  readonly id?: readonly string[];
  readonly count?: number;
  readonly all?: boolean;
  readonly rate?: number;
  readonly dryRun?: boolean;
}

export function dlq(program: Command): void {
  const group = program
    .command("dlq")
    .description("See what failed for good, and why; move it back or drop it.");
  const list = group.command("list <subscription>").description("List dead letters, oldest first.");
  list.option(
    "--count <number>",
    "how many (default: 100)",
    parsed((text) => parseWhole(text, 1)),
  );
  act(list, (context, [name = ""], flags: WhichFlags) => run(context, name, listLetters, flags));
  act(
    group.command("get <subscription> <id>").description("Show a dead letter with its payload."),
    (context, [name = "", id = ""]) => run(context, name, (target) => show(target, id), {}),
  );
  const redrive = group
    .command("redrive <subscription>")
    .description("Move dead letters back to the subscription they came from.");
  const rate = `dead letters per second; 0: no limit (default: ${DEFAULT_RATE})`;
  addWhich(redrive).option(
    "--rate <number>",
    rate,
    parsed((text) => parseWhole(text)),
  );
  act(redrive, (context, [name = ""], flags) => run(context, name, moveBack, flags));
  const purge = group.command("purge <subscription>").description("Drop dead letters for good.");
  act(addWhich(purge), (context, [name = ""], flags) => run(context, name, drop, flags));
}

function addWhich(command: Command): Command {
  return command
    .option("--id <id>", "this one; may be given again", collected(String))
    .option(
      "--count <number>",
      "so many, oldest first",
      parsed((text) => parseWhole(text, 1)),
    )
    .option("--all", "all of them")
    .option("--dry-run", "say only how many it would be");
}

/** Everything that a subcommand works on. */
interface Target {
  readonly context: Context;
  readonly client: Peyk;
  readonly name: SubscriptionName;
  /** How many dead letters there were at the start. While there was none, there is no queue to ask. */
  readonly dead: number;
  readonly flags: WhichFlags;
}

async function run(
  context: Context,
  given: string,
  work: (target: Target) => Promise<number | void>,
  flags: WhichFlags,
): Promise<number | void> {
  return withClient(context, async (client) => {
    // The queue's own name means the same as that of its subscription.
    const { name, dead } = await requireSubscription(client, given.replace(/\/dlq$/, ""));
    return work({ context, client, name, dead, flags });
  });
}

const COLUMNS = (nowMs: number): readonly Column<DeadLetter>[] => [
  { title: "ID", value: ({ id }) => id },
  { title: "TOPIC", value: ({ topic }) => topic },
  { title: "REASON", value: ({ reason }) => reason },
  { title: "ATTEMPTS", value: ({ attempts }) => String(attempts), isNumber: true },
  {
    title: "AGE",
    value: ({ deadAt }) => formatDuration(Math.max(0, nowMs - deadAt.getTime())),
    isNumber: true,
  },
  { title: "ERROR", value: ({ error }) => error },
];

async function listLetters({ context, client, name, dead, flags }: Target): Promise<void> {
  const { output } = context;
  if (dead === 0) return output.say(`${name} has no dead letters`);
  const { count = 100 } = flags;
  const letters: DeadLetter[] = [];
  let listed = 0;
  for await (const letter of client.dlq.list(name)) {
    if (listed === count) break;
    listed += 1;
    if (output.isJson) await output.json(deadLetterObject(letter));
    else letters.push(letter);
  }
  if (output.isJson) return;
  await output.table(letters, COLUMNS(Date.now()));
  if (dead > listed) output.say(`${formatCount(dead - listed)} more; see --count`);
  if (output.isTerminal) output.say(`Move them back: peyk dlq redrive ${name} --all`);
}

async function show(
  { context: { output }, client, name, dead }: Target,
  id: string,
): Promise<void> {
  const found = dead === 0 ? undefined : await client.dlq.list(name, { ids: [id] }).next();
  if (!found || found.done) {
    throw new CommandError(EXIT.notFound, "not_found", `${name} has no dead letter ${id}`);
  }
  const letter = found.value;
  if (output.isJson) return output.json(deadLetterObject(letter));
  return output.sheet([
    ["id", letter.id],
    ["topic", letter.topic],
    ["published", letter.publishedAt.toISOString()],
    ...(letter.key ? [["key", letter.key] as const] : []),
    ["reason", letter.reason],
    ["error", letter.error],
    ["attempts", String(letter.attempts)],
    ["first failed", letter.firstFailedAt.toISOString()],
    ["dead since", letter.deadAt.toISOString()],
    ["last consumer", letter.lastConsumer],
    ["redrives", String(letter.redrives)],
    ...Object.entries(letter.attributes).map(
      ([key, value]) => [`attribute ${key}`, value] as const,
    ),
    ["payload", payloadText(letter)],
  ]);
}

async function moveBack(target: Target): Promise<number | void> {
  const { context, client, name, dead: before, flags } = target;
  const { output } = context;
  const which = whichOf(flags);
  const { count: total } =
    before === 0 ? NONE : await client.dlq.redrive(name, { ...which, dryRun: true });
  if (flags.dryRun) {
    const sentence = `would move ${plural(total, "dead letter")} back to ${name}`;
    return output.answer({ subscription: name, count: total, dryRun: true }, sentence);
  }
  const interruption = new Interruption();
  const moved = await moveSteps(target, which, total, interruption.signal);
  const { dead: left } = await requireSubscription(client, name);
  const failedAgain = Math.max(0, left - (before - moved));
  await output.answer(
    { subscription: name, moved, left, failedAgain },
    `moved ${formatCount(moved)} back to ${name}, ${formatCount(left)} left, ` +
      `${formatCount(failedAgain)} failed again`,
  );
  return interruption.exit;
}

/** A second's worth at a time, so that progress is seen and Ctrl-C leaves the rest where it is. */
async function moveSteps(
  { context, client, name, flags }: Target,
  which: Which,
  total: number,
  signal: AbortSignal,
): Promise<number> {
  const { rate = DEFAULT_RATE } = flags;
  const step = rate === 0 ? STEP : Math.min(rate, STEP);
  let moved = 0;
  while (moved < total && !signal.aborted) {
    const { ids } = which;
    const part = ids
      ? { ids: ids.slice(moved, moved + step) }
      : { count: Math.min(step, total - moved) };
    const { count } = await client.dlq.redrive(name, part);
    if (count === 0 && !ids) break;
    moved += ids ? (part.ids?.length ?? 0) : count;
    context.output.progress(`moved ${formatCount(moved)} of ${formatCount(total)}`);
    if (moved < total && rate > 0) await pause((1_000 * step) / rate, signal);
  }
  return moved;
}

async function drop({ context, client, name, dead, flags }: Target): Promise<void> {
  const { output } = context;
  const which = whichOf(flags);
  const { count } = dead === 0 ? NONE : await client.dlq.purge(name, { ...which, dryRun: true });
  const what = `would drop ${plural(count, "dead letter")} of ${name}`;
  if (flags.dryRun) return output.answer({ subscription: name, count, dryRun: true }, what);
  if (count > 0) await confirm(context, what);
  const { count: dropped } = count === 0 ? NONE : await client.dlq.purge(name, which);
  const sentence = `dropped ${plural(dropped, "dead letter")} of ${name}`;
  await output.answer({ subscription: name, count: dropped }, sentence);
}

function whichOf({ id, count, all }: WhichFlags): Which {
  if ([id, count, all].filter((given) => given !== undefined).length !== 1) {
    throw usageError("say which dead letters: --id ID, --count N or --all");
  }
  return { ...(id && { ids: id }), ...(count !== undefined && { count }) };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
  });
}
