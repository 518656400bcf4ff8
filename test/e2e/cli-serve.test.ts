import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PeykProcess, peyk, serve, temporaryFolder } from "./peyk-process.js";

const LISTEN = ["--listen", "127.0.0.1:0"];

describe.concurrent("peyk serve", () => {
  test("says where it listens, where data lies and how durable, then two commands, subscribe first", async () => {
    const directory = temporaryFolder();
    const broker = new PeykProcess(["serve", ...LISTEN], { directory });
    const [line] = await broker.prints("stdout", /^.*\n/);
    await broker.prints(
      "stderr",
      /subscribe orders.created\/billing[^]*publish orders.created.*\n/,
    );
    const { stderr } = broker;
    expect(line.trimEnd()).toMatch(
      /^Peyk 0\.1\.0 listens on ws:\/\/127\.0\.0\.1:\d+, data in \.\/peyk-data, confirmed means on disk \(fsync\)$/,
    );
    const command = /^ +(node .+ subscribe .+)$/m.exec(stderr)?.[1] ?? "";
    expect(command).toContain(`--url ${/ws:\S+\d/.exec(line)?.[0]}`);
    broker.kill("SIGTERM");
    expect((await broker.finished()).exit).toBe(0);
  });

  test("ends with 0 on Ctrl-C, and has everything again at the next start", async () => {
    const directory = temporaryFolder();
    const first = await serve(["--data-dir", "data"], { directory });
    await first.peyk(["subscription", "create", "orders.created/billing"]);
    await first.peyk(["pub", "orders.created", "hello"]);
    first.process.kill("SIGINT");
    expect((await first.process.finished()).exit).toBe(0);
    const second = await serve(["--data-dir", "data"], { directory });
    const { stdout } = await second.peyk(["sub", "orders.created/billing", "--count", "1"]);
    expect(stdout).toBe("hello\n");
    await second.stop();
  });

  test("names the process that holds the directory", async () => {
    const directory = temporaryFolder();
    const broker = await serve(["--data-dir", "data"], { directory });
    const { exit, stderr } = await peyk(["serve", ...LISTEN, "--data-dir", "data"], { directory });
    expect(exit).toBe(73);
    expect(stderr).toContain(`in use by process ${broker.process.child.pid}`);
    await broker.stop();
  });

  test("refuses a damaged journal, naming the file, with 65", async () => {
    const directory = temporaryFolder();
    const broker = await serve(["--data-dir", "data"], { directory });
    await broker.done(["subscription", "create", "orders.created/billing"]);
    for (const payload of ["one", "two", "three"])
      await broker.done(["pub", "orders.created", payload]);
    broker.process.kill("SIGKILL");
    await broker.process.finished();
    damage(join(directory, "data"));
    const { exit, stderr } = await peyk(["serve", ...LISTEN, "--data-dir", "data"], { directory });
    expect(exit).toBe(65);
    expect(stderr).toMatch(/data: segment-\d{16}\.peyk is damaged at byte \d+/);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test("says who may connect before it listens beyond this machine", async () => {
    const command = ["serve", "--memory", "--listen", "0.0.0.0:0"];
    const refused = await peyk(command);
    expect(refused.exit).toBe(64);
    expect(refused.stderr).toContain(
      "give a token (PEYK_TOKEN or --token-file), or --allow-anonymous",
    );
    const open = new PeykProcess([...command, "--allow-anonymous"]);
    await open.prints("stdout", /listens on/);
    open.kill("SIGTERM");
    await open.finished();
  });

  test("lets in only those who have the token", async () => {
    const directory = temporaryFolder();
    const file = join(directory, "token");
    writeFileSync(file, "s3cret\n");
    const broker = await serve(["--memory", "--token-file", file]);
    expect((await broker.peyk(["topic", "list"])).exit).toBe(77);
    expect((await broker.peyk(["topic", "list", "--token-file", file])).exit).toBe(0);
    const environment = { PEYK_TOKEN: "s3cret" };
    expect((await broker.peyk(["topic", "list"], { environment })).exit).toBe(0);
    await broker.stop();
  });

  test("says that an address is taken, with 69", async () => {
    const broker = await serve();
    const address = broker.url.replace("ws://", "");
    const { exit, stderr } = await peyk(["serve", "--memory", "--listen", address]);
    expect(exit).toBe(69);
    expect(stderr).toContain(`cannot listen on ${address}`);
    await broker.stop();
  });

  test("serves on where nobody reads what it prints", async () => {
    const broker = new PeykProcess(["serve", "--memory", "--listen", "127.0.0.1:0"]);
    broker.child.stdout?.destroy();
    const [, url = ""] = await broker.prints("stderr", /--url (ws:\S+)/);
    expect((await peyk(["topic", "list"], { url })).exit).toBe(0);
    broker.kill("SIGTERM");
    expect((await broker.finished()).exit).toBe(0);
  });

  test("logs a JSON object a line when asked to", async () => {
    const broker = await serve(["--memory", "--log-format", "json"]);
    await broker.done(["pub", "nobody.here", "x"]);
    const [line] = await broker.process.prints("stderr", /\{.*published to nobody.*\}/);
    expect(JSON.parse(line)).toMatchObject({ level: "warn", topic: "nobody.here" });
    await broker.stop();
  });

  test("keeps what was confirmed when it is killed after a write", async () => {
    const directory = temporaryFolder();
    const environment = { PEYK_FAILPOINT: "commit.after-sync:4" };
    const broker = await serve(["--data-dir", "data"], { directory, environment });
    const killed = broker.process.finished();
    // Whichever it is that is not answered would wait for another broker.
    const run = async (...args: string[]): Promise<void> => {
      const command = broker.start(args, { input: "one\ntwo\n" });
      await Promise.race([command.finished(), killed]);
      command.kill("SIGKILL");
    };
    await run("subscription", "create", "orders.created/billing");
    await run("pub", "orders.created", "--lines");
    await killed;
    expect(broker.process.child.signalCode).toBe("SIGKILL");
    const again = await serve(["--data-dir", "data"], { directory });
    expect((await again.peyk(["subscription", "get", "orders.created/billing"])).exit).toBe(0);
    await again.stop();
  });
});

/** Turns a bit of the first commit's bytes in the only segment. */
function damage(dataDir: string): void {
  const [segment = ""] = readdirSync(dataDir)
    .filter((name) => /seg|journal|\.log/.test(name))
    .sort();
  const path = join(dataDir, segment);
  const bytes = readFileSync(path);
  const at = bytes.indexOf("billing");
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  appendFileSync(path, "");
}
