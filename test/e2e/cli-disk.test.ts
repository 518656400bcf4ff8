import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { peyk, ROOT, serve, temporaryFolder } from "./peyk-process.js";

const FAILING_SYNC = join(ROOT, "test/harness/failing-sync.mjs");

const serveIn = (directory: string, dataDir = "data") =>
  peyk(["serve", "--listen", "127.0.0.1:0", "--data-dir", dataDir], { directory });

describe.concurrent("peyk serve", () => {
  test("tells its clients and ends with 74 when the disk fails, and loses nothing that was confirmed", async () => {
    const directory = temporaryFolder();
    const environment = { NODE_OPTIONS: `--import ${FAILING_SYNC}`, FAILING_SYNC: "8" };
    const broker = await serve(["--data-dir", "data"], { directory, environment });
    await broker.done(["subscription", "create", "orders.created/billing"]);
    const input = Array.from({ length: 2_000 }, (_, index) => `${index}\n`).join("");
    // How many commits these are, and so which sync is whose, is not the same each time.
    let exit: number | null;
    do
      ({ exit } = await broker.peyk(["pub", "orders.created", "--lines", "--timeout", "3s"], {
        input,
      }));
    while (exit === 0 || broker.process.child.exitCode === null);
    expect([69, 75]).toContain(exit);
    const { exit: ended, stderr } = await broker.process.finished();
    expect(ended).toBe(74);
    expect(stderr).toContain("EIO");
    expect(stderr).not.toMatch(/^ +at /m);
    const again = await serve(["--data-dir", "data"], { directory });
    expect((await again.peyk(["subscription", "get", "orders.created/billing"])).exit).toBe(0);
    await again.stop();
  });

  test("refuses a data directory of a newer format with 78, and leaves it as it is", async () => {
    const directory = temporaryFolder();
    const broker = await serve(["--data-dir", "data"], { directory });
    await broker.stop();
    const [name = ""] = readdirSync(join(directory, "data")).filter((each) =>
      each.startsWith("segment"),
    );
    const path = join(directory, "data", name);
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(9, 4);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
    writeFileSync(path, bytes);
    const { exit, stderr } = await serveIn(directory);
    expect(exit).toBe(78);
    expect(stderr).toContain("format version 9");
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test.each(["file", "file/below", "/proc/peyk-data"])(
    "says that %s cannot be a data directory, with 73",
    async (dataDir) => {
      const directory = temporaryFolder();
      writeFileSync(join(directory, "file"), "");
      const { exit, stderr } = await serveIn(directory, dataDir);
      expect(exit).toBe(73);
      expect(stderr).toContain("cannot be used as a data directory");
    },
  );

  test("refuses an empty data directory, and places that contradict one another, with 64", async () => {
    const directory = temporaryFolder();
    expect((await serveIn(directory, "")).exit).toBe(64);
    expect(readdirSync(directory)).toEqual([]);
    const both = ["serve", "--listen", "127.0.0.1:0", "--memory", "--durability", "fsync"];
    expect((await peyk(both, { directory })).exit).toBe(64);
  });
});
