/**
 * Why a WebSocket of Peyk was closed. `isFinal`: connecting again with the same options would end the same way, so a
 * client must not. Codes from 4000 on are Peyk's own; 1002, 1003, 1007 and 1009 come from the WebSocket layer.
 */
export const CLOSE_CODES = {
  normal: { code: 1000, isFinal: true },
  // The broker stops or restarts.
  going_away: { code: 1001, isFinal: false },
  protocol_error: { code: 1002, isFinal: false },
  // A text frame on peyk.v1, or a binary one on peyk.v1.json.
  unsupported_data: { code: 1003, isFinal: true },
  invalid_text: { code: 1007, isFinal: false },
  // Too many unreadable frames, or a fatal error that was sent before.
  policy_violation: { code: 1008, isFinal: false },
  packet_too_large: { code: 1009, isFinal: false },
  internal: { code: 1011, isFinal: false },
  try_again_later: { code: 1013, isFinal: false },
  // No token, or one that is not accepted: a new one is needed.
  unauthenticated: { code: 4001, isFinal: true },
  hello_timeout: { code: 4002, isFinal: false },
  // The page's origin is not allowed.
  forbidden_origin: { code: 4003, isFinal: true },
  unsupported_version: { code: 4004, isFinal: true },
  // Another connection took up the session.
  session_taken: { code: 4005, isFinal: true },
  // The peer reads too slowly, or sends pings without end.
  slow_or_flooding: { code: 4008, isFinal: false },
  // The token ran out: connect again with a new one.
  token_expired: { code: 4010, isFinal: false },
} as const satisfies Record<string, { readonly code: number; readonly isFinal: boolean }>;

export type CloseReason = keyof typeof CLOSE_CODES;

/** The reason behind a close code; undefined for those of others, such as 1006 for a connection that just ended. */
export function closeReason(code: number): CloseReason | undefined {
  return REASONS.get(code);
}

const REASONS = new Map<number, CloseReason>(
  Object.entries(CLOSE_CODES).map(([reason, { code }]) => [code, reason as CloseReason]),
);
