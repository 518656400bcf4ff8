import type { CreditLimits } from "./queue-context.js";
import { checkInteger } from "./settle.js";

/** Credit in bytes of a consumer that does not say. */
export const DEFAULT_CREDIT_BYTES = 16 * 1024 * 1024;

/** How much a consumer may hold unsettled; replaces what it said before. */
export interface Credit {
  /** 0 pauses: what it holds stays its own. */
  readonly messages: number;
  /** 0: 16 MiB. A larger message is delivered when the consumer holds nothing else. */
  readonly bytes: number;
  /** How many deliveries it works on at a time, the oldest ones. 0: all. */
  readonly concurrency: number;
}

/** Fills defaults in; throws `invalid_argument` if a number is out of its bounds. */
export function resolveCredit(credit: Credit, limits: CreditLimits): Credit {
  checkInteger("credit.messages", credit.messages, 0, limits.messages);
  checkInteger("credit.bytes", credit.bytes, 0, limits.bytes);
  checkInteger("concurrency", credit.concurrency, 0, limits.messages);
  return {
    messages: credit.messages,
    bytes: credit.bytes === 0 ? Math.min(DEFAULT_CREDIT_BYTES, limits.bytes) : credit.bytes,
    concurrency: credit.concurrency === 0 ? Infinity : credit.concurrency,
  };
}
