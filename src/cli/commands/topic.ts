import type { Command } from "commander";
import type { Peyk, SubscriptionInfo, TopicInfo, TopicOptions } from "@peyk/client";
import { confirm, withClient, type Context } from "../context.js";
import { act, addSettings, parsed } from "../declare.js";
import { CommandError, EXIT, usageError } from "../failures.js";
import { createPrinter } from "../messages.js";
import type { Column } from "../output.js";
import { TOPIC_SETTINGS, type SettingValues } from "../settings.js";
import { formatBytes, formatCount, formatDuration, parseWhole, plural } from "../text.js";

export function topic(program: Command): void {
  const group = program.command("topic").description("List, make, change and remove topics.");
  act(
    group.command("list [pattern]").description("List topics, all or those that match a pattern."),
    (context, [pattern]) => list(context, pattern),
  );
  act(group.command("get <topic>").description("Show a topic."), (context, [name = ""]) =>
    withClient(context, async (client) => show(context, await requireTopic(client, name))),
  );
  const create = group.command("create <topic>").description("Make a topic.");
  act(addSettings(create, TOPIC_SETTINGS), (context, [name = ""]) =>
    withClient(context, async (client) => {
      await client.topics.create(
        name,
        topicOptions((key) => context.config.get(key)),
      );
      await context.output.answer({ topic: name }, `${name} is there`);
    }),
  );
  const update = group
    .command("update <topic>")
    .description("Change options of a topic; what is not given stays as it is.");
  act(addSettings(update, TOPIC_SETTINGS), (context, [name = ""]) => change(context, name));
  const remove = group.command("delete <topic>").description("Remove a topic with its messages.");
  act(remove.option("--dry-run", "say only what would go"), (context, [name = ""], flags) =>
    destroy(context, name, "delete", flags),
  );
  const purge = group
    .command("purge <topic>")
    .description("Drop the messages of a topic, also those nobody has taken yet.");
  act(purge.option("--dry-run", "say only what would go"), (context, [name = ""], flags) =>
    destroy(context, name, "purge", flags),
  );
  const peek = group
    .command("peek <topic>")
    .description("Show the latest messages; nothing is taken.");
  peek.option(
    "--count <number>",
    "how many (default: 10)",
    parsed((text) => parseWhole(text, 1, 250)),
  );
  peek.option("--format <template>", 'how to print, such as "{topic} {payload}"');
  act(peek, (context, [name = ""], flags: PeekFlags) =>
    withClient(context, async (client) => {
      const print = createPrinter(context.output, flags.format);
      for (const message of await client.topics.peek(name, { count: flags.count ?? 10 })) {
        await print(message);
      }
    }),
  );
}

interface PeekFlags {
  readonly count?: number;
  readonly format?: string;
}

const COLUMNS: readonly Column<TopicInfo>[] = [
  { title: "TOPIC", value: ({ name }) => name },
  { title: "SUBSCRIPTIONS", value: (info) => formatCount(info.subscriptions), isNumber: true },
  { title: "STORED", value: (info) => formatCount(info.storedMessages), isNumber: true },
  { title: "SIZE", value: (info) => formatBytes(info.storedBytes), isNumber: true },
  { title: "PER SECOND", value: (info) => info.publishPerSecond.toFixed(1), isNumber: true },
];

async function list(context: Context, pattern: string | undefined): Promise<void> {
  await withClient(context, async (client) => {
    const { output } = context;
    const infos: TopicInfo[] = [];
    for await (const info of client.topics.list(pattern)) {
      if (output.isJson) await output.json(info);
      else infos.push(info);
    }
    if (output.isJson) return;
    if (infos.length > 0) await output.table(infos, COLUMNS);
    else
      output.say(
        "There are no topics. The first message makes one: peyk publish orders.created hello",
      );
  });
}

async function show({ output }: Context, info: TopicInfo): Promise<void> {
  if (output.isJson) return output.json(info);
  const { options } = info;
  await output.sheet([
    ["topic", info.name],
    ["created", `${info.createdAt.toISOString()}${info.autoCreated ? " on first use" : ""}`],
    ["subscriptions", formatCount(info.subscriptions)],
    ["stored", `${plural(info.storedMessages, "message")}, ${formatBytes(info.storedBytes)}`],
    ["per second", info.publishPerSecond.toFixed(1)],
    ["retain", options.retainMs === 0 ? "no" : formatDuration(options.retainMs)],
    ["retain bytes", options.retainBytes === 0 ? "no" : formatBytes(options.retainBytes)],
    ["expire unsettled", formatDuration(options.expireUnsettledMs)],
    ["backlog limit", options.maxBacklogBytes === 0 ? "no" : backlogLimit(options)],
  ]);
}

async function change(context: Context, name: string): Promise<void> {
  const options = topicOptions((key) => context.config.flag(key));
  if (Object.keys(options).length === 0) {
    throw usageError("there is nothing to change: give at least one option, such as --retain 7d");
  }
  await withClient(context, async (client) => {
    const info = await client.topics.update(name, options);
    if (context.output.isJson) await context.output.json(info);
    else await context.output.answer(info, `changed ${name}`);
  });
}

const backlogLimit = ({ maxBacklogBytes, overflow }: TopicInfo["options"]): string =>
  `${formatBytes(maxBacklogBytes)}, then ${overflow}`;

type TopicSettings = Pick<SettingValues, keyof typeof TOPIC_SETTINGS>;

function topicOptions(
  get: <Key extends keyof TopicSettings>(key: Key) => TopicSettings[Key],
): TopicOptions {
  const retainMs = get("retain");
  const retainBytes = get("retainBytes");
  const expireUnsettledMs = get("expireUnsettled");
  const maxBacklogBytes = get("maxBacklogBytes");
  const overflow = get("overflow");
  return {
    ...(retainMs !== undefined && { retainMs }),
    ...(retainBytes !== undefined && { retainBytes }),
    ...(expireUnsettledMs !== undefined && { expireUnsettledMs }),
    ...(maxBacklogBytes !== undefined && { maxBacklogBytes }),
    ...(overflow !== undefined && { overflow }),
  };
}

/** Deletes or purges, after it was said what goes. */
async function destroy(
  context: Context,
  name: string,
  verb: "delete" | "purge",
  flags: { readonly dryRun?: boolean },
): Promise<void> {
  await withClient(context, async (client) => {
    const { output } = context;
    const info = await requireTopic(client, name);
    const own = await subscriptionsOf(client, name);
    const dead = own.reduce((sum, each) => sum + each.dead, 0);
    const unsettled = (await client.topics.purge(name, { dryRun: true })).count;
    const messages = `${plural(info.storedMessages, "stored message")} (${formatCount(unsettled)} unsettled)`;
    const what =
      verb === "purge"
        ? `would drop ${messages} of ${name} for ${plural(info.subscriptions, "subscription")}`
        : `would delete ${name} with ${messages}, ${plural(own.length, "subscription")} ` +
          `and ${plural(dead, "dead letter")}`;
    if (flags.dryRun) {
      const { storedMessages } = info;
      return output.answer(
        { topic: name, storedMessages, unsettled, subscriptions: own.length, dead },
        what,
      );
    }
    await confirm(context, what);
    if (verb === "delete") {
      await client.topics.delete(name, { force: true });
      return output.answer({ topic: name, deleted: true }, `deleted ${name}`);
    }
    const { count } = await client.topics.purge(name);
    await output.answer({ topic: name, count }, `dropped ${plural(count, "message")} of ${name}`);
  });
}

async function subscriptionsOf(client: Peyk, topicName: string): Promise<SubscriptionInfo[]> {
  const found: SubscriptionInfo[] = [];
  for await (const info of client.subscriptions.list(topicName)) {
    if (info.name.startsWith(`${topicName}/`)) found.push(info);
  }
  return found;
}

async function requireTopic(client: Peyk, name: string): Promise<TopicInfo> {
  const info = await client.topics.get(name);
  if (info) return info;
  throw new CommandError(
    EXIT.notFound,
    "not_found",
    `there is no topic ${name}; see peyk topic list`,
  );
}
