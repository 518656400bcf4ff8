import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Translates TypeScript files for a child process, without a check and without what they import: list that too.
 * So a test that needs another process runs on the sources as they are, not on the last build.
 *
 * @param paths - relative to the repository; they keep their places under `target`
 * @returns the URL to import the first one by
 */
export function compileSources(target: string, paths: readonly string[]): string {
  for (const path of paths) {
    const { outputText } = ts.transpileModule(readFileSync(join(REPOSITORY, path), "utf8"), {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
      },
    });
    const output = join(target, path.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, outputText);
  }
  writeFileSync(join(target, "package.json"), '{ "type": "module" }');
  return pathToFileURL(join(target, (paths[0] ?? "").replace(/\.ts$/, ".js"))).href;
}

/** What NodeDisk is made of. */
export const NODE_DISK_SOURCES = [
  ...["node-disk", "directory-lock", "disk-file-name", "disk"].map(
    (name) => `src/engines/embedded/${name}.ts`,
  ),
  "src/runtime/failpoints.ts",
];
