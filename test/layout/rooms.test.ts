import { describe, expect, test } from "vitest";
import { readCode } from "./project.js";
import { ROOMS, checkArrows, roomOf } from "./rooms.js";

const file = (path: string, text = "") => ({ path, text });

describe("import directions", () => {
  test("hold in this project", () => {
    expect(checkArrows(readCode())).toEqual([]);
  });

  test("form no ring between rooms", () => {
    const arrows = new Map(
      ROOMS.map((room) => [
        room.name,
        room.sees.map((seen) => roomOf(seen)?.name ?? seen).filter((seen) => seen !== "*"),
      ]),
    );
    const isRing = (room: string, trail: readonly string[]): boolean =>
      trail.includes(room) ||
      (arrows.get(room) ?? []).some((next) => isRing(next, [...trail, room]));
    expect(ROOMS.filter((room) => isRing(room.name, [])).map((room) => room.name)).toEqual([]);
  });

  test.each([
    ["src/broker/queue.ts", "../engines/embedded/journal.js"],
    ["src/broker/queue.ts", "../transport/session.js"],
    ["src/broker/queue.ts", "@peyk/client"],
    ["src/engines/embedded/engine.ts", "../../broker/queue.js"],
    ["src/engines/embedded/engine.ts", "../nats/mapping.js"],
    ["src/runtime/clock.ts", "../broker/queue.js"],
    ["src/cli/program.ts", "../broker/queue.js"],
    ["src/http/admin.ts", "../transport/session.js"],
    ["src/server.ts", "../test/harness/raw-client.js"],
    ["client/src/protocol/codec.ts", "../connection.js"],
    ["bench/publish.ts", "../test/harness/raw-client.js"],
  ])("refuse that %s imports %s", (path, specifier) => {
    expect(checkArrows([file(path, `import { x } from "${specifier}";`)])).toHaveLength(1);
  });

  test.each([
    ["src/broker/queue.ts", "pino"],
    ["client/src/protocol/codec.ts", "ws"],
    ["client/src/connection.ts", "@peyk/client/dist/protocol/codec.js"],
  ])("refuse that %s imports the package %s", (path, specifier) => {
    expect(checkArrows([file(path, `import { x } from "${specifier}";`)])).toHaveLength(1);
  });

  test.each([
    ["src/broker/queue.ts", "./engine.js"],
    ["src/broker/queue.ts", "@peyk/client/protocol"],
    ["src/engines/nats/engine.ts", "../../broker/engine.js"],
    ["src/transport/handlers/publish.ts", "../../broker/broker.js"],
    ["src/cli/commands/serve.ts", "../../index.js"],
    ["src/server.ts", "./engines/embedded/engine.js"],
    ["client/src/connection.ts", "./protocol/codec.js"],
    ["bin/peyk.js", "../dist/cli/program.js"],
    ["test/unit/broker/queue.test.ts", "../../../src/broker/queue.js"],
  ])("allow that %s imports %s", (path, specifier) => {
    expect(checkArrows([file(path, `import { x } from "${specifier}";`)])).toEqual([]);
  });

  test("count type imports, exports, dynamic imports and workers", () => {
    const text = [
      'import type { A } from "../transport/a.js";',
      'export { b } from "../transport/b.js";',
      'const c = await import("../transport/c.js");',
      'new Worker(new URL("../transport/d.js", import.meta.url));',
    ].join("\n");
    expect(checkArrows([file("src/broker/queue.ts", text)])).toHaveLength(4);
  });

  test("refuse a path from one package into the other", () => {
    const text = 'import { x } from "../client/src/protocol/index.js";';
    expect(checkArrows([file("src/server.ts", text)])).toEqual([
      "src/server.ts imports ../client/src/protocol/index.js: use the package's name, not a path into it",
    ]);
  });

  test("refuse a file that belongs to no room", () => {
    expect(checkArrows([file("src/attic/old.ts")])).toEqual([
      "src/attic/old.ts belongs to no room; add one to ROOMS",
    ]);
  });
});
