// @ts-check
// Writes down which number of the protocol and of the stored formats stands for what. A test compares the .proto files
// with that, so that no number ever changes its meaning. `--break` is for what no release has used yet.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findBreaks, protoFields } from "./proto-fields.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const snapshot = `${root}test/layout/proto-fields.json`;

const texts = readdirSync(`${root}proto`, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".proto"))
  .map((path) => readFileSync(`${root}proto/${path}`, "utf8"));
const current = protoFields(texts);

const frozen = existsSync(snapshot) ? JSON.parse(readFileSync(snapshot, "utf8")) : {};
const breaks = process.argv.includes("--break") ? [] : findBreaks(frozen, current);
if (breaks.length > 0) {
  console.error(`Not frozen, because peers and data of the last version would be misread:`);
  for (const sentence of breaks) console.error(`  ${sentence}`);
  console.error("Reserve the number, or pass --break if no release has used it.");
  process.exit(1);
}
writeFileSync(snapshot, `${JSON.stringify(current, null, 2)}\n`);
console.error(`${Object.keys(current).length} messages and enums frozen.`);
