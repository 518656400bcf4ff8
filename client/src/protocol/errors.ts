export interface ErrorTraits {
  /** Its number in errors.proto. */
  readonly wire: number;
  /** The same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** The connection ends. */
  readonly fatal: boolean;
  /** Exit code of the command line, after sysexits.h. */
  readonly exit: number;
  /** HTTP status; undefined for what cannot happen to an HTTP request. */
  readonly http: number | undefined;
}

/** Every failure a peer can see, one line each. `wire` numbers are part of the protocol: add, never reuse. */
export const ERRORS = {
  internal: { wire: 1, retryable: false, fatal: false, exit: 70, http: 500 },
  invalid_argument: { wire: 2, retryable: false, fatal: false, exit: 65, http: 400 },
  invalid_payload: { wire: 3, retryable: false, fatal: false, exit: 65, http: 422 },
  payload_too_large: { wire: 4, retryable: false, fatal: false, exit: 65, http: 413 },
  not_found: { wire: 5, retryable: false, fatal: false, exit: 66, http: 404 },
  conflict: { wire: 6, retryable: false, fatal: false, exit: 73, http: 409 },
  lease_lost: { wire: 7, retryable: false, fatal: false, exit: 1, http: 409 },
  no_subscription: { wire: 8, retryable: false, fatal: false, exit: 1, http: 409 },
  fenced: { wire: 9, retryable: false, fatal: false, exit: 1, http: 409 },
  unauthenticated: { wire: 10, retryable: false, fatal: true, exit: 77, http: 401 },
  permission_denied: { wire: 11, retryable: false, fatal: false, exit: 77, http: 403 },
  timeout: { wire: 12, retryable: true, fatal: false, exit: 75, http: 504 },
  outcome_unknown: { wire: 13, retryable: false, fatal: false, exit: 75, http: 504 },
  resource_exhausted: { wire: 14, retryable: true, fatal: false, exit: 75, http: 429 },
  // The exit code of a broker that cannot be reached; one that answers but drains is worth a retry: 75.
  unavailable: { wire: 15, retryable: true, fatal: false, exit: 69, http: 503 },
  unsupported: { wire: 16, retryable: false, fatal: false, exit: 76, http: 501 },
  protocol_violation: { wire: 17, retryable: false, fatal: true, exit: 76, http: undefined },
  closed: { wire: 18, retryable: false, fatal: false, exit: 69, http: undefined },
  producer_unknown: { wire: 19, retryable: false, fatal: false, exit: 75, http: 409 },
} as const satisfies Record<string, ErrorTraits>;

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
