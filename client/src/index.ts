import "./dispose.js";

export { connect } from "./connect.js";
export { Reject, Retry } from "./outcomes.js";
export { PeykError } from "./protocol/index.js";
export type { ErrorCode } from "./protocol/index.js";
export type { StandardSchemaV1 } from "./standard-schema.js";
export { topic } from "./topic.js";
export type { From, Subscription, SubscriptionName, To, Topic } from "./topic.js";
export type * from "./types.js";
