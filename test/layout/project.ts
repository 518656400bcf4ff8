import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One file of the repository: its path from the root, with `/`, and all its text. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** The parts of a repository that people write. What is not here yet is skipped. */
const CODE_FOLDERS = ["src", "client/src", "test", "bench", "scripts", "bin", "examples", "web"];
const TEXT_FOLDERS = [...CODE_FOLDERS, "proto", "docs", ".ci"];

const CODE_ENDINGS = /\.(ts|tsx|mts|js|mjs)$/;
const TEXT_ENDINGS =
  /(\.(ts|tsx|mts|js|mjs|json|md|proto|html|css|sh|yml|yaml)|\/run|ignore|Dockerfile)$/;
const SKIPPED_FOLDERS = new Set(["node_modules", "dist", ".git"]);

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every code file, generated ones included. */
export function readCode(): ProjectFile[] {
  return readFiles(CODE_FOLDERS, CODE_ENDINGS);
}

/** Every text file that people write: code, documents and the configuration at the root. */
export function readTexts(): ProjectFile[] {
  const atRoot = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && TEXT_ENDINGS.test(entry.name))
    .map((entry) => entry.name);
  const packages = ["client/package.json", "client/tsconfig.json"];
  return [...[...atRoot, ...packages].map(readOne), ...readFiles(TEXT_FOLDERS, TEXT_ENDINGS)];
}

export function isGenerated(path: string): boolean {
  return path.includes("/generated/");
}

export function readOne(path: string): ProjectFile {
  return { path, text: readFileSync(root + path, "utf8") };
}

function readFiles(folders: readonly string[], endings: RegExp): ProjectFile[] {
  return folders
    .filter((folder) => existsSync(root + folder))
    .flatMap(listFolder)
    .filter((path) => endings.test(path))
    .map(readOne);
}

function listFolder(folder: string): string[] {
  return readdirSync(root + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : listFolder(path);
    return entry.isFile() ? [path] : [];
  });
}
