import type { Command } from "commander";
import type { Consumer, Delivery, Peyk, SubscriptionName } from "@peyk/client";
import { ChildCommand } from "../child-command.js";
import { withClient, type Context } from "../context.js";
import { act, parsed, starters } from "../declare.js";
import { EXIT, usageError } from "../failures.js";
import { takeMessages, type IntakeResult, type Verdict } from "../intake.js";
import { Interruption } from "../interruption.js";
import { createPrinter } from "../messages.js";
import type { Output } from "../output.js";
import { parseDuration, parseWhole, plural } from "../text.js";

/** How often the number of processes is fitted to the backlog, in ms. */
const FIT_EVERY_MS = 500;

interface Flags {
  readonly count?: number;
  readonly idle?: number;
  readonly concurrency?: Concurrency;
  readonly ack?: "on-delivery";
  readonly format?: string;
}

/** "4", or "1..8": as many as the backlog wants. */
interface Concurrency {
  readonly least: number;
  readonly most: number;
}

export function subscribe(program: Command): void {
  const command = program
    .command("subscribe <subscriptions...>")
    .alias("sub")
    .usage("<topic/group>... [options] [-- command ...]")
    .summary(
      "Take messages from subscriptions: print each and ack it, or start a command for each.",
    )
    .description(
      "Take messages from subscriptions: print each and ack it, or start a command for each.\n" +
        "The command gets the payload on its standard input. Exit 0 acks, 65 rejects, anything else nacks.",
    )
    .option(
      "--count <number>",
      "end after so many",
      parsed((text) => parseWhole(text, 1)),
    )
    .option("--idle <duration>", "end when nothing came for so long", parsed(parseDuration))
    .option(
      "--concurrency <number>",
      "commands at a time, or 1..8 to follow the backlog",
      parsed(parseConcurrency),
    )
    .option("--ack <when>", "on-delivery: at most once", parsed(parseAck))
    .option("--format <template>", 'how to print, such as "{topic} {payload}"');
  starters.add(command);
  act(command, (context, args, flags) => run(context, args.flat() as string[], flags));
}

async function run(
  context: Context,
  names: readonly string[],
  flags: Flags,
): Promise<number | void> {
  const { parseSubscriptionName } = await import("@peyk/client/protocol");
  for (const name of names) parseSubscriptionName(name);
  const subscriptions = names as readonly SubscriptionName[];
  const { output, child } = context;
  if (child.length === 0 && flags.concurrency) {
    throw usageError(
      "--concurrency is for commands: peyk subscribe orders.created/billing -- command",
    );
  }
  const command = child.length > 0 ? new ChildCommand(child, output) : undefined;
  const interruption = new Interruption(() => {
    if (output.isTerminal) output.say("giving back what is not done; Ctrl-C again ends at once");
    command?.stop();
  });
  const result = await withClient(context, async (client) => {
    const concurrency = flags.concurrency ?? { least: 1, most: 1 };
    let fitting: NodeJS.Timeout | undefined;
    const handle = command ? commandHandler(command) : printHandler(output, flags.format);
    const options = {
      subscriptions,
      concurrency: concurrency.least,
      count: flags.count,
      idleMs: flags.idle,
      ackOnDelivery: flags.ack === "on-delivery",
      signal: interruption.signal,
      onReady: (consumer: Consumer) => {
        explain(output, names, child);
        fitting = fit(client, consumer, subscriptions, concurrency, flags.count);
      },
    };
    return takeMessages(client, options, handle).finally(() => clearInterval(fitting));
  });
  return interruption.exit ?? conclude(output, result, flags.count);
}

function printHandler(output: Output, format: string | undefined) {
  const print = createPrinter(output, format);
  return async (delivery: Delivery): Promise<Verdict> => {
    await print(delivery);
    return { kind: "ack" };
  };
}

const commandHandler = (command: ChildCommand) => (delivery: Delivery) => command.run(delivery);

/** A person who only wanted to look takes messages away from those who work. */
function explain(output: Output, names: readonly string[], child: readonly string[]): void {
  const list = names.join(", ");
  if (output.isTerminal && child.length > 0) {
    return output.say(`Starts ${child[0]} for each message of ${list}. Ctrl-C ends.`);
  }
  if (!output.isTerminal) return output.detail(`takes part in ${list}`);
  output.say(
    `Takes part in ${list}: what is shown here is acked, and nobody else gets it. ` +
      "To look only: peyk live, or peyk subscription peek. Ctrl-C ends.",
  );
}

function conclude(
  output: Output,
  { handled, end }: IntakeResult,
  count: number | undefined,
): number | void {
  if (end === "count" || count === undefined) return;
  output.say(`${plural(handled, "message")} came, not ${count}`);
  return EXIT.no;
}

/** Doubles the number of processes while messages wait, and takes one away when none do. */
function fit(
  client: Peyk,
  consumer: Consumer,
  subscriptions: readonly SubscriptionName[],
  { least, most }: Concurrency,
  count: number | undefined,
): NodeJS.Timeout | undefined {
  if (least === most || count !== undefined) return undefined;
  return setInterval(() => {
    const asked = subscriptions.map((name) => client.subscriptions.get(name));
    Promise.all(asked).then(
      (infos) => {
        const waiting = infos.reduce(
          (sum, info) => sum + (info?.ready ?? 0) + (info?.buffered ?? 0),
          0,
        );
        const { concurrency } = consumer;
        const wanted = waiting > 0 ? concurrency + Math.min(concurrency, waiting) : concurrency - 1;
        const next = Math.min(most, Math.max(least, wanted));
        if (next !== concurrency) consumer.concurrency = next;
      },
      () => {}, // asked again soon
    );
  }, FIT_EVERY_MS);
}

function parseConcurrency(text: string): Concurrency {
  const [, least = "", most = least] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  const concurrency = { least: Number(least), most: Number(most) };
  if (least !== "" && concurrency.least >= 1 && concurrency.most >= concurrency.least) {
    if (concurrency.most <= 1_000) return concurrency;
  }
  throw new Error(`"${text}" is neither a number from 1 to 1000 nor a range such as 1..8`);
}

function parseAck(text: string): "on-delivery" {
  if (text === "on-delivery") return text;
  throw new Error(`"${text}" is not on-delivery, the only other way to ack`);
}
