/** The state as pieces of a snapshot, and back. */
import {
  encodeSubscription,
  encodeTopic,
  decodeSubscription,
  decodeTopic,
} from "./catalog-entries.js";
import type { Cursor } from "./cursor.js";
import { journal as codec, type Piece } from "./entries.js";
import { Producer, producerBytes, producerId } from "./producers.js";
import type { Log, State, SubscriptionState, TopicState } from "./state.js";

const KINDS = {
  messages: codec.LogKind.LOG_KIND_MESSAGES,
  references: codec.LogKind.LOG_KIND_REFERENCES,
  notes: codec.LogKind.LOG_KIND_NOTES,
} as const;

/** What is not about one thing. `hot`: the hot files in use. */
export function globalPiece(
  state: State,
  hot: readonly { readonly number: number; readonly lastCommit: number }[],
): Piece {
  const { boot, nextId, nextLog, nextFile, lastTimeMs } = state;
  const coldFiles = [...state.coldFiles];
  const segments = hot.map(({ number }) => number);
  const segmentEnds = hot.map(({ lastCommit }) => lastCommit);
  const numbers = { boot, nextId, nextLog, nextFile, lastTimeMs };
  return { global: { ...numbers, coldFiles, segments, segmentEnds } };
}

/** The last commit that a segment had when the piece was copied; 0 if it does not say. */
export function endOfSegment(piece: Piece["global"], number: number): number {
  const index = piece?.segments?.indexOf(number) ?? -1;
  return piece?.segmentEnds?.[index] ?? 0;
}

export function topicPiece(state: TopicState): Piece {
  const { positions } = state;
  return {
    topic: {
      topic: encodeTopic(state.topic, positions.log),
      logs: [...state.logs.values()].map(encodeLog),
      nextPosition: positions.next,
      reservedUntil: positions.reservedUntil,
      gaps: positions.gaps(),
      retainedFrom: state.retainedFrom,
    },
  };
}

export function subscriptionPiece(state: SubscriptionState): Piece {
  const own = [state.references, state.notes].filter((log) => log !== undefined);
  return {
    subscription: {
      subscription: encodeSubscription(state.subscription),
      logs: own.map(encodeLog),
      cursors: [...state.cursors.values()].map(encodeCursor),
    },
  };
}

export function producerPiece(id: string, producer: Producer): Piece {
  const ranges = producer.ranges.map((range) => ({ ...range }));
  const { nextSequence } = producer;
  return { producer: { producer: producerBytes(id), nextSequence, ranges } };
}

/** Puts pieces back; topics must come before subscriptions. */
export function restorePiece(state: State, piece: Piece, commit: number): void {
  if (piece.global) restoreGlobal(state, piece.global);
  else if (piece.topic) restoreTopic(state, piece.topic, commit);
  else if (piece.subscription) restoreSubscription(state, piece.subscription, commit);
  else if (piece.producer) restoreProducer(state, piece.producer, commit);
}

function restoreGlobal(state: State, piece: NonNullable<Piece["global"]>): void {
  state.boot = piece.boot ?? 0;
  state.nextId = piece.nextId ?? 1;
  state.nextLog = piece.nextLog ?? 1;
  state.nextFile = piece.nextFile ?? 1;
  state.lastTimeMs = piece.lastTimeMs ?? 0;
  for (const file of piece.coldFiles ?? []) state.coldFiles.add(file);
}

function restoreTopic(state: State, piece: NonNullable<Piece["topic"]>, commit: number): void {
  const saved = piece.topic ?? {};
  const topic = state.addTopic(decodeTopic(saved), saved.log ?? 0, commit);
  for (const log of piece.logs ?? []) restoreLog(state, log);
  const { positions } = topic;
  positions.next = piece.nextPosition ?? 1;
  positions.reservedUntil = piece.reservedUntil ?? 1;
  positions.restoreGaps(piece.gaps ?? []);
  topic.retainedFrom = piece.retainedFrom ?? 1;
}

function restoreSubscription(
  state: State,
  piece: NonNullable<Piece["subscription"]>,
  commit: number,
): void {
  const owner = state.addSubscription(decodeSubscription(piece.subscription ?? {}), commit);
  for (const log of piece.logs ?? []) {
    const own = restoreLog(state, log);
    if (own) own.positions.next = log.nextPosition ?? 1;
  }
  // A topic made after topics were copied comes with the replay; one deleted since never comes.
  for (const saved of piece.cursors ?? []) {
    state.whenLog(saved.log ?? 0, (log) => restoreCursor(state, owner, log, saved));
  }
}

type SavedCursor = NonNullable<NonNullable<Piece["subscription"]>["cursors"]>[number];

function restoreCursor(state: State, owner: SubscriptionState, log: Log, saved: SavedCursor): void {
  const cursor = state.addCursor(owner, log.positions, saved.floor ?? 1);
  cursor.unsettledCount = saved.unsettled ?? 0;
  for (const page of saved.settled ?? []) cursor.settled.addPage(page.number ?? 0, bits(page));
  for (const page of saved.held ?? []) cursor.held.addPage(page.number ?? 0, bits(page));
  for (const retry of saved.retries ?? []) {
    cursor.failed(retry.first ?? 0, retry.count ?? 0, {
      log: retry.log ?? 0,
      failures: retry.failures ?? 0,
      crashes: retry.crashes ?? 0,
      dueAtMs: retry.dueAtMs ?? 0,
      firstFailedAtMs: retry.firstFailedAtMs ?? 0,
      note: retry.note ?? 0,
      interrupted: retry.interrupted ?? false,
    });
  }
  for (const { log: of = 0, first = 0, count = 0 } of saved.handedOver ?? []) {
    cursor.handOver(of, first, count);
  }
}

function restoreProducer(
  state: State,
  piece: NonNullable<Piece["producer"]>,
  commit: number,
): void {
  const producer = new Producer(commit);
  for (const range of piece.ranges ?? []) {
    producer.ranges.push({
      firstSequence: range.firstSequence ?? 0,
      count: range.count ?? 0,
      topic: range.topic ?? 0,
      firstPosition: range.firstPosition ?? 0,
    });
  }
  producer.nextSequence = piece.nextSequence ?? 1;
  state.producers.byId.set(producerId(piece.producer ?? new Uint8Array()), producer);
}

function restoreLog(
  state: State,
  saved: NonNullable<NonNullable<Piece["topic"]>["logs"]>[number],
): Log | undefined {
  const log = saved.log ?? {};
  const kind = log.kind ?? KINDS.messages;
  return state.addLog({
    id: log.id ?? 0,
    kind: kind === KINDS.references ? "references" : kind === KINDS.notes ? "notes" : "messages",
    owner: log.owner ?? 0,
    priority: log.priority ?? 0,
  });
}

function encodeLog(log: Log) {
  const { id, owner, priority } = log;
  return { log: { id, kind: KINDS[log.kind], owner, priority }, nextPosition: log.positions.next };
}

function encodeCursor(cursor: Cursor) {
  return {
    log: cursor.positions.log,
    floor: cursor.floor,
    unsettled: cursor.unsettledCount,
    settled: cursor.settled.pages(),
    held: cursor.held.pages(),
    retries: [...cursor.failedRanges()].map(({ first, count, retry }) => ({
      first,
      count,
      ...retry,
    })),
    handedOver: cursor.handOvers?.ranges() ?? [],
  };
}

const bits = (page: { readonly bits?: Uint8Array | undefined }): Uint8Array =>
  page.bits ?? new Uint8Array();
