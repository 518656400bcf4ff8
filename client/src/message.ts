import { decodePayload, BYTES_TYPE } from "./payload.js";
import { DecodedMessage, type DeliveredRun } from "./protocol/index.js";
import type { Message } from "./types.js";

/** A message of a run. Decoded when it is first looked at; its bytes stay those of the packet. */
export class ReceivedMessage<T = unknown> implements Message<T> {
  readonly #run: DeliveredRun;
  readonly #index: number;
  #decoded: DecodedMessage | undefined;
  #value: T | undefined;
  #hasValue = false;

  constructor(run: DeliveredRun, index: number) {
    this.#run = run;
    this.#index = index;
  }

  get id(): string {
    return `${this.#run.epoch.toString(16)}-${this.#run.firstPosition + this.#index}`;
  }

  get position(): number {
    return this.#run.firstPosition + this.#index;
  }

  get topic(): string {
    return this.#run.topic;
  }

  get publishedAt(): Date {
    return new Date(this.#run.publishedAtMs);
  }

  get key(): string {
    return this.#message.key;
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

  get correlationId(): string {
    return this.#message.correlationId;
  }

  get replyTo(): string {
    return this.#message.replyTo;
  }

  /** Throws `invalid_payload` where the bytes are not what the content type says. */
  get value(): T {
    if (!this.#hasValue) this.setValue(decodePayload(this.bytes, this.contentType) as T);
    return this.#value as T;
  }

  /** What the schema made of it. */
  setValue(value: T): void {
    this.#value = value;
    this.#hasValue = true;
  }

  get #message(): DecodedMessage {
    if (!this.#decoded) {
      const { batch } = this.#run;
      this.#decoded = new DecodedMessage(batch.message(this.#index));
    }
    return this.#decoded;
  }
}
