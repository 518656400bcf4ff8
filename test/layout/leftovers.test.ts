import { describe, expect, test } from "vitest";
import { checkLeftovers, checkMachineWords } from "./leftovers.js";
import { isGenerated, readCode, readOne, readTexts } from "./project.js";

/** Put together here, so that this file holds none of the words it is about. */
const joined = (...parts: string[]) => parts.join("");
const at = (path: string, text: string) => [{ path, text }];

describe("leftovers", () => {
  test("are not in this project", () => {
    expect(checkLeftovers(readCode().filter((file) => !isGenerated(file.path)))).toEqual([]);
  });

  test.each([
    ["src/broker/queue.ts", joined("// TO", "DO: later")],
    ["test/unit/queue.test.ts", joined("/* FIX", "ME */")],
    ["client/src/backoff.ts", joined("// XX", "X why?")],
    ["src/broker/queue.ts", "  console.log(message);"],
    ["client/src/client.ts", "if (x) console.error(x);"],
    ["test/unit/queue.test.ts", joined("test.on", 'ly("x", () => {});')],
    ["test/unit/queue.test.ts", joined("describe.sk", 'ip("x", () => {});')],
    ["test/unit/queue.test.ts", joined("it.concurrent.on", 'ly("x", () => {});')],
    ["src/broker/queue.ts", joined("debug", "ger;")],
  ])("are found in %s: %s", (path, line) => {
    const found = checkLeftovers(at(path, `first();\n${line}\n`));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${path}:2 `);
  });

  test.each([
    ["src/broker/queue.ts", "   * @example console.log(await client.status());"],
    ["bench/publish.ts", "console.log(table);"],
    ["test/unit/queue.test.ts", "test.skipIf(isWindows)('x', () => {});"],
  ])("are not seen in %s: %s", (path, line) => {
    expect(checkLeftovers(at(path, line))).toEqual([]);
  });
});

describe("words of one machine", () => {
  test("are not in this project", () => {
    expect(checkMachineWords([...readTexts(), readOne("package-lock.json")])).toEqual([]);
  });

  test.each([
    joined('const dir = "/ho', 'me/ada/peyk";'),
    joined("open('/ro", "ot/x')"),
    joined("see /tm", "p/peyk-data"),
    joined('"resolved": "https://regis', 'try.npmjs.org/ws"'),
    joined("deb https://deb.deb", "ian.org stable"),
  ])("are found: %s", (line) => {
    expect(checkMachineWords(at("docs/operating.md", line))).toHaveLength(1);
  });

  test.each(["client/src/root/home/x.ts", "https://peyk.example/home/x", "./tmp/data"])(
    "are not seen in %s",
    (line) => {
      expect(checkMachineWords(at("docs/operating.md", line))).toEqual([]);
    },
  );
});
