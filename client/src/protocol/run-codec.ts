import { LastText } from "./last-text.js";
import { MESSAGES_TAG, MessageBatch } from "./message-batch.js";
import { PacketWriter } from "./packet-writer.js";
import { viewOf } from "./view.js";
import type { WireReader } from "./wire-reader.js";
import { malformed } from "./wire-reader.js";

/** `runs` of Deliver and of LiveMessages: the same number in both, so that the bytes of a run go into either. */
export const RUNS = (5 << 3) | 2;

// Run
const TOPIC = (1 << 3) | 2;
const EPOCH = 2 << 3;
const FIRST_POSITION = 3 << 3;
const PUBLISHED_AT_MS = 4 << 3;

export interface RunHeader {
  readonly topic: string;
  readonly epoch: number;
  /** Position of the first message; the others follow it. */
  readonly firstPosition: number;
  readonly publishedAtMs: number;
}

/** Messages of one topic with consecutive positions, stored at one time. `batch` is a view on the packet. */
export interface DeliveredRun extends RunHeader {
  readonly batch: MessageBatch;
}

/** Writes a run into a Deliver or LiveMessages that was begun. `messages` is what MessageBatch.slice gives. */
export function writeRun(writer: PacketWriter, run: RunHeader, messages: Uint8Array): void {
  writer.begin(RUNS, messages.length + run.topic.length + 24);
  writer.textField(TOPIC, run.topic);
  writer.numberField(EPOCH, run.epoch);
  writer.numberField(FIRST_POSITION, run.firstPosition);
  writer.numberField(PUBLISHED_AT_MS, run.publishedAtMs);
  writer.raw(messages);
  writer.end();
}

/** A run as bytes of its own, for `writer.raw` into any number of Delivers and LiveMessages. */
export function encodeRun(run: RunHeader, messages: Uint8Array): Uint8Array {
  const writer = new PacketWriter(messages.length + run.topic.length + 48);
  writeRun(writer, run, messages);
  return writer.view();
}

/** Reads runs; remembers the topic of the last one. */
export class RunReader {
  readonly #topics = new LastText();
  /** Where messages begin, while their number is not known yet. */
  #offsets = new Uint32Array(64);

  /** Reads the Run whose tag was just read. */
  read(reader: WireReader): DeliveredRun {
    const outer = reader.enter();
    const run = {
      topic: "",
      epoch: 0,
      firstPosition: 0,
      publishedAtMs: 0,
      batch: EMPTY_BATCH,
    };
    while (reader.at < reader.end) {
      const tagAt = reader.at;
      const tag = reader.tag();
      if (tag === MESSAGES_TAG) {
        if (run.batch !== EMPTY_BATCH) throw malformed("the messages of a run are apart");
        reader.at = tagAt;
        run.batch = this.#readMessages(reader);
      } else if (tag === TOPIC) {
        const stop = reader.delimited();
        run.topic = this.#topics.decode(reader.bytes, reader.at, stop);
        reader.at = stop;
      } else if (tag === EPOCH) run.epoch = reader.varint();
      else if (tag === FIRST_POSITION) run.firstPosition = reader.varint();
      else if (tag === PUBLISHED_AT_MS) run.publishedAtMs = reader.varint();
      else reader.skip(tag);
    }
    reader.leave(outer);
    return run;
  }

  #readMessages(reader: WireReader): MessageBatch {
    const { bytes, at: start } = reader;
    let count = 0;
    while (reader.at < reader.end && bytes[reader.at] === MESSAGES_TAG) {
      this.#setOffset(count, reader.at - start);
      count += 1;
      reader.at += 1;
      reader.at = reader.delimited();
    }
    const view = viewOf(bytes, start, reader.at);
    if (count === 1) return new MessageBatch(view, 1);
    this.#setOffset(count, reader.at - start);
    return new MessageBatch(view, count, this.#offsets.slice(0, count + 1));
  }

  #setOffset(index: number, offset: number): void {
    if (index === this.#offsets.length) {
      const grown = new Uint32Array(index * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[index] = offset;
  }
}

const EMPTY_BATCH = new MessageBatch(new Uint8Array(0), 0, new Uint32Array(1));
