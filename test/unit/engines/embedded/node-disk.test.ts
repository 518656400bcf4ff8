import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { NodeDisk } from "../../../../src/engines/embedded/node-disk.js";
import { compileSources, NODE_DISK_SOURCES } from "../../../harness/compiled-source.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "peyk-disk-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("NodeDisk", () => {
  test("creates its directory and those above, for its owner only", async () => {
    const disk = new NodeDisk(join(directory, "a", "b"));
    await disk.lock();
    await (await disk.create("file")).close();
    expect(statSync(join(directory, "a", "b")).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, "a", "b", "file")).mode & 0o777).toBe(0o600);
  });

  test.runIf(process.platform === "linux")("ends where nothing can be created", async () => {
    const disk = new NodeDisk("/proc/peyk/data");
    await expect(disk.lock()).rejects.toMatchObject({ name: "DirectoryUnusable" });
  });

  test("shows its absolute path", () => {
    expect(new NodeDisk(".").location).toBe(process.cwd());
  });

  test("lists files only, without directories and leftovers of the lock", async () => {
    const disk = new NodeDisk(directory);
    mkdirSync(join(directory, "lost+found"));
    writeFileSync(join(directory, "lock"), "");
    writeFileSync(join(directory, "lock.after-x"), "");
    writeFileSync(join(directory, "a"), "");
    expect(await disk.list()).toEqual(["a"]);
  });

  test("reports a directory that is not there as missing", async () => {
    const disk = new NodeDisk(join(directory, "absent"));
    await expect(disk.list()).rejects.toMatchObject({ kind: "missing", operation: "list" });
    await expect(disk.create("a")).rejects.toMatchObject({ kind: "missing", operation: "create" });
    await expect(disk.space()).rejects.toMatchObject({ kind: "missing", operation: "space" });
  });

  test("reports a location that cannot be a directory", async () => {
    writeFileSync(join(directory, "file"), "");
    const disk = new NodeDisk(join(directory, "file"));
    await expect(disk.lock()).rejects.toMatchObject({
      name: "DirectoryUnusable",
      location: join(directory, "file"),
    });
  });

  test("reports a failed sync of the directory as io, whatever the cause", async () => {
    const disk = new NodeDisk(join(directory, "absent"));
    await expect(disk.syncDirectory()).rejects.toMatchObject({
      kind: "io",
      operation: "syncDirectory",
    });
  });

  test("finishes what is under way before it closes a file", async () => {
    const disk = new NodeDisk(directory);
    const file = await disk.create("a");
    const written = file.write([new Uint8Array(3_000_000)], 0);
    const synced = file.sync();
    await file.close();
    await expect(Promise.all([written, synced])).resolves.toBeDefined();
    expect(statSync(join(directory, "a")).size).toBe(3_000_000);
  });

  test("closes a file after a call with a senseless argument", async () => {
    const file = await new NodeDisk(directory).create("a");
    await expect(file.read(0, -1)).rejects.toThrow();
    await expect(file.truncate(1.5)).rejects.toThrow();
    await expect(file.close()).resolves.toBeUndefined();
  });

  test.skipIf(process.platform !== "linux")(
    "reports a full device as full when it writes",
    async () => {
      symlinkSync("/dev/full", join(directory, "a"));
      const file = await new NodeDisk(directory).open("a");
      await expect(file.write([new Uint8Array(1)], 0)).rejects.toMatchObject({
        kind: "full",
        operation: "write",
        cause: { code: "ENOSPC" },
      });
      await expect(file.sync()).rejects.toMatchObject({ kind: "io", operation: "sync" });
    },
  );
});

// Goal: a write that the system takes in parts goes on where it stopped, and then reports why it cannot.
// Method: a child process under a limit on the size of files (as with a quota, the last write is short), or on a
// file system of 1 MiB.
describe("NodeDisk with little space", () => {
  /** Writes 300 chunks of 1000 bytes at 100, and then 5 more within the first ones. Prints what came of it. */
  function writeInChild(prefix: string, at: string): unknown {
    const module = compileSources(join(directory, "compiled"), NODE_DISK_SOURCES);
    const script = `
      import { NodeDisk } from ${JSON.stringify(module)};
      const disk = new NodeDisk(${JSON.stringify(at)});
      const file = await disk.create("a");
      const chunks = Array.from({ length: 2000 }, (_, index) => new Uint8Array(1000).fill(index % 251 + 1));
      const failure = await file.write(chunks, 100).catch((error) => error);
      const written = await file.read(100, 2_000_000);
      const isOrdered = written.every((byte, index) => byte === Math.floor(index / 1000) % 251 + 1);
      const truncateKind = await file.truncate(2 ** 40).catch((error) => error.kind);
      await file.write([new Uint8Array(5)], 0);
      await file.truncate(10);
      process.stdout.write(JSON.stringify({ kind: failure?.kind, operation: failure?.operation, code: failure?.cause?.code,
        size: 100 + written.length, isOrdered, truncateKind, sizeAtEnd: await file.size() }));
    `;
    writeFileSync(join(directory, "compiled", "child.js"), script);
    const command = `${prefix} exec "${process.execPath}" "${join(directory, "compiled", "child.js")}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    return stdout === "" ? stderr : JSON.parse(stdout);
  }

  test.skipIf(process.platform === "win32")("stops exactly at a limit on the size of files", () => {
    expect(writeInChild("ulimit -f 1000;", directory)).toEqual({
      kind: "full",
      operation: "write",
      code: "EFBIG",
      size: 1_024_000,
      isOrdered: true,
      truncateKind: "full",
      sizeAtEnd: 10,
    });
  });

  test("fills a small file system, and can still overwrite and truncate", (context) => {
    const mountPoint = join(directory, "tmpfs");
    mkdirSync(mountPoint);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mountPoint], {
        stdio: "ignore",
      });
    } catch {
      context.skip("only root on Linux can mount a tmpfs");
    }
    try {
      const outcome = {
        kind: "full",
        operation: "write",
        code: "ENOSPC",
        isOrdered: true,
        sizeAtEnd: 10,
      };
      expect(writeInChild("", mountPoint)).toMatchObject({ ...outcome, size: 1_048_576 });
    } finally {
      execFileSync("umount", [mountPoint]);
    }
  });
});
