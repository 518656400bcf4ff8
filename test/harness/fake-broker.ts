import {
  clientPacketWalker,
  PacketWriter,
  readClientFrame,
  readSettle,
  writeErrorFrame,
  writePublished,
  writeServerFrame,
  writeSettled,
  type PeykError,
  type PlainClientKind,
} from "../../client/src/protocol/index.js";
import { connectWith } from "../../client/src/embedded.js";
import type { OpenSocket, SocketEvents } from "../../client/src/embedded.js";
import type { ConnectOptions, Peyk } from "../../client/src/types.js";
import { TestClock } from "./test-clock.js";

/** A frame that a client sent. */
export interface SentFrame {
  readonly kind: string;
  readonly id: number;
  readonly packet: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The broker's end of one connection, played by a test. */
export class FakeConnection {
  readonly url: string;
  readonly frames: SentFrame[] = [];
  /** The code with which the client closed it. */
  closedWith: number | undefined;
  readonly #events: SocketEvents;

  constructor(url: string, events: SocketEvents) {
    this.url = url;
    this.#events = events;
  }

  receive(packet: Uint8Array): void {
    const walker = clientPacketWalker();
    const kept = packet.slice();
    walker.reset(kept);
    while (walker.next()) {
      const { kind, requestId: id, start, end } = walker;
      this.frames.push({ kind: kind ?? "?", id, packet: kept, start, end });
    }
  }

  open(): void {
    this.#events.opened();
  }

  end(code = 1006, reason = ""): void {
    this.#events.closed(code, reason);
  }

  /** Sends what `write` writes as one packet. */
  send(write: (writer: PacketWriter) => void): void {
    const writer = new PacketWriter();
    write(writer);
    this.#events.packet(writer.take());
  }

  sendBytes(bytes: Uint8Array): void {
    this.#events.packet(bytes);
  }

  welcome(
    fields: {
      readonly resumed?: boolean;
      readonly producerKnown?: boolean;
      readonly limits?: { readonly maxPacketBytes: number };
    } = {},
  ): void {
    const sessionId = new Uint8Array(16).fill(1);
    this.send((writer) =>
      writeServerFrame(writer, 0, "welcome", { sessionId, sessionSecret: sessionId, ...fields }),
    );
  }

  /** Frames of one kind, oldest first. */
  of(kind: string): SentFrame[] {
    return this.frames.filter((frame) => frame.kind === kind);
  }

  last(kind: string): SentFrame {
    const frame = this.of(kind).at(-1);
    if (!frame) throw new Error(`the client sent no ${kind}`);
    return frame;
  }

  read<Kind extends PlainClientKind>(kind: Kind): ReturnType<typeof readClientFrame<Kind>> {
    const { packet, start, end } = this.last(kind);
    return readClientFrame(kind, packet, start, end);
  }

  settles(): ReturnType<typeof readSettle>["ranges"] {
    return this.of("settle").flatMap(
      ({ packet, start, end }) => readSettle(packet, start, end).ranges,
    );
  }

  refuse(id: number, error: PeykError): void {
    this.send((writer) => writeErrorFrame(writer, id, error));
  }

  confirmPublish(count: number, subscriptions = 1): void {
    const { id } = this.last("publish");
    const range = { count, firstPosition: 1, subscriptions, duplicate: false, error: undefined };
    this.send((writer) => writePublished(writer, id, { epoch: 10, ranges: [range] }));
  }

  answerSettle(outcome: Parameters<typeof writeSettled>[2][number]["outcome"]): void {
    const { id, packet, start, end } = this.last("settle");
    const ranges = readSettle(packet, start, end).ranges.map(({ firstDelivery, count }) => ({
      firstDelivery,
      count,
      outcome,
    }));
    this.send((writer) => writeSettled(writer, id, ranges));
  }
}

/** A client of a broker that the test plays, on a clock that the test moves. */
export class FakeBroker {
  readonly clock = new TestClock();
  readonly connections: FakeConnection[] = [];
  readonly log: string[] = [];

  get connection(): FakeConnection {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error("nobody connected");
    return connection;
  }

  readonly openSocket: OpenSocket = (url, events) => {
    const connection = new FakeConnection(url, events);
    this.connections.push(connection);
    return {
      bufferedBytes: 0,
      send: (packet) => connection.receive(packet),
      close: (code) => (connection.closedWith ??= code),
    };
  };

  connect(options: ConnectOptions = {}, urls: readonly string[] = ["ws://a"]): Promise<Peyk> {
    return connectWith(
      { log: (level, text) => this.log.push(`${level}: ${text}`), ...options },
      {
        urls,
        openSocket: this.openSocket,
        clock: this.clock,
        defaultName: "test",
        software: "test",
      },
    );
  }

  /** A client that was let in. */
  async open(options?: ConnectOptions, urls?: readonly string[]): Promise<Peyk> {
    const client = this.connect(options, urls);
    await this.letIn();
    return client;
  }

  /** Opens the newest connection and lets the client in. */
  async letIn(fields?: Parameters<FakeConnection["welcome"]>[0]): Promise<void> {
    this.connection.open();
    await this.turn();
    this.connection.welcome(fields);
    await this.turn();
  }

  /** Ends the newest connection, and waits until the client tries again. */
  async reconnect(fields?: Parameters<FakeConnection["welcome"]>[0]): Promise<void> {
    const { length } = this.connections;
    this.connection.end();
    while (this.connections.length === length) await this.advance(100);
    await this.letIn(fields);
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.turn();
  }

  /** Runs what was deferred, and the promises behind it. */
  async turn(): Promise<void> {
    for (let round = 0; round < 5; round += 1) {
      this.clock.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
