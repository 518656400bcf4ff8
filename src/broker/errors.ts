import { PeykError } from "@peyk/client/protocol";

/** What anything that was thrown is to a client: what is no PeykError is a bug. */
export function asPeykError(error: unknown): PeykError {
  if (PeykError.is(error)) return error;
  return new PeykError("internal", "something went wrong inside the broker", { cause: error });
}
