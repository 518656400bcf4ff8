import { checkCredit, limits } from "@peyk/client/protocol";
import type { ConsumerCredit, CreditLimits } from "@peyk/client/protocol";

/** Fills defaults in; throws `invalid_argument` for more than this broker allows. */
export function resolveCredit(credit: ConsumerCredit, highest: CreditLimits): ConsumerCredit {
  const { messages, bytes, concurrency } = credit;
  checkCredit(credit, highest);
  return {
    messages,
    bytes: bytes === 0 ? Math.min(limits.DEFAULT_CREDIT_BYTES, highest.bytes) : bytes,
    concurrency: concurrency === 0 ? Infinity : concurrency,
  };
}
