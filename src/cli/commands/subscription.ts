import type { Command } from "commander";
import type {
  MessageState,
  Peyk,
  SubscriptionInfo,
  SubscriptionName,
  SubscriptionOptions,
} from "@peyk/client";
import { confirm, withClient, type Context } from "../context.js";
import { act, addSettings, parsed } from "../declare.js";
import { CommandError, EXIT, usageError } from "../failures.js";
import { createPrinter } from "../messages.js";
import type { Column } from "../output.js";
import { SUBSCRIPTION_SETTINGS } from "../settings.js";
import { formatCount, formatDuration, parseTime, parseWhole, plural } from "../text.js";

const STATES = ["ready", "buffered", "running", "retrying", "dead"] as const;

export function subscription(program: Command): void {
  const group = program
    .command("subscription")
    .description("List, make, change and remove subscriptions: <topic or pattern>/<group>.");
  act(
    group
      .command("list [pattern]")
      .description("List subscriptions, all or those of topics that match a pattern."),
    (context, [pattern]) => list(context, pattern),
  );
  act(group.command("get <subscription>").description("Show a subscription."), (context, [name]) =>
    withClient(context, async (client) => show(context, await requireSubscription(client, name))),
  );
  const create = group
    .command("create <subscription>")
    .description("Make a subscription: from now on it gets every message.")
    .option("--start <where>", "latest, earliest or a time (default: latest)", parsed(parseStart));
  act(addSettings(create, SUBSCRIPTION_SETTINGS), (context, [name = ""], { start }: StartFlags) =>
    withClient(context, async (client) => {
      const settings = subscriptionOptions((key) => context.config.get(key));
      const options = { ...settings, ...(start && { start }) };
      await client.subscriptions.create(name as SubscriptionName, options);
      await context.output.answer({ subscription: name }, `${name} is there`);
    }),
  );
  const update = group
    .command("update <subscription>")
    .description("Change options of a subscription; what is not given stays as it is.");
  act(addSettings(update, SUBSCRIPTION_SETTINGS), (context, [name = ""]) => change(context, name));
  const remove = group
    .command("delete <subscription>")
    .description("Remove a subscription with what it has not settled.");
  act(remove.option("--dry-run", "say only what would go"), (context, [name], flags) =>
    destroy(context, name, "delete", flags),
  );
  const purge = group.command("purge <subscription>").description("Drop what it has not settled.");
  act(purge.option("--dry-run", "say only what would go"), (context, [name], flags) =>
    destroy(context, name, "purge", flags),
  );
  addPeek(group);
}

interface StartFlags {
  readonly start?: "latest" | "earliest" | Date;
}

interface PeekFlags {
  readonly state?: MessageState;
  readonly count?: number;
  readonly format?: string;
}

function addPeek(group: Command): void {
  const peek = group
    .command("peek <subscription>")
    .description("Show messages of a subscription; nothing is taken.")
    .option("--state <state>", `${STATES.join(", ")} (default: ready)`, parsed(parseState))
    .option(
      "--count <number>",
      "how many (default: 10)",
      parsed((text) => parseWhole(text, 1, 250)),
    )
    .option("--format <template>", 'how to print, such as "{topic} {payload}"');
  act(peek, (context, [name = ""], { state, count = 10, format }: PeekFlags) =>
    withClient(context, async (client) => {
      const options = { count, ...(state && { state }) };
      const print = createPrinter(context.output, format);
      const messages = await client.subscriptions.peek(name as SubscriptionName, options);
      for (const message of messages) await print(message);
      if (messages.length === 0) context.output.say(`nothing is ${state ?? "ready"} in ${name}`);
    }),
  );
}

export const SUBSCRIPTION_COLUMNS: readonly Column<SubscriptionInfo>[] = [
  { title: "SUBSCRIPTION", value: ({ name }) => name },
  { title: "READY", value: ({ ready }) => formatCount(ready), isNumber: true },
  { title: "RUNNING", value: (info) => formatCount(info.running + info.buffered), isNumber: true },
  { title: "RETRYING", value: ({ retrying }) => formatCount(retrying), isNumber: true },
  { title: "DEAD", value: ({ dead }) => formatCount(dead), isNumber: true },
  {
    title: "OLDEST",
    value: ({ oldestUnsettledMs: age }) => (age ? formatDuration(age) : "-"),
    isNumber: true,
  },
  { title: "CONSUMERS", value: ({ consumers }) => formatCount(consumers.length), isNumber: true },
  { title: "ACKS/S", value: ({ ackPerSecond }) => ackPerSecond.toFixed(1), isNumber: true },
];

async function list(context: Context, pattern: string | undefined): Promise<void> {
  await withClient(context, async (client) => {
    const { output } = context;
    const infos: SubscriptionInfo[] = [];
    for await (const info of client.subscriptions.list(pattern)) {
      if (output.isJson) await output.json(info);
      else infos.push(info);
    }
    if (output.isJson) return;
    if (infos.length > 0) await output.table(infos, SUBSCRIPTION_COLUMNS);
    else
      output.say(
        "There are no subscriptions. Make one: peyk subscription create orders.created/workers",
      );
  });
}

async function show({ output }: Context, info: SubscriptionInfo): Promise<void> {
  if (output.isJson) return output.json(info);
  const { options, consumers } = info;
  const { minMs = 0, maxMs = 0, factor = 1, jitter = 0 } = options.retry;
  await output.sheet([
    ["subscription", info.name],
    ["created", `${info.createdAt.toISOString()}${info.autoCreated ? " on first use" : ""}`],
    ["ready", formatCount(info.ready)],
    ["buffered", formatCount(info.buffered)],
    ["running", formatCount(info.running)],
    ["retrying", formatCount(info.retrying)],
    ["dead", `${formatCount(info.dead)}${info.dead > 0 ? ` (peyk dlq list ${info.name})` : ""}`],
    ["oldest unsettled", info.oldestUnsettledMs ? formatDuration(info.oldestUnsettledMs) : "-"],
    ["ack deadline", formatDuration(options.ackDeadlineMs)],
    ["max attempts", options.maxAttempts === 0 ? "no limit" : String(options.maxAttempts)],
    [
      "retry",
      `${formatDuration(minMs)} to ${formatDuration(maxMs)}, x${factor}, ±${Math.round(jitter * 100)} %`,
    ],
    ["max extension", formatDuration(options.maxExtensionMs)],
    ["dead letter retain", formatDuration(options.deadLetterRetainMs)],
    ["mode", options.mode],
    ...consumers.map(
      ({ clientName, unsettled, returnsInMs }) =>
        [
          "consumer",
          `${clientName}, ${plural(unsettled, "message")}${absence(returnsInMs)}`,
        ] as const,
    ),
  ]);
}

const absence = (returnsInMs: number | undefined): string =>
  returnsInMs === undefined ? "" : `, not connected, returns in ${formatDuration(returnsInMs)}`;

async function change(context: Context, name: string): Promise<void> {
  const options = subscriptionOptions((key) => context.config.flag(key));
  if (Object.keys(options).length === 0) {
    throw usageError(
      "there is nothing to change: give at least one option, such as --max-attempts 10",
    );
  }
  await withClient(context, async (client) => {
    const info = await client.subscriptions.update(name as SubscriptionName, options);
    await context.output.answer(info, `changed ${name}`);
  });
}

function subscriptionOptions(
  get: (key: keyof typeof SUBSCRIPTION_SETTINGS) => unknown,
): SubscriptionOptions {
  const retry = definedOf({ minMs: get("retryMin"), maxMs: get("retryMax") });
  return definedOf({
    ackDeadlineMs: get("ackDeadline"),
    maxAttempts: get("maxAttempts"),
    maxExtensionMs: get("maxExtension"),
    deadLetterRetainMs: get("deadLetterRetain"),
    mode: get("mode"),
    retry: Object.keys(retry).length > 0 ? retry : undefined,
  });
}

const definedOf = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** Deletes or purges, after it was said what goes. */
async function destroy(
  context: Context,
  given: string | undefined,
  verb: "delete" | "purge",
  flags: { readonly dryRun?: boolean },
): Promise<void> {
  await withClient(context, async (client) => {
    const { output } = context;
    const info = await requireSubscription(client, given);
    const { name, dead, consumers } = info;
    const unsettled = info.ready + info.buffered + info.running + info.retrying;
    const messages = plural(unsettled, "unsettled message");
    const what =
      verb === "purge"
        ? `would drop ${messages} of ${name}`
        : `would delete ${name} with ${messages} and ${plural(dead, "dead letter")}, ` +
          `taken by ${plural(consumers.length, "consumer")}`;
    if (flags.dryRun) return output.answer({ subscription: name, unsettled, dead }, what);
    await confirm(context, what);
    if (verb === "delete") {
      await client.subscriptions.delete(name, { force: true });
      return output.answer({ subscription: name, deleted: true }, `deleted ${name}`);
    }
    const { count } = await client.subscriptions.purge(name);
    await output.answer(
      { subscription: name, count },
      `dropped ${plural(count, "message")} of ${name}`,
    );
  });
}

/** The subscription; ends the command if there is none. */
export async function requireSubscription(client: Peyk, name = ""): Promise<SubscriptionInfo> {
  const info = await client.subscriptions.get(name as SubscriptionName);
  if (info) return info;
  const detail = `there is no subscription ${name}; see peyk subscription list`;
  throw new CommandError(EXIT.notFound, "not_found", detail);
}

function parseState(text: string): MessageState {
  const state = STATES.find((each) => each === text);
  if (state) return state;
  throw new Error(`"${text}" is none of ${STATES.join(", ")}`);
}

const parseStart = (text: string): "latest" | "earliest" | Date =>
  text === "latest" || text === "earliest" ? text : parseTime(text, Date.now());
