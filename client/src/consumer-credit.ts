import type { Link } from "./link.js";
import type { Pace } from "./pace.js";
import { limits, PeykError, writeCredit, type peyk } from "./protocol/index.js";
import type { ResolvedSource } from "./topic.js";
import type { SubscribeOptions } from "./types.js";
import { encodeSubscriptionOptions } from "./wire-options.js";

/** A change of the window that is smaller than this share of it is not worth a frame. */
const WORTH_TELLING = 1 / 4;

/** How much may be here: what is handled at a time, and what waits for that. */
export interface Window {
  readonly messages: number;
  readonly concurrency: number;
}

/** How much the broker may send to a consumer, and what it was told of that. */
export class Credit {
  readonly #link: Link;
  readonly #consumer: number;
  readonly #buffer: SubscribeOptions["buffer"];
  readonly #pace: Pace;
  #concurrency: number;
  #sent: Window = { messages: 0, concurrency: 0 };

  /** Throws `invalid_argument` for options that are out of bounds. */
  constructor(link: Link, consumer: number, options: SubscribeOptions, pace: Pace) {
    this.#link = link;
    this.#consumer = consumer;
    this.#buffer = options.buffer;
    this.#pace = pace;
    this.#concurrency = inRange("concurrency", options.concurrency ?? 1, 1);
    if (!options.buffer) return;
    const { messages, bytes = 0 } = options.buffer;
    inRange("buffer.messages", messages, 0);
    inRange("buffer.bytes", bytes, 0, limits.MAX_CREDIT_BYTES);
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  set concurrency(value: number) {
    this.#concurrency = inRange("concurrency", value, 1);
  }

  wanted(isTaking: boolean): Window {
    const concurrency = this.#concurrency;
    if (!isTaking) return { messages: 0, concurrency };
    const most = limits.MAX_CREDIT_MESSAGES - concurrency;
    const ahead = this.#buffer?.messages ?? this.#pace.ahead(concurrency, most);
    return { messages: concurrency + Math.min(ahead, most), concurrency };
  }

  /** The broker was told so when it was asked to attach the consumer. */
  sent(window: Window): void {
    this.#sent = window;
  }

  /** Tells the broker; small changes only if `always`. */
  send(isTaking: boolean, always: boolean): void {
    const wanted = this.wanted(isTaking);
    const { messages, concurrency } = this.#sent;
    const change = Math.abs(wanted.messages - messages);
    const isSmall = concurrency === wanted.concurrency && change <= messages * WORTH_TELLING;
    if ((isSmall && !always) || !this.#link.takesNew) return;
    this.#sent = wanted;
    writeCredit(this.#link.writer, {
      consumer: this.#consumer,
      messages: wanted.messages,
      concurrency: wanted.concurrency,
      bytes: this.#buffer?.bytes ?? 0,
    });
    this.#link.written();
  }
}

/** The request that attaches a consumer. */
export function createBody(
  number: number,
  sources: readonly ResolvedSource[],
  { buffer, ack, create }: SubscribeOptions,
  window: Window,
): peyk.v1.ISubscribe {
  return {
    consumer: number,
    subscriptions: sources.map(({ name }) => name),
    creditMessages: window.messages,
    creditBytes: buffer?.bytes ?? 0,
    concurrency: window.concurrency,
    ackOnDelivery: ack === "on-delivery",
    create: create && encodeSubscriptionOptions(create),
  };
}

function inRange(
  field: string,
  value: number,
  min: number,
  limit: number = limits.MAX_CREDIT_MESSAGES,
): number {
  if (Number.isSafeInteger(value) && value >= min && value <= limit) return value;
  const detail = `${field} is ${value}; it must be a whole number from ${min} to ${limit}`;
  throw new PeykError("invalid_argument", detail, { field, limit });
}
