import { describe, expect, test } from "vitest";
import { checkCycles, checkDeadFiles, entriesOf } from "./graph.js";
import { readCode, readOne } from "./project.js";

const importing = (path: string, ...targets: string[]) => ({
  path,
  text: targets.map((target) => `import { x } from "${target}";`).join("\n"),
});

describe("the import graph", () => {
  test("of this project has no cycle", () => {
    expect(checkCycles(readCode())).toEqual([]);
  });

  test("of this project leads to every shipped file", () => {
    const code = readCode();
    const entries = [
      ...entriesOf(readOne("package.json").text, ""),
      ...entriesOf(readOne("client/package.json").text, "client/"),
    ];
    expect(checkDeadFiles(code, entries)).toEqual([]);
  });

  test("shows a cycle once, with its files in order", () => {
    const files = [
      importing("src/broker/a.ts", "./b.js"),
      importing("src/broker/b.ts", "./c.js"),
      importing("src/broker/c.ts", "./b.js"),
    ];
    expect(checkCycles(files)).toEqual([
      "import cycle: src/broker/b.ts -> src/broker/c.ts -> src/broker/b.ts",
    ]);
  });

  test("shows a cycle that goes through a package's name", () => {
    const files = [
      importing("client/src/protocol/index.ts", "./codec.js"),
      importing("client/src/protocol/codec.ts", "@peyk/client/protocol"),
    ];
    expect(checkCycles(files)).toHaveLength(1);
  });

  test("allows two ways to the same file", () => {
    const files = [
      importing("src/broker/a.ts", "./b.js", "./c.js"),
      importing("src/broker/b.ts", "./c.js"),
      importing("src/broker/c.ts"),
    ];
    expect(checkCycles(files)).toEqual([]);
  });

  test("shows files that only dead files and tests use", () => {
    const files = [
      importing("src/index.ts", "./server.js"),
      importing("src/server.ts"),
      importing("src/broker/old.ts", "./older.js"),
      importing("src/broker/older.ts"),
      importing("test/unit/broker/old.test.ts", "../../../src/broker/old.js"),
    ];
    expect(checkDeadFiles(files, ["src/index.ts"])).toEqual([
      "src/broker/old.ts is used by nobody: no entry point leads to it",
      "src/broker/older.ts is used by nobody: no entry point leads to it",
    ]);
  });

  test("starts at what a package exports, runs and swaps for browsers", () => {
    const manifest = JSON.stringify({
      exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
      browser: { "./dist/socket.node.js": "./dist/socket.browser.js" },
      bin: { peyk: "bin/peyk.js" },
    });
    expect(entriesOf(manifest, "client/")).toEqual([
      "client/src/index.ts",
      "client/src/socket.node.ts",
      "client/src/socket.browser.ts",
      "client/bin/peyk.js",
    ]);
  });
});
