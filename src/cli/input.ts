import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { CommandError, EXIT, usageError } from "./failures.js";

/** A payload and what it is. */
export interface Payload {
  readonly value: Uint8Array;
  readonly contentType: string;
}

const JSON_TYPE = "application/json";
const TEXT_TYPE = "text/plain";
const encoder = new TextEncoder();

/** Where `peyk publish` takes its payloads from. */
export interface InputOptions {
  readonly payload: string | undefined;
  readonly file: string | undefined;
  readonly lines: boolean;
  readonly ndjson: boolean;
}

export type Input =
  | { readonly kind: "one"; readonly payload: Payload }
  | { readonly kind: "many"; readonly payloads: AsyncIterable<Payload> };

/** Reads or opens the input; throws where the options contradict one another. */
export async function openInput(options: InputOptions): Promise<Input> {
  const { payload, file, lines, ndjson } = options;
  if (payload !== undefined && file !== undefined) {
    throw usageError("give a payload or --file, not both");
  }
  if (lines && ndjson) throw usageError("give --lines or --ndjson, not both");
  if (lines || ndjson) {
    if (payload !== undefined && payload !== "-") {
      throw usageError("--lines and --ndjson read a file or the standard input, no argument");
    }
    return { kind: "many", payloads: readLines(file, ndjson) };
  }
  if (file !== undefined) return { kind: "one", payload: guess(readWhole(file)) };
  if (payload === "-") return { kind: "one", payload: guess(await readStandardInput()) };
  if (payload !== undefined) return { kind: "one", payload: guess(encoder.encode(payload)) };
  throw usageError(
    "there is nothing to publish: give a payload, --file FILE, or - for the standard input",
  );
}

/** JSON objects and arrays are JSON, other text is text, the rest is bytes. */
export function guess(value: Uint8Array): Payload {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(value);
  } catch {
    return { value, contentType: "" };
  }
  const isJson = /^\s*[[{]/.test(text) && parses(text);
  return { value, contentType: isJson ? JSON_TYPE : TEXT_TYPE };
}

async function* readLines(file: string | undefined, isJson: boolean): AsyncGenerator<Payload> {
  const input = file === undefined ? process.stdin : createReadStream(file);
  const broken = new Promise<never>((_, reject) => input.once("error", reject));
  broken.catch(() => {});
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  try {
    for (let number = 1; ; number += 1) {
      const next: IteratorResult<string, unknown> = await Promise.race([lines.next(), broken]);
      if (next.done) return;
      const line = next.value;
      if (!isJson) yield { value: encoder.encode(line), contentType: TEXT_TYPE };
      else if (line.trim() !== "") {
        if (!parses(line)) {
          throw new CommandError(EXIT.damaged, "invalid_payload", `line ${number} is no JSON`);
        }
        yield { value: encoder.encode(line), contentType: JSON_TYPE };
      }
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function readWhole(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function unreadable(file: string | undefined, error: unknown): unknown {
  if (error instanceof CommandError) return error;
  const name = file ?? "the standard input";
  const { message } = error as Error;
  return new CommandError(EXIT.notFound, "unreadable", `${name} cannot be read: ${message}`);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
