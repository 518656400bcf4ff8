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

/** How much a consumer may hold unsettled; replaces what it said before. */
export interface ConsumerCredit {
  /** 0 pauses: what it holds stays its own. */
  readonly messages: number;
  /** 0: the default. A larger message is delivered when the consumer holds nothing else. */
  readonly bytes: number;
  /** How many deliveries it works on at a time, the oldest ones. 0: all. */
  readonly concurrency: number;
}

export interface Credit extends ConsumerCredit {
  readonly consumer: number;
}

/** The highest credit of a consumer. */
export interface CreditLimits {
  readonly messages: number;
  readonly bytes: number;
}

const HIGHEST: CreditLimits = { messages: MAX_CREDIT_MESSAGES, bytes: MAX_CREDIT_BYTES };

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
  checkCredit(credit);
  return credit;
}

/** Throws `invalid_argument` for more credit than a consumer may have: anywhere, or at a broker that allows less. */
export function checkCredit({ messages, bytes }: CreditLimits, limits = HIGHEST): void {
  if (messages > limits.messages) throw tooMuch(`${messages} messages`, limits.messages);
  if (bytes > limits.bytes) throw tooMuch(`${bytes} bytes`, limits.bytes);
}

function tooMuch(asked: string, limit: number): PeykError {
  const text = `a credit of ${asked} was asked for; at most ${limit} are allowed`;
  return new PeykError("invalid_argument", text, { field: "buffer", limit });
}
