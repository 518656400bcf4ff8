import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { connect } from "@peyk/client";
import { expect, test } from "vitest";
import { temporaryFolder } from "../e2e/peyk-process.js";
import { Backlog } from "../harness/backlog.js";
import { Rounds } from "../harness/rounds.js";

/** How often a broker has no descriptors left. */
const TIMES = 2;

/** What it may open then: fewer than these, one by one. */
const MOST_LEFT = 8;

const CONNECTIONS = 20;

const MANY = 1_024;

const EXIT_DISK_FAILED = 74;

// Goal: a process that may open no more files confirms nothing that is not there, and serves on or ends with 74. Method: the
// real one; what it may have open is limited while it serves, with none to a few to spare; strangers take these.
test(
  "a broker without descriptors goes on or ends, and confirms nothing wrongly",
  { timeout: 86_400_000 },
  async ({ skip }) => {
    const reason = whyNoLimit();
    if (reason !== undefined) return skip(reason);
    const ends: string[] = [];
    await new Rounds(TIMES, "times without descriptors").each(async (random) => {
      const where = ["--data-dir", join(temporaryFolder(), "data"), "--segment-size", "64KiB"];
      const backlog = new Backlog(
        [...where, "--max-payload", "4KiB", "--spare-size", "512KiB"],
        3_000,
      );
      try {
        await backlog.start();
        for (let count = 10; count > 0; count -= 1) await backlog.publish();
        const pid = backlog.process.child.pid ?? 0;
        limit(pid, readdirSync(`/proc/${pid}/fd`).length + random.int(MOST_LEFT));
        const strangers = Array.from({ length: CONNECTIONS }, () => stranger(backlog.url));
        ends.push(await backlog.goOn(150));
        const { child, stderr } = backlog.process;
        if (child.exitCode === null) await goesOn(backlog);
        else expect(child.exitCode, stderr).toBe(EXIT_DISK_FAILED);
        for (const end of await Promise.all(strangers)) expect(["closed", "open"]).toContain(end);
        await backlog.stop();
        await backlog.start();
        // One publish may have been on its way.
        expect((await backlog.workOff()).length).toBeLessThanOrEqual(1);
      } finally {
        await backlog.stop();
      }
    });
    expect(ends.length).toBeGreaterThan(0);
  },
);

/** Connects, and tells how that ends: it is let in, or the connection is closed. */
async function stranger(url: string): Promise<"open" | "closed"> {
  const { hostname, port } = new URL(url);
  const socket = connectSocket(Number(port), hostname);
  socket.on("error", () => {});
  const closed = new Promise<"closed">((resolve) => socket.once("close", () => resolve("closed")));
  const opened = new Promise<"open">((resolve) => {
    socket.once("data", () => resolve("open"));
    socket.once("connect", () => socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  });
  const end = await Promise.race([closed, opened]);
  socket.destroy();
  return end;
}

/** It may open files again, and serves a client that came while it could not; or it was about to end. */
async function goesOn(backlog: Backlog): Promise<void> {
  try {
    limit(backlog.process.child.pid ?? 0, MANY);
    await (await connect(backlog.url, { log: false })).close();
  } catch (error) {
    backlog.signal("SIGTERM");
    const { exit } = await backlog.process.finished();
    if (exit !== EXIT_DISK_FAILED) throw error;
  }
}

function limit(pid: number, count: number): void {
  execFileSync("prlimit", ["--pid", String(pid), `--nofile=${count}:${MANY}`]);
}

function whyNoLimit(): string | undefined {
  try {
    execFileSync("prlimit", ["--version"]);
    return undefined;
  } catch {
    return "prlimit is not installed (package util-linux)";
  }
}
