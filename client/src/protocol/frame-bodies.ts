import { CLIENT_CHECKS } from "./client-checks.js";
import { readError, writeError } from "./error-codec.js";
import type { PeykError } from "./errors.js";
import { CLIENT_FRAMES, SERVER_FRAMES } from "./frame-kinds.js";
import { beginFrame, endFrame } from "./frame-writer.js";
import { decodeWith, encodeWith } from "./generated-codec.js";
import { peyk } from "./generated/frames.js";
import type { Codec } from "./generated/frames.js";
import { MAX_FRAME_FIELDS } from "./limits.js";
import type { PacketWriter } from "./packet-writer.js";
import { WireReader } from "./wire-reader.js";

const v1 = peyk.v1;

/** Frames that need no speed: generated code reads and writes them. */
const CLIENT_CODECS = {
  hello: v1.Hello,
  subscribe: v1.Subscribe,
  unsubscribe: v1.Unsubscribe,
  startLive: v1.StartLive,
  stopLive: v1.StopLive,
  ping: v1.Ping,
  pong: v1.Pong,
  createTopic: v1.CreateTopic,
  updateTopic: v1.UpdateTopic,
  getTopic: v1.GetTopic,
  listTopics: v1.ListTopics,
  peekTopic: v1.PeekTopic,
  purgeTopic: v1.PurgeTopic,
  deleteTopic: v1.DeleteTopic,
  createSubscription: v1.CreateSubscription,
  updateSubscription: v1.UpdateSubscription,
  getSubscription: v1.GetSubscription,
  listSubscriptions: v1.ListSubscriptions,
  peekSubscription: v1.PeekSubscription,
  purgeSubscription: v1.PurgeSubscription,
  deleteSubscription: v1.DeleteSubscription,
  listDeadLetters: v1.ListDeadLetters,
  redriveDeadLetters: v1.RedriveDeadLetters,
  purgeDeadLetters: v1.PurgeDeadLetters,
  getStatus: v1.GetStatus,
} as const;

const SERVER_CODECS = {
  welcome: v1.Welcome,
  subscribed: v1.Subscribed,
  done: v1.Done,
  consumerNotice: v1.ConsumerNotice,
  goAway: v1.GoAway,
  ping: v1.Ping,
  pong: v1.Pong,
  topic: v1.TopicInfo,
  topics: v1.TopicPage,
  subscription: v1.SubscriptionInfo,
  subscriptions: v1.SubscriptionPage,
  peekedMessages: v1.PeekedMessages,
  deadLetters: v1.DeadLetterPage,
  count: v1.Count,
  status: v1.Status,
} as const;

type ClientCodecs = typeof CLIENT_CODECS;
type ServerCodecs = typeof SERVER_CODECS;
type Input<C> = C extends Codec<infer I, infer _> ? I : never;
type Output<C> = C extends Codec<infer _, infer O> ? O : never;
/** The kinds of frames that `writeClientFrame` and `readClientFrame` are for, and those for servers. */
export type PlainClientKind = keyof ClientCodecs;
export type PlainServerKind = keyof ServerCodecs;

export function writeClientFrame<Kind extends PlainClientKind>(
  writer: PacketWriter,
  requestId: number,
  kind: Kind,
  body: Input<ClientCodecs[Kind]>,
): void {
  const codec = CLIENT_CODECS[kind] as unknown as Codec<typeof body, unknown>;
  writeBody(writer, requestId, CLIENT_FRAMES[kind], encodeWith(codec, body));
}

/** Throws what a broker would answer that cannot read this body, such as one with half a surrogate pair in a text. */
export function checkReadable<Kind extends PlainClientKind>(
  kind: Kind,
  body: Input<ClientCodecs[Kind]>,
): void {
  const codec = CLIENT_CODECS[kind] as unknown as Codec<typeof body, unknown>;
  const bytes = encodeWith(codec, body);
  decodeWith(codec as Codec<never, unknown>, bytes, 0, bytes.byteLength, MAX_FRAME_FIELDS);
}

/** Reads and checks a body that PacketWalker found. Absent fields come from the prototype: never spread what it returns. */
export function readClientFrame<Kind extends PlainClientKind>(
  kind: Kind,
  packet: Uint8Array,
  start: number,
  end: number,
): Output<ClientCodecs[Kind]> {
  const codec = CLIENT_CODECS[kind] as unknown as Codec<never, Output<ClientCodecs[Kind]>>;
  const body = decodeWith(codec, packet, start, end, MAX_FRAME_FIELDS);
  const checks: Readonly<Record<string, ((body: never) => void) | undefined>> = CLIENT_CHECKS;
  checks[kind]?.(body as never);
  return body;
}

export function writeServerFrame<Kind extends PlainServerKind>(
  writer: PacketWriter,
  requestId: number,
  kind: Kind,
  body: Input<ServerCodecs[Kind]>,
): void {
  const codec = SERVER_CODECS[kind] as unknown as Codec<typeof body, unknown>;
  writeBody(writer, requestId, SERVER_FRAMES[kind], encodeWith(codec, body));
}

/** Reads a body that PacketWalker found. Absent fields come from the prototype: never spread what it returns. */
export function readServerFrame<Kind extends PlainServerKind>(
  kind: Kind,
  packet: Uint8Array,
  start: number,
  end: number,
): Output<ServerCodecs[Kind]> {
  const codec = SERVER_CODECS[kind] as unknown as Codec<never, Output<ServerCodecs[Kind]>>;
  return decodeWith(codec, packet, start, end);
}

export function writeErrorFrame(writer: PacketWriter, requestId: number, error: PeykError): void {
  beginFrame(writer, requestId, SERVER_FRAMES.error, error.message.length);
  writeError(writer, error);
  endFrame(writer);
}

export function readErrorFrame(packet: Uint8Array, start: number, end: number): PeykError {
  return readError(new WireReader().reset(packet, start, end));
}

function writeBody(writer: PacketWriter, requestId: number, field: number, body: Uint8Array): void {
  beginFrame(writer, requestId, field, body.length);
  writer.raw(body);
  endFrame(writer);
}
