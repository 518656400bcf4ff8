import {
  address,
  choice,
  deadline,
  list,
  optionalChoice,
  optionalDuration,
  optionalSize,
  optionalText,
  optionalWhole,
  toggle,
  type Setting,
} from "./setting-kinds.js";

/** Of every command that talks to a broker. */
export const CLIENT_SETTINGS = {
  url: address("--url <url>", "where the broker is", "ws://127.0.0.1:7070"),
  tokenFile: optionalText(
    "--token-file <file>",
    "file with the token; PEYK_TOKEN has the token itself",
  ),
  name: optionalText("--name <name>", "how this client is called in status, logs and dead letters"),
  timeout: deadline("--timeout <duration>", "deadline of every request, of connecting too", "30s"),
  color: choice("--color <when>", "colours: auto, always or never", ["auto", "always", "never"]),
};

/** Of `peyk serve`. */
export const SERVE_SETTINGS = {
  dataDir: optionalText("--data-dir <directory>", "where the journal is", "./peyk-data"),
  memory: toggle("--memory", "keep everything in memory: nothing survives the process"),
  listen: list(
    "--listen <address>",
    "host:port to listen on; may be given again",
    "127.0.0.1:7070",
  ),
  durability: choice(
    "--durability <level>",
    "when a message is confirmed: fsync (on disk), os or memory",
    ["fsync", "os", "memory"],
  ),
  autoCreate: choice("--auto-create <on|off>", "make topics and subscriptions on first use", [
    "on",
    "off",
  ]),
  allowAnonymous: toggle("--allow-anonymous", "listen beyond this machine without a token"),
  allowOrigin: list(
    "--allow-origin <origin>",
    "web pages that may connect, beside those of this machine",
  ),
  logLevel: choice("--log-level <level>", "debug, info, warn, error or silent", [
    "info",
    "debug",
    "warn",
    "error",
    "silent",
  ]),
  logFormat: choice("--log-format <format>", "pretty or json", ["pretty", "json"]),
  resumeGrace: optionalDuration(
    "--resume-grace <duration>",
    "how long a client may be gone",
    "10s",
  ),
  maxPayload: optionalSize("--max-payload <size>", "largest payload", "1MiB"),
  maxConnections: optionalWhole("--max-connections <number>", "connections at a time", "5000"),
  maxConnectionsPerAddress: optionalWhole(
    "--max-connections-per-address <number>",
    "the same from one address, if less",
  ),
  segmentSize: optionalSize("--segment-size <size>", "size of a file of the journal", "64MiB"),
  spareSize: optionalSize(
    "--spare-size <size>",
    "kept free for acks on a full disk; 0: none",
    "64MiB",
  ),
};

/** Of `peyk topic create` and `update`. */
export const TOPIC_SETTINGS = {
  retain: optionalDuration("--retain <duration>", "keep settled messages for so long", "0"),
  retainBytes: optionalSize("--retain-bytes <size>", "keep settled messages up to so much", "0"),
  expireUnsettled: optionalDuration(
    "--expire-unsettled <duration>",
    "drop what nobody settled for so long",
    "7d",
  ),
  maxBacklogBytes: optionalSize(
    "--max-backlog-bytes <size>",
    "how much may wait for the slowest subscription; 0: no limit",
    "0",
  ),
  overflow: optionalChoice("--overflow <rule>", "beyond that: reject, drop-oldest or dead-letter", [
    "reject",
    "drop-oldest",
    "dead-letter",
  ]),
};

/** Of `peyk subscription create` and `update`. */
export const SUBSCRIPTION_SETTINGS = {
  ackDeadline: optionalDuration(
    "--ack-deadline <duration>",
    "how long a consumer has for a message",
    "30s",
  ),
  maxAttempts: optionalWhole(
    "--max-attempts <number>",
    "attempts before the dead-letter queue; 0: no limit",
    "5",
  ),
  retryMin: optionalDuration("--retry-min <duration>", "wait after the first failure", "1s"),
  retryMax: optionalDuration("--retry-max <duration>", "longest wait between attempts", "10m"),
  maxExtension: optionalDuration(
    "--max-extension <duration>",
    "how long a lease may be extended in all",
    "1h",
  ),
  deadLetterRetain: optionalDuration(
    "--dead-letter-retain <duration>",
    "how long dead letters are kept",
    "14d",
  ),
  mode: optionalChoice("--mode <mode>", "shared, exclusive or failover", [
    "shared",
    "exclusive",
    "failover",
  ]),
};

export const SETTINGS = {
  ...CLIENT_SETTINGS,
  ...SERVE_SETTINGS,
  ...TOPIC_SETTINGS,
  ...SUBSCRIPTION_SETTINGS,
};

export type SettingKey = keyof typeof SETTINGS;
export type SettingValues = {
  readonly [Key in SettingKey]: (typeof SETTINGS)[Key] extends Setting<infer Value> ? Value : never;
};

/** "dataDir" -> "PEYK_DATA_DIR". */
export const environmentName = (key: string): string =>
  `PEYK_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
