import {
  PacketWriter,
  PLAIN_SETTLE,
  writeClientFrame,
  writeCredit,
  writeSettle,
  type Credit,
  type MessageFields,
  type PlainClientKind,
  type SettleRange,
} from "@peyk/client/protocol";
import type { Accept, Line, LineEvents } from "../../../src/transport/line.js";
import { readFrames, type Bodies, type Frame, type FrameKind } from "../frames.js";
import { writePublishOf } from "../raw-client.js";

type ClientBody<Kind extends PlainClientKind> = Parameters<typeof writeClientFrame<Kind>>[3];
export type ResumeBody = NonNullable<ClientBody<"hello">["resume"]>;

/** A client that says what it is told to over a line without a network: what is sent is there at once. */
export class LineSession {
  welcome: Bodies["welcome"] | undefined;
  isConnected = false;
  /** Told of frames that answer nothing. */
  readonly #onFrame: (frame: Frame) => void;
  readonly #pending = new Map<number, (frame: Frame) => void>();
  #events: LineEvents | undefined;
  #line = 0;
  #nextId = 1;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Requests whose answer is still to come. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  connect(accept: Accept, resume?: ResumeBody): void {
    this.#line += 1;
    this.isConnected = true;
    this.#events = accept(this.#createLine(this.#line));
    const hello = { version: 1, minVersion: 1, clientName: "model", ...(resume && { resume }) };
    this.#send((writer) => writeClientFrame(writer, 0, "hello", hello));
  }

  /** The connection is gone, without a word; or with one. */
  disconnect(wasClean = false): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.#line += 1;
    this.#pending.clear();
    void this.#events?.closed(wasClean);
  }

  /** The broker is gone. */
  forget(): void {
    this.isConnected = false;
    this.#line += 1;
    this.#pending.clear();
  }

  request<Kind extends PlainClientKind>(kind: Kind, body: ClientBody<Kind>): Promise<Frame> {
    return this.#ask((writer, id) => writeClientFrame(writer, id, kind, body));
  }

  publish(topic: string, messages: readonly (string | MessageFields)[]): Promise<Frame> {
    return this.#ask((writer, id) => writePublishOf(writer, id, topic, messages));
  }

  settle(consumer: number, ranges: readonly SettleRange[]): Promise<Frame> {
    return this.#ask((writer, id) => writeSettle(writer, id, { consumer, ranges }));
  }

  credit(credit: Credit): void {
    this.#send((writer) => writeCredit(writer, credit));
  }

  #ask(write: (writer: PacketWriter, id: number) => void): Promise<Frame> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#send((writer) => write(writer, id));
    });
  }

  #send(write: (writer: PacketWriter) => void): void {
    if (!this.isConnected) return;
    const writer = new PacketWriter();
    write(writer);
    this.#events?.packet(writer.take());
  }

  #receive(frame: Frame): void {
    const { kind, requestId, body } = frame;
    if (kind === "welcome") this.welcome = { ...body };
    else if (kind === "ping") {
      this.#send((writer) => writeClientFrame(writer, 0, "pong", { nonce: body.nonce }));
    } else if (requestId === 0) this.#onFrame(frame);
    else {
      this.#pending.get(requestId)?.(frame);
      this.#pending.delete(requestId);
    }
  }

  #createLine(number: number): Line {
    return {
      peer: "model",
      bufferedBytes: 0,
      keepsPackets: false,
      sharesProcess: false,
      send: (packet, sent) => {
        // Its bytes may be used again, and what it says may be kept.
        const frames = number === this.#line ? readFrames(packet.slice()) : [];
        for (const frame of frames) this.#receive(frame);
        queueMicrotask(sent);
      },
      pause: () => {},
      resume: () => {},
      opened: () => {},
      close: () => {
        if (number === this.#line) this.isConnected = false;
      },
    };
  }
}

/** A range with all that it does not say left out. */
export const rangeOf = (range: Partial<SettleRange> & Pick<SettleRange, "verb">): SettleRange => ({
  ...PLAIN_SETTLE,
  firstDelivery: 1,
  count: 1,
  ...range,
});

/** The body of an answer; throws where another kind came. */
export function bodyOf<Kind extends FrameKind>(frame: Frame, kind: Kind): Bodies[Kind] {
  if (frame.kind === kind) return frame.body as Bodies[Kind];
  const detail = frame.kind === "error" ? `${frame.body.code} ${frame.body.message}` : "";
  throw new Error(`${frame.kind} came instead of ${kind}: ${detail}`);
}
