/** References to messages: what a dead-letter queue and the log of what was redriven consist of. */
import { MessageBatch, MESSAGES_TAG, NumberReader } from "@peyk/client/protocol";
import type { DeadLetterNote, DeathReason, Run, Topic } from "../../broker/engine.js";
import { journal as codec } from "./entries.js";
import { MAX_RECORD_BYTES } from "./format.js";
import type { RecordReader } from "./reader.js";
import type { Range } from "./liveness.js";
import { READ_AHEAD_BYTES } from "./segment.js";

/** A reference as it is stored: where the message is, and why it died. */
export interface Reference {
  /** In the log of references. */
  readonly position: number;
  readonly originLog: number;
  readonly originPosition: number;
  readonly death: DeadLetterNote | undefined;
  readonly redrives: number;
}

/** Where a message is that a subscription's own log refers to. */
export interface Origin {
  readonly log: number;
  readonly position: number;
  readonly redrives: number;
}

export interface ReadReferences {
  /** In order of position. */
  readonly references: readonly Reference[];
  /** Where references were that cannot be read any more. */
  readonly damaged: readonly Range[];
  /** The first position that was not read. */
  readonly end: number;
}

export type TopicOf = (log: number) => Pick<Topic, "id" | "name" | "epoch"> | undefined;

type StoredReference = NonNullable<Parameters<typeof codec.References.encode>[0]["references"]>[0];

const EMPTY_MESSAGE = new MessageBatch(Uint8Array.of(MESSAGES_TAG, 0), 1);

/** References from `position` on: at least one if there is any. */
export async function readReferences(
  reader: RecordReader,
  log: number,
  position: number,
): Promise<ReadReferences> {
  const read = await reader.read(log, position, READ_AHEAD_BYTES);
  const references: Reference[] = [];
  const damaged: Range[] = [];
  for (const { record, first, count } of read) {
    if (record) references.push(...decodeReferences(record.body, first));
    else damaged.push({ first, count });
  }
  const last = read.at(-1);
  return {
    references: references.filter((reference) => reference.position >= position),
    damaged,
    end: last ? last.first + last.count : position,
  };
}

/** Bodies of REFERENCES records of at most MAX_RECORD_BYTES, or one reference each, and how many are in each. */
export function encodeReferences(
  references: readonly StoredReference[],
): { readonly body: Uint8Array; readonly count: number }[] {
  const bodies: { body: Uint8Array; count: number }[] = [];
  let from = 0;
  let bytes = 0;
  const cut = (to: number): void => {
    if (to === from) return;
    const body = codec.References.encode({ references: references.slice(from, to) }).finish();
    bodies.push({ body, count: to - from });
    from = to;
    bytes = 0;
  };
  references.forEach((reference, index) => {
    const added = codec.Reference.encode(reference).finish().byteLength + REFERENCE_HEAD_BYTES;
    if (bytes + added > MAX_RECORD_BYTES) cut(index);
    bytes += added;
  });
  cut(references.length);
  return bodies;
}

/** Tag and length of a reference. */
const REFERENCE_HEAD_BYTES = 6;

/** The message that a reference names, in a batch of its own; `undefined` if it cannot be read any more. */
export async function resolveReference(
  reader: RecordReader,
  log: number,
  reference: Reference,
  topic: Run["topic"],
): Promise<Run | undefined> {
  const { position, originLog, originPosition, death } = reference;
  const record = await reader.message(originLog, originPosition);
  if (!record && !death) return undefined;
  // A copy: or else a small message would keep all that was read with it in memory.
  const bytes = record?.batch.slice(originPosition - record.first, 1);
  return {
    log,
    first: position,
    count: 1,
    batch: bytes ? new MessageBatch(Uint8Array.from(bytes), 1) : EMPTY_MESSAGE,
    from: 0,
    topic,
    firstPosition: originPosition,
    publishedAtMs: record?.timeMs ?? 0,
    failures: 0,
    crashes: 0,
    interrupted: false,
    note: undefined,
    death: record || death?.reason === "data-loss" ? death : death && unreadable(death),
  };
}

/** A dead letter stays one when its message cannot be read: somebody has to see that. */
const unreadable = (death: DeadLetterNote): DeadLetterNote => ({
  ...death,
  reason: "data-loss",
  error: `its bytes on disk are damaged; it died of: ${death.reason} ${death.error}`.trimEnd(),
});

/** The references of a record's body; `first`: the position of the first one. */
export function decodeReferences(body: Uint8Array, first: number): Reference[] {
  const { references } = codec.References.decode(new NumberReader(body));
  return references.map(({ log, position, death, redrives }, index) => ({
    position: first + index,
    originLog: log,
    originPosition: position,
    death: death ? decodeDeath(death, redrives) : undefined,
    redrives,
  }));
}

type Death = ReturnType<typeof codec.Death.decode>;

const decodeDeath = (death: Death, redrives: number): DeadLetterNote => ({
  reason: death.reason as DeathReason,
  error: death.error,
  attempts: death.attempts,
  lastConsumer: death.lastConsumer,
  firstFailedAtMs: death.firstFailedAtMs,
  deadAtMs: death.deadAtMs,
  redrives,
});
