import { PeykError } from "./protocol/index.js";
import type { StandardSchemaV1 } from "./standard-schema.js";

export const BYTES_TYPE = "application/octet-stream";
const TEXT_TYPE = "text/plain";
const JSON_TYPE = "application/json";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export interface Payload {
  readonly bytes: Uint8Array;
  /** Empty: bytes without a type. */
  readonly contentType: string;
}

/** Bytes as they are, a string as text, anything else as JSON. */
export function encodePayload(value: unknown): Payload {
  if (value instanceof Uint8Array) return { bytes: value, contentType: "" };
  if (typeof value === "string") return { bytes: encoder.encode(value), contentType: TEXT_TYPE };
  if (value instanceof ArrayBuffer) return { bytes: new Uint8Array(value), contentType: "" };
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new PeykError("invalid_payload", "the value cannot be written as JSON", { cause });
  }
  if (text !== undefined) return { bytes: encoder.encode(text), contentType: JSON_TYPE };
  const detail = `a ${typeof value} cannot be published: give bytes, a string, or what JSON can hold`;
  throw new PeykError("invalid_payload", detail, { field: "value" });
}

/** The value behind bytes, by their content type. Throws `invalid_payload`. */
export function decodePayload(bytes: Uint8Array, contentType: string): unknown {
  const type = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  try {
    if (type === JSON_TYPE || type.endsWith("+json")) return JSON.parse(decoder.decode(bytes));
    if (type.startsWith("text/")) return decoder.decode(bytes);
  } catch (cause) {
    throw new PeykError("invalid_payload", `the payload is no valid ${type}`, { cause });
  }
  return bytes;
}

/** What a schema makes of a value. Throws `invalid_payload` with the issues; a promise where the schema takes its time. */
export function validate<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  value: unknown,
): Output | Promise<Output> {
  const result = schema["~standard"].validate(value);
  return result instanceof Promise ? result.then(outputOf) : outputOf(result);
}

function outputOf<Output>(result: StandardSchemaV1.Result<Output>): Output {
  if (!result.issues) return result.value;
  const [first] = result.issues;
  const more = result.issues.length > 1 ? ` (and ${result.issues.length - 1} more)` : "";
  const detail = `the schema refuses the value: ${first?.message ?? "no reason given"}${more}`;
  throw new PeykError("invalid_payload", detail, { issues: result.issues });
}
