/** Frames of a broker as tests see them. */
import {
  DecodedMessage,
  readDeliver,
  readErrorFrame,
  readLiveMessages,
  readPublished,
  readServerFrame,
  readSettled,
  RunReader,
  serverPacketWalker,
  type Deliver,
  type DeliveredRun,
  type LiveMessages,
  type PeykError,
  type PlainServerKind,
  type Published,
  type SettledRange,
} from "@peyk/client/protocol";

export type Bodies = {
  readonly [Kind in PlainServerKind]: ReturnType<typeof readServerFrame<Kind>>;
} & {
  readonly error: PeykError;
  readonly published: Published;
  readonly deliver: Deliver;
  readonly settled: readonly SettledRange[];
  readonly liveMessages: LiveMessages;
};

export type FrameKind = keyof Bodies;

export type Frame = {
  readonly [Kind in FrameKind]: {
    readonly kind: Kind;
    readonly requestId: number;
    readonly body: Bodies[Kind];
  };
}[FrameKind];

export type FrameOf<Kind extends FrameKind> = Extract<Frame, { readonly kind: Kind }>;

/** Every frame of a broker's packet. */
export function readFrames(packet: Uint8Array): Frame[] {
  const walker = serverPacketWalker();
  const frames: Frame[] = [];
  walker.reset(packet);
  while (walker.next()) {
    const { kind, requestId, start, end } = walker;
    if (kind === undefined) throw new Error(`the broker sent a frame ${walker.field}`);
    frames.push({ kind, requestId, body: readBody(kind, packet, start, end) } as Frame);
  }
  return frames;
}

function readBody(kind: FrameKind, packet: Uint8Array, start: number, end: number): unknown {
  switch (kind) {
    case "error":
      return readErrorFrame(packet, start, end);
    case "published":
      return readPublished(packet, start, end);
    case "deliver":
      return readDeliver(packet, start, end, new RunReader());
    case "settled":
      return readSettled(packet, start, end);
    case "liveMessages":
      return readLiveMessages(packet, start, end, new RunReader());
    default:
      return readServerFrame(kind, packet, start, end);
  }
}

export interface ReceivedMessage {
  readonly topic: string;
  readonly position: number;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ReceivedDelivery extends ReceivedMessage {
  readonly consumer: number;
  readonly source: number;
  readonly delivery: number;
  readonly failedAttempts: number;
}

/** The messages of runs, one by one. */
export function messagesOf(runs: readonly DeliveredRun[]): ReceivedMessage[] {
  return runs.flatMap(({ topic, firstPosition, batch }) =>
    Array.from({ length: batch.count }, (_, index) => {
      const message = new DecodedMessage(batch.message(index));
      const text = Buffer.from(message.payload).toString();
      return { topic, position: firstPosition + index, text, attributes: message.attributes };
    }),
  );
}

export function deliveriesOf(deliver: Deliver): ReceivedDelivery[] {
  const { consumer, source, firstDelivery, details } = deliver;
  return messagesOf(deliver.runs).map((message, offset) => {
    const detail = details.find(
      (each) => offset >= each.offset && offset < each.offset + each.count,
    );
    const failedAttempts = detail?.failedAttempts ?? 0;
    return { ...message, consumer, source, delivery: firstDelivery + offset, failedAttempts };
  });
}
