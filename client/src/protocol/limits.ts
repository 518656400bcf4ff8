/**
 * Every limit of the protocol. Those in `Limits` (frames.proto) may be set otherwise by a broker, which says so in
 * Welcome; the others hold everywhere. Bytes of text are bytes of UTF-8.
 */
const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// ---- Packets -------------------------------------------------------------------------------------------------------

/** Largest packet: a message of the largest size and its frame. */
export const MAX_PACKET_BYTES = MIB + 64 * KIB;
export const MAX_PACKET_FRAMES = 10_000;
/** Fields, those of messages within included, of a frame other than Publish, Settle, Deliver and LiveMessages. */
export const MAX_FRAME_FIELDS = 100_000;
/** Largest packet before Hello was accepted: what a stranger can make the broker keep. */
export const MAX_PACKET_BYTES_BEFORE_HELLO = 4 * KIB;
/** Largest text frame of peyk.v1.json, and the longest list in one. */
export const MAX_JSON_BYTES = 2 * MAX_PACKET_BYTES;
export const MAX_JSON_ITEMS = 10_000;
/** How deep objects and lists of peyk.v1.json may be nested. */
export const MAX_JSON_DEPTH = 32;
/** Characters of somebody's input that an error may repeat, escapes included. */
export const MAX_ECHO_CHARS = 64;
/** Unreadable frames a minute that are answered; the next one ends the connection (1008). */
export const MAX_BAD_FRAMES_PER_MINUTE = 10;
/** Pings a second that are answered; more end the connection (4008). */
export const MAX_PINGS_PER_SECOND = 10;

// ---- The connection ------------------------------------------------------------------------------------------------

export const HELLO_TIMEOUT_MS = 5 * SECOND_MS;
/** The broker pings this often (browsers throttle timers) and gives up after MAX_MISSED_PINGS unanswered ones. */
export const PING_INTERVAL_MS = 25 * SECOND_MS;
export const MAX_MISSED_PINGS = 2;
/** How long a session outlives its connection. */
export const RESUME_GRACE_MS = 10 * SECOND_MS;
export const MAX_CLIENT_NAME_CHARS = 256;
export const PRODUCER_ID_BYTES = 16;
/** Consumers of one session. */
export const MAX_CONSUMERS = 1000;
/** Live listeners of one session. */
export const MAX_LIVES = 1000;

// ---- Names ---------------------------------------------------------------------------------------------------------

export const MAX_TOPIC_CHARS = 255;
export const MAX_TOPIC_LEVELS = 16;
export const MAX_GROUP_CHARS = 64;
/** "<pattern>/<group>/dlq" */
export const MAX_SUBSCRIPTION_CHARS = MAX_TOPIC_CHARS + 1 + MAX_GROUP_CHARS + 4;

// ---- Messages ------------------------------------------------------------------------------------------------------

export const MAX_PAYLOAD_BYTES = MIB;
export const MAX_ATTRIBUTES = 64;
/** One attribute's name, and its value. */
export const MAX_ATTRIBUTE_BYTES = KIB;
/** All names and values of a message together. */
export const MAX_ATTRIBUTES_BYTES = 64 * KIB;
export const MAX_KEY_BYTES = KIB;
export const MAX_PRIORITY = 9;
export const MAX_DELAY_MS = 30 * DAY_MS;
export const MAX_DEDUP_ID_BYTES = 128;
/** Each of reply_to, correlation_id, content_type, traceparent, tracestate and baggage. */
export const MAX_TEXT_BYTES = KIB;

// ---- Publishing ----------------------------------------------------------------------------------------------------

/** Messages in one Publish. */
export const MAX_BATCH_MESSAGES = 1000;
/** Messages sent on one connection and not yet answered. */
export const MAX_UNCONFIRMED_MESSAGES = 10_000;
export const MAX_UNCONFIRMED_BYTES = 64 * MIB;

// ---- Consuming -----------------------------------------------------------------------------------------------------

/** Subscriptions that one consumer takes from. */
export const MAX_SOURCES = 100;
export const MAX_CREDIT_MESSAGES = 10_000;
export const MAX_CREDIT_BYTES = 256 * MIB;
export const DEFAULT_CREDIT_BYTES = 16 * MIB;
/** Ranges in one Settle. */
export const MAX_SETTLE_RANGES = 10_000;
/** Why a message was nacked or rejected; what is longer is cut. */
export const MAX_REASON_BYTES = KIB;
/** What an extension leaves for the next attempt. */
export const MAX_NOTE_BYTES = 4 * KIB;
export const MAX_NACK_DELAY_MS = DAY_MS;
export const MIN_ACK_DEADLINE_MS = SECOND_MS;
export const MAX_ACK_DEADLINE_MS = 600 * SECOND_MS;

// ---- Administration ------------------------------------------------------------------------------------------------

export const MAX_PEEK_MESSAGES = 250;
/** Entries of a list in one answer. */
export const MAX_PAGE_ENTRIES = 1000;
/** Ids in one `Which`. */
export const MAX_IDS = 10_000;
export const MAX_FILTER_CHARS = KIB;
