import { posix } from "node:path";
import ts from "typescript";
import type { ProjectFile } from "./project.js";

/** One import, export-from, dynamic import or worker URL of a file. */
export interface Import {
  readonly specifier: string;
  /** Path from the root of the file that is meant; undefined for packages of others and for Node. */
  readonly target: string | undefined;
}

/** Our own packages by the names that others import them by. */
const OWN_PACKAGES: Readonly<Record<string, string>> = {
  peyk: "src/index.ts",
  "peyk/test": "src/test.ts",
  "@peyk/client": "client/src/index.ts",
  "@peyk/client/protocol": "client/src/protocol/index.ts",
  "@peyk/client/protocol/json": "client/src/protocol/json.ts",
  "@peyk/client/embedded": "client/src/embedded.ts",
  "#socket": "client/src/socket.node.ts",
  "#runtime": "client/src/runtime.node.ts",
};

const WORKER_URL = /new URL\(\s*["'](\.[^"']+\.js)["'],\s*import\.meta\.url\s*\)/g;

/** All imports of `file`, type imports included. `paths` are the files that exist. */
export function importsOf(file: ProjectFile, paths: ReadonlySet<string>): Import[] {
  const imported = ts
    .preProcessFile(file.text, true, true)
    .importedFiles.map((ref) => ref.fileName);
  const workers = Array.from(file.text.matchAll(WORKER_URL), (match) => match[1] ?? "");
  return [...imported, ...workers].map((specifier) => ({
    specifier,
    target: resolveTarget(file.path, specifier, paths),
  }));
}

/** "@scope/name/sub" -> "@scope/name"; Node's own modules and relative paths have no package. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return undefined;
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

export function isRelative(specifier: string): boolean {
  return specifier.startsWith(".");
}

function resolveTarget(
  importer: string,
  specifier: string,
  paths: ReadonlySet<string>,
): string | undefined {
  if (!isRelative(specifier)) return OWN_PACKAGES[specifier];
  const path = posix.join(posix.dirname(importer), specifier);
  // What is built is imported by its built name: bin/peyk.js runs dist/cli/program.js.
  const inSource = path.replace(/^(client\/)?dist\//, "$1src/");
  const typescript = inSource.replace(/\.(m?)js$/, ".$1ts");
  return paths.has(inSource) ? inSource : typescript;
}
