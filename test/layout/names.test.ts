import { describe, expect, test } from "vitest";
import { checkDoors, checkNames } from "./names.js";
import { isGenerated, readCode } from "./project.js";

const file = (path: string) => ({ path, text: "" });

describe("file names", () => {
  const handWritten = readCode().filter((each) => !isGenerated(each.path));

  test("are in kebab-case in this project", () => {
    expect(checkNames(handWritten)).toEqual([]);
  });

  test.each(["src/broker/leaseRing.ts", "src/broker/lease_ring.ts", "src/Broker/ring.ts"])(
    "are refused when not in kebab-case: %s",
    (path) => {
      expect(checkNames([file(path)])).toEqual([`${path} is not in kebab-case`]);
    },
  );

  test.each(["client/src/socket.node.ts", "test/issues/012-late-settle.test.ts"])(
    "may say what kind of file it is: %s",
    (path) => {
      expect(checkNames([file(path)])).toEqual([]);
    },
  );

  test("are index.ts only at public doors in this project", () => {
    expect(checkDoors(handWritten)).toEqual([]);
  });

  test("are refused when index.ts stands inside a room", () => {
    expect(checkDoors([file("src/index.ts"), file("client/src/protocol/index.ts")])).toEqual([]);
    expect(checkDoors([file("src/broker/index.ts")])).toHaveLength(1);
    expect(checkDoors([file("client/src/backoff/index.ts")])).toHaveLength(1);
  });
});
