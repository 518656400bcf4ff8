import { basename, relative } from "node:path";
import type { Command } from "commander";
import type { Broker, BrokerOptions } from "../../index.js";
import { readToken, type Context } from "../context.js";
import { act, addSettings } from "../declare.js";
import { CommandError, configurationError, EXIT, explainFailure, usageError } from "../failures.js";
import { Interruption } from "../interruption.js";
import { BrokenPipe, type Output } from "../output.js";
import { SERVE_SETTINGS, type SettingKey } from "../settings.js";
import { VERSION } from "../../version.js";

const DEFAULT_DATA_DIR = "./peyk-data";

/** How long consumers may finish what they run, in ms: with what comes after, an end takes less than 10 s. */
const DRAIN_MS = 8_000;

export function serve(program: Command): void {
  const command = program.command("serve").description("Start a broker.");
  act(addSettings(command, SERVE_SETTINGS), (context) => run(context));
}

async function run(context: Context): Promise<number | void> {
  const { armFailpoint } = await import("../../runtime/failpoints.js");
  armFailpoint(context.environment["PEYK_FAILPOINT"]);
  const { config, output } = context;
  const { createServeLog } = await import("../serve-log.js");
  const log = createServeLog(
    { level: config.get("logLevel"), format: config.get("logFormat") },
    output,
  );
  let ended: (exit: number) => void = () => {};
  const exit = new Promise<number>((resolve) => (ended = resolve));
  const onFailure = (error: Error): void => {
    // Nothing can be confirmed any more: what is not on disk by now is told to nobody.
    void explainFailure(error).then((failure) => {
      output.failure({ ...failure, exit: EXIT.disk, stack: undefined });
      ended(EXIT.disk);
    });
  };
  // Before anything is printed: whoever reads that it listens may stop it at once.
  const stop = new AbortController();
  new Interruption((signal) => {
    log("info", "stopping", { signal });
    stop.abort();
  });
  const broker = await start(context, { log, onFailure });
  const close = (): void => {
    broker.close({ timeoutMs: DRAIN_MS }).then(() => ended(EXIT.done), onFailure);
  };
  if (stop.signal.aborted) close();
  else stop.signal.addEventListener("abort", close, { once: true });
  await announce(context, broker);
  return exit;
}

async function start(
  context: Context,
  listeners: Required<Pick<BrokerOptions, "log" | "onFailure">>,
): Promise<Broker> {
  const { startBroker } = await import("../../index.js");
  try {
    return await startBroker({ ...brokerOptions(context), ...listeners });
  } catch (error) {
    throw explainRefusal(context, error);
  }
}

function brokerOptions(context: Context): BrokerOptions {
  const { config } = context;
  const isDefault = config.origin("durability") === "default";
  const memory = config.get("memory") || config.get("durability") === "memory";
  const isPlaceGiven = config.origin("dataDir") !== "default";
  const dataDir = config.get("dataDir") ?? (memory ? undefined : DEFAULT_DATA_DIR);
  if (memory && isPlaceGiven) {
    throw usageError("--data-dir and --memory exclude one another; give one of them");
  }
  const token = readToken(context);
  return definedOf({
    dataDir,
    memory,
    durability: memory && isDefault ? undefined : config.get("durability"),
    listen: config.get("listen"),
    autoCreate: config.get("autoCreate") === "on",
    token,
    allowAnonymous: config.get("allowAnonymous"),
    allowOrigin: config.get("allowOrigin"),
    resumeGraceMs: config.get("resumeGrace"),
    maxPayloadBytes: config.get("maxPayload"),
    maxConnections: config.get("maxConnections"),
    maxConnectionsPerAddress: config.get("maxConnectionsPerAddress"),
    segmentBytes: config.get("segmentSize"),
    spareBytes: config.get("spareSize"),
  });
}

const definedOf = (options: Readonly<Record<string, unknown>>): BrokerOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** Options that the broker refuses were written by somebody: on the command line, or in the configuration. */
function explainRefusal({ config }: Context, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  if (error.code === "unavailable") {
    return new CommandError(EXIT.unreachable, "unavailable", error.message);
  }
  if (error.code !== "invalid_argument") return error;
  const field = "field" in error ? String(error.field) : "";
  const key = field.replace(/(Ms|Bytes)$/, "") as SettingKey;
  const isConfigured = ["environment", "file"].includes(originOf(config, key));
  return isConfigured ? configurationError(error.message) : usageError(error.message);
}

function originOf(config: Context["config"], key: SettingKey): string {
  return key in SERVE_SETTINGS ? config.origin(key) : "flag";
}

/** One line that says where, what and how durable; then what to try. */
async function announce(context: Context, broker: Broker): Promise<void> {
  const { config, output } = context;
  const { dataDir, durability = "memory" } = brokerOptions(context);
  const url = broker.url ?? "";
  if (output.isJson) {
    const { pid } = process;
    const place = { dataDir: dataDir ?? null, durability };
    return evenIfUnread(output.json({ version: VERSION, url, ...place, pid }));
  }
  const place = dataDir === undefined ? "keeps all in memory" : `data in ${dataDir}`;
  const line = `Peyk ${VERSION} listens on ${url}, ${place}, ${DURABILITY[durability]}`;
  await evenIfUnread(output.line(line));
  if (config.get("logFormat") === "json") return;
  const command = callName();
  const where =
    url === "ws://127.0.0.1:7070" ? "" : ` --url ${url.replace("//0.0.0.0", "//127.0.0.1")}`;
  sayWhatToTry(output, `${command}${where}`);
}

/** A broker serves on, whether anybody reads what it prints or not. */
async function evenIfUnread(printing: Promise<void>): Promise<void> {
  try {
    await printing;
  } catch (error) {
    if (!(error instanceof BrokenPipe)) throw error;
  }
}

function sayWhatToTry(output: Output, command: string): void {
  output.say("Try it, each in a terminal of its own:");
  output.say(`  ${command} subscribe orders.created/billing`);
  output.say(`  ${command} publish orders.created '{"id": 1}'`);
}

const DURABILITY = {
  fsync: "confirmed means on disk (fsync)",
  os: "confirmed means written (os): it survives a crash of Peyk, not of the machine",
  memory: "nothing survives a stop (memory)",
};

/** How this program was called, so that a command can be pasted. */
function callName(): string {
  const script = process.argv[1] ?? "peyk";
  if (process.env["npm_command"] === "exec") return "npx peyk";
  if (!script.endsWith(".js")) return basename(script);
  return `node ${relative(process.cwd(), script)}`;
}
