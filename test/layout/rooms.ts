import { importsOf, isRelative, packageOf } from "./imports.js";
import type { Import } from "./imports.js";
import type { ProjectFile } from "./project.js";

/** A part of the project and what it may see. */
export interface Room {
  readonly name: string;
  readonly files: RegExp;
  /** Names of rooms, or paths of single files; "*" is everything but tests and benchmarks. */
  readonly sees: readonly string[];
  /** Packages of others; "*" is any. Node's own modules are the linter's business. */
  readonly packages: readonly string[];
}

const PORT = "src/broker/engine.ts";
const DOOR = "src/index.ts";
/** Armed from the environment by `peyk serve`, for tests that kill it. */
const FAILPOINTS = "src/runtime/failpoints.ts";
/** What `peyk journal` does without a broker. */
const TOOLS = "src/journal-tools.ts";
const INNER = ["broker", "protocol", "runtime", "options", "auth", "observability"];

/** The map of the house. A file belongs to the first room that matches; arrows go down only. */
export const ROOMS: readonly Room[] = [
  { name: "protocol", files: /^client\/src\/protocol\//, sees: [], packages: ["protobufjs"] },
  { name: "client", files: /^client\/src\//, sees: ["protocol"], packages: ["ws"] },
  { name: "runtime", files: /^src\/runtime\//, sees: [], packages: [] },
  { name: "broker", files: /^src\/broker\//, sees: ["protocol", "runtime"], packages: [] },
  {
    name: "engine embedded",
    files: /^src\/engines\/embedded\//,
    sees: [PORT, "protocol", "runtime"],
    packages: ["protobufjs"],
  },
  {
    name: "engine nats",
    files: /^src\/engines\/nats\//,
    sees: [PORT, "protocol", "runtime"],
    packages: ["@nats-io/transport-node", "@nats-io/jetstream", "@nats-io/nats-core"],
  },
  {
    name: "options",
    files: /^src\/options\.ts$/,
    sees: ["broker", "protocol", "runtime"],
    packages: [],
  },
  {
    name: "observability",
    files: /^src\/observability\//,
    sees: ["broker", "protocol", "runtime", "options"],
    packages: ["pino"],
  },
  { name: "auth", files: /^src\/auth\//, sees: ["protocol", "runtime", "options"], packages: [] },
  { name: "transport", files: /^src\/transport\//, sees: INNER, packages: ["ws"] },
  { name: "http", files: /^src\/http\//, sees: INNER, packages: [] },
  {
    name: "cli",
    files: /^src\/cli\//,
    sees: ["client", "protocol", "options", DOOR, "src/version.ts", FAILPOINTS, TOOLS],
    packages: ["commander", "pino"],
  },
  { name: "composition", files: /^src\/[^/]+\.ts$/, sees: ["*"], packages: ["*"] },
  { name: "bin", files: /^bin\//, sees: ["cli"], packages: [] },
  { name: "scripts", files: /^scripts\//, sees: [], packages: ["*"] },
  {
    name: "examples",
    files: /^(examples|web)\//,
    sees: ["client", "protocol", DOOR, "src/test.ts"],
    packages: ["*"],
  },
  { name: "bench", files: /^bench\//, sees: ["*"], packages: ["*"] },
  { name: "test", files: /^test\//, sees: ["*", "scripts"], packages: ["*"] },
];

const CLOSED_ROOMS = new Set(["test", "bench", "scripts", "bin", "examples"]);
const OWN_PACKAGES = new Set(["peyk", "@peyk/client"]);

export function roomOf(path: string, rooms: readonly Room[] = ROOMS): Room | undefined {
  return rooms.find((room) => room.files.test(path));
}

/** One sentence for every import that no arrow of `rooms` allows, and for every file without a room. */
export function checkArrows(
  files: readonly ProjectFile[],
  rooms: readonly Room[] = ROOMS,
): string[] {
  const paths = new Set(files.map((file) => file.path));
  return files.flatMap((file) => {
    const room = roomOf(file.path, rooms);
    if (room === undefined) return [`${file.path} belongs to no room; add one to ROOMS`];
    return importsOf(file, paths).flatMap((each) => checkImport(file.path, room, each, rooms));
  });
}

function checkImport(path: string, room: Room, each: Import, rooms: readonly Room[]): string[] {
  const { specifier, target } = each;
  if (target === undefined) return checkPackage(path, room, specifier);
  if (isRelative(specifier) && crossesPackages(path, target)) {
    return [`${path} imports ${specifier}: use the package's name, not a path into it`];
  }
  const targetRoom = roomOf(target, rooms);
  if (targetRoom === room || sees(room, target, targetRoom)) return [];
  return [`${path} (${room.name}) may not import ${target} (${targetRoom?.name ?? "no room"})`];
}

function checkPackage(path: string, room: Room, specifier: string): string[] {
  const name = packageOf(specifier);
  if (name === undefined) return [];
  if (OWN_PACKAGES.has(name)) return [`${path} imports ${specifier}, which is no public door`];
  if (room.packages.includes("*") || room.packages.includes(name)) return [];
  return [`${path} (${room.name}) may not import the package ${name}`];
}

function sees(room: Room, target: string, targetRoom: Room | undefined): boolean {
  if (room.sees.includes(target)) return true;
  if (targetRoom === undefined) return false;
  if (room.sees.includes(targetRoom.name)) return true;
  return room.sees.includes("*") && !CLOSED_ROOMS.has(targetRoom.name);
}

/** Whether shipped code of one package reaches by path into the other. */
function crossesPackages(path: string, target: string): boolean {
  const isShipped = path.startsWith("src/") || path.startsWith("client/");
  return isShipped && path.startsWith("client/") !== target.startsWith("client/");
}
