import { checkAttributes, checkNamed, checkText, timeOf } from "./argument-checks.js";
import { Batch, type BatchOwner } from "./batch.js";
import type { Clock, Timer } from "./clock.js";
import type { Link } from "./link.js";
import { encodePayload, validate } from "./payload.js";
import {
  checkTopicName,
  limits,
  PacketWriter,
  PeykError,
  writeMessage,
  writePublish,
  type MessageFields,
} from "./protocol/index.js";
import type { StandardSchemaV1 } from "./standard-schema.js";
import type { To } from "./topic.js";
import type { LogListener, Published, PublishOptions } from "./types.js";
import { asError, onAbort } from "./waiting.js";

/** A batch that grew to this size, in bytes, is sent before the turn ends; one that fills a packet of the broker, sooner. */
const FULL_BATCH_BYTES = 128 * 1024;

/** More than what a Publish frame has besides its messages, in bytes: tags, lengths, numbers and the longest topic. */
const HEADER_BYTES = 1024;

/** How often it is looked whether publishes ran out of time, in ms: one timer instead of one for each. */
const SWEEP_MS = 250;

export interface PublisherOptions {
  readonly requestTimeoutMs: number;
  readonly maxUnconfirmedMessages: number;
  readonly maxUnconfirmedBytes: number;
}

/** Gathers messages into batches by topic, and sees each through to its answer, over reconnects. */
export class Publisher implements BatchOwner {
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
  /** Something was stored, or nobody knows whether it was, by a broker that knows this client. */
  #mayBeStored = false;
  #unconfirmed = 0;
  #unconfirmedBytes = 0;
  #isScheduled = false;
  /** Until what was not answered is sent again, nothing that is newer is sent: the order is kept. */
  #mustResend = false;
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

  publish<In>(to: To<In>, value: In, options?: PublishOptions): Promise<Published> {
    if (typeof to === "string") return this.#add(to, value, options);
    try {
      checkNamed(to, "topic");
    } catch (error) {
      return Promise.reject(asError(error));
    }
    const schema = to["~schema"];
    if (!schema) return this.#add(to.name, value, options);
    return this.#publishChecked({ name: to.name, schema }, value, options);
  }

  /** Half of what may be unconfirmed is not used: a further message will not be refused for want of room. */
  get hasRoom(): boolean {
    const { maxUnconfirmedMessages, maxUnconfirmedBytes } = this.#options;
    return (
      this.#unconfirmed < maxUnconfirmedMessages / 2 &&
      this.#unconfirmedBytes < maxUnconfirmedBytes / 2
    );
  }

  /** Resolves when there is room. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve();
    return new Promise((resolve) => this.#onRoom.push(resolve));
  }

  /** Resolves when everything is answered. */
  idle(): Promise<void> {
    this.flush();
    if (this.#unanswered.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** The link was open and is not any more. */
  interrupted(): void {
    this.#mustResend = true;
  }

  /**
   * The link is open: sends again what was not answered. Where the broker does not know this client, nothing of it was
   * stored, unless something was and the broker has forgotten it, or another broker stored it; the same session forgets
   * nothing.
   */
  resend(broker: {
    readonly knowsProducer: boolean;
    readonly isSameSession: boolean;
    readonly isEstranged: boolean;
  }): void {
    this.#complete();
    this.#mustResend = false;
    if (!broker.knowsProducer) {
      this.#nextSequence = 1;
      for (const batch of this.#unanswered) batch.firstSequence = 0;
      const mayBeStored = this.#mayBeStored || broker.isEstranged;
      if (mayBeStored && !broker.isSameSession) this.#giveUpSent();
      this.#mayBeStored = false;
    }
    for (const batch of [...this.#unanswered]) this.#send(batch);
  }

  /** Rejects what is not answered; nothing more will come. */
  close(error: PeykError): void {
    this.#complete();
    this.#sweep?.cancel();
    for (const batch of [...this.#unanswered]) {
      batch.fail(batch.wasSent ? unknownOutcome("the client was closed", error) : error);
    }
  }

  flush(): void {
    this.#isScheduled = false;
    const batch = this.#complete();
    if (!batch) return;
    if (this.#link.takesNew && !this.#mustResend) this.#send(batch);
    this.#watch();
  }

  // ---- For its batches -----------------------------------------------------------------------------------------------

  done(batch: Batch): void {
    if (!this.#unanswered.delete(batch)) return;
    this.#unconfirmed -= batch.count;
    this.#unconfirmedBytes -= batch.payloadBytes;
    if (this.#onRoom.length > 0 && this.hasRoom) {
      for (const resolve of this.#onRoom.splice(0)) resolve();
    }
    if (this.#unanswered.size > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  stored(): void {
    this.#mayBeStored = true;
  }

  isHeldBack(batch: Batch, error: PeykError): boolean {
    if (error.code !== "unavailable" || !this.#link.isLeaving) return false;
    batch.wasSent = false;
    return true;
  }

  toNobody(topic: string): void {
    if (this.#warned.has(topic)) return;
    this.#warned.add(topic);
    const text =
      `published to ${topic}, which has no subscription: nobody will get it. ` +
      `Make one first, such as "${topic}/workers"`;
    this.#log("warn", text, { topic });
  }

  // ---- Inside --------------------------------------------------------------------------------------------------------

  /** The schema checks the input, which is sent as given. One that answers at once keeps the order of the calls. */
  #publishChecked(
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the value is checked by it, whatever it takes
    topic: { readonly name: string; readonly schema: StandardSchemaV1<any, unknown> },
    value: unknown,
    options: PublishOptions | undefined,
  ): Promise<Published> {
    try {
      const checked = validate(topic.schema, value);
      if (!(checked instanceof Promise)) return this.#add(topic.name, value, options);
      return checked.then(() => this.#add(topic.name, value, options));
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  #add(topic: string, value: unknown, options: PublishOptions | undefined): Promise<Published> {
    return new Promise((resolve, reject) => {
      if (options?.signal) this.#addAbortable(topic, value, options, { resolve, reject });
      else this.#write(topic, value, options, resolve, reject);
    });
  }

  /** Whoever waits may stop waiting; the message is on its way all the same. */
  #addAbortable(
    topic: string,
    value: unknown,
    options: PublishOptions,
    { resolve, reject }: { resolve: (published: Published) => void; reject: (e: Error) => void },
  ): void {
    options.signal?.throwIfAborted();
    const forget = onAbort(options.signal, reject);
    const settle = (published: Published): void => {
      forget();
      resolve(published);
    };
    const fail = (error: Error): void => {
      forget();
      reject(error);
    };
    try {
      this.#write(topic, value, options, settle, fail);
    } catch (error) {
      fail(asError(error));
    }
  }

  #write(
    topic: string,
    value: unknown,
    options: PublishOptions | undefined,
    resolve: (published: Published) => void,
    reject: (error: Error) => void,
  ): void {
    this.#checkRoom();
    this.#checkLength(topic);
    const { bytes, contentType } = encodePayload(value);
    const { byteLength } = bytes;
    this.#checkSize(byteLength);
    if (this.#writer.length + byteLength > this.#fullBatchBytes) this.flush();
    const batch = this.#writeInto(topic, fieldsOf(bytes, contentType, options), options);
    batch.payloadBytes += byteLength;
    batch.resolve.push(resolve);
    batch.reject.push(reject);
    this.#unconfirmed += 1;
    this.#unconfirmedBytes += byteLength;
    if (this.#writer.length >= this.#fullBatchBytes || batch.count === limits.MAX_BATCH_MESSAGES) {
      this.flush();
    } else this.#schedule();
  }

  /** Writes a message into the batch that is being filled, or where both together are too large for a packet, a new one. */
  #writeInto(topic: string, fields: MessageFields, options: PublishOptions | undefined): Batch {
    const writer = this.#writer;
    const batch = this.#batchFor(topic, options);
    const start = writer.length;
    writeMessage(writer, fields);
    const bytes = writer.length - start;
    const limit = this.#maxBatchBytes;
    if (bytes > limit) {
      writer.truncate(start);
      throw tooLarge(bytes, limit);
    }
    if (writer.length <= limit) return (this.#filling = batch);
    const message = writer.view().slice(start);
    writer.truncate(start);
    this.flush();
    writer.raw(message);
    return (this.#filling = this.#batchFor(topic, options));
  }

  /** What fits into a packet of the broker. */
  get #maxBatchBytes(): number {
    return this.#link.maxPacketBytes - HEADER_BYTES;
  }

  get #fullBatchBytes(): number {
    return Math.min(FULL_BATCH_BYTES, this.#maxBatchBytes);
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

  /** The broker checks names. One that is so long that no packet takes it does not reach the broker. */
  #checkLength(topic: string): void {
    if (topic.length > limits.MAX_TOPIC_CHARS) checkTopicName(topic);
  }

  #checkSize(bytes: number): void {
    const limit = this.maxPayloadBytes;
    if (bytes <= limit) return;
    const detail =
      `the payload has ${bytes} bytes; at most ${limit} are allowed. Store it elsewhere and publish ` +
      "where it is";
    throw new PeykError("payload_too_large", detail, { field: "value", limit });
  }

  /** The batch that is being filled, if the message may join it, or a new one. */
  #batchFor(topic: string, options: PublishOptions | undefined): Batch {
    const requireSubscription = options?.requireSubscription ?? false;
    const last = this.#filling;
    const fits =
      last?.topic === topic &&
      last.requireSubscription === requireSubscription &&
      options?.timeoutMs === undefined;
    if (fits) return last;
    this.flush();
    const timeoutMs = options?.timeoutMs ?? this.#options.requestTimeoutMs;
    const deadline = this.#clock.monotonic() + timeoutMs;
    return new Batch(this, { topic, requireSubscription, deadline });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.defer(this.#flush);
  }

  /** Nothing more joins the batch that was being filled. */
  #complete(): Batch | undefined {
    const batch = this.#filling;
    if (!batch) return undefined;
    this.#filling = undefined;
    batch.messages = this.#writer.take();
    this.#unanswered.add(batch);
    return batch;
  }

  #send(batch: Batch): void {
    const { wasSent } = batch;
    const isNew = batch.firstSequence === 0;
    batch.wasSent = true;
    if (isNew) {
      batch.firstSequence = this.#nextSequence;
      this.#nextSequence += batch.count;
    }
    const { topic, firstSequence, requireSubscription, messages } = batch;
    if (this.#link.writer.length + messages.byteLength > FULL_BATCH_BYTES) this.#link.flush();
    const id = this.#link.expect(batch);
    const header = { topic, firstSequence, requireSubscription };
    writePublish(this.#link.writer, id, header, messages);
    try {
      this.#link.written();
    } catch (error) {
      if (!PeykError.is(error)) throw error;
      // The last broker took larger packets than this one, which shall not miss a sequence: a new producer begins with 1.
      this.#link.forget(id);
      if (isNew) this.#nextSequence = firstSequence;
      batch.fail(wasSent ? unknownOutcome("the broker takes smaller packets now", error) : error);
    }
  }

  /** What was sent may be stored or not, and cannot be protected from being stored twice. */
  #giveUpSent(): void {
    const detail = "the connection was lost, and the broker does not remember this client";
    for (const batch of [...this.#unanswered]) {
      if (batch.wasSent) batch.fail(unknownOutcome(detail));
    }
  }

  #watch(): void {
    if (this.#sweep || this.#unanswered.size === 0) return;
    this.#sweep = this.#clock.setTimer(SWEEP_MS, () => {
      this.#sweep = undefined;
      const now = this.#clock.monotonic();
      for (const batch of [...this.#unanswered]) {
        if (batch.deadline > now) continue;
        if (batch.wasSent) this.stored();
        batch.fail(tooLate(batch));
      }
      this.#watch();
    });
  }
}

const unknownOutcome = (why: string, cause?: PeykError): PeykError => {
  const detail = `${why}: the message may have been stored or not`;
  return new PeykError("outcome_unknown", detail, { cause });
};

const tooLate = (batch: Batch): PeykError =>
  batch.wasSent
    ? unknownOutcome("no answer came in time")
    : new PeykError("timeout", "no broker could be reached in time; the message was not sent");

function tooLarge(bytes: number, limit: number): PeykError {
  const detail =
    `the message has ${bytes} bytes with all its fields; at most ${limit} are allowed. Store what is large ` +
    "elsewhere and publish where it is";
  return new PeykError("payload_too_large", detail, { field: "value", limit });
}

function fieldsOf(payload: Uint8Array, contentType: string, options: PublishOptions | undefined) {
  if (options === undefined) return contentType === "" ? { payload } : { payload, contentType };
  const { key, priority, attributes, correlationId, delayMs, deliverAt, ttlMs, dedupId } = options;
  if (attributes) checkAttributes(attributes);
  checkText("key", key);
  checkText("correlationId", correlationId);
  checkText("dedupId", dedupId);
  checkText("contentType", options.contentType);
  return {
    payload,
    contentType: options.contentType ?? contentType,
    key,
    priority,
    attributes,
    correlationId,
    delayMs,
    deliverAtMs: deliverAt && timeOf("deliverAt", deliverAt),
    ttlMs,
    dedupId,
  };
}
