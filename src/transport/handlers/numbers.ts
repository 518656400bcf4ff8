import { PeykError } from "@peyk/client/protocol";

/** Checks a number that a client chose for a consumer or listener: `invalid_argument` for 0, `conflict` if in use. */
export function checkNumber(
  field: "consumer" | "live",
  number: number,
  taken: { has(number: number): boolean },
): void {
  if (number === 0) {
    throw new PeykError("invalid_argument", `${field} is 0; a number of at least 1 is needed`, {
      field,
      limit: 1,
    });
  }
  if (!taken.has(number)) return;
  const detail = `${field} ${number} is in use; choose another number`;
  throw new PeykError("conflict", detail, { field });
}
