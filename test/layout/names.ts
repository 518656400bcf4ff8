import type { ProjectFile } from "./project.js";

/** The only places where a folder has an `index.ts`: what others may import. */
export const DOORS = ["src/index.ts", "client/src/index.ts", "client/src/protocol/index.ts"];

/** kebab-case, then what kind of file it is: `socket.node.ts`, `lease-ring.test.ts`. */
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

export function checkNames(files: readonly ProjectFile[]): string[] {
  return files.flatMap(({ path }) =>
    path.split("/").every((part) => KEBAB_CASE.test(part)) ? [] : [`${path} is not in kebab-case`],
  );
}

export function checkDoors(files: readonly ProjectFile[]): string[] {
  return files.flatMap(({ path }) =>
    /^(client\/)?src\/(.*\/)?index\.ts$/.test(path) && !DOORS.includes(path)
      ? [`${path} is no public door: name the file for the one thing that it exports`]
      : [],
  );
}
