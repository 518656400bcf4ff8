import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { PeykProcess, peyk, ROOT, temporaryFolder } from "./peyk-process.js";
import { readSnippets } from "./snippets.js";

const run = promisify(execFile);

interface Instruction {
  readonly name: string;
  readonly text: string;
}

const instructions: Instruction[] = readFileSync(join(ROOT, "Dockerfile"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => ({ name: line.split(" ", 1)[0] ?? "", text: line.slice(line.indexOf(" ") + 1) }));

const firstOf = (name: string): string =>
  instructions.find((each) => each.name === name)?.text ?? "";
const environment = Object.fromEntries(
  instructions
    .filter(({ name }) => name === "ENV")
    .flatMap(({ text }) => text.split(" ").map((pair) => pair.split("=", 2) as [string, string])),
);

test("the image's broker refuses to start until somebody chose who may connect", async () => {
  const folder = temporaryFolder();
  const inside = { PEYK_DATA_DIR: join(folder, "data"), PEYK_LISTEN: "0.0.0.0:0" };
  expect(environment).toMatchObject({ PEYK_DATA_DIR: "/data", PEYK_LISTEN: "0.0.0.0:7070" });
  const command = JSON.parse(firstOf("CMD")) as string[];
  const refused = await peyk(command, { environment: inside });
  expect(refused.exit).toBe(78);
  expect(refused.stderr).toContain(
    "give a token (PEYK_TOKEN or --token-file), or --allow-anonymous",
  );
  const broker = new PeykProcess(command, { environment: { ...inside, PEYK_TOKEN: "s3cret" } });
  await broker.prints("stdout", /listens on/);
  broker.kill("SIGTERM");
  expect((await broker.finished()).exit).toBe(0);
});

test("the health check tells a broker that serves from one that does not", async () => {
  const check = /CMD (\[.*\])/.exec(firstOf("HEALTHCHECK"))?.[1] ?? "[]";
  const [, flag = "", script = ""] = JSON.parse(check) as string[];
  const broker = new PeykProcess(["serve", "--memory", "--listen", "127.0.0.1:0"]);
  const [, address = ""] = await broker.prints("stdout", /ws:\/\/([\d.:]+)/);
  expect(script).toContain("127.0.0.1:7070/healthz");
  const here = script.replace("127.0.0.1:7070", address);
  await run(process.execPath, [flag, here]);
  broker.kill("SIGTERM");
  await broker.finished();
  await expect(run(process.execPath, [flag, here])).rejects.toMatchObject({ code: 1 });
});

// It compiles everything, which takes its time on a busy machine.
test("the build and start steps work in folders of their own", { timeout: 300_000 }, async () => {
  const build = temporaryFolder();
  const app = temporaryFolder();
  const isFinal = instructions.map(
    (_, index) => instructions.slice(0, index + 1).filter(({ name }) => name === "FROM").length > 1,
  );
  const steps: string[] = [];
  for (const [index, { name, text }] of instructions.entries()) {
    const target = isFinal[index] ? app : build;
    if (name === "COPY") copy(text, build, target);
    if (name !== "RUN" || isFinal[index]) continue;
    steps.push(text);
    // What is installed here stands in for what npm would install there.
    if (text === "npm ci") symlinkModules(build);
    else if (text === "npm run build")
      await run("npm", ["run", "build", "--silent"], { cwd: build });
  }
  expect(steps).toEqual(["npm ci", "npm run build", "npm prune --omit=dev"]);
  const [program = "", entry = ""] = JSON.parse(firstOf("ENTRYPOINT")) as string[];
  expect(program).toBe("node");
  const script = join(app, entry.replace("/app/", ""));
  const { stdout } = await run(process.execPath, [script, "--version"]);
  expect(stdout.trim()).toBe("0.1.0");
});

test("README.md runs the image as the Dockerfile makes it", () => {
  const [snippet] = readSnippets("README.md").filter(({ kind }) => kind === "docker");
  expect(snippet?.code).toContain(`--publish ${firstOf("EXPOSE")}:${firstOf("EXPOSE")}`);
  expect(snippet?.code).toContain(`:${firstOf("VOLUME")} `);
});

/** COPY, from the repository or from the first stage. */
function copy(text: string, build: string, target: string): void {
  const words = text.split(" ");
  const isFromBuild = words[0]?.startsWith("--from=") ?? false;
  const paths = words.filter((word) => !word.startsWith("--"));
  const destination = paths.pop() ?? "";
  for (const path of paths) {
    const source = isFromBuild ? join(build, path.replace("/build/", "")) : join(ROOT, path);
    expect(existsSync(source), `${path} exists`).toBe(true);
    const isFolder = destination.endsWith("/");
    const to = join(target, destination, isFolder ? basename(path) : "");
    mkdirSync(dirname(to), { recursive: true });
    cpSync(source, to, {
      recursive: true,
      verbatimSymlinks: true,
      // As .dockerignore has it; what was built here is not what is built there.
      filter: (from) => isFromBuild || !/\/(node_modules|dist)$|\.tsbuildinfo$/.test(from),
    });
  }
}

/** node_modules with links to what is installed, and the workspace's own client. */
function symlinkModules(build: string): void {
  const modules = join(build, "node_modules");
  mkdirSync(join(modules, "@peyk"), { recursive: true });
  symlinkSync("../../client", join(modules, "@peyk/client"));
  for (const name of ["commander", "pino", "protobufjs", "ws", "typescript", "@types", ".bin"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
}
