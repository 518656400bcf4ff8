import type { Command } from "commander";
import type { Peyk, Published, PublishOptions } from "@peyk/client";
import { withClient, type Context } from "../context.js";
import { act, collected, parsed } from "../declare.js";
import { CommandError, EXIT, usageError } from "../failures.js";
import { openInput, type Payload } from "../input.js";
import { Interruption } from "../interruption.js";
import { formatCount, parseDuration, parseTime, parseWhole, plural } from "../text.js";

/** Messages that may wait for their confirmation at a time. */
const MAX_UNCONFIRMED = 2_000;
const MAX_UNCONFIRMED_BYTES = 16 * 1024 * 1024;

interface Flags {
  readonly file?: string;
  readonly lines?: boolean;
  readonly ndjson?: boolean;
  readonly attribute?: readonly (readonly [string, string])[];
  readonly key?: string;
  readonly priority?: number;
  readonly contentType?: string;
  readonly correlationId?: string;
  readonly delay?: number;
  readonly at?: Date;
  readonly ttl?: number;
  readonly dedupId?: string;
  readonly requireSubscription?: boolean;
}

export function publish(program: Command): void {
  const command = program
    .command("publish <topic> [payload]")
    .alias("pub")
    .description("Publish a message, or one for each line of a file or of the standard input (-).")
    .option("--file <file>", "take the payload, or the lines, from a file")
    .option("--lines", "one message a line, as text")
    .option("--ndjson", "one message a line, as JSON")
    .option(
      "-a, --attribute <name=value>",
      "an attribute; may be given again",
      collected(parseAttribute),
    )
    .option("--key <key>", "messages with the same key belong together")
    .option(
      "--priority <number>",
      "0 to 9, higher first (not in this version)",
      parsed((text) => parseWhole(text, 0, 9)),
    )
    .option("--content-type <type>", "default: by what the payload is")
    .option("--correlation-id <id>", "what it belongs to")
    .option(
      "--delay <duration>",
      "deliver it after so long (not in this version)",
      parsed(parseDuration),
    )
    .option(
      "--at <time>",
      "deliver it then (not in this version)",
      parsed((text) => parseTime(text, Date.now())),
    )
    .option(
      "--ttl <duration>",
      "drop it when nobody took it for so long (not in this version)",
      parsed(parseDuration),
    )
    .option("--dedup-id <id>", "store it once, however often it is sent (not in this version)")
    .option("--require-subscription", "fail where nobody would get it");
  act(command, (context, [topic = "", payload], flags) => run(context, topic, payload, flags));
}

async function run(
  context: Context,
  topic: string,
  payload: string | undefined,
  flags: Flags,
): Promise<number | void> {
  const { checkTopicName } = await import("@peyk/client/protocol");
  checkTopicName(topic);
  if (flags.delay !== undefined && flags.at !== undefined) {
    throw usageError("give --delay or --at, not both");
  }
  const { file, lines = false, ndjson = false } = flags;
  if (flags.dedupId !== undefined && (lines || ndjson)) {
    throw usageError("--dedup-id is for one message: all lines but the first would be duplicates");
  }
  const input = await openInput({ payload, file, lines, ndjson });
  // What it says about a topic without subscriptions is said here, with the command that makes one.
  const log = (level: string, text: string): void => context.output.detail(`${level}: ${text}`);
  return withClient(
    context,
    (client) =>
      input.kind === "one"
        ? publishOne(context, client, topic, input.payload, flags)
        : publishMany(context, client, topic, input.payloads, flags),
    { log },
  );
}

async function publishOne(
  context: Context,
  client: Peyk,
  topic: string,
  payload: Payload,
  flags: Flags,
): Promise<void> {
  const published = await client.publish(topic, payload.value, messageOptions(payload, flags));
  const { id, position, duplicate, subscriptions } = published;
  const said = duplicate ? "stored before:" : subscriptions > 0 ? "stored" : "published";
  await context.output.answer(
    { id, topic, position, duplicate, subscriptions },
    `${said} ${topic}, ${plural(subscriptions, "subscription")}`,
  );
  if (subscriptions === 0 && !duplicate) await warnOfNobody(context, client, topic);
}

interface Progress {
  stored: number;
  duplicates: number;
  /** The fewest and the most subscriptions that took one. */
  fewest: number;
  most: number;
  failed: { readonly index: number; readonly error: Error }[];
}

async function publishMany(
  context: Context,
  client: Peyk,
  topic: string,
  payloads: AsyncIterable<Payload>,
  flags: Flags,
): Promise<number | void> {
  const { output } = context;
  const interruption = new Interruption();
  const progress: Progress = { stored: 0, duplicates: 0, fewest: Infinity, most: 0, failed: [] };
  let index = 0;
  let unconfirmedBytes = 0;
  const pending = new Set<Promise<void>>();
  for await (const payload of payloads) {
    if (interruption.signal.aborted || progress.failed.length > 0) break;
    const line = (index += 1);
    const bytes = payload.value.byteLength;
    unconfirmedBytes += bytes;
    const confirmed = client.publish(topic, payload.value, messageOptions(payload, flags)).then(
      (published) => count(progress, published),
      (error: unknown) => void progress.failed.push({ index: line, error: error as Error }),
    );
    pending.add(confirmed);
    void confirmed.finally(() => {
      pending.delete(confirmed);
      unconfirmedBytes -= bytes;
      output.progress(`stored ${formatCount(progress.stored)}`);
    });
    while (pending.size >= MAX_UNCONFIRMED || unconfirmedBytes > MAX_UNCONFIRMED_BYTES) {
      await Promise.race(pending);
    }
  }
  await Promise.all(pending);
  await report(context, client, topic, progress);
  return interruption.exit;
}

async function report(
  context: Context,
  client: Peyk,
  topic: string,
  { stored, duplicates, fewest, most, failed }: Progress,
): Promise<void> {
  const subscriptions = stored === 0 ? 0 : fewest;
  const taken = stored === 0 ? "" : `, ${plural(subscriptions, "subscription")}`;
  const again = duplicates === 0 ? "" : `, ${plural(duplicates, "duplicate")}`;
  await context.output.answer(
    { topic, stored, duplicates, failed: failed.length, subscriptions },
    `stored ${formatCount(stored)} in ${topic}${again}${taken}`,
  );
  const [first] = failed.sort((one, other) => one.index - other.index);
  if (first) {
    const { message } = first.error;
    const code = "code" in first.error ? String(first.error.code) : "internal";
    const { ERRORS } = await import("@peyk/client/protocol");
    const exit = code in ERRORS ? ERRORS[code as keyof typeof ERRORS].exit : EXIT.bug;
    throw new CommandError(exit, code, `line ${first.index} was not stored: ${message}`);
  }
  if (most === 0 && stored > 0) await warnOfNobody(context, client, topic);
}

function count(progress: Progress, { duplicate, subscriptions }: Published): void {
  if (duplicate) progress.duplicates += 1;
  else {
    progress.stored += 1;
    progress.fewest = Math.min(progress.fewest, subscriptions);
    progress.most = Math.max(progress.most, subscriptions);
  }
}

/** A typo in a topic's name must not vanish. */
async function warnOfNobody({ output }: Context, client: Peyk, topic: string): Promise<void> {
  const info = await client.topics.get(topic);
  const isKept = info !== undefined && (info.options.retainMs > 0 || info.options.retainBytes > 0);
  const meaning = isKept
    ? `no subscription takes ${topic}: it is only kept for those that start at "earliest"`
    : `no subscription takes ${topic}: nobody will ever get it, and it was not kept`;
  output.warn(`${meaning}. Make one first: peyk subscription create ${topic}/workers`);
}

function messageOptions(payload: Payload, flags: Flags): PublishOptions {
  const { attribute, key, priority, correlationId, delay, at, ttl, dedupId } = flags;
  const contentType = flags.contentType ?? payload.contentType;
  return {
    ...(contentType !== "" && { contentType }),
    ...(attribute && { attributes: Object.fromEntries(attribute) }),
    ...(key !== undefined && { key }),
    ...(priority !== undefined && { priority }),
    ...(correlationId !== undefined && { correlationId }),
    ...(delay !== undefined && { delayMs: delay }),
    ...(at && { deliverAt: at }),
    ...(ttl !== undefined && { ttlMs: ttl }),
    ...(dedupId !== undefined && { dedupId }),
    ...(flags.requireSubscription && { requireSubscription: true }),
  };
}

function parseAttribute(text: string): readonly [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new Error(`"${text}" is no attribute; write it like region=eu`);
}
