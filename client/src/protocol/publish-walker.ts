import { PeykError } from "./errors.js";
import { LastText } from "./last-text.js";
import { MAX_BATCH_MESSAGES, MAX_PAYLOAD_BYTES } from "./limits.js";
import { MESSAGES_TAG, MessageBatch } from "./message-batch.js";
import { MessageChecker } from "./message-checker.js";
import { FIRST_SEQUENCE, REQUIRE_SUBSCRIPTION, TOPIC } from "./publish.js";
import { viewOf } from "./view.js";
import { WireReader } from "./wire-reader.js";

export interface RefusedMessage {
  readonly index: number;
  readonly error: PeykError;
}

/** Good messages that stand one after the other: `first` is the index of the first of them in the Publish. */
export interface MessageRun {
  readonly first: number;
  readonly batch: MessageBatch;
}

/**
 * Reads Publish bodies without decoding their messages, each of which is checked by itself. What it found holds until
 * the next `read`; batches are views on the packet. Nothing is allocated per message, unless it is refused.
 */
export class PublishWalker {
  /** Not checked: checkTopicName does that. */
  topic = "";
  firstSequence = 0;
  requireSubscription = false;
  /** Messages, the refused ones included. */
  count = 0;
  /** Why messages were refused, in order. */
  refused: RefusedMessage[] = [];
  /** Whether any message has one of the fields in SPECIAL. */
  hasSpecials = false;

  readonly #maxMessages: number;
  readonly #checker: MessageChecker;
  readonly #reader = new WireReader();
  readonly #topics = new LastText();
  /** Where the tag of each message begins, and where the message ends; room for `#maxMessages`. */
  #starts = new Uint32Array(16);
  #ends = new Uint32Array(16);
  #specials = new Uint8Array(16);
  #isContiguous = true;

  constructor(limits: { readonly maxMessages?: number; readonly maxPayloadBytes?: number } = {}) {
    this.#maxMessages = limits.maxMessages ?? MAX_BATCH_MESSAGES;
    this.#checker = new MessageChecker(limits.maxPayloadBytes ?? MAX_PAYLOAD_BYTES);
  }

  /** Reads the Publish at `packet[start, end)`. Throws `invalid_argument` if nothing of it can be taken. */
  read(packet: Uint8Array, start: number, end: number): void {
    this.topic = "";
    this.firstSequence = this.count = 0;
    this.requireSubscription = this.hasSpecials = false;
    this.#isContiguous = true;
    if (this.refused.length > 0) this.refused = [];
    const reader = this.#reader.reset(packet, start, end);
    while (reader.at < end) {
      if (packet[reader.at] === MESSAGES_TAG) {
        this.#readMessage();
        continue;
      }
      const tag = reader.tag();
      if (tag === TOPIC) {
        const stop = reader.delimited();
        this.topic = this.#topics.decode(packet, reader.at, stop);
        reader.at = stop;
      } else if (tag === FIRST_SEQUENCE) this.firstSequence = reader.varint();
      else if (tag === REQUIRE_SUBSCRIPTION) this.requireSubscription = reader.bool();
      else reader.skip(tag);
    }
    if (this.count === 0) throw noMessages();
  }

  /** Which fields of SPECIAL message `index` has. */
  specialsOf(index: number): number {
    return this.hasSpecials ? (this.#specials[index] as number) : 0;
  }

  /** The good messages, in as few batches as possible. */
  runs(): MessageRun[] {
    if (this.refused.length === 0 && this.#isContiguous) {
      return [{ first: 0, batch: this.batch(0, this.count) }];
    }
    const runs: MessageRun[] = [];
    let refusedAt = 0;
    let first = 0;
    for (let index = 0; index <= this.count; index += 1) {
      const isRefused = this.refused[refusedAt]?.index === index;
      const isGap = index > 0 && this.#starts[index] !== this.#ends[index - 1];
      if (!isRefused && !isGap && index < this.count) continue;
      if (index > first) runs.push({ first, batch: this.batch(first, index - first) });
      first = isRefused ? index + 1 : index;
      if (isRefused) refusedAt += 1;
    }
    return runs;
  }

  /** Messages `first` to `first + count - 1` of one run. */
  batch(first: number, count: number): MessageBatch {
    const start = this.#starts[first] as number;
    const end = this.#ends[first + count - 1] as number;
    const bytes = viewOf(this.#reader.bytes, start, end);
    if (count === 1) return new MessageBatch(bytes, 1);
    const offsets = new Uint32Array(count + 1);
    for (let index = 0; index < count; index += 1) {
      offsets[index] = (this.#starts[first + index] as number) - start;
    }
    offsets[count] = end - start;
    return new MessageBatch(bytes, count, offsets);
  }

  #readMessage(): void {
    const reader = this.#reader;
    const index = this.count;
    const tagAt = reader.at++;
    if (index === this.#maxMessages) throw tooManyMessages(this.#maxMessages);
    if (index === this.#starts.length) this.#grow();
    const stop = reader.delimited();
    this.#starts[index] = tagAt;
    this.#ends[index] = stop;
    if (index > 0 && this.#ends[index - 1] !== tagAt) this.#isContiguous = false;
    this.count = index + 1;
    let specials = 0;
    try {
      specials = this.#checker.check(reader.bytes, reader.at, stop);
    } catch (error) {
      if (!(error instanceof PeykError)) throw error;
      this.refused.push({ index, error });
    }
    if (specials !== 0 || this.hasSpecials) this.#markSpecials(index, specials);
    reader.at = stop;
  }

  #markSpecials(index: number, specials: number): void {
    if (!this.hasSpecials) this.#specials.fill(0, 0, index);
    this.hasSpecials = true;
    this.#specials[index] = specials;
  }

  #grow(): void {
    const size = Math.min(this.#maxMessages, this.#starts.length * 4);
    this.#starts = grown(this.#starts, new Uint32Array(size));
    this.#ends = grown(this.#ends, new Uint32Array(size));
    this.#specials = grown(this.#specials, new Uint8Array(size));
  }
}

function grown<T extends Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function noMessages(): PeykError {
  const text = "the Publish has no messages; at least 1 is needed";
  return new PeykError("invalid_argument", text, { field: "messages" });
}

function tooManyMessages(limit: number): PeykError {
  const text = `the Publish has more than ${limit} messages`;
  return new PeykError("invalid_argument", text, { field: "messages", limit });
}
