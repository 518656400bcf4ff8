import { describe, expect, test } from "vitest";
import { Configuration, unknownVariables } from "../../../src/cli/configuration.js";
import { nearest } from "../../../src/cli/nearest.js";

const configuration = (
  flags: Record<string, unknown>,
  environment: Record<string, string> = {},
  values: Record<string, unknown> = {},
): Configuration => new Configuration({ flags, environment, file: { path: "peyk.json", values } });

describe("Configuration", () => {
  test("takes an empty variable for one that is not set", () => {
    const config = configuration({}, { PEYK_URL: "" });
    expect(config.resolve("url")).toEqual({ value: "ws://127.0.0.1:7070", origin: "default" });
  });

  test("reads switches, lists and sizes from every source", () => {
    const config = configuration(
      {},
      { PEYK_MEMORY: "on", PEYK_LISTEN: "a:1, b:2" },
      { maxPayload: "2MiB", allowAnonymous: true, allowOrigin: ["https://a.example"] },
    );
    expect(config.get("memory")).toBe(true);
    expect(config.get("listen")).toEqual(["a:1", "b:2"]);
    expect(config.get("maxPayload")).toBe(2_097_152);
    expect(config.get("allowAnonymous")).toBe(true);
    expect(config.get("allowOrigin")).toEqual(["https://a.example"]);
  });

  test("names file and key of a value that cannot be read", () => {
    const config = configuration({}, {}, { timeout: "soon", listen: [null] });
    expect(() => config.get("timeout")).toThrow('peyk.json: timeout: "soon" is no duration');
    expect(() => config.get("listen")).toThrow("peyk.json: listen: null is no value");
  });

  test("tells what the command line alone says", () => {
    const config = configuration({ ackDeadline: 5 }, { PEYK_MAX_ATTEMPTS: "3" });
    expect(config.flag("ackDeadline")).toBe(5);
    expect(config.flag("maxAttempts")).toBeUndefined();
  });
});

test("a variable that means nothing is told with the nearest that does", () => {
  const environment = { PEYK_DURABILTY: "os", PEYK_ATTRIBUTE_X: "1", PEYK_ID: "1", HOME: "x" };
  expect(unknownVariables(environment)).toEqual([
    "PEYK_DURABILTY means nothing; did you mean PEYK_DURABILITY?",
  ]);
});

test("the nearest name is found by edits, and none where all are far", () => {
  expect(nearest("subscripe", ["publish", "subscribe"])).toBe("subscribe");
  expect(nearest("quux", ["publish", "subscribe"])).toBeUndefined();
});
