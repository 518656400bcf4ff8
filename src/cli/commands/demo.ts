import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import type { DeadLetter, Peyk, SubscriptionInfo, SubscriptionName } from "@peyk/client";
import type { Context } from "../context.js";
import { DemoProcesses } from "../demo-processes.js";
import { act } from "../declare.js";
import { CommandError, EXIT } from "../failures.js";
import type { Column } from "../output.js";
import { formatCount, formatDuration, plural } from "../text.js";

const GROUPS = ["archive", "alerts", "stats"] as const;
const WORKERS_PER_GROUP = 2;

/** One of the archive's workers is killed when it has taken so many. */
const CRASH_AT = 20;

/** Short, so that the demo is: what one attempt does wrong, the next two do wrong at once. */
const SUBSCRIPTION_OPTIONS = { maxAttempts: 3, retry: { minMs: 100, maxMs: 200 } };
const RESUME_GRACE_MS = 500;

const LOOK_EVERY_MS = 50;
const DEADLINE_MS = 60_000;

/** What became of the messages in one subscription. */
interface Row {
  readonly subscription: string;
  readonly workers: number;
  readonly killed: number;
  readonly delivered: number;
  readonly redelivered: number;
  readonly dead: number;
  readonly lost: number;
}

export function demo(program: Command): void {
  const command = program
    .command("demo")
    .description(
      "Watch a week of earthquakes go through a broker, with a crash and a poison message.",
    );
  act(command, (context) => run(context));
}

async function run(context: Context): Promise<number | void> {
  const { startBroker } = await import("../../index.js");
  const directory = await mkdtemp(join(tmpdir(), "peyk-demo-"));
  try {
    const listen = "127.0.0.1:0";
    const dataDir = join(directory, "data");
    const broker = await startBroker({ dataDir, listen, resumeGraceMs: RESUME_GRACE_MS });
    try {
      const client = await broker.connect({ log: false });
      return await show(context, client, new DemoProcesses(directory, broker.url ?? ""));
    } finally {
      await broker.close({ timeoutMs: 1_000 });
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function show(
  { output }: Context,
  client: Peyk,
  processes: DemoProcesses,
): Promise<number | void> {
  try {
    for (const group of GROUPS) {
      await client.subscriptions.create(nameOf(group), SUBSCRIPTION_OPTIONS);
    }
    output.say(`starting ${GROUPS.length * WORKERS_PER_GROUP} workers, each a process of its own`);
    const crashing = { CRASH_AT: String(CRASH_AT) };
    const ready = GROUPS.flatMap((group) =>
      Array.from({ length: WORKERS_PER_GROUP }, (_, index) =>
        processes.startWorker(group, group === "archive" && index === 0 ? crashing : {}),
      ),
    );
    await inTime(Promise.all(ready), "the workers did not start");
    const startedAt = performance.now();
    const published = await inTime(processes.publish(), "the publisher did not end");
    output.say(`published ${formatCount(published)} earthquakes; one worker is killed meanwhile`);
    const infos = await untilSettled(client);
    const elapsedMs = Math.round(performance.now() - startedAt);
    const rows = infos.map((info) => rowOf(info, processes, published));
    const letters = await deadLetters(client, infos);
    const lost = rows.reduce((sum, row) => sum + row.lost, 0);
    if (output.isJson) await output.json({ published, elapsedMs, lost, subscriptions: rows });
    else {
      await output.table(rows, COLUMNS);
      const time = formatDuration(elapsedMs);
      await output.line(`${plural(published, "message")} published, ${lost} lost, in ${time}`);
      for (const { id, topic, attempts, error } of letters) {
        output.say(`dead letter ${id} of ${topic}: ${error}, ${plural(attempts, "attempt")}`);
      }
    }
    return lost === 0 ? EXIT.done : EXIT.no;
  } finally {
    await processes.stop();
  }
}

const nameOf = (group: string): SubscriptionName => `quakes.>/${group}`;

const COLUMNS: readonly Column<Row>[] = [
  { title: "SUBSCRIPTION", value: ({ subscription }) => subscription },
  { title: "WORKERS", value: ({ workers }) => String(workers), isNumber: true },
  { title: "KILLED", value: ({ killed }) => String(killed), isNumber: true },
  { title: "DELIVERED", value: ({ delivered }) => formatCount(delivered), isNumber: true },
  { title: "REDELIVERED", value: ({ redelivered }) => formatCount(redelivered), isNumber: true },
  { title: "DEAD-LETTERED", value: ({ dead }) => formatCount(dead), isNumber: true },
  { title: "LOST", value: ({ lost }) => formatCount(lost), isNumber: true },
];

function rowOf(info: SubscriptionInfo, processes: DemoProcesses, published: number): Row {
  const group = info.name.slice(info.name.indexOf("/") + 1);
  const { done, deliveries, killed } = processes.of(group);
  const delivered = done.size;
  // What was handed over more often than once; not what waited at a killed worker and had not begun.
  const seen = new Set(deliveries).size;
  return {
    subscription: info.name,
    workers: WORKERS_PER_GROUP,
    killed,
    delivered,
    redelivered: deliveries.length - seen,
    dead: info.dead,
    lost: published - delivered - info.dead,
  };
}

/** Looks until nothing is left to do in any subscription. */
async function untilSettled(client: Peyk): Promise<SubscriptionInfo[]> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const found = await Promise.all(GROUPS.map((group) => client.subscriptions.get(nameOf(group))));
    const infos = found.filter((info) => info !== undefined);
    const left = infos.reduce(
      (sum, { ready, buffered, running, retrying }) => sum + ready + buffered + running + retrying,
      0,
    );
    if (left === 0) return infos;
    if (performance.now() > deadline) {
      const detail = `${plural(left, "message")} not settled within ${formatDuration(DEADLINE_MS)}`;
      throw new CommandError(EXIT.later, "timeout", detail);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Ends the demo where something hangs. */
async function inTime<Value>(work: Promise<Value>, complaint: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new CommandError(EXIT.later, "timeout", complaint);
    timer = setTimeout(() => reject(error), DEADLINE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function deadLetters(
  client: Peyk,
  infos: readonly SubscriptionInfo[],
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (const { name, dead } of infos) {
    if (dead === 0) continue;
    for await (const letter of client.dlq.list(name)) letters.push(letter);
  }
  return letters;
}
