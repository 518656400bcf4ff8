import { checkCredit } from "./credit.js";
import { PeykError } from "./errors.js";
import type { peyk } from "./generated/frames.js";
import * as limits from "./limits.js";

/** Limits of plain client frames that can be told from the frame alone. */
export const CLIENT_CHECKS = {
  hello(body: peyk.v1.Hello): void {
    checkAtMost(body.clientName.length, limits.MAX_CLIENT_NAME_CHARS, "characters", "name");
    checkAtMost(body.resume?.consumers.length ?? 0, limits.MAX_CONSUMERS, "entries", "consumers");
    const size = body.producerId.length;
    if (size !== 0 && size !== limits.PRODUCER_ID_BYTES) {
      const limit = limits.PRODUCER_ID_BYTES;
      const text = `the producerId has ${size} bytes; ${limit} are needed`;
      throw new PeykError("invalid_argument", text, { field: "producerId", limit });
    }
  },
  subscribe(body: peyk.v1.Subscribe): void {
    checkAtMost(body.subscriptions.length, limits.MAX_SOURCES, "entries", "subscriptions");
    checkCredit({ messages: body.creditMessages, bytes: body.creditBytes });
    if (body.subscriptions.length === 0) {
      const text = "the Subscribe names no subscription; at least 1 is needed";
      throw new PeykError("invalid_argument", text, { field: "subscriptions" });
    }
  },
  listDeadLetters: checkWhich,
  redriveDeadLetters: checkWhich,
  purgeDeadLetters: checkWhich,
} as const;

function checkWhich(body: { readonly which: peyk.v1.Which | undefined }): void {
  checkAtMost(body.which?.ids.length ?? 0, limits.MAX_IDS, "entries", "ids");
}

function checkAtMost(actual: number, limit: number, unit: string, field: string): void {
  if (actual <= limit) return;
  const text = `${field} has ${actual} ${unit}; at most ${limit} are allowed`;
  throw new PeykError("invalid_argument", text, { field, limit });
}
