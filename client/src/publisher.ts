import type { Clock, Timer } from "./clock.js";
import { encodePayload, validate } from "./payload.js";
import type { Link, Pending } from "./link.js";
import {
  limits,
  PacketWriter,
  PeykError,
  readErrorFrame,
  readPublished,
  writeMessage,
  writePublish,
  type PublishedRange,
  type ServerFrameKind,
} from "./protocol/index.js";
import { resolveTo, type To } from "./topic.js";
import type { LogListener, Published, PublishOptions } from "./types.js";

/** A batch that grew to this size, in bytes, is sent before the turn ends. */
const FULL_BATCH_BYTES = 128 * 1024;

/** How often it is looked whether publishes ran out of time, in ms: one timer instead of one for each. */
const SWEEP_MS = 250;

export interface PublisherOptions {
  readonly requestTimeoutMs: number;
  readonly maxUnconfirmedMessages: number;
  readonly maxUnconfirmedBytes: number;
}

/** Messages for one topic that travel together: one Publish frame, kept until it is answered. */
class Batch implements Pending {
  readonly topic: string;
  readonly requireSubscription: boolean;
  readonly deadline: number;
  readonly #publisher: Publisher;
  readonly resolve: ((published: Published) => void)[] = [];
  readonly reject: ((error: Error) => void)[] = [];
  /** Set once it is sent for the first time. */
  firstSequence = 0;
  /** What was written, once it is complete. */
  messages: Uint8Array = new Uint8Array(0);
  wasSent = false;
  isGivenUp = false;

  constructor(publisher: Publisher, topic: string, requireSubscription: boolean, deadline: number) {
    this.#publisher = publisher;
    this.topic = topic;
    this.requireSubscription = requireSubscription;
    this.deadline = deadline;
  }

  get count(): number {
    return this.resolve.length;
  }

  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void {
    this.#publisher.answered(this);
    if (kind === "published") {
      const { epoch, ranges } = readPublished(packet, start, end);
      this.#settle(epoch, ranges);
    } else if (kind === "error") this.rejectAll(readErrorFrame(packet, start, end));
    else this.rejectAll(new PeykError("protocol_violation", `a publish was answered by ${kind}`));
  }

  /** It stays where it is, and is sent again. */
  lost(): void {
    // the publisher sends what is not answered once the link is open again
  }

  rejectAll(error: PeykError): void {
    for (const reject of this.reject) reject(error);
  }

  #settle(epoch: number, ranges: readonly PublishedRange[]): void {
    const life = epoch.toString(16);
    let index = 0;
    for (const { count, error, firstPosition, duplicate, subscriptions } of ranges) {
      for (let offset = 0; offset < count; offset += 1, index += 1) {
        if (error) this.reject[index]?.(error);
        else {
          const position = firstPosition + offset;
          this.resolve[index]?.({ id: `${life}-${position}`, position, duplicate, subscriptions });
        }
        if (!error && subscriptions === 0) this.#publisher.toNobody(this.topic);
      }
    }
    for (; index < this.count; index += 1) {
      this.reject[index]?.(new PeykError("internal", "the broker did not answer for this message"));
    }
  }
}

/** Gathers messages into batches by topic, and sees each through to its answer, over reconnects. */
export class Publisher {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #options: PublisherOptions;
  readonly #log: LogListener;
  /** Messages of the batch that is being filled; flushed when another topic comes. */
  readonly #writer = new PacketWriter(4096);
  #filling: Batch | undefined;
  /** Complete and not answered, in order: sent again after a reconnect. */
  readonly #unanswered = new Set<Batch>();
  /** What the broker said. */
  maxPayloadBytes: number = limits.MAX_PAYLOAD_BYTES;
  #nextSequence = 1;
  #unconfirmed = 0;
  #unconfirmedBytes = 0;
  #isScheduled = false;
  #sweep: Timer | undefined;
  readonly #warned = new Set<string>();
  readonly #onIdle: (() => void)[] = [];
  /** Those who wait until less is unconfirmed. */
  readonly #onRoom: (() => void)[] = [];
  readonly #flush = (): void => this.flush();

  constructor(link: Link, clock: Clock, options: PublisherOptions, log: LogListener) {
    this.#link = link;
    this.#clock = clock;
    this.#options = options;
    this.#log = log;
  }

  get unconfirmed(): number {
    return this.#unconfirmed;
  }

  publish<In>(to: To<In>, value: In, options: PublishOptions = {}): Promise<Published> {
    const { name, schema } = resolveTo(to);
    if (schema) return this.#publishChecked(name, schema, value, options);
    return this.#add(name, value, options);
  }

  /** Resolves when a further message may be published without being refused for want of room. */
  room(): Promise<void> {
    if (this.#unconfirmed < this.#options.maxUnconfirmedMessages / 2) return Promise.resolve();
    return new Promise((resolve) => this.#onRoom.push(resolve));
  }

  /** Resolves when everything is answered. */
  idle(): Promise<void> {
    this.flush();
    if (this.#unanswered.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** The link is open: sends again what was not answered. */
  resend(isProducerKnown: boolean): void {
    this.flush();
    if (!isProducerKnown) this.#forgetSequences();
    for (const batch of [...this.#unanswered]) this.#send(batch);
  }

  /** Rejects what is not answered; nothing more will come. */
  close(error: PeykError): void {
    this.flush();
    this.#sweep?.cancel();
    for (const batch of [...this.#unanswered]) this.#giveUp(batch, error);
  }

  flush(): void {
    this.#isScheduled = false;
    const batch = this.#filling;
    if (!batch) return;
    this.#filling = undefined;
    batch.messages = this.#writer.take();
    this.#unconfirmedBytes += batch.messages.byteLength;
    this.#unanswered.add(batch);
    if (this.#link.isOpen) this.#send(batch);
    this.#watch();
  }

  answered(batch: Batch): void {
    if (batch.isGivenUp) return;
    this.#drop(batch);
  }

  toNobody(topic: string): void {
    if (this.#warned.has(topic)) return;
    this.#warned.add(topic);
    const text =
      `published to ${topic}, which has no subscription: nobody will get it. ` +
      `Make one first, such as "${topic}/workers"`;
    this.#log("warn", text, { topic });
  }

  async #publishChecked(
    name: string,
    schema: NonNullable<ReturnType<typeof resolveTo>["schema"]>,
    value: unknown,
    options: PublishOptions,
  ): Promise<Published> {
    // The schema checks the input; it is sent as given.
    await validate(schema, value);
    return this.#add(name, value, options);
  }

  #add(topic: string, value: unknown, options: PublishOptions): Promise<Published> {
    return new Promise((resolve, reject) => {
      const { signal } = options;
      if (signal) {
        signal.throwIfAborted();
        signal.addEventListener("abort", () => reject(asError(signal.reason)), { once: true });
      }
      this.#checkRoom();
      const { bytes, contentType } = encodePayload(value);
      this.#checkSize(bytes.byteLength);
      if (this.#writer.length + bytes.byteLength > FULL_BATCH_BYTES) this.flush();
      const batch = this.#batchFor(topic, options);
      writeMessage(this.#writer, fieldsOf(bytes, contentType, options));
      batch.resolve.push(resolve);
      batch.reject.push(reject);
      this.#unconfirmed += 1;
      if (this.#writer.length >= FULL_BATCH_BYTES || batch.count === limits.MAX_BATCH_MESSAGES) {
        this.flush();
      } else this.#schedule();
    });
  }

  #checkRoom(): void {
    const { maxUnconfirmedMessages: messages, maxUnconfirmedBytes: bytes } = this.#options;
    if (this.#link.state === "closed") throw new PeykError("closed", "the client is closed");
    const isFull = this.#unconfirmed >= messages || this.#unconfirmedBytes >= bytes;
    if (!isFull) return;
    const detail =
      `${this.#unconfirmed} messages and ${this.#unconfirmedBytes} bytes are not confirmed yet; ` +
      `at most ${messages} and ${bytes} may be. Await some of them, or use publishMany`;
    throw new PeykError("resource_exhausted", detail, { field: "maxUnconfirmed", limit: messages });
  }

  #checkSize(bytes: number): void {
    const limit = this.maxPayloadBytes;
    if (bytes <= limit) return;
    const detail =
      `the payload has ${bytes} bytes; at most ${limit} are allowed. Store it elsewhere and publish ` +
      "where it is";
    throw new PeykError("payload_too_large", detail, { field: "value", limit });
  }

  #batchFor(topic: string, options: PublishOptions): Batch {
    const requireSubscription = options.requireSubscription ?? false;
    const timeoutMs = options.timeoutMs ?? this.#options.requestTimeoutMs;
    const last = this.#filling;
    const fits =
      last?.topic === topic &&
      last.requireSubscription === requireSubscription &&
      options.timeoutMs === undefined;
    if (fits) return last;
    this.flush();
    const deadline = this.#clock.monotonic() + timeoutMs;
    const batch = new Batch(this, topic, requireSubscription, deadline);
    this.#filling = batch;
    return batch;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.defer(this.#flush);
  }

  #send(batch: Batch): void {
    if (!batch.wasSent) {
      batch.wasSent = true;
      batch.firstSequence = this.#nextSequence;
      this.#nextSequence += batch.count;
    }
    const { topic, firstSequence, requireSubscription, messages } = batch;
    if (this.#link.writer.length + messages.byteLength > FULL_BATCH_BYTES) this.#link.flush();
    const id = this.#link.expect(batch);
    const header = { topic, firstSequence, requireSubscription };
    writePublish(this.#link.writer, id, header, messages);
    this.#link.written();
  }

  /** The broker has forgotten what this client published: what was sent before may be stored or not. */
  #forgetSequences(): void {
    this.#nextSequence = 1;
    for (const batch of [...this.#unanswered]) {
      if (!batch.wasSent) continue;
      const detail =
        "the connection was lost and the broker does not remember this client: " +
        "the message may have been stored or not";
      this.#giveUp(batch, new PeykError("outcome_unknown", detail));
    }
  }

  #giveUp(batch: Batch, error: PeykError): void {
    batch.isGivenUp = true;
    this.#drop(batch);
    batch.rejectAll(error);
  }

  #drop(batch: Batch): void {
    if (!this.#unanswered.delete(batch)) return;
    this.#unconfirmed -= batch.count;
    this.#unconfirmedBytes -= batch.messages.byteLength;
    if (this.#unconfirmed < this.#options.maxUnconfirmedMessages / 2) {
      for (const resolve of this.#onRoom.splice(0)) resolve();
    }
    if (this.#unanswered.size > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #watch(): void {
    if (this.#sweep || this.#unanswered.size === 0) return;
    this.#sweep = this.#clock.setTimer(SWEEP_MS, () => {
      this.#sweep = undefined;
      const now = this.#clock.monotonic();
      for (const batch of [...this.#unanswered]) {
        if (batch.deadline <= now) this.#giveUp(batch, tooLate(batch));
      }
      this.#watch();
    });
  }
}

function tooLate(batch: Batch): PeykError {
  if (batch.wasSent) {
    const detail = "no answer came in time: the message may have been stored or not";
    return new PeykError("outcome_unknown", detail);
  }
  return new PeykError("timeout", "no broker could be reached in time; the message was not sent");
}

function fieldsOf(payload: Uint8Array, contentType: string, options: PublishOptions) {
  if (contentType === "" && isPlain(options)) return { payload };
  const { key, priority, attributes, correlationId, delayMs, deliverAt, ttlMs, dedupId } = options;
  return {
    payload,
    contentType: options.contentType ?? contentType,
    key,
    priority,
    attributes,
    correlationId,
    delayMs,
    deliverAtMs: deliverAt?.getTime(),
    ttlMs,
    dedupId,
  };
}

const isPlain = (options: PublishOptions): boolean => {
  for (const _ in options) return false;
  return true;
};

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));
