/**
 * Every failure a peer can see, one line each. `wire` numbers are part of the protocol (errors.proto): add, never reuse.
 * `retryable`: the same request may succeed later, unchanged. `fatal`: the connection ends.
 */
export const ERRORS = {
  internal: { wire: 1, retryable: false, fatal: false },
  invalid_argument: { wire: 2, retryable: false, fatal: false },
  invalid_payload: { wire: 3, retryable: false, fatal: false },
  payload_too_large: { wire: 4, retryable: false, fatal: false },
  not_found: { wire: 5, retryable: false, fatal: false },
  conflict: { wire: 6, retryable: false, fatal: false },
  lease_lost: { wire: 7, retryable: false, fatal: false },
  no_subscription: { wire: 8, retryable: false, fatal: false },
  fenced: { wire: 9, retryable: false, fatal: false },
  unauthenticated: { wire: 10, retryable: false, fatal: true },
  permission_denied: { wire: 11, retryable: false, fatal: false },
  timeout: { wire: 12, retryable: true, fatal: false },
  outcome_unknown: { wire: 13, retryable: false, fatal: false },
  resource_exhausted: { wire: 14, retryable: true, fatal: false },
  unavailable: { wire: 15, retryable: true, fatal: false },
  unsupported: { wire: 16, retryable: false, fatal: false },
  protocol_violation: { wire: 17, retryable: false, fatal: true },
  closed: { wire: 18, retryable: false, fatal: false },
  producer_unknown: { wire: 19, retryable: false, fatal: false },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** One issue of a Standard Schema validation: the shape of `StandardSchemaV1.Issue`. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export interface PeykErrorOptions {
  /** For logs; never sent to the other side. */
  readonly cause?: unknown;
  /** The field at fault, in SDK spelling. */
  readonly field?: string | undefined;
  /** The limit that was exceeded. */
  readonly limit?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly issues?: readonly SchemaIssue[] | undefined;
  readonly failed?: readonly { readonly index: number; readonly error: PeykError }[] | undefined;
}

const BRAND = Symbol.for("peyk.PeykError");

/** What every call of the SDK rejects with, and what the broker answers. `message` is a sentence with value and limit. */
export class PeykError extends Error {
  override readonly name = "PeykError";
  readonly code: ErrorCode;
  readonly field?: string;
  readonly limit?: number;
  readonly retryAfterMs?: number;
  readonly issues?: readonly SchemaIssue[];
  /** Which messages of a `publishMany` were refused; at most 100. */
  readonly failed?: readonly { readonly index: number; readonly error: PeykError }[];

  constructor(code: ErrorCode, detail: string, options: PeykErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.field !== undefined) this.field = options.field;
    if (options.limit !== undefined) this.limit = options.limit;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.issues !== undefined) this.issues = options.issues;
    if (options.failed !== undefined) this.failed = options.failed;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether the same request may succeed later, unchanged. */
  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  /** Recognises a PeykError, also of another copy of this package. */
  static is(error: unknown, code?: ErrorCode): error is PeykError {
    if (typeof error !== "object" || error === null || !(BRAND in error)) return false;
    return code === undefined || (error as unknown as PeykError).code === code;
  }
}
