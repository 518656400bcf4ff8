import type { Run } from "../../src/broker/engine.js";
import type { EngineHarness } from "./engine-harness.js";
import { idOf } from "./messages.js";

/** One message as a subscription has it, or as a topic that keeps its messages does. */
export interface SeenMessage {
  /** Where it was seen: "work/g live", "work/g dead", "kept". */
  readonly where: string;
  readonly topic: string;
  readonly position: number;
  /** Its number; undefined: it is a dead letter because its bytes are damaged. */
  readonly id: number | undefined;
  /** Attempts, note and the like. */
  readonly state: string;
  readonly note: string | undefined;
}

/** Longer than any retry of the journals that are looked at, in ms. */
const ALL_DUE_MS = 4_000_000;

/** All that a started engine has, once all retries are due: what waits is not read before. Throws if any byte of a payload is not what was published. */
export async function viewOf(harness: EngineHarness): Promise<SeenMessage[]> {
  await harness.advance(ALL_DUE_MS, ALL_DUE_MS);
  const seen: SeenMessage[] = [];
  for (const { id, name, deadLetters } of harness.catalog.subscriptions) {
    if (deadLetters === undefined) continue;
    seen.push(...seenIn(`${name} live`, await runsOf(harness, id)));
    seen.push(...seenIn(`${name} dead`, await runsOf(harness, deadLetters)));
  }
  for (const { id, name, settings } of harness.catalog.topics) {
    if (settings.retainBytes === 0) continue;
    const limit = { messages: 1e6, bytes: 1e9 };
    seen.push(...seenIn(name, await harness.answer(harness.engine.read(id, 1, limit))));
  }
  return seen;
}

/** As a line that is the same for the same thing. */
export const lineOf = ({ where, topic, position, id, state, note }: SeenMessage): string =>
  `${where}: ${topic} ${position} is ${id ?? "lost"} ${state} ${note ?? ""}`.trimEnd();

async function runsOf(harness: EngineHarness, subscription: number): Promise<Run[]> {
  const consumer = await harness.consume(subscription);
  const runs = consumer.take();
  consumer.close();
  return runs;
}

function seenIn(where: string, runs: readonly Run[]): SeenMessage[] {
  return runs.flatMap((run) => Array.from({ length: run.count }, (_, at) => seen(where, run, at)));
}

function seen(where: string, run: Run, at: number): SeenMessage {
  const isLost = run.death?.reason === "data-loss";
  return {
    where,
    topic: run.topic.name,
    position: run.firstPosition + at,
    id: isLost ? undefined : idOf(run.batch, run.from + at),
    state: `f${run.failures} c${run.crashes} r${run.death?.redrives ?? 0}`,
    note: run.note,
  };
}
