/** Tags of the fields of Message and of the entries of its attributes (message.proto). */
export const PAYLOAD = (1 << 3) | 2;
export const ATTRIBUTES = (2 << 3) | 2;
export const KEY = (3 << 3) | 2;
export const PRIORITY = 4 << 3;
export const DELIVER_AT_MS = 5 << 3;
export const DELAY_MS = 6 << 3;
export const TTL_MS = 7 << 3;
export const DEDUP_ID = (8 << 3) | 2;
export const REPLY_TO = (9 << 3) | 2;
export const CORRELATION_ID = (10 << 3) | 2;
export const CONTENT_TYPE = (11 << 3) | 2;
export const TRACEPARENT = (12 << 3) | 2;
export const TRACESTATE = (13 << 3) | 2;
export const BAGGAGE = (14 << 3) | 2;

export const ATTRIBUTE_NAME = (1 << 3) | 2;
export const ATTRIBUTE_VALUE = (2 << 3) | 2;

export const LAST_FIELD = 14;
