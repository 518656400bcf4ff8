import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonLines, peyk, serve, temporaryFolder } from "./peyk-process.js";

const SUBSCRIPTION = "orders.created/billing";

/** A directory whose broker was killed with three messages in it, each in a commit of its own. */
async function killedBroker(): Promise<{ directory: string; data: string }> {
  const directory = temporaryFolder();
  const broker = await serve(["--data-dir", "data", "--spare-size", "5MiB"], { directory });
  await broker.done(["subscription", "create", SUBSCRIPTION]);
  for (const payload of ["first message", "second message", "third message"]) {
    await broker.done(["pub", "orders.created", payload]);
  }
  broker.process.kill("SIGKILL");
  await broker.process.finished();
  return { directory, data: join(directory, "data") };
}

const segmentOf = (data: string): string => {
  const name = readdirSync(data).find((each) => each.startsWith("segment"));
  return join(data, name ?? "");
};

/** Every file with a hash of what is in it: megabytes are compared byte by byte by `toEqual`, which takes minutes. */
const contentsOf = (data: string): [string, string][] =>
  readdirSync(data).map((name) => {
    const bytes = readFileSync(join(data, name));
    return [name, createHash("sha256").update(bytes).digest("hex")];
  });

/** Turns over a bit of a payload. Returns its place. */
function damage(data: string, payload: string): number {
  const path = segmentOf(data);
  const bytes = readFileSync(path);
  const at = bytes.indexOf(payload);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  return at;
}

/** What a broker on this directory has for the subscription: so many messages are taken, what is left is only looked at. */
async function received(directory: string, count: number): Promise<string> {
  const broker = await serve(["--data-dir", "data"], { directory });
  const taken = await broker.peyk(["sub", SUBSCRIPTION, "--count", String(count)]);
  const left = await broker.peyk(["subscription", "peek", SUBSCRIPTION]);
  await broker.stop();
  return taken.stdout + left.stdout;
}

describe.concurrent("peyk journal inspect", () => {
  test("lists files, topics and subscriptions", async () => {
    const { directory } = await killedBroker();
    const { exit, stdout } = await peyk(["journal", "inspect", "data"], { directory });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^segment-\d+\.peyk\t.+\t3\torders\.created\topen$/m);
    expect(stdout).toMatch(/^spare\.peyk\t5 MiB\t/m);
    expect(stdout).toMatch(/^orders\.created\t3\t1-3\t4$/m);
    expect(stdout).toMatch(/^orders\.created\/billing\t3\t0$/m);
  });

  test("prints records, with --json the messages in them", async () => {
    const { directory } = await killedBroker();
    const command = ["journal", "inspect", "data", "--records"];
    const { stdout: text } = await peyk(command, { directory });
    expect(text).toMatch(/\tmessages\torders\.created\t2\t\d+\tsecond message$/m);
    const { stdout } = await peyk([...command, "--json"], { directory });
    const records = jsonLines(stdout).filter(({ kind }) => kind === "messages");
    expect(records[1]).toMatchObject({ owner: "orders.created", first: 2, last: 2 });
    expect(records[1]?.["messages"]).toMatchObject([{ position: 2, value: "second message" }]);
  });

  test("ends with 66 where there is nothing to look at", async () => {
    const directory = temporaryFolder();
    for (const command of ["inspect", "verify", "repair"]) {
      const missing = await peyk(["journal", command, "nowhere"], { directory });
      expect([missing.exit, missing.stderr]).toEqual([66, expect.stringContaining("not exist")]);
    }
    const empty = await peyk(["journal", "verify", "."], { directory });
    expect([empty.exit, empty.stderr]).toEqual([66, expect.stringContaining("no journal in")]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("works while a broker does", async () => {
    const directory = temporaryFolder();
    const broker = await serve(["--data-dir", "data"], { directory });
    await broker.peyk(["pub", "orders.created", "hello"]);
    const { exit, stderr } = await peyk(["journal", "verify", "data"], { directory });
    expect(exit).toBe(0);
    expect(stderr).toContain(`process ${broker.process.child.pid} works on it`);
    await broker.stop();
  });
});

describe.concurrent("peyk journal verify", () => {
  test("ends with 0 after a crash", async () => {
    const { directory } = await killedBroker();
    const { exit, stdout } = await peyk(["journal", "verify", "data"], { directory });
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/: no damage\n$/)]);
  });

  test("names file, byte and what is lost, and ends with 65", async () => {
    const { directory, data } = await killedBroker();
    damage(data, "second message");
    const { exit, stdout, stderr } = await peyk(["journal", "verify", "data"], { directory });
    expect(exit).toBe(65);
    expect(stdout).toMatch(/^segment-\d+\.peyk, byte \d+ \(\d+ bytes\): commit \d+, which was/m);
    expect(stdout).toContain("lost: orders.created position 2 (1 of 1 still needed)");
    expect(stdout).toMatch(/1 message lost that somebody needs; a broker does not start$/m);
    expect(stderr).toContain("peyk journal repair data --dry-run");
  });

  test("tells all of it with --json", async () => {
    const { directory, data } = await killedBroker();
    const at = damage(data, "second message");
    const { stdout } = await peyk(["journal", "verify", "data", "--json"], { directory });
    const [answer] = jsonLines(stdout);
    expect(answer).toMatchObject({ ok: false, canStart: false, neededLost: 1, inUseBy: null });
    const [found] = answer?.["damages"] as { offset: number; bytes: number }[];
    expect(found?.offset).toBeLessThan(at);
    expect((found?.offset ?? 0) + (found?.bytes ?? 0)).toBeGreaterThan(at);
  });

  test("ends with 78 where a newer version wrote", async () => {
    const { directory, data } = await killedBroker();
    const path = segmentOf(data);
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(2, 4);
    const { crc32 } = await import("node:zlib");
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
    writeFileSync(path, bytes);
    for (const command of ["inspect", "verify", "repair"]) {
      const { exit } = await peyk(["journal", command, "data"], { directory });
      expect(exit).toBe(78);
    }
  });
});

describe.concurrent("peyk journal repair", () => {
  test("is named by a broker that refuses to start, and saves what can be read", async () => {
    const { directory, data } = await killedBroker();
    damage(data, "second message");
    const refused = await peyk(["serve", "--data-dir", "data"], { directory });
    expect(refused.exit).toBe(65);
    expect(refused.stderr).toContain(`peyk journal verify ${data}`);
    expect(refused.stderr).toContain(`peyk journal repair ${data}`);
    const before = readFileSync(segmentOf(data));
    const { exit, stdout } = await peyk(["journal", "repair", "data", "--yes"], { directory });
    expect(exit).toBe(0);
    const [, backup = ""] = /(data\/damaged-\S+)\. Start the broker/.exec(stdout) ?? [];
    expect(readFileSync(segmentOf(join(directory, backup))).equals(before)).toBe(true);
    expect(await received(directory, 2)).toBe("first message\nthird message\n");
  });

  test("changes nothing with --dry-run, or without --yes where nobody can be asked", async () => {
    const { directory, data } = await killedBroker();
    damage(data, "second message");
    const before = contentsOf(data);
    const dry = await peyk(["journal", "repair", "data", "--dry-run"], { directory });
    expect([dry.exit, dry.stdout]).toEqual([0, expect.stringContaining("would be closed")]);
    const unsure = await peyk(["journal", "repair", "data"], { directory });
    expect([unsure.exit, unsure.stderr]).toEqual([64, expect.stringContaining("--yes")]);
    expect(contentsOf(data)).toEqual(before);
  });

  test("does nothing to a directory that a broker starts on", async () => {
    const { directory, data } = await killedBroker();
    const { exit, stdout } = await peyk(["journal", "repair", "data", "--yes"], { directory });
    expect([exit, stdout]).toEqual([0, "a broker starts as it is: nothing to repair\n"]);
    expect(readdirSync(data).filter((name) => name.startsWith("damaged"))).toEqual([]);
  });

  test("refuses a directory that a broker works on, with 73", async () => {
    const directory = temporaryFolder();
    const broker = await serve(["--data-dir", "data"], { directory });
    const { exit, stderr } = await peyk(["journal", "repair", "data", "--yes"], { directory });
    expect(exit).toBe(73);
    expect(stderr).toContain(`in use by process ${broker.process.child.pid}`);
    await broker.stop();
  });

  test("says with 65 when only a copy can help", async () => {
    const { directory, data } = await killedBroker();
    writeFileSync(segmentOf(data), Buffer.alloc(4_096, 7));
    const { exit, stderr } = await peyk(["journal", "repair", "data", "--yes"], { directory });
    expect([exit, stderr]).toEqual([65, expect.stringContaining("Only a copy can help")]);
  });
});
