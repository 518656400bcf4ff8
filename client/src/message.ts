import { decodePayload, BYTES_TYPE } from "./payload.js";
import { DecodedMessage, type DeliveredRun } from "./protocol/index.js";
import type { Message } from "./types.js";

const NOT_DECODED = Symbol("not decoded");

/** A message of a run. Decoded when it is first looked at; its bytes stay those of the packet. */
export class ReceivedMessage<T = unknown> implements Message<T> {
  readonly #run: DeliveredRun;
  readonly #index: number;
  #decoded: DecodedMessage | undefined;
  #value: T | typeof NOT_DECODED = NOT_DECODED;

  constructor(run: DeliveredRun, index: number) {
    this.#run = run;
    this.#index = index;
  }

  get id(): string {
    return `${this.#run.epoch.toString(16)}-${this.#run.firstPosition + this.#index}`;
  }

  get topic(): string {
    return this.#run.topic;
  }

  get publishedAt(): Date {
    return new Date(this.#run.publishedAtMs);
  }

  get key(): string | undefined {
    return this.#message.key || undefined;
  }

  get priority(): number {
    return this.#message.priority;
  }

  get bytes(): Uint8Array {
    return this.#message.payload;
  }

  get contentType(): string {
    return this.#message.contentType || BYTES_TYPE;
  }

  get attributes(): Readonly<Record<string, string>> {
    return this.#message.attributes;
  }

  get correlationId(): string | undefined {
    return this.#message.correlationId || undefined;
  }

  get replyTo(): string | undefined {
    return this.#message.replyTo || undefined;
  }

  /** Throws `invalid_payload` where the bytes are not what the content type says. */
  get value(): T {
    if (this.#value === NOT_DECODED) this.#value = this.decode();
    return this.#value;
  }

  /** What the schema made of it. */
  setValue(value: T): void {
    this.#value = value;
  }

  protected decode(): T {
    return decodePayload(this.bytes, this.contentType) as T;
  }

  get #message(): DecodedMessage {
    if (!this.#decoded) {
      const { batch } = this.#run;
      this.#decoded = new DecodedMessage(
        batch.bytes,
        batch.bodyStart(this.#index),
        batch.bodyEnd(this.#index),
      );
    }
    return this.#decoded;
  }
}

/** The messages of a run. */
export const messagesOf = (run: DeliveredRun): Message[] =>
  Array.from({ length: run.batch.count }, (_, index) => new ReceivedMessage(run, index));
