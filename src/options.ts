import { limits, PeykError, quoteInput } from "@peyk/client/protocol";
import type { Clock } from "./runtime/clock.js";
import type { Random } from "./runtime/random.js";

/** What a broker is started with. Each has the same name as a flag and in the configuration file. */
export interface BrokerOptions {
  /** Where the journal is; made if it is missing. Either this or `memory`. */
  readonly dataDir?: string;
  /** Keep everything in memory: nothing survives the process. */
  readonly memory?: boolean;
  /** fsync (default): confirmed means on disk. os: it survives a crash of the process. memory: nothing. */
  readonly durability?: "fsync" | "os" | "memory";
  /** "host:port", or several; port 0 takes a free one. Default: none, in-process clients only. */
  readonly listen?: string | readonly string[];
  /** Make topics and subscriptions on first use; default true. */
  readonly autoCreate?: boolean;
  /** Clients must send it. Needed to listen beyond loopback, unless `allowAnonymous`. */
  readonly token?: string;
  /** Let anybody in who can reach the address. */
  readonly allowAnonymous?: boolean;
  /** Origins of web pages that may connect, beside those of loopback: "https://app.example.com". */
  readonly allowOrigin?: readonly string[];
  /** How long a client may be gone before what it holds returns, in ms; default 10 s, 0 to 60 s. */
  readonly resumeGraceMs?: number;
  /** Largest payload, in bytes; default 1 MiB, at most 8 MiB. */
  readonly maxPayloadBytes?: number;
  /** Connections at a time; default 5,000. */
  readonly maxConnections?: number;
  /** The same from one address; default as many as in all, because a proxy may stand before all clients. */
  readonly maxConnectionsPerAddress?: number;
  /** Size at which a file of the journal is sealed, in bytes; default 64 MiB, 64 KiB to 1 GiB. */
  readonly segmentBytes?: number;
  /**
   * Kept free for acks on a full disk, in bytes; default 64 MiB, at most 1 GiB. 0 for none, else at least four of the
   * largest packets: four times `maxPayloadBytes`, and 256 KiB.
   */
  readonly spareBytes?: number;
  /** Gets what is worth a line. Default: nothing. */
  readonly log?: LogListener;
  /** Told when the disk failed: nothing can be confirmed any more, and the process should end. */
  readonly onFailure?: (error: Error) => void;
  /** For tests: time and randomness. */
  readonly clock?: Clock;
  readonly random?: Random;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** `event` is a fixed phrase; fields have their units in their names. */
export type LogListener = (
  level: LogLevel,
  event: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** Options with every default filled in. */
export interface ResolvedOptions {
  /** undefined: in memory. */
  readonly dataDir: string | undefined;
  readonly listen: readonly ListenAddress[];
  readonly autoCreate: boolean;
  readonly token: string | undefined;
  readonly allowOrigin: readonly string[];
  readonly resumeGraceMs: number;
  readonly maxPayloadBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Those of the embedded engine; what is not here has its default there. */
  readonly engine: {
    readonly durability: "fsync" | "os" | "memory";
    readonly segmentBytes: number;
    /** As often as a segment is sealed, so that few sealed ones wait for snapshots to be freed; 64 MiB at most. */
    readonly snapshotBytes: number;
    readonly spareBytes: number;
  };
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const MIB = 1024 * 1024;
const DURABILITIES: readonly string[] = ["fsync", "os", "memory"];

/** A packet holds a payload of the largest size, and what goes with it. */
export const maxPacketBytes = (maxPayloadBytes: number): number =>
  maxPayloadBytes + (limits.MAX_PACKET_BYTES - limits.MAX_PAYLOAD_BYTES);

/** Checks options and fills in defaults. Throws `invalid_argument`, which names the option, its value and its bounds. */
export function resolveOptions(options: BrokerOptions): ResolvedOptions {
  const { dataDir, memory = false, durability = memory ? "memory" : "fsync" } = options;
  checkTexts(durability, options);
  if ((dataDir === undefined) === !(memory || durability === "memory")) {
    const detail =
      dataDir === undefined
        ? "say where the data goes with dataDir, or keep it in memory with memory: true"
        : "dataDir and memory exclude one another; give one of them";
    throw new PeykError("invalid_argument", detail, { field: "dataDir" });
  }
  const segmentBytes = inRange(options, "segmentBytes", 64 * MIB, 64 * 1024, 1024 * MIB);
  if (memory && durability !== "memory") {
    const detail = `memory and durability ${quoteInput(durability)} exclude one another`;
    throw new PeykError("invalid_argument", detail, { field: "durability" });
  }
  const maxPayloadBytes = inRange(options, "maxPayloadBytes", limits.MAX_PAYLOAD_BYTES, 1, 8 * MIB);
  const maxConnections = inRange(options, "maxConnections", 5_000, 1, 100_000);
  const listen = [options.listen ?? []].flat().map(parseAddress);
  checkWhoMayConnect(listen, options);
  return {
    dataDir,
    listen,
    autoCreate: options.autoCreate ?? true,
    token: options.token,
    allowOrigin: options.allowOrigin ?? [],
    resumeGraceMs: inRange(options, "resumeGraceMs", limits.RESUME_GRACE_MS, 0, 60_000),
    maxPayloadBytes,
    maxConnections,
    maxConnectionsPerAddress: inRange(
      options,
      "maxConnectionsPerAddress",
      maxConnections,
      1,
      100_000,
    ),
    engine: {
      durability,
      segmentBytes,
      snapshotBytes: Math.min(segmentBytes, 64 * MIB),
      spareBytes: memory ? 0 : spareBytesOf(options, maxPayloadBytes),
    },
  };
}

/** What the types promise and JavaScript, flags and files do not. */
function checkTexts(durability: string, { dataDir, token }: BrokerOptions): void {
  if (dataDir === "") {
    throw new PeykError("invalid_argument", "dataDir is empty", { field: "dataDir" });
  }
  if (!DURABILITIES.includes(durability)) {
    const detail = `durability is ${quoteInput(durability)}; it must be one of ${DURABILITIES.join(", ")}`;
    throw new PeykError("invalid_argument", detail, { field: "durability" });
  }
  if (token === "") {
    const detail = "the token is empty: leave it out to let clients in without one";
    throw new PeykError("invalid_argument", detail, { field: "token" });
  }
}

/** "7070", "localhost:7070", "[::1]:7070" */
export function parseAddress(text: string): ListenAddress {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[2]);
  if (!match || port > 65_535) {
    const detail = `${quoteInput(text)} is no address to listen on; it must be like localhost:7070`;
    throw new PeykError("invalid_argument", detail, { field: "listen" });
  }
  const host = (match[1] ?? "localhost").toLowerCase();
  return { host: host.replace(/^\[|\]$/g, ""), port };
}

/** Whether only this machine can reach it. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);

function checkWhoMayConnect(listen: readonly ListenAddress[], options: BrokerOptions): void {
  const open = listen.find(({ host }) => !isLoopback(host));
  if (!open || options.token !== undefined || options.allowAnonymous) return;
  const detail =
    `listening on ${open.host} lets other machines in: give a token (PEYK_TOKEN or --token-file), ` +
    "or --allow-anonymous if anybody may connect";
  throw new PeykError("invalid_argument", detail, { field: "listen" });
}

/** Half of it is for publishes that wait when the disk turns out to be full, with a packet more, and a quarter for reclaim. */
function spareBytesOf(options: BrokerOptions, maxPayloadBytes: number): number {
  const spareBytes = inRange(options, "spareBytes", 64 * MIB, 0, 1024 * MIB);
  const least = 4 * maxPacketBytes(maxPayloadBytes);
  if (spareBytes === 0 || spareBytes >= least) return spareBytes;
  const detail =
    `spareBytes is ${spareBytes}; it must be 0, or at least ${least}: it has to take ` +
    `what is under way when the disk gets full, with payloads of up to ${maxPayloadBytes} bytes`;
  throw new PeykError("invalid_argument", detail, { field: "spareBytes", limit: least });
}

function inRange<Name extends keyof BrokerOptions>(
  options: BrokerOptions,
  name: Name,
  fallback: number,
  min: number,
  max: number,
): number {
  const value = options[name] ?? fallback;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) {
    return value;
  }
  const detail = `${name} is ${JSON.stringify(value)}; it must be a whole number from ${min} to ${max}`;
  throw new PeykError("invalid_argument", detail, { field: name });
}
