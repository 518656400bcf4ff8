/**
 * Every limit of the protocol. Those in `Limits` (frames.proto) may be set otherwise by a broker, which says so in
 * Welcome; the others hold everywhere. Bytes of text are bytes of UTF-8. A name in brackets says whose value it is.
 */
const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

// ---- Packets -------------------------------------------------------------------------------------------------------

/** Bytes of a packet: a message of the largest size and its frame. */
export const MAX_PACKET_BYTES = MIB + 64 * KIB;
/** Frames of a packet: each may need an answer. */
export const MAX_PACKET_FRAMES = 10_000;
/** Bytes of a packet before `hello` was accepted: what a stranger can make the broker keep. */
export const MAX_PACKET_BYTES_BEFORE_HELLO = 4 * KIB;
/** Fields, nested ones included, of a frame of a client other than `publish` and `settle`. */
export const MAX_FRAME_FIELDS = 100_000;
/** Entries of a list or map in `peyk.v1.json`. */
export const MAX_JSON_ITEMS = 10_000;
/** How deep objects and lists of `peyk.v1.json` may be nested. */
export const MAX_JSON_DEPTH = 32;
/** Characters of somebody's input that an error may repeat, escapes included. */
export const MAX_ECHO_CHARS = 64;
/** Unreadable frames in a minute that are answered; the next one closes with 1008. */
export const MAX_BAD_FRAMES_PER_MINUTE = 10;

// ---- The connection ------------------------------------------------------------------------------------------------

/** Percent of a broker's connections that may be without `hello`; beyond it the oldest of them closes with 1013. */
export const MAX_STRANGERS_PERCENT = 50;
/** TCP connections that are no WebSocket, beyond which new ones are refused with HTTP 503. */
export const MAX_HTTP_CONNECTIONS = 1_000;
/** Time for `hello` after the connection was opened. */
export const HELLO_TIMEOUT_MS = 5 * SECOND_MS;
/** Time between two pings of the broker (Centrifugo). */
export const PING_INTERVAL_MS = 25 * SECOND_MS;
/** Pings without an answer after which the broker closes. */
export const MAX_MISSED_PINGS = 2;
/** Pings of a client in a second that are answered; more close with 4008. */
export const MAX_PINGS_PER_SECOND = 10;
/** Bytes that may wait for a peer that does not read; beyond it, it is sent and asked nothing. */
export const MAX_UNREAD_BYTES = 4 * MIB;
/** Time in which a write to a peer must move; else it is closed with 4008 (NATS). */
export const WRITE_TIMEOUT_MS = 10 * SECOND_MS;
/** How long a session outlives its connection. */
export const RESUME_GRACE_MS = 10 * SECOND_MS;
/** Characters of a client's name. */
export const MAX_CLIENT_NAME_CHARS = 256;
/** Bytes of a `producer_id`. */
export const PRODUCER_ID_BYTES = 16;
/** Consumers of one session. */
export const MAX_CONSUMERS = 1000;
/** Live listeners of one session. */
export const MAX_LIVES = 1000;

// ---- Names ---------------------------------------------------------------------------------------------------------

/** Characters of a topic or pattern. */
export const MAX_TOPIC_CHARS = 255;
/** Levels of a topic or pattern. */
export const MAX_TOPIC_LEVELS = 16;
/** Characters of a group. */
export const MAX_GROUP_CHARS = 64;

// ---- Messages ------------------------------------------------------------------------------------------------------

/** Bytes of a payload (NATS, NSQ). */
export const MAX_PAYLOAD_BYTES = MIB;
/** Attributes of a message. */
export const MAX_ATTRIBUTES = 64;
/** Bytes of an attribute's name, and of its value. */
export const MAX_ATTRIBUTE_BYTES = KIB;
/** Bytes of all names and values of a message together (Service Bus). */
export const MAX_ATTRIBUTES_BYTES = 64 * KIB;
/** Bytes of a key (Google Pub/Sub). */
export const MAX_KEY_BYTES = KIB;
/** Highest priority; the lowest is 0. */
export const MAX_PRIORITY = 9;
/** Longest delay of a message. */
export const MAX_DELAY_MS = 30 * DAY_MS;
/** Bytes of a `dedup_id` (Service Bus). */
export const MAX_DEDUP_ID_BYTES = 128;
/** Bytes of each of reply_to, correlation_id, content_type, traceparent, tracestate and baggage. */
export const MAX_TEXT_BYTES = KIB;

// ---- Publishing ----------------------------------------------------------------------------------------------------

/** Messages in one `publish`. */
export const MAX_BATCH_MESSAGES = 1000;
/** Messages sent on one connection and not yet answered. */
export const MAX_UNCONFIRMED_MESSAGES = 10_000;
/** Bytes of messages sent on one connection and not yet answered. */
export const MAX_UNCONFIRMED_BYTES = 64 * MIB;

// ---- Consuming -----------------------------------------------------------------------------------------------------

/** Subscriptions that one consumer takes from. */
export const MAX_SOURCES = 100;
/** Messages that may be unsettled at a consumer. */
export const MAX_CREDIT_MESSAGES = 10_000;
/** Bytes of messages that may be unsettled at a consumer. */
export const MAX_CREDIT_BYTES = 256 * MIB;
/** Bytes of messages that may be unsettled at all consumers of a broker; each may hold as much as is left of it. */
export const MAX_HELD_BYTES = 512 * MIB;
/** Bytes of messages that may be unsettled at a consumer, if it does not say. */
export const DEFAULT_CREDIT_BYTES = 16 * MIB;
/** Ranges in one `settle`. */
export const MAX_SETTLE_RANGES = 10_000;
/** Deliveries that all ranges of one `settle` name together. */
export const MAX_SETTLED_DELIVERIES = 10_000;
/** Bytes of the reason of a nack or reject; what is longer is cut. */
export const MAX_REASON_BYTES = KIB;
/** Bytes of what an extension leaves for the next attempt. */
export const MAX_NOTE_BYTES = 4 * KIB;
/** Longest delay of a nack. */
export const MAX_NACK_DELAY_MS = DAY_MS;
/** Shortest ack deadline and extension. */
export const MIN_ACK_DEADLINE_MS = SECOND_MS;
/** Longest ack deadline and extension (Google Pub/Sub). */
export const MAX_ACK_DEADLINE_MS = 10 * MINUTE_MS;

// ---- Administration ------------------------------------------------------------------------------------------------

/** Messages that one peek shows (Service Bus). */
export const MAX_PEEK_MESSAGES = 250;
/** Entries of a list in one answer. */
export const MAX_PAGE_ENTRIES = 1000;
/** Ids in one `Which`. */
export const MAX_IDS = 10_000;
/** Longest time that a redrive with a rate may take. */
export const MAX_REDRIVE_MS = DAY_MS;
/** Characters of a filter (Service Bus). */
export const MAX_FILTER_CHARS = KIB;
