import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { jsonLines, peyk, PEYK, PeykProcess, temporaryFolder } from "./peyk-process.js";

const NOBODY = { url: "ws://127.0.0.1:1" };

describe.concurrent("a command line that makes no sense", () => {
  test("suggests the nearest command, option and subcommand", async () => {
    const wrong = [
      [["pubish", "x"], "Did you mean publish?"],
      [["publish", "x", "y", "--prioritty", "3"], "Did you mean --priority?"],
      [["topic", "lst"], "Did you mean list?"],
    ] as const;
    for (const [args, hint] of wrong) {
      const { exit, stdout, stderr } = await peyk(args);
      expect(exit).toBe(64);
      expect(stdout).toBe("");
      expect(stderr).toContain(hint);
      expect(stderr).not.toContain("    at ");
    }
  });

  test("is told which value is wrong, and how to write it", async () => {
    const { exit, stderr } = await peyk(["publish", "x", "y", "--ttl", "5 minutes"]);
    expect(exit).toBe(64);
    expect(stderr).toContain('"5 minutes" is no duration; write it like 500ms, 30s');
  });

  test("is one object on stderr with --json", async () => {
    const { exit, stderr } = await peyk(["publish", "--json"]);
    expect(exit).toBe(64);
    expect(JSON.parse(stderr)).toMatchObject({ code: "usage" });
  });

  test("names what comes in a later version as unsupported, with 76", async () => {
    for (const args of [
      ["pipe", "a/b", "--to", "c"],
      ["trace", "x-1"],
      ["subscription", "pause", "a/b"],
      ["subscription", "create", "a/b", "--filter", "priority > 3"],
    ]) {
      const { exit, stderr } = await peyk([...args, "--json"]);
      expect(exit).toBe(76);
      expect(JSON.parse(stderr)).toMatchObject({ code: "unsupported" });
    }
  });

  test("is told that a command of which help is wanted does not exist", async () => {
    const { exit, stderr } = await peyk(["help", "pubish"]);
    expect(exit).toBe(64);
    expect(stderr).toContain("unknown command 'pubish'; did you mean publish?");
  });

  test("is told of a URL that is none, by where it was given", async () => {
    const flag = await peyk(["status", "--url", "http://localhost"]);
    expect(flag.exit).toBe(64);
    expect(flag.stderr).toContain("write it like ws://127.0.0.1:7070");
    const variable = await peyk(["status"], { environment: { PEYK_URL: "localhost:7070" } });
    expect(variable.exit).toBe(78);
    expect(variable.stderr).toContain("PEYK_URL");
    expect((await peyk(["status", "--timeout", "0"])).exit).toBe(64);
  });

  test("is refused where -- has no command after it, before anything is taken", async () => {
    const { exit, stderr } = await peyk(["subscribe", "orders/billing", "--"], NOBODY);
    expect(exit).toBe(64);
    expect(stderr).toContain("no command after --");
  });

  test("prints the help where there is no command, and for --help with 0", async () => {
    expect(await peyk([])).toMatchObject({ exit: 64, stdout: "" });
    expect(await peyk(["publish", "--help"])).toMatchObject({ exit: 0, stderr: "" });
    expect((await peyk(["--version"])).stdout).toBe("0.1.0\n");
  });
});

describe.concurrent("a broker that cannot be reached", () => {
  test("is named, with the command that starts one", async () => {
    const { exit, stderr } = await peyk(["status"], NOBODY);
    expect(exit).toBe(69);
    expect(stderr).toContain("no broker answers at ws://127.0.0.1:1 (connect ECONNREFUSED)");
    expect(stderr).toContain("peyk serve");
  });

  test("is one object on stderr with --json", async () => {
    const { exit, stderr } = await peyk(["status", "--json"], NOBODY);
    expect(exit).toBe(69);
    expect(JSON.parse(stderr)).toMatchObject({ code: "unavailable" });
  });
});

// An attempt was under way when the first second was over: the command went on for all of --timeout, and forgot why.
test("a broker that ends while it is waited for is known to refuse, too", async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
    if (sockets.length === 1) socket.destroy();
    else server.close();
  });
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const { exit, stderr } = await peyk(["status"], { url });

  expect(exit).toBe(69);
  expect(stderr).toContain(`no broker answers at ${url} (connect ECONNREFUSED)`);
});

describe.concurrent("an output that takes nothing more", () => {
  test.each([["config show"], ["config schema"], ["completion bash"], ["--help"]])(
    "ends %s quietly, with 0, where nobody reads it",
    async (command) => {
      const process = new PeykProcess(command.split(" "));
      process.child.stdout?.destroy();
      expect(await process.finished()).toEqual({ exit: 0, stdout: "", stderr: "" });
    },
  );

  test("is an error with 74 where it is full", () => {
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `"${process.execPath}" "${PEYK}" config show > /dev/full`],
      {
        encoding: "utf8",
      },
    );
    expect(status).toBe(74);
    expect(stderr).toMatch(/^error: .*ENOSPC/);
    expect(stderr).not.toContain("    at ");
  });
});

describe.concurrent("peyk config", () => {
  test("shows the defaults, too", async () => {
    const shown = await origins([], {});
    expect(shown.get("dataDir")).toEqual({ value: "./peyk-data", origin: "default" });
    expect(shown.get("maxPayload")).toEqual({ value: 1_048_576, origin: "default" });
    expect(shown.get("ackDeadline")).toEqual({ value: 30_000, origin: "default" });
    expect(shown.get("mode")).toEqual({ value: "shared", origin: "default" });
  });

  async function origins(args: readonly string[], environment: Record<string, string>) {
    const { stdout } = await peyk(["config", "show", "--json", ...args], { environment });
    return new Map(
      jsonLines(stdout).map(({ setting, value, origin }) => [setting, { value, origin }]),
    );
  }

  test("takes the flag before the environment, that before the file, and that before the default", async () => {
    const file = join(temporaryFolder(), "peyk.json");
    const values = {
      $schema: "x",
      dataDir: "f",
      logLevel: "warn",
      timeout: "5s",
      listen: ["a:1", "b:2"],
    };
    writeFileSync(file, JSON.stringify(values));
    const environment = { PEYK_CONFIG: file, PEYK_LOG_LEVEL: "error", PEYK_DATA_DIR: "e" };
    const shown = await origins(["--data-dir", "flag"], environment);
    expect(shown.get("dataDir")).toEqual({ value: "flag", origin: "flag" });
    expect(shown.get("logLevel")).toEqual({ value: "error", origin: "PEYK_LOG_LEVEL" });
    expect(shown.get("timeout")).toEqual({ value: 5_000, origin: file });
    expect(shown.get("listen")).toEqual({ value: ["a:1", "b:2"], origin: file });
    expect(shown.get("durability")).toEqual({ value: "fsync", origin: "default" });
  });

  test("never shows the token", async () => {
    const { stdout } = await peyk(["config", "show"], { environment: { PEYK_TOKEN: "s3cret" } });
    expect(stdout).toContain("token\t(set)\tPEYK_TOKEN");
    expect(stdout).not.toContain("s3cret");
  });

  test("refuses unknown keys with the nearest name, and bad values with their place, with 78", async () => {
    const file = join(temporaryFolder(), "peyk.json");
    writeFileSync(file, '{ "datadir": "x" }');
    const unknown = await peyk(["config", "check", "--config", file]);
    expect(unknown.exit).toBe(78);
    expect(unknown.stderr).toContain(
      'the key "datadir", which means nothing; did you mean dataDir?',
    );
    const bad = await peyk(["config", "check"], { environment: { PEYK_TIMEOUT: "soon" } });
    expect(bad.exit).toBe(78);
    expect(bad.stderr).toContain('PEYK_TIMEOUT: "soon" is no duration');
  });

  test.each(["constructor", "toString", "__proto__"])(
    "refuses the key %s, which every object has, with 78",
    async (key) => {
      const file = join(temporaryFolder(), "peyk.json");
      writeFileSync(file, `{ "${key}": { "memory": true } }`);
      const { exit, stderr } = await peyk(["serve", "--config", file]);
      expect([exit, stderr]).toEqual([78, expect.stringContaining(`the key "${key}"`)]);
    },
  );

  test("warns of variables that mean nothing", async () => {
    const { exit, stderr } = await peyk(["config", "check"], {
      environment: { PEYK_DATADIR: "x" },
    });
    expect(exit).toBe(0);
    expect(stderr).toContain("PEYK_DATADIR means nothing; did you mean PEYK_DATA_DIR?");
  });

  test("prints a schema that has every setting", async () => {
    const { stdout } = await peyk(["config", "schema"]);
    const schema = JSON.parse(stdout) as { properties: object };
    expect(schema.properties).toMatchObject({
      dataDir: { type: "string" },
      memory: { type: "boolean" },
    });
  });
});

describe.concurrent("peyk completion", () => {
  const complete = async (line: string): Promise<string[]> => {
    const { stdout: script } = await peyk(["completion", "bash"]);
    const words = line.split(" ").map((word) => `'${word}'`);
    const call = `COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _peyk; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", `${script}\n${call}`], { encoding: "utf8" })
      .trim()
      .split("\n");
  };

  test("completes commands, subcommands and options in bash", async () => {
    expect(await complete("peyk su")).toEqual(["subscribe", "subscription"]);
    expect(await complete("peyk topic cr")).toEqual(["create"]);
    expect(await complete("peyk topic create --retain-")).toEqual(["--retain-bytes"]);
    expect(await complete("peyk --json pub x --requ")).toEqual(["--require-subscription"]);
  });

  test("prints scripts for zsh and fish", async () => {
    expect((await peyk(["completion", "zsh"])).stdout).toMatch(/^#compdef peyk/);
    expect((await peyk(["completion", "fish"])).stdout).toContain("complete -c peyk");
    expect((await peyk(["completion", "tcsh"])).exit).toBe(64);
  });
});
