import { describe, expect, test } from "vitest";
import { resolveSubscription, resolveTopic } from "../../../src/broker/settings.js";
import { Configuration, unknownVariables } from "../../../src/cli/configuration.js";
import { nearest } from "../../../src/cli/nearest.js";
import type { Setting } from "../../../src/cli/setting-kinds.js";
import { SETTINGS, type SettingKey } from "../../../src/cli/settings.js";
import { resolveOptions } from "../../../src/options.js";

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

test("the defaults that are told are those of the broker", () => {
  const told = (key: SettingKey): unknown => {
    const { fallbackText = "", parse }: Setting<unknown> = SETTINGS[key];
    return parse(fallbackText);
  };
  const broker = resolveOptions({ dataDir: "x" });
  const topic = resolveTopic({});
  const subscription = resolveSubscription({});
  expect({
    resumeGrace: told("resumeGrace"),
    maxPayload: told("maxPayload"),
    maxConnections: told("maxConnections"),
    engine: [told("durability"), told("segmentSize"), told("spareSize")],
    topic: [
      ...[told("retain"), told("retainBytes"), told("expireUnsettled")],
      ...[told("maxBacklogBytes"), told("overflow")],
    ],
    ackDeadline: told("ackDeadline"),
    maxAttempts: told("maxAttempts"),
    retry: [told("retryMin"), told("retryMax")],
    maxExtension: told("maxExtension"),
    deadLetterRetain: told("deadLetterRetain"),
    mode: told("mode"),
  }).toEqual({
    resumeGrace: broker.resumeGraceMs,
    maxPayload: broker.maxPayloadBytes,
    maxConnections: broker.maxConnections,
    engine: [broker.engine.durability, broker.engine.segmentBytes, broker.engine.spareBytes],
    topic: [
      ...[topic.retainMs, topic.retainBytes, topic.expireUnsettledMs],
      ...[topic.maxBacklogBytes, topic.overflow],
    ],
    ackDeadline: subscription.ackDeadlineMs,
    maxAttempts: subscription.maxAttempts,
    retry: [subscription.retry.minMs, subscription.retry.maxMs],
    maxExtension: subscription.maxExtensionMs,
    deadLetterRetain: subscription.deadLetterRetainMs,
    mode: subscription.mode,
  });
});
