import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Disk } from "../../src/engines/embedded/disk.js";
import type { BrokerOptions, LogLevel } from "../../src/options.js";
import { Server } from "../../src/server.js";
import { RawClient, type HelloBody } from "./raw-client.js";
import { TestClock } from "./test-clock.js";

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface StartedBroker {
  readonly server: Server;
  readonly url: string;
  /** What it logged. */
  readonly log: readonly LogLine[];
  /** Connects a client and says Hello. */
  connect(hello?: HelloBody): Promise<RawClient>;
}

/**
 * A broker in this process: in memory and on a free port of loopback, unless told otherwise. Ends with the test.
 *
 * @param disk - Where its data goes, instead of a directory.
 */
export async function startBroker(
  options: Partial<BrokerOptions> = {},
  disk?: Disk,
): Promise<StartedBroker> {
  const log: LogLine[] = [];
  const all = {
    ...(options.dataDir === undefined && !disk ? { memory: true } : {}),
    ...(disk && { dataDir: disk.location }),
    listen: "127.0.0.1:0",
    log: (level: LogLevel, event: string, fields: LogLine["fields"]) =>
      void log.push({ level, event, fields }),
    ...options,
  };
  const server = await Server.start(all, disk);
  onTestFinished(() => server.close({ timeoutMs: 0 }));
  const { url = "" } = server;
  return { server, url, log, connect: (hello) => RawClient.connect(url, hello) };
}

/** The same on a clock that stands still until the test moves it. */
export async function startBrokerAt(
  options: Partial<BrokerOptions> = {},
): Promise<StartedBroker & { readonly clock: TestClock }> {
  const clock = new TestClock({ defer: "immediate" });
  return { ...(await startBroker({ clock, ...options })), clock };
}

/** Moves the clock on, and lets connected clients say something often enough not to be given up. */
export async function passTime(
  clock: TestClock,
  ms: number,
  clients: readonly RawClient[],
): Promise<void> {
  for (let left = ms; left > 0; left -= QUIET_MS) {
    clock.advance(Math.min(left, QUIET_MS));
    for (const client of clients) await client.settleDown();
  }
}

/** Less than the broker's ping interval. */
const QUIET_MS = 20_000;

/** A directory that goes with the test. */
export function tempDir(): string {
  const path = mkdtempSync(join(tmpdir(), "peyk-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
