export { ERRORS, PeykError } from "./errors.js";
export type { ErrorCode, PeykErrorOptions, SchemaIssue } from "./errors.js";
export { MESSAGES_TAG, MessageBatch } from "./message-batch.js";
