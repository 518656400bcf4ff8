import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type Peyk, type SubscriptionName } from "@peyk/client";
import { expect, test } from "vitest";
import { FORMAT_VERSION } from "../../src/engines/embedded/format.js";
import { createClock } from "../../src/runtime/clock.js";
import { startBroker, tempDir } from "../harness/start-broker.js";
import { ROOT } from "./peyk-process.js";

const FIXTURES = join(ROOT, "test/fixtures");

interface Expected {
  readonly writtenAtMs: number;
  readonly subscriptions: Contents;
}

/** By subscription. What is ready and what waits for a retry is one: that changes with the clock. */
type Contents = Readonly<
  Record<string, { readonly waiting: readonly Shown[]; readonly dead: readonly Shown[] }>
>;

interface Shown {
  readonly id: string;
  readonly topic: string;
  readonly key: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

const versions = readdirSync(FIXTURES)
  .filter((name) => name.startsWith("format-"))
  .map((name) => Number(name.slice("format-".length)));

test("there is a data directory of every format version", () => {
  expect(versions.sort((a, b) => a - b)).toEqual(
    Array.from({ length: FORMAT_VERSION }, (_, index) => index + 1),
  );
});

// Newer ones are refused: cli-disk.test.ts.
test.each(versions)("a data directory of format %i has all that was in it", async (version) => {
  const folder = join(FIXTURES, `format-${version}`);
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const dataDir = tempDir();
  cpSync(join(folder, "data"), dataDir, { recursive: true });

  const first = await startBroker({ dataDir, spareBytes: 0, clock: clockAt(expected.writtenAtMs) });
  expect(await contentsOf(first.url, expected)).toEqual(expected.subscriptions);
  await first.server.close();

  // What this version has made of it has all of it, too.
  const second = await startBroker({
    dataDir,
    spareBytes: 0,
    clock: clockAt(expected.writtenAtMs),
  });
  expect(await contentsOf(second.url, expected)).toEqual(expected.subscriptions);
});

/** Time goes on from the moment in which the fixture was written: its messages expire some day. */
function clockAt(startMs: number): ReturnType<typeof createClock> {
  return createClock({
    wallMs: () => startMs + Math.floor(performance.now()),
    monotonicMs: () => performance.now(),
    startTimeout: (delayMs, callback) => {
      const timeout = setTimeout(callback, delayMs).unref();
      return () => clearTimeout(timeout);
    },
    defer: (callback) => void setImmediate(callback),
  });
}

async function contentsOf(url: string, expected: Expected): Promise<Contents> {
  const peyk = await connect(url, { log: false });
  const contents: Record<string, Contents[string]> = {};
  for (const each of Object.keys(expected.subscriptions)) {
    const name = each as SubscriptionName;
    // What becomes ready meanwhile is there in both states.
    const waiting = new Map<string, Shown>();
    for (const state of ["retrying", "ready"] as const) {
      for (const message of await shown(peyk, name, state)) waiting.set(message.id, message);
    }
    const ids = [...waiting.keys()].sort();
    const inOrder = ids.flatMap((id) => waiting.get(id) ?? []);
    contents[name] = { waiting: inOrder, dead: await shown(peyk, name, "dead") };
  }
  await peyk.close();
  return contents;
}

async function shown(
  peyk: Peyk,
  name: SubscriptionName,
  state: "ready" | "retrying" | "dead",
): Promise<Shown[]> {
  const messages = await peyk.subscriptions.peek(name, { state, count: 250 });
  return messages.map(({ id, topic, key, attributes, bytes }) => ({
    id,
    topic,
    key: key ?? null,
    attributes: { ...attributes },
    text: Buffer.from(bytes).toString(),
  }));
}
