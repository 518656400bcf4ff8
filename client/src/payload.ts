import { PeykError } from "./protocol/index.js";
import type { StandardSchemaV1 } from "./standard-schema.js";

export const BYTES_TYPE = "application/octet-stream";
const TEXT_TYPE = "text/plain";
const JSON_TYPE = "application/json";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Issues of a schema that an error names; the others are counted. */
const MAX_ISSUES_NAMED = 3;

export interface Payload {
  readonly bytes: Uint8Array;
  /** Empty: bytes without a type. */
  readonly contentType: string;
}

/** Bytes as they are, a string as text, anything else as JSON. Throws `invalid_payload`. */
export function encodePayload(value: unknown): Payload {
  if (value instanceof Uint8Array) return { bytes: value, contentType: "" };
  if (typeof value === "string") return { bytes: encoder.encode(value), contentType: TEXT_TYPE };
  if (value instanceof ArrayBuffer) return { bytes: new Uint8Array(value), contentType: "" };
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return { bytes: new Uint8Array(buffer, byteOffset, byteLength), contentType: "" };
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const detail = `the value cannot be written as JSON: ${(cause as Error).message}`;
    throw new PeykError("invalid_payload", detail, { cause, field: "value" });
  }
  if (text !== undefined) return { bytes: encoder.encode(text), contentType: JSON_TYPE };
  const kind = value === undefined ? "undefined" : `a ${typeof value}`;
  const detail = `${kind} cannot be published: give bytes, a string, or what JSON can hold`;
  throw new PeykError("invalid_payload", detail, { field: "value" });
}

/** The value behind bytes, by their content type. Throws `invalid_payload`. */
export function decodePayload(bytes: Uint8Array, contentType: string): unknown {
  if (contentType === BYTES_TYPE) return bytes;
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
  const { issues } = result;
  const named = issues.slice(0, MAX_ISSUES_NAMED).map(describe).join("; ");
  const rest = issues.length - MAX_ISSUES_NAMED;
  const more = rest > 0 ? ` (and ${rest} more)` : "";
  const detail = `the schema refuses the value: ${named || "no reason given"}${more}`;
  throw new PeykError("invalid_payload", detail, { issues });
}

/** `order.lines.0: must be positive` */
function describe({ message, path = [] }: StandardSchemaV1.Issue): string {
  const place = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
  return place === "" ? message : `${place}: ${message}`;
}
