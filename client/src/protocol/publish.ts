import { readError, writeError } from "./error-codec.js";
import type { PeykError } from "./errors.js";
import { CLIENT_FRAMES, SERVER_FRAMES } from "./frame-kinds.js";
import { beginFrame, endFrame } from "./frame-writer.js";
import type { PacketWriter } from "./packet-writer.js";
import { WireReader } from "./wire-reader.js";

// Publish
export const TOPIC = (1 << 3) | 2;
export const FIRST_SEQUENCE = 2 << 3;
export const REQUIRE_SUBSCRIPTION = 3 << 3;
// Published
const EPOCH = 1 << 3;
const RANGES = (2 << 3) | 2;
// PublishedRange
const COUNT = 1 << 3;
const FIRST_POSITION = 2 << 3;
const SUBSCRIPTIONS = 3 << 3;
const DUPLICATE = 4 << 3;
const ERROR = (5 << 3) | 2;

export interface PublishHeader {
  readonly topic: string;
  /** 0: no protection against resends. */
  readonly firstSequence: number;
  readonly requireSubscription: boolean;
}

/** What became of the messages of a Publish: ranges that together cover them in order. */
export interface Published {
  readonly epoch: number;
  readonly ranges: readonly PublishedRange[];
}

/** `count` messages that were stored at consecutive positions, or refused for the same reason. */
export interface PublishedRange {
  readonly count: number;
  readonly firstPosition: number;
  readonly subscriptions: number;
  readonly duplicate: boolean;
  readonly error: PeykError | undefined;
}

/** Begins a Publish; messages follow (writeMessage, or `writer.raw` for written ones), then endFrame. */
export function beginPublish(
  writer: PacketWriter,
  requestId: number,
  header: PublishHeader,
  expectedBytes = 0,
): void {
  beginFrame(writer, requestId, CLIENT_FRAMES.publish, header.topic.length + expectedBytes);
  writer.textField(TOPIC, header.topic);
  writer.numberField(FIRST_SEQUENCE, header.firstSequence);
  writer.boolField(REQUIRE_SUBSCRIPTION, header.requireSubscription);
}

/** Writes a Publish of messages that writeMessage wrote before, one after the other. */
export function writePublish(
  writer: PacketWriter,
  requestId: number,
  header: PublishHeader,
  messages: Uint8Array,
): void {
  beginPublish(writer, requestId, header, messages.length);
  writer.raw(messages);
  endFrame(writer);
}

export function writePublished(
  writer: PacketWriter,
  requestId: number,
  { epoch, ranges }: Published,
): void {
  beginFrame(writer, requestId, SERVER_FRAMES.published, ranges.length * 16);
  writer.numberField(EPOCH, epoch);
  for (const range of ranges) {
    writer.begin(RANGES);
    writer.numberField(COUNT, range.count);
    writer.numberField(FIRST_POSITION, range.firstPosition);
    writer.numberField(SUBSCRIPTIONS, range.subscriptions);
    writer.boolField(DUPLICATE, range.duplicate);
    if (range.error !== undefined) {
      writer.begin(ERROR);
      writeError(writer, range.error);
      writer.end();
    }
    writer.end();
  }
  endFrame(writer);
}

/** Reads the Published at `packet[start, end)`. */
export function readPublished(packet: Uint8Array, start: number, end: number): Published {
  const reader = new WireReader().reset(packet, start, end);
  const ranges: PublishedRange[] = [];
  let epoch = 0;
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === EPOCH) epoch = reader.varint();
    else if (tag === RANGES) ranges.push(readRange(reader));
    else reader.skip(tag);
  }
  return { epoch, ranges };
}

function readRange(reader: WireReader): PublishedRange {
  const outer = reader.enter();
  const range = {
    count: 0,
    firstPosition: 0,
    subscriptions: 0,
    duplicate: false,
    error: undefined as PeykError | undefined,
  };
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === COUNT) range.count = reader.uint32();
    else if (tag === FIRST_POSITION) range.firstPosition = reader.varint();
    else if (tag === SUBSCRIPTIONS) range.subscriptions = reader.uint32();
    else if (tag === DUPLICATE) range.duplicate = reader.bool();
    else if (tag === ERROR) {
      const inRange = reader.enter();
      range.error = readError(reader);
      reader.leave(inRange);
    } else reader.skip(tag);
  }
  reader.leave(outer);
  return range;
}
