import type { Command } from "commander";
import type { BrokerStatus, Peyk, SubscriptionInfo } from "@peyk/client";
import { checkCondition, parseCondition, type Condition } from "../condition.js";
import { withClient, type Context } from "../context.js";
import { act, collected } from "../declare.js";
import { EXIT } from "../failures.js";
import { Interruption } from "../interruption.js";
import { formatBytes, formatCount, formatDuration, plural } from "../text.js";
import { SUBSCRIPTION_COLUMNS } from "./subscription.js";

/** How often --watch looks, in ms. */
const LOOK_EVERY_MS = 1_000;

interface Flags {
  readonly watch?: boolean;
  readonly failIf?: readonly Condition[];
}

export function status(program: Command): void {
  const command = program
    .command("status")
    .description("Show the broker and its subscriptions.")
    .option("--watch", "look again every second")
    .option(
      "--fail-if <condition>",
      'exit 1 if it is true, such as "orders.created/billing ready > 1000"; may be given again',
      collected(parseCondition),
    );
  act(command, (context, _, flags) => run(context, flags));
}

async function run(
  context: Context,
  { watch = false, failIf = [] }: Flags,
): Promise<number | void> {
  const { output } = context;
  return withClient(context, async (client) => {
    const interruption = watch ? new Interruption() : undefined;
    for (;;) {
      const subscriptions = await all(client);
      const broker = await client.status();
      if (watch) await output.clear();
      await show(context, broker, subscriptions);
      const isTrue = failIf.filter((condition) => checkCondition(condition, subscriptions));
      for (const { text } of isTrue) output.say(`true: ${text}`);
      if (isTrue.length > 0) return EXIT.no;
      if (!interruption) return;
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_EVERY_MS);
        interruption.signal.addEventListener("abort", resolve, { once: true });
      });
      if (interruption.exit !== undefined) return interruption.exit;
    }
  });
}

async function all(client: Peyk): Promise<SubscriptionInfo[]> {
  const infos: SubscriptionInfo[] = [];
  for await (const info of client.subscriptions.list()) infos.push(info);
  return infos;
}

async function show(
  { output, config }: Context,
  broker: BrokerStatus,
  subscriptions: readonly SubscriptionInfo[],
): Promise<void> {
  if (output.isJson) return output.json({ ...broker, subscriptionInfos: subscriptions });
  const { counters } = broker;
  const troubles = Object.entries(counters).filter(([, value]) => value > 0);
  await output.sheet([
    ["broker", `${config.get("url")}, Peyk ${broker.version}, ${broker.state}`],
    ["up for", formatDuration(Math.max(0, Date.now() - broker.startedAt.getTime()))],
    ["connections", formatCount(broker.connections)],
    ["topics", formatCount(broker.topics)],
    ["subscriptions", formatCount(broker.subscriptions)],
    ["published per second", broker.publishPerSecond.toFixed(1)],
    ["memory", formatBytes(broker.residentBytes)],
    ...troubles.map(([name, value]) => [name, formatCount(value)] as const),
  ]);
  if (subscriptions.length === 0) return;
  await output.line("");
  await output.table(subscriptions, SUBSCRIPTION_COLUMNS);
  for (const { name, consumers } of subscriptions) {
    for (const { clientName, unsettled, returnsInMs } of consumers) {
      if (returnsInMs === undefined || unsettled === 0) continue;
      const verb = unsettled === 1 ? "returns" : "return";
      const what = `${name}: ${clientName} is gone; ${plural(unsettled, "message")} ${verb} in`;
      output.say(`${what} ${formatDuration(returnsInMs)} unless it resumes`);
    }
  }
}
