/** Thrown by a handler: try again, after `delayMs` instead of the backoff. */
export class Retry extends Error {
  override readonly name = "Retry";
  readonly delayMs: number | undefined;

  constructor(options: { readonly delayMs?: number; readonly cause?: unknown } = {}) {
    const cause = options.cause === undefined ? undefined : { cause: options.cause };
    super(options.cause instanceof Error ? options.cause.message : "to be tried again", cause);
    this.delayMs = options.delayMs;
  }
}

/** Thrown by a handler: dead-letter now. */
export class Reject extends Error {
  override readonly name = "Reject";

  constructor(reason: string, options: { readonly cause?: unknown } = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
  }
}
