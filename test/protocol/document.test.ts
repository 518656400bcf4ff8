import { describe, expect, test } from "vitest";
import {
  CLIENT_FRAMES,
  CLOSE_CODES,
  ERRORS,
  SERVER_FRAMES,
  limits,
} from "../../client/src/protocol/index.js";
import * as json from "../../client/src/protocol/json.js";
import { examples, rowsOf } from "./document.js";
import { rewrite } from "./rewrite.js";

/** docs/protocol.md is held to the code, both ways. */

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("examples in docs/protocol.md", () => {
  const all = examples();

  test("are there for every frame, below its heading", () => {
    const kinds = (from: string) =>
      all.filter((each) => each.from === from).map((each) => each.heading);
    expect(kinds("client")).toEqual(Object.keys(CLIENT_FRAMES));
    expect(kinds("server")).toEqual(Object.keys(SERVER_FRAMES));
  });

  test.each(all.map((each) => [each.from, each.heading, each] as const))(
    "of a %s, %s, are what the code reads and writes",
    (_, heading, { from, bytes, frame }) => {
      const text = JSON.stringify(frame);
      const [toJson, fromJson] =
        from === "client"
          ? [json.clientPacketToJson, json.clientPacketFromJson]
          : [json.serverPacketToJson, json.serverPacketFromJson];
      expect(frame).toHaveProperty(heading);
      expect(toJson(bytes).map((each) => JSON.parse(each) as unknown)).toEqual([frame]);
      expect(hex(fromJson(text))).toBe(hex(bytes));
      expect(hex(rewrite(from, bytes))).toBe(hex(bytes));
    },
  );
});

describe("tables in docs/protocol.md", () => {
  test("have every error", () => {
    const expected = Object.entries(ERRORS).map(([code, { wire, retryable, fatal, exit, http }]) =>
      [wire, code, retryable ? "yes" : "no", fatal ? "yes" : "no", exit, http ?? "-"].map(String),
    );
    expect(rowsOf("number")).toEqual(expected);
  });

  test("have every close code", () => {
    const expected = Object.entries(CLOSE_CODES).map(([reason, { code, isFinal }]) => [
      String(code),
      reason,
      isFinal ? "no" : "yes",
    ]);
    const rows = rowsOf("close code").map(([code, reason, , again]) => [code, reason, again]);
    expect(rows).toEqual(expected);
  });

  test("have every limit with its value", () => {
    const expected = Object.entries(limits).map(([name, value]) => [name, String(value)]);
    const rows = rowsOf("limit").map((row) => row.slice(0, 2));
    expect(rows.sort()).toEqual(expected.sort());
  });

  test("have an answer for every request", () => {
    const rows = rowsOf("request").filter(
      ([request]) => request !== "any of them, if it failed as a whole",
    );
    const requests = rows.flatMap(([request = ""]) => request.split(", "));
    const unanswered = ["credit", "pong", "stopLive"];
    expect([...requests, ...unanswered].sort()).toEqual(Object.keys(CLIENT_FRAMES).sort());
    for (const [, answer = ""] of rows) expect(Object.keys(SERVER_FRAMES)).toContain(answer);
  });
});
