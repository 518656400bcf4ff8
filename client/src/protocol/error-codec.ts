import type { ErrorCode } from "./errors.js";
import { ERRORS, PeykError } from "./errors.js";
import type { PacketWriter } from "./packet-writer.js";
import type { WireReader } from "./wire-reader.js";

const CODE = 1 << 3;
const MESSAGE = (2 << 3) | 2;
const FIELD = (3 << 3) | 2;
const RETRY_AFTER_MS = 4 << 3;
const LIMIT = 5 << 3;

const CODES = new Map<number, ErrorCode>(
  Object.entries(ERRORS).map(([code, { wire }]) => [wire, code as ErrorCode]),
);

/** Writes the fields of an Error message; `cause`, `issues` and `failed` stay here. */
export function writeError(writer: PacketWriter, error: PeykError): void {
  writer.number(CODE, ERRORS[error.code].wire);
  writer.textField(MESSAGE, error.message);
  writer.textField(FIELD, error.field ?? "");
  if (isCount(error.retryAfterMs)) writer.number(RETRY_AFTER_MS, error.retryAfterMs);
  if (isCount(error.limit)) writer.number(LIMIT, error.limit);
}

/** Reads an Error message to the end of `reader`. A code that this version does not know becomes `internal`. */
export function readError(reader: WireReader): PeykError {
  let code = 0;
  let message = "";
  let field = "";
  let retryAfterMs: number | undefined;
  let limit: number | undefined;
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === CODE) code = reader.uint32();
    else if (tag === MESSAGE) message = reader.text();
    else if (tag === FIELD) field = reader.text();
    else if (tag === RETRY_AFTER_MS) retryAfterMs = reader.varint();
    else if (tag === LIMIT) limit = reader.varint();
    else reader.skip(tag);
  }
  return toPeykError({ code, message, field, retryAfterMs, limit });
}

/** The fields of a decoded Error message as the error that the caller gets. */
export function toPeykError(wire: {
  readonly code: number;
  readonly message: string;
  readonly field: string;
  readonly retryAfterMs: number | undefined;
  readonly limit: number | undefined;
}): PeykError {
  return new PeykError(CODES.get(wire.code) ?? "internal", wire.message, {
    field: wire.field === "" ? undefined : wire.field,
    retryAfterMs: wire.retryAfterMs,
    limit: wire.limit,
  });
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
