// @ts-check
// Makes the codecs of proto/ with pbjs: plain functions, no schema at run time. `npm run proto` writes them, `--check`
// only says which are not what the protos give (a test runs that).
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { pbjs } from "protobufjs-cli";
import { describeTypes, jsonTables } from "./proto-types.mjs";

/**
 * @typedef {object} Target
 * @property {string} protos folder with the .proto files
 * @property {string} namespace the package of these files
 * @property {string} out the module that is written
 * @property {readonly string[]} [without] messages left out: a codec written by hand has them
 * @property {boolean} [json] whether the tables for protobuf's JSON mapping are added
 */

/** Written by hand in client/src/protocol, because every message passes through them. */
const HOT_PATH = [
  ...["ClientPacket", "ClientFrame", "ServerPacket", "ServerFrame", "Message", "Publish"],
  ...["Published", "PublishedRange", "Credit", "Deliver", "DeliveryDetail", "Run", "Settle"],
  ...["SettleRange", "Settled", "SettledRange", "LiveMessages"],
];

/** @type {readonly Target[]} */
const TARGETS = [
  {
    protos: "proto/peyk/v1",
    namespace: "peyk.v1",
    out: "client/src/protocol/generated/frames.ts",
    without: HOT_PATH,
  },
  {
    protos: "proto/peyk/v1",
    namespace: "peyk.v1",
    out: "client/src/protocol/generated/packets.ts",
    json: true,
  },
  {
    protos: "proto/peyk/journal/v1",
    namespace: "peyk.journal.v1",
    out: "src/engines/embedded/generated/journal.ts",
  },
];

const PBJS_OPTIONS = [
  ...["--target", "static-module", "--wrap", "esm", "--root", "peyk"],
  ...["--dependency", "protobufjs/minimal.js", "--force-number", "--no-comments"],
  ...["--no-create", "--no-verify", "--no-convert", "--no-delimited", "--no-typeurl"],
  "--no-service",
];

/**
 * What pbjs has no option for. Each must be found in every output, or pbjs has changed.
 * @type {readonly { readonly why: string, readonly find: RegExp, readonly put: string }[]}
 */
const EDITS = [
  {
    why: "pbjs registers its types in protobufjs: two copies of this package in one process would mix theirs",
    find: /^const \$root = .*$/m,
    put: "const $root = {};",
  },
  {
    why: "an absent 64-bit field is 0, not a Long",
    find: /\$util\.Long \? \$util\.Long\.fromBits\(0,0,(true|false)\) : 0/g,
    put: "0",
  },
  {
    why: "an absent field is undefined, as everywhere in this project",
    find: /(\.prototype\.\w+) = null;/g,
    put: "$1 = undefined;",
  },
  {
    why: "its type is written below",
    find: /^export const \w+ = (\$root\.\w+ = )/m,
    put: "const $made = $1",
  },
  { why: "no default export", find: /^export \{\n *\$root as default\n\};\n/m, put: "" },
];

/** Getters that tell whether an optional field is set; comparing it with undefined tells the same. */
const OPTIONAL_MARKS = [
  /^ *\/\/ Virtual OneOf for proto3 optional field\n.*\n.*\n.*\n.*\n\n/gm,
  /^ *message\._\w+ = "\w+";\n/gm,
];

const root = fileURLToPath(new URL("../", import.meta.url));
const isCheck = process.argv.includes("--check");
const stale = [];
for (const target of TARGETS) {
  const files = protoFiles(target.protos);
  if (files.length === 0) continue;
  const text = await generate(target, files);
  const path = root + target.out;
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  stale.push(target.out);
  if (isCheck) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
for (const path of stale) {
  console.error(`${path} ${isCheck ? "is not what the protos give (npm run proto)" : "written"}`);
}
if (isCheck && stale.length > 0) process.exitCode = 1;

/** @param {string} folder */
function protoFiles(folder) {
  if (!existsSync(root + folder)) return [];
  const names = readdirSync(root + folder).filter((name) => name.endsWith(".proto"));
  return names.sort().map((name) => `${folder}/${name}`);
}

/**
 * @param {Target} target
 * @param {readonly string[]} files
 */
async function generate({ protos, namespace, without = [], json = false }, files) {
  const schema = new protobuf.Root();
  schema.resolvePath = (_origin, path) =>
    root + (path.startsWith("proto/") ? path : `proto/${path}`);
  schema.loadSync([...files], { alternateCommentMode: true });
  const found = schema.lookup(namespace);
  if (!(found instanceof protobuf.Namespace)) {
    throw new Error(`${protos} has no package ${namespace}`);
  }
  return [
    "// @ts-nocheck",
    `// Made from ${protos} by scripts/generate-proto.mjs (npm run proto). Do not edit.`,
    edit(await runPbjs(files), without),
    describeTypes(found, without),
    ...(json ? [jsonTables(found)] : []),
  ].join("\n");
}

/**
 * @param {readonly string[]} files
 * @returns {Promise<string>}
 */
function runPbjs(files) {
  const folder = mkdtempSync(join(tmpdir(), "peyk-proto-"));
  const out = join(folder, "out.js");
  const inputs = files.map((file) => root + file);
  const options = [...PBJS_OPTIONS, "--path", `${root}proto`, "--out", out];
  return new Promise((resolve, reject) => {
    pbjs.main([...options, ...inputs], (error) => {
      if (error === null) resolve(readFileSync(out, "utf8"));
      else reject(error);
      rmSync(folder, { recursive: true });
    });
  });
}

/**
 * @param {string} code what pbjs made
 * @param {readonly string[]} without
 */
function edit(code, without) {
  let edited = code;
  for (const name of without) edited = replace(edited, blockOf(name), "", `message ${name}`);
  for (const mark of OPTIONAL_MARKS) edited = edited.replace(mark, "");
  for (const { why, find, put } of EDITS) edited = replace(edited, find, put, why);
  return edited;
}

/** @param {string} name */
function blockOf(name) {
  return new RegExp(
    `^ {8}\\w+\\.${name} = \\(function\\(\\) \\{\\n[^]*?^ {8}\\}\\)\\(\\);\\n\\n`,
    "m",
  );
}

/**
 * @param {string} text
 * @param {RegExp} find
 * @param {string} put
 * @param {string} why
 */
function replace(text, find, put, why) {
  if (text.search(find) < 0) throw new Error(`pbjs has changed: not found (${why})`);
  return text.replace(find, put);
}
