import { SERVER_FRAMES } from "./frame-kinds.js";
import { beginFrame } from "./frame-writer.js";
import { peyk } from "./generated/frames.js";
import { decodeWith, encodeWith } from "./generated-codec.js";
import type { PacketWriter } from "./packet-writer.js";
import type { DeliveredRun, RunReader } from "./run-codec.js";
import { RUNS } from "./run-codec.js";
import { WireReader } from "./wire-reader.js";

// Deliver
const CONSUMER = 1 << 3;
const FIRST_DELIVERY = 2 << 3;
const SOURCE = 3 << 3;
const DETAILS = (4 << 3) | 2;
// DeliveryDetail
const OFFSET = 1 << 3;
const COUNT = 2 << 3;
const FAILED_ATTEMPTS = 3 << 3;
const NOTE = (4 << 3) | 2;
const DEAD_LETTER = (5 << 3) | 2;

export interface DeliverHeader {
  readonly consumer: number;
  /** Number of the first delivery of this frame; the others follow it. */
  readonly firstDelivery: number;
  /** Index into Subscribe.subscriptions. */
  readonly source: number;
}

export interface Deliver extends DeliverHeader {
  readonly details: readonly DeliveryDetail[];
  readonly runs: readonly DeliveredRun[];
}

/** What holds for `count` deliveries from `firstDelivery + offset` on, and is not the rule. */
export interface DeliveryDetail {
  readonly offset: number;
  /** At least 1. */
  readonly count: number;
  /** How many times it was running before this time; the rule: 0. */
  readonly failedAttempts: number;
  /** Left by an extension in an earlier attempt; empty: none. */
  readonly note: string;
  readonly deadLetter: peyk.v1.DeadLetterReason | undefined;
}

/** What is written of a detail: the reason of a dead letter may leave fields out. */
export type DeliveryDetailInput = Omit<DeliveryDetail, "deadLetter"> & {
  readonly deadLetter: peyk.v1.IDeadLetterReason | undefined;
};

/** Begins a Deliver; details follow (writeDetail), then runs (writeRun, or `writer.raw` of encodeRun), then endFrame. */
export function beginDeliver(writer: PacketWriter, header: DeliverHeader, expectedBytes = 0): void {
  beginFrame(writer, 0, SERVER_FRAMES.deliver, expectedBytes);
  writer.numberField(CONSUMER, header.consumer);
  writer.numberField(FIRST_DELIVERY, header.firstDelivery);
  writer.numberField(SOURCE, header.source);
}

export function writeDetail(writer: PacketWriter, detail: DeliveryDetailInput): void {
  writer.begin(DETAILS);
  writer.numberField(OFFSET, detail.offset);
  writer.numberField(COUNT, detail.count);
  writer.numberField(FAILED_ATTEMPTS, detail.failedAttempts);
  writer.textField(NOTE, detail.note);
  if (detail.deadLetter !== undefined) {
    writer.bytes(DEAD_LETTER, encodeWith(peyk.v1.DeadLetterReason, detail.deadLetter));
  }
  writer.end();
}

/** Reads the Deliver at `packet[start, end)`. */
export function readDeliver(
  packet: Uint8Array,
  start: number,
  end: number,
  runReader: RunReader,
): Deliver {
  const reader = new WireReader().reset(packet, start, end);
  const details: DeliveryDetail[] = [];
  const runs: DeliveredRun[] = [];
  const deliver = { consumer: 0, firstDelivery: 0, source: 0, details, runs };
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === RUNS) runs.push(runReader.read(reader));
    else if (tag === CONSUMER) deliver.consumer = reader.uint32();
    else if (tag === FIRST_DELIVERY) deliver.firstDelivery = reader.varint();
    else if (tag === SOURCE) deliver.source = reader.uint32();
    else if (tag === DETAILS) details.push(readDetail(reader));
    else reader.skip(tag);
  }
  return deliver;
}

function readDetail(reader: WireReader): DeliveryDetail {
  const outer = reader.enter();
  const detail = {
    offset: 0,
    count: 0,
    failedAttempts: 0,
    note: "",
    deadLetter: undefined as peyk.v1.DeadLetterReason | undefined,
  };
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === OFFSET) detail.offset = reader.uint32();
    else if (tag === COUNT) detail.count = reader.uint32();
    else if (tag === FAILED_ATTEMPTS) detail.failedAttempts = reader.uint32();
    else if (tag === NOTE) detail.note = reader.text();
    else if (tag === DEAD_LETTER) {
      const stop = reader.delimited();
      detail.deadLetter = decodeWith(peyk.v1.DeadLetterReason, reader.bytes, reader.at, stop);
      reader.at = stop;
    } else reader.skip(tag);
  }
  detail.count = Math.max(1, detail.count);
  reader.leave(outer);
  return detail;
}
