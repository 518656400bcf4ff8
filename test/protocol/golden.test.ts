import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CLIENT_FRAMES, SERVER_FRAMES } from "../../client/src/protocol/index.js";
import * as json from "../../client/src/protocol/json.js";
import { rewrite } from "./rewrite.js";

interface Golden {
  readonly frame: Readonly<Record<string, unknown>>;
  readonly hex: string;
}

/** What version 1 of the protocol looks like, for ever: these files only grow. */
function goldenOf(from: "client" | "server"): readonly Golden[] {
  const url = new URL(`golden/${from}-frames.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Golden[];
}

const kindOf = ({ frame }: Golden) => Object.keys(frame).find((name) => name !== "requestId") ?? "";
const bytesOf = ({ hex }: Golden) => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const DIRECTIONS = [
  {
    from: "client",
    kinds: CLIENT_FRAMES,
    toJson: json.clientPacketToJson,
    fromJson: json.clientPacketFromJson,
  },
  {
    from: "server",
    kinds: SERVER_FRAMES,
    toJson: json.serverPacketToJson,
    fromJson: json.serverPacketFromJson,
  },
] as const;

describe.each(DIRECTIONS)("golden frames of a $from", ({ from, kinds, toJson, fromJson }) => {
  const golden = goldenOf(from);

  test("are there for every kind", () => {
    expect([...new Set(golden.map(kindOf))].sort()).toEqual(Object.keys(kinds).sort());
  });

  test.each(golden.map((each) => [kindOf(each), each] as const))("%s means this", (_, each) => {
    expect(toJson(bytesOf(each)).map((text) => JSON.parse(text) as unknown)).toEqual([each.frame]);
    expect(hexOf(fromJson(JSON.stringify(each.frame)))).toBe(each.hex);
  });

  // An error without a code is read as internal, and written so.
  const whole = golden.filter(({ frame }) => JSON.stringify(frame["error"]) !== "{}");
  test.each(whole.map((each) => [kindOf(each), each] as const))(
    "%s is read and written without loss",
    (_, each) => {
      expect(hexOf(rewrite(from, bytesOf(each)))).toBe(each.hex);
    },
  );
});
