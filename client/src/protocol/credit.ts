import { PeykError } from "./errors.js";
import { CLIENT_FRAMES } from "./frame-kinds.js";
import { beginFrame, endFrame } from "./frame-writer.js";
import { MAX_CREDIT_BYTES, MAX_CREDIT_MESSAGES } from "./limits.js";
import type { PacketWriter } from "./packet-writer.js";
import { WireReader } from "./wire-reader.js";

// Credit
const CONSUMER = 1 << 3;
const MESSAGES = 2 << 3;
const BYTES = 3 << 3;
const CONCURRENCY = 4 << 3;

export interface Credit {
  readonly consumer: number;
  /** 0: paused. */
  readonly messages: number;
  /** 0: the default. */
  readonly bytes: number;
  /** 0: all of them at a time. */
  readonly concurrency: number;
}

export function writeCredit(writer: PacketWriter, credit: Credit): void {
  beginFrame(writer, 0, CLIENT_FRAMES.credit);
  writer.numberField(CONSUMER, credit.consumer);
  writer.numberField(MESSAGES, credit.messages);
  writer.numberField(BYTES, credit.bytes);
  writer.numberField(CONCURRENCY, credit.concurrency);
  endFrame(writer);
}

/** Reads the Credit at `packet[start, end)`; checked. */
export function readCredit(packet: Uint8Array, start: number, end: number): Credit {
  const reader = new WireReader().reset(packet, start, end);
  const credit = { consumer: 0, messages: 0, bytes: 0, concurrency: 0 };
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === CONSUMER) credit.consumer = reader.uint32();
    else if (tag === MESSAGES) credit.messages = reader.varint();
    else if (tag === BYTES) credit.bytes = reader.varint();
    else if (tag === CONCURRENCY) credit.concurrency = reader.uint32();
    else reader.skip(tag);
  }
  checkCredit(credit.messages, credit.bytes);
  return credit;
}

/** Throws `invalid_argument` for more credit than a consumer may have; also for Subscribe. */
export function checkCredit(messages: number, bytes: number): void {
  if (messages > MAX_CREDIT_MESSAGES) {
    throw tooMuch(`${messages} messages`, MAX_CREDIT_MESSAGES);
  }
  if (bytes > MAX_CREDIT_BYTES) throw tooMuch(`${bytes} bytes`, MAX_CREDIT_BYTES);
}

function tooMuch(asked: string, limit: number): PeykError {
  const text = `a credit of ${asked} was asked for; at most ${limit} are allowed`;
  return new PeykError("invalid_argument", text, { field: "buffer", limit });
}
