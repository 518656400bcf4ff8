import { nackDelay } from "./argument-checks.js";

const RETRY = Symbol.for("peyk.Retry");
const REJECT = Symbol.for("peyk.Reject");

/** Thrown by a handler: try again, after `delayMs` instead of the backoff. */
export class Retry extends Error {
  override readonly name = "Retry";
  readonly delayMs: number | undefined;

  constructor(options: { readonly delayMs?: number; readonly cause?: unknown } = {}) {
    const cause = options.cause === undefined ? undefined : { cause: options.cause };
    super(options.cause instanceof Error ? options.cause.message : "to be tried again", cause);
    this.delayMs = options.delayMs === undefined ? undefined : nackDelay(options.delayMs);
    Object.defineProperty(this, RETRY, { value: true });
  }
}

/** Thrown by a handler: dead-letter now. */
export class Reject extends Error {
  override readonly name = "Reject";

  constructor(reason: string, options: { readonly cause?: unknown } = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, REJECT, { value: true });
  }
}

/** Also those of another copy of this package. */
export const isRetry = (error: unknown): error is Retry => isBranded(error, RETRY);
export const isReject = (error: unknown): error is Reject => isBranded(error, REJECT);

const isBranded = (error: unknown, brand: symbol): boolean =>
  typeof error === "object" && error !== null && brand in error;
