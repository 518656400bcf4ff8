import { once } from "node:events";
import type { Socket } from "node:net";
import {
  PacketWriter,
  PLAIN_SETTLE,
  SUBPROTOCOL,
  beginPublish,
  endFrame,
  writeClientFrame,
  writeCredit,
  writeMessage,
  writeSettle,
  type Credit,
  type MessageFields,
  type PeykError,
  type PlainClientKind,
  type Published,
  type PublishHeader,
  type SettledRange,
  type SettleRange,
} from "@peyk/client/protocol";
import { onTestFinished } from "vitest";
import { WebSocket, type ClientOptions } from "ws";
import {
  deliveriesOf,
  readFrames,
  type Bodies,
  type Frame,
  type FrameKind,
  type FrameOf,
  type ReceivedDelivery,
} from "./frames.js";

type ClientBody<Kind extends PlainClientKind> = Parameters<typeof writeClientFrame<Kind>>[3];
export type HelloBody = ClientBody<"hello">;
type Welcome = Bodies["welcome"];

export interface CloseEvent {
  readonly code: number;
  readonly reason: string;
}

interface Waiter {
  readonly test: (frame: Frame) => boolean;
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
}

export type SubscribeBody = Omit<ClientBody<"subscribe">, "subscriptions" | "consumer"> & {
  readonly consumer?: number;
};

/** A client that says exactly what a test tells it to, and keeps what it hears until it is asked for. */
export class RawClient {
  readonly socket: WebSocket;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<CloseEvent>;
  /** What was received and not asked for. */
  readonly frames: Frame[] = [];
  welcome: Welcome | undefined;
  #nextId = 1;
  #waiters: Waiter[] = [];
  #end: CloseEvent | undefined;
  readonly #deliveries: ReceivedDelivery[] = [];

  constructor(url: string, subprotocol: string = SUBPROTOCOL, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, [subprotocol], { perMessageDeflate: false, ...options });
    this.socket.on("error", () => {});
    this.socket.on("message", (packet: Buffer) => this.#onPacket(packet));
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        this.#end = { code, reason: reason.toString() };
        for (const { reject } of this.#waiters) reject(this.#endError());
        this.#waiters = [];
        resolve(this.#end);
      });
    });
    onTestFinished(() => this.socket.terminate());
  }

  /** Connects without a word. */
  static async open(url: string, options: ClientOptions = {}): Promise<RawClient> {
    const client = new RawClient(url, SUBPROTOCOL, options);
    await once(client.socket, "open");
    return client;
  }

  /** Connects and says Hello. */
  static async connect(url: string, hello: HelloBody = {}): Promise<RawClient> {
    const client = await RawClient.open(url);
    await client.hello(hello);
    return client;
  }

  /** The TCP connection below, for misbehaving on it. */
  get stream(): Socket {
    return (this.socket as unknown as { readonly _socket: Socket })._socket;
  }

  nextId(): number {
    return this.#nextId++;
  }

  async hello(hello: HelloBody = {}): Promise<Welcome> {
    this.send("hello", { version: 1, minVersion: 1, clientName: "test", ...hello }, 0);
    this.welcome = (await this.next("welcome")).body;
    return this.welcome;
  }

  /** What a later connection says to take up this session. */
  resume(
    consumers: readonly { readonly consumer: number; readonly lastDelivery: number }[] = [],
  ): NonNullable<HelloBody["resume"]> {
    const { sessionId, sessionSecret: secret } = this.welcome ?? {};
    return { sessionId, secret, consumers: [...consumers] };
  }

  // ---- Sending -----------------------------------------------------------------------------------------------------

  sendBytes(packet: Uint8Array | readonly number[]): void {
    this.socket.send(Uint8Array.from(packet), { binary: true });
  }

  /** Sends one packet with all the frames that `write` writes. */
  packet(write: (writer: PacketWriter) => void): void {
    const writer = new PacketWriter();
    write(writer);
    this.sendBytes(writer.take());
  }

  send<Kind extends PlainClientKind>(
    kind: Kind,
    body: ClientBody<Kind>,
    id = this.nextId(),
  ): number {
    this.packet((writer) => writeClientFrame(writer, id, kind, body));
    return id;
  }

  /** Sends a request and resolves with its answer, be it an error. */
  request<Kind extends PlainClientKind>(kind: Kind, body: ClientBody<Kind>): Promise<Frame> {
    return this.answer(this.send(kind, body));
  }

  /** The same where one kind of answer is expected; rejects with another one. */
  async ask<Kind extends PlainClientKind, Answer extends FrameKind>(
    kind: Kind,
    body: ClientBody<Kind>,
    answer: Answer,
  ): Promise<Bodies[Answer]> {
    return expectKind(await this.request(kind, body), answer);
  }

  /** The error that a request is refused with. */
  refusal<Kind extends PlainClientKind>(kind: Kind, body: ClientBody<Kind>): Promise<PeykError> {
    return this.ask(kind, body, "error");
  }

  sendPublish(
    topic: string,
    messages: readonly (string | MessageFields)[],
    header: Partial<PublishHeader> = {},
  ): number {
    const id = this.nextId();
    this.packet((writer) => writePublishOf(writer, id, topic, messages, header));
    return id;
  }

  async publish(
    topic: string,
    messages: readonly (string | MessageFields)[],
    header: Partial<PublishHeader> = {},
  ): Promise<Published> {
    return expectKind(await this.answer(this.sendPublish(topic, messages, header)), "published");
  }

  async refusedPublish(
    topic: string,
    messages: readonly (string | MessageFields)[],
    header: Partial<PublishHeader> = {},
  ): Promise<PeykError> {
    return expectKind(await this.answer(this.sendPublish(topic, messages, header)), "error");
  }

  /** Attaches consumer 1 with credit for 100 messages, unless told otherwise. */
  subscribe(
    subscription: string | readonly string[],
    body: SubscribeBody = {},
  ): Promise<Bodies["subscribed"]> {
    const subscriptions = typeof subscription === "string" ? [subscription] : [...subscription];
    const given = { consumer: 1, creditMessages: 100, ...body, subscriptions };
    return this.ask("subscribe", given, "subscribed");
  }

  credit(credit: Partial<Credit>): void {
    this.packet((writer) =>
      writeCredit(writer, { consumer: 1, messages: 0, bytes: 0, concurrency: 0, ...credit }),
    );
  }

  sendSettle(ranges: readonly Partial<SettleRange>[], consumer = 1): number {
    const id = this.nextId();
    const full = ranges.map((range) => ({
      firstDelivery: 1,
      count: 1,
      verb: "ack" as const,
      ...PLAIN_SETTLE,
      ...range,
    }));
    this.packet((writer) => writeSettle(writer, id, { consumer, ranges: full }));
    return id;
  }

  async settle(
    ranges: readonly Partial<SettleRange>[],
    consumer = 1,
  ): Promise<readonly SettledRange[]> {
    return expectKind(await this.answer(this.sendSettle(ranges, consumer)), "settled");
  }

  // ---- Receiving ---------------------------------------------------------------------------------------------------

  /** The next frame of a kind, those that came before the call included. */
  next<Kind extends FrameKind>(
    kind: Kind,
    test: (frame: FrameOf<Kind>) => boolean = () => true,
  ): Promise<FrameOf<Kind>> {
    const isIt = (frame: Frame): boolean => frame.kind === kind && test(frame as FrameOf<Kind>);
    return this.#wait(isIt) as Promise<FrameOf<Kind>>;
  }

  answer(requestId: number): Promise<Frame> {
    return this.#wait((frame) => frame.requestId === requestId);
  }

  /** The next so many deliveries, of all consumers. */
  async deliveries(count: number): Promise<ReceivedDelivery[]> {
    while (this.#deliveries.length < count) {
      this.#deliveries.push(...deliveriesOf((await this.next("deliver")).body));
    }
    return this.#deliveries.splice(0, count);
  }

  /** What was delivered and not asked for. */
  get undelivered(): readonly ReceivedDelivery[] {
    const arrived = this.frames.flatMap((frame) =>
      frame.kind === "deliver" ? deliveriesOf(frame.body) : [],
    );
    return [...this.#deliveries, ...arrived];
  }

  /** Resolves when the broker has read, and answered, everything that was sent before. */
  async settleDown(): Promise<void> {
    await this.ask("getStatus", {}, "status");
  }

  /** Ends the connection as a crash would: without a word. */
  async crash(): Promise<void> {
    this.stream.resetAndDestroy();
    await this.closed;
  }

  async close(code = 1000): Promise<void> {
    this.socket.close(code);
    await this.closed;
  }

  #onPacket(data: Buffer): void {
    for (const frame of readFrames(Uint8Array.from(data))) {
      const index = this.#waiters.findIndex(({ test }) => test(frame));
      const [waiter] = index < 0 ? [] : this.#waiters.splice(index, 1);
      if (waiter) waiter.resolve(frame);
      else this.frames.push(frame);
    }
  }

  #wait(test: (frame: Frame) => boolean): Promise<Frame> {
    const index = this.frames.findIndex(test);
    const [frame] = index < 0 ? [] : this.frames.splice(index, 1);
    if (frame) return Promise.resolve(frame);
    if (this.#end) return Promise.reject(this.#endError());
    return new Promise((resolve, reject) => this.#waiters.push({ test, resolve, reject }));
  }

  #endError(): Error {
    return new Error(`closed: ${this.#end?.code ?? 0} ${this.#end?.reason ?? ""}`);
  }
}

export function writePublishOf(
  writer: PacketWriter,
  id: number,
  topic: string,
  messages: readonly (string | MessageFields)[],
  header: Partial<PublishHeader> = {},
): void {
  beginPublish(writer, id, { topic, firstSequence: 0, requireSubscription: false, ...header });
  for (const message of messages) {
    const fields = typeof message === "string" ? { payload: Buffer.from(message) } : message;
    writeMessage(writer, fields);
  }
  endFrame(writer);
}

function expectKind<Kind extends FrameKind>(frame: Frame, kind: Kind): Bodies[Kind] {
  if (frame.kind === kind) return frame.body as Bodies[Kind];
  const detail = frame.kind === "error" ? `${frame.body.code} ${frame.body.message}` : "";
  throw new Error(`${frame.kind} came instead of ${kind}: ${detail}`);
}
