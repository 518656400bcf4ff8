import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const USE = `
const broker = await startBroker({ memory: true, listen: "127.0.0.1:0" });
const peyk = await connect(broker.url ?? "");
const got = new Promise<unknown>((resolve) => {
  void peyk.subscribe(orders.group("billing"), (delivery) => resolve(delivery.value));
});
await peyk.subscriptions.create("orders/billing");
await peyk.publish(orders, { total: 3 });
console.log(JSON.stringify(await got), PeykError.is(new PeykError("closed", "x")));
await peyk.close();
await broker.close();
const test = await startTestBroker();
await test.idle();
await test.close();
`;

const IMPORTS = `
import { connect, PeykError, topic } from "@peyk/client";
import { startBroker } from "peyk";
import { startTestBroker } from "peyk/test";
const orders = topic<{ total: number }>("orders");
`;

const PAGE = `
import { connect, topic } from "@peyk/client";
const peyk = await connect("ws://localhost:7070");
const orders = topic<{ total: number }>("orders");
const worker: AsyncDisposable = await peyk.subscribe(orders.group("page"), ({ value }) => value.total.toFixed());
void worker;
for await (const { value, key } of peyk.messages(orders.group("page"))) {
  await peyk.publish(orders, value, { key });
}
`;

const WRONG = `${IMPORTS}
declare const peyk: Awaited<ReturnType<typeof connect>>;
void peyk.subscribe("orders", () => {});
void peyk.publish(orders, { total: "3" });
void [PeykError, startBroker, startTestBroker];
`;

let folder: string;
let packed: { readonly client: Packed; readonly broker: Packed };

async function pack(at: string): Promise<Packed> {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", args, { cwd: at });
  const [result] = JSON.parse(stdout) as Packed[];
  if (!result) throw new Error("npm pack said nothing");
  return result;
}

/** A project below the one into which the tarballs were installed. */
async function project(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const at = join(folder, name);
  await mkdir(at, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(at, file), text);
  return at;
}

beforeAll(async () => {
  // Elsewhere, so that nothing is found in the packages of this repository.
  folder = await mkdtemp(join(tmpdir(), "peyk-packages-"));
  packed = { client: await pack(join(ROOT, "client")), broker: await pack(ROOT) };
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  const tarballs = [packed.client, packed.broker].map(({ filename }) => join(folder, filename));
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["install", ...options, ...tarballs], { cwd: folder });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the tarball of @peyk/client", () => {
  test("has the client and its licence, and nothing else", () => {
    const others = packed.client.files
      .map(({ path }) => path)
      .filter((path) => !/^(dist\/|package\.json$|LICENSE$|README\.md$)/.test(path));
    expect(others).toEqual([]);
    const names = packed.client.files.map(({ path }) => path);
    expect(names).toContain("LICENSE");
    expect(names.filter((path) => /broker|engine|journal|transport/.test(path))).toEqual([]);
  });

  test("brings no more packages than it says", async () => {
    const names = await readdir(join(folder, "node_modules"));
    expect(names).toEqual(expect.arrayContaining(["@peyk", "peyk", "ws", "protobufjs"]));
    expect(names).not.toContain("vitest");
  });
});

describe("the tarball of peyk", () => {
  test("has its licence, and no sources or tests", () => {
    const names = packed.broker.files.map(({ path }) => path);
    expect(names).toContain("LICENSE");
    expect(names.filter((path) => /^(src|test|bench|client)\//.test(path))).toEqual([]);
  });
});

describe("projects with TypeScript", () => {
  let complaints: string;

  // One run for all: the compiler tells ESM from CommonJS by the package.json beside a file.
  beforeAll(async () => {
    await project("esm", {
      "package.json": '{ "type": "module" }',
      "main.ts": IMPORTS + USE,
      "wrong.ts": WRONG,
    });
    await project("cjs", {
      "package.json": '{ "type": "commonjs" }',
      "main.ts": `${IMPORTS}\nvoid (async () => {${USE}})();\n`,
    });
    const files = ["esm/main.ts", "esm/wrong.ts", "cjs/main.ts"];
    await writeFile(join(folder, "tsconfig.json"), tsconfig(files));
    const compiled = run(process.execPath, [TSC, "-p", folder]);
    const { stdout } = await compiled.catch((error: { stdout: string }) => error);
    complaints = stdout;
  }, 120_000);

  test("are told of a forgotten group and of a wrong payload, and of nothing else", () => {
    const places = complaints.match(/[\w.-]+\/[\w.-]+\(\d+,\d+\)(?=: error)/g);
    expect(places).toEqual(["esm/wrong.ts(8,21)", "esm/wrong.ts(9,29)"]);
  });

  test("need neither Node's types nor a library newer than ES2022 for a page", async () => {
    const at = await project("typed-page", {
      "package.json": '{ "type": "module" }',
      "main.ts": PAGE,
      "tsconfig.json": tsconfig(["main.ts"], { lib: ["es2022", "dom"], types: [] }),
    });
    const { stdout } = await run(process.execPath, [TSC, "--noEmit", "-p", at]);
    expect(stdout).toBe("");
  });

  test.each(["esm", "cjs"])("run as %s", async (name) => {
    const { stdout, stderr } = await run(process.execPath, [join(folder, name, "main.js")]);
    expect(stdout).toBe('{"total":3} true\n');
    expect(stderr).toBe("");
  });
});

describe("a Vite project", () => {
  test("builds a page without anything of Node", async () => {
    const at = await project("page", {
      "package.json": '{ "type": "module" }',
      "index.html": '<script type="module" src="/main.js"></script>',
      "main.js": 'import { connect } from "@peyk/client";\nglobalThis.connect = connect;\n',
    });
    const built = await build({ root: at, logLevel: "error", build: { write: false } });
    const [{ output } = { output: [] }] = [built].flat() as { output: { code?: string }[] }[];
    const code = output.map((file) => file.code ?? "").join("");
    expect(code).toContain("peyk.v1");
    expect(code).not.toMatch(/node:|__vite-browser-external/);
  });
});

function tsconfig(files: readonly string[], more: object = {}): string {
  const compilerOptions = {
    target: "es2023",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    // In CommonJS as in ESM; the libraries' own declarations are checked too.
    skipLibCheck: false,
    lib: ["es2023", "dom"],
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
    ...more,
  };
  return JSON.stringify({ compilerOptions, files });
}
