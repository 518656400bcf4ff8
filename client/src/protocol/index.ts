/** What a client and a broker share: the wire protocol without any I/O. Runs in browsers. */
export { CLOSE_CODES, closeReason } from "./close-codes.js";
export type { CloseReason } from "./close-codes.js";
export { checkCredit, readCredit, writeCredit } from "./credit.js";
export type { ConsumerCredit, Credit, CreditLimits } from "./credit.js";
export { beginDeliver, readDeliver, writeDetail } from "./deliver.js";
export type { Deliver, DeliverHeader, DeliveryDetail, DeliveryDetailInput } from "./deliver.js";
export { toPeykError } from "./error-codec.js";
export { ERRORS, PeykError } from "./errors.js";
export type { ErrorCode, ErrorTraits, PeykErrorOptions, SchemaIssue } from "./errors.js";
export {
  checkReadable,
  readClientFrame,
  readErrorFrame,
  readServerFrame,
  writeClientFrame,
  writeErrorFrame,
  writeServerFrame,
} from "./frame-bodies.js";
export type { PlainClientKind, PlainServerKind } from "./frame-bodies.js";
export {
  CLIENT_FRAMES,
  JSON_SUBPROTOCOL,
  MIN_PROTOCOL_VERSION,
  PROTOCOL_VERSION,
  SERVER_FRAMES,
  SUBPROTOCOL,
} from "./frame-kinds.js";
export type { ClientFrameKind, ServerFrameKind } from "./frame-kinds.js";
export { beginFrame, endFrame } from "./frame-writer.js";
export type { peyk } from "./generated/frames.js";
export * as limits from "./limits.js";
export { beginLiveMessages, readLiveMessages } from "./live.js";
export type { LiveHeader, LiveMessages } from "./live.js";
export { MESSAGES_TAG, MessageBatch } from "./message-batch.js";
export { MessageChecker } from "./message-checker.js";
export { DecodedMessage, readAttributes } from "./message-decoder.js";
export { writeMessage } from "./message-encoder.js";
export type { MessageFields } from "./message-encoder.js";
export { SPECIAL, readKey, readSpecials } from "./message-specials.js";
export type { MessageSpecials } from "./message-specials.js";
export {
  checkGroup,
  checkPattern,
  checkTopicName,
  deadLettersOf,
  isPattern,
  parseSubscriptionName,
} from "./names.js";
export type { SubscriptionName } from "./names.js";
export { NumberReader } from "./number-reader.js";
export { PacketWalker, clientPacketWalker, serverPacketWalker } from "./packet-walker.js";
export { PacketWriter } from "./packet-writer.js";
export { matches, patternsOverlap } from "./patterns.js";
export { beginPublish, readPublished, writePublish, writePublished } from "./publish.js";
export type { PublishHeader, Published, PublishedRange } from "./publish.js";
export { PublishWalker } from "./publish-walker.js";
export type { MessageRun, RefusedMessage } from "./publish-walker.js";
export { quoteInput } from "./quote-input.js";
export { RunReader, encodeRun, writeRun } from "./run-codec.js";
export type { DeliveredRun, RunHeader } from "./run-codec.js";
export { PLAIN_SETTLE, readSettle, writeSettle } from "./settle.js";
export type { Settle, SettleRange, SettleVerb } from "./settle.js";
export { readSettled, writeSettled } from "./settled.js";
export type { SettleOutcome, SettledRange } from "./settled.js";
export { decodeUtf8, isUtf8 } from "./utf8.js";
