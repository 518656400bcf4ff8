import { fork, spawnSync, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { DirectoryInUse } from "../../../../src/engines/embedded/disk.js";
import { NodeDisk } from "../../../../src/engines/embedded/node-disk.js";
import { compileSources, NODE_DISK_SOURCES } from "../../../harness/compiled-source.js";

interface LockFile {
  readonly token: string;
  readonly pid: number;
  readonly bootId: string | null;
  readonly startTime: string | null;
}

const hasProc = existsSync("/proc/self/stat");

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "peyk-lock-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const lockPath = (): string => join(directory, "lock");
const readLock = (): LockFile => JSON.parse(readFileSync(lockPath(), "utf8")) as LockFile;

/** What this process would write, changed as asked. */
async function writeLock(changes: Partial<LockFile>, name = "lock"): Promise<LockFile> {
  const disk = new NodeDisk(join(directory, "model"));
  await disk.lock();
  const own = JSON.parse(readFileSync(join(directory, "model", "lock"), "utf8")) as LockFile;
  await disk.unlock();
  const lock = { ...own, token: randomUUID(), ...changes };
  writeFileSync(join(directory, name), JSON.stringify(lock));
  return lock;
}

/** The pid of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

async function expectTakenOver(): Promise<void> {
  const disk = new NodeDisk(directory);
  await disk.lock();
  expect(readLock().pid).toBe(process.pid);
  expect(readdirSync(directory).filter((name) => name.startsWith("lock"))).toEqual(["lock"]);
  await disk.unlock();
  expect(existsSync(lockPath())).toBe(false);
}

async function expectRefused(pid: number): Promise<void> {
  const error = await new NodeDisk(directory).lock().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DirectoryInUse);
  expect(error).toMatchObject({ location: directory, pid });
  expect(existsSync(lockPath())).toBe(true);
}

describe("the lock of a directory", () => {
  test("is refused to a second disk of the same process", async () => {
    const first = new NodeDisk(directory);
    await first.lock();
    await expectRefused(process.pid);
    await first.unlock();
    await expectTakenOver();
  });

  test("is given to one of many that ask at once", async () => {
    const disks = Array.from({ length: 20 }, () => new NodeDisk(directory));
    const outcomes = await Promise.allSettled(disks.map((disk) => disk.lock()));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    await Promise.all(disks.map((disk) => disk.unlock()));
    expect(readdirSync(directory)).toEqual([]);
  });

  test("is taken over from a process that is gone", async () => {
    await writeLock({ pid: deadPid() });
    await expectTakenOver();
  });

  test.skipIf(!hasProc)("is taken over if another process has the number now", async () => {
    await writeLock({ startTime: "1" });
    await expectTakenOver();
  });

  test.skipIf(!hasProc)("is taken over if it was taken before the machine started", async () => {
    await writeLock({ bootId: randomUUID() });
    await expectTakenOver();
  });

  test("is kept by a process that lives, even if nothing but its number is known", async () => {
    await writeLock({ bootId: null, startTime: null, pid: process.ppid });
    await expectRefused(process.ppid);
  });

  test.each(["", "\0\0\0\0", "4711\n", "{}", '{"token":"../../x","pid":1}', "[]", "null"])(
    "is taken over if the file holds %j, which no Peyk process writes",
    async (content) => {
      writeFileSync(lockPath(), content);
      await expectTakenOver();
    },
  );

  test("is taken over if who took it over before died in the middle", async () => {
    const stale = await writeLock({ pid: deadPid() });
    const claimant = await writeLock({ pid: deadPid() }, `lock.after-${stale.token}`);
    await writeLock({ pid: deadPid() }, `lock.after-${claimant.token}`);
    await expectTakenOver();
  });

  test("is refused while another process takes it over", async () => {
    const stale = await writeLock({ pid: deadPid() });
    await writeLock({ pid: process.ppid, startTime: null }, `lock.after-${stale.token}`);
    await expectRefused(process.ppid);
  });

  test("is left alone by an unlock if it is somebody else's by now", async () => {
    const disk = new NodeDisk(directory);
    await disk.lock();
    const other = await writeLock({});
    await disk.unlock();
    expect(readLock()).toEqual(other);
  });

  test("may be given up without having it", async () => {
    await expect(new NodeDisk(directory).unlock()).resolves.toBeUndefined();
  });

  test.skipIf(!hasProc)(
    "is taken over from a killed process whose parent has not noticed",
    async () => {
      const child = spawnZombie();
      try {
        await writeLock({ pid: await child.zombiePid, startTime: null });
        await expectTakenOver();
      } finally {
        child.parent.kill("SIGKILL");
      }
    },
  );
});

/** A shell that starts a child, never asks for its exit code, and says when it is a zombie. */
function spawnZombie(): { readonly parent: ChildProcess; readonly zombiePid: Promise<number> } {
  const script = `
    const { spawn } = require("node:child_process");
    const { readFileSync } = require("node:fs");
    const child = spawn("true");
    const isZombie = () => readFileSync("/proc/" + child.pid + "/stat", "utf8").includes(") Z ");
    while (!isZombie()); // blocks the loop that would ask for the exit code
    process.send(child.pid);
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  `;
  writeFileSync(join(directory, "zombie.cjs"), script);
  const parent = fork(join(directory, "zombie.cjs"));
  return { parent, zombiePid: once(parent, "message").then(([pid]) => pid as number) };
}

// Goal: two processes that both see a stale lock never both get it, and one of them does. Method: two child processes
// are told to take the same stale lock at the same moment, many times; in every other round a claim of a dead process
// is in the way too.
describe("the lock of a directory, when two processes race for it", () => {
  const ROUNDS = 300;

  function startRacer(module: string): ChildProcess {
    const script = `
      import { NodeDisk } from ${JSON.stringify(module)};
      let disk;
      process.on("message", async (message) => {
        if (message === "unlock") {
          await disk.unlock();
          process.send("unlocked");
          return;
        }
        disk = new NodeDisk(message);
        process.send(await disk.lock().then(() => "locked", (error) => error.name + " " + error.pid));
      });
      process.send("ready");
    `;
    const path = join(directory, "compiled", "racer.js");
    writeFileSync(path, script);
    return fork(path);
  }

  const nextMessage = (child: ChildProcess): Promise<string> =>
    once(child, "message").then(([message]) => message as string);

  /** A directory whose holder is gone, with or without a dead claimant. */
  async function contestedDirectory(round: number, gone: number): Promise<string> {
    const name = `round-${round}`;
    mkdirSync(join(directory, name));
    const stale = await writeLock({ pid: gone }, `${name}/lock`);
    if (round % 2 === 1) await writeLock({ pid: gone }, `${name}/lock.after-${stale.token}`);
    return join(directory, name);
  }

  async function race(racers: readonly ChildProcess[], contested: string): Promise<void> {
    const answers = Promise.all(racers.map(nextMessage));
    for (const racer of racers) racer.send(contested);
    const outcomes = await answers;

    expect(outcomes.filter((outcome) => outcome === "locked")).toHaveLength(1);
    const winner = racers[outcomes.indexOf("locked")];
    expect(outcomes).toContain(`DirectoryInUse ${winner?.pid}`);
    const unlocked = winner && nextMessage(winner);
    winner?.send("unlock");
    await unlocked;
    expect(readdirSync(contested)).toEqual([]);
  }

  test("goes to exactly one of them", async () => {
    const module = compileSources(join(directory, "compiled"), NODE_DISK_SOURCES);
    const racers = [startRacer(module), startRacer(module)];
    try {
      await Promise.all(racers.map(nextMessage));
      const gone = deadPid();
      for (let round = 0; round < ROUNDS; round += 1)
        await race(racers, await contestedDirectory(round, gone));
    } finally {
      for (const racer of racers) racer.kill("SIGKILL");
    }
  });
});
