import { execFile, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { PEYK, ROOT, serve, temporaryFolder, type Broker } from "./peyk-process.js";
import { listDocuments, readSnippets, type Snippet } from "./snippets.js";

const run = promisify(execFile);
const DEFAULT_URL = "ws://127.0.0.1:7070";

const documents = listDocuments().map((document) => ({
  document,
  snippets: readSnippets(document),
}));
const runnable = documents.map(({ document, snippets }) => ({
  document,
  snippets: snippets.filter(({ kind }) => kind === ""),
}));

describe.concurrent("the snippets of", () => {
  for (const { document, snippets } of runnable.filter((each) => each.snippets.length > 0)) {
    test(`${document} print what it says`, async () => {
      const broker = await serve();
      const folder = createFolder();
      for (const snippet of snippets) {
        const place = `${document}:${snippet.line}`;
        const output = await runSnippet(snippet, folder, broker);
        if (snippet.output !== undefined) expect(output, place).toBe(snippet.output);
      }
      await broker.stop();
    });
  }
});

test("every TypeScript snippet is type-correct", () => {
  const folder = createFolder();
  const all = runnable.flatMap(({ snippets }) =>
    snippets.filter(({ language }) => language === "ts"),
  );
  const files = all.map((snippet, index) => {
    const file = join(folder, `snippet-${index}.ts`);
    writeFileSync(file, snippet.code);
    return file;
  });
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  });
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  expect(problems).toEqual([]);
});

test("the npm commands of a checkout exist", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const commands = documents
    .flatMap(({ snippets }) => snippets)
    .filter(({ kind }) => kind === "checkout")
    .flatMap(({ code }) => code.trim().split(/\n|&&/));
  expect(commands.map((command) => command.trim())).toEqual([
    "npm ci",
    "npm start",
    "npm ci",
    "npm test",
  ]);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "test", "demo"]));
});

test("every link into the repository leads somewhere", () => {
  const dead = listDocuments().flatMap((document) => {
    const text = readFileSync(join(ROOT, document), "utf8");
    return [...text.matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !existsSync(join(ROOT, document, "..", target)))
      .map((target) => `${document} links to ${target}`);
  });
  expect(dead).toEqual([]);
});

async function runSnippet(snippet: Snippet, folder: string, broker: Broker): Promise<string> {
  const code = snippet.code.replaceAll(DEFAULT_URL, broker.url);
  const path = `${join(folder, "path")}:${process.env["PATH"] ?? ""}`;
  // One that does not end is told from one that takes its time.
  const options = { cwd: folder, env: { PATH: path, PEYK_URL: broker.url }, timeout: 60_000 };
  if (snippet.language === "sh") {
    const { stdout } = await run("bash", ["-euo", "pipefail", "-c", code], options);
    return stdout;
  }
  const file = join(folder, `line-${snippet.line}.mjs`);
  const { target, module } = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  writeFileSync(file, ts.transpileModule(code, { compilerOptions: { target, module } }).outputText);
  const running = run(process.execPath, [file], options);
  if (code.includes("closeOnSignals: true")) stopAfter(running.child, snippet.output);
  return (await running).stdout;
}

/** A program that goes on until somebody stops it: told to when it has printed what it should. */
function stopAfter(child: ChildProcess, output: string | undefined): void {
  let printed = "";
  child.stdout?.on("data", (chunk: string) => {
    printed += chunk;
    if (printed === output) child.kill("SIGTERM");
  });
}

/** A project that has both packages installed, and `peyk` on its path. */
function createFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "node_modules/@peyk"), { recursive: true });
  symlinkSync(join(ROOT, "client"), join(folder, "node_modules/@peyk/client"));
  symlinkSync(ROOT, join(folder, "node_modules/peyk"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  mkdirSync(join(folder, "path"));
  const program = join(folder, "path/peyk");
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${PEYK}" "$@"\n`);
  chmodSync(program, 0o755);
  return folder;
}
