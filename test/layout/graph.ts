import { importsOf } from "./imports.js";
import type { ProjectFile } from "./project.js";
import { isGenerated } from "./project.js";

type Graph = ReadonlyMap<string, readonly string[]>;

/** One sentence for every ring of files that import each other; type imports count, as readers follow them too. */
export function checkCycles(files: readonly ProjectFile[]): string[] {
  const graph = graphOf(files);
  const finished = new Set<string>();
  const found: string[] = [];

  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      found.push(`import cycle: ${[...trail.slice(start), path].join(" -> ")}`);
      return;
    }
    if (finished.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };

  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** One sentence for every shipped file that cannot be reached from `entries`. */
export function checkDeadFiles(
  files: readonly ProjectFile[],
  entries: readonly string[],
): string[] {
  const graph = graphOf(files);
  const alive = new Set<string>();
  const waiting = entries.filter((entry) => graph.has(entry));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (alive.has(path)) continue;
    alive.add(path);
    waiting.push(...(graph.get(path) ?? []));
  }
  return [...graph.keys()]
    .filter((path) => isShipped(path) && !alive.has(path))
    .map((path) => `${path} is used by nobody: no entry point leads to it`);
}

/** The sources behind everything that a package.json lets others import or run. */
export function entriesOf(packageText: string, folder: "" | "client/"): string[] {
  const manifest = JSON.parse(packageText) as Record<string, unknown>;
  const doors = ["exports", "imports", "browser", "bin"].map((name) => manifest[name]);
  return stringsIn(doors).flatMap((door) => {
    const path = folder + door.replace(/^\.\//, "");
    if (!path.endsWith(".js")) return [];
    return [path.replace(/^(client\/)?dist\/(.*)\.js$/, "$1src/$2.ts")];
  });
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(stringsIn)];
}

function isShipped(path: string): boolean {
  return /^(client\/)?src\//.test(path) && !isGenerated(path);
}

function graphOf(files: readonly ProjectFile[]): Graph {
  const paths = new Set(files.map((file) => file.path));
  return new Map(
    files.map((file) => [
      file.path,
      importsOf(file, paths).flatMap(({ target }) =>
        target !== undefined && paths.has(target) ? [target] : [],
      ),
    ]),
  );
}
