import { ERRORS, type PeykError, type peyk } from "@peyk/client/protocol";

/** An error as a field of another frame. */
export function encodeError(error: PeykError): peyk.v1.IError {
  const { code, message, field, retryAfterMs, limit } = error;
  return { code: ERRORS[code].wire, message, field: field ?? "", retryAfterMs, limit };
}
