import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A TCP connection that speaks whatever a test writes, WebSocket or not. */
export class RawSocket {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  /** Also after an error: a broker that ends a connection need not have read all that was written to it. */
  readonly #ended: Promise<void>;

  private constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.socket.emit("received");
    });
    this.#ended = new Promise((resolve) => this.socket.once("close", () => resolve()));
    onTestFinished(() => void this.socket.destroy());
  }

  static async open(url: string): Promise<RawSocket> {
    const raw = new RawSocket(url);
    await once(raw.socket, "connect");
    return raw;
  }

  /** The same, upgraded to a WebSocket. */
  static async upgraded(url: string, subprotocol = "peyk.v1"): Promise<RawSocket> {
    const raw = await RawSocket.open(url);
    raw.write(upgradeRequest({ "Sec-WebSocket-Protocol": subprotocol }));
    await raw.until("\r\n\r\n");
    return raw;
  }

  /** Whether something came that was not taken. */
  get hasReceived(): boolean {
    return this.#received.byteLength > 0;
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Takes what was received up to and with `text`. */
  async until(text: string): Promise<string> {
    for (;;) {
      const at = this.#received.indexOf(text);
      if (at >= 0) return this.#take(at + text.length).toString("latin1");
      await once(this.socket, "received");
    }
  }

  /** All that comes until the other side ends the connection. */
  async rest(): Promise<Buffer> {
    await this.#ended;
    return this.#take(this.#received.byteLength);
  }

  /** The code of the close frame that comes before the end; undefined if there is none. */
  async closeCode(): Promise<number | undefined> {
    const bytes = await this.rest();
    for (let at = 0; at + 1 < bytes.byteLength;) {
      const opcode = (bytes[at] ?? 0) & 0x0f;
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (opcode === 8) return bytes.readUInt16BE(at + head);
      const length = short === 126 ? bytes.readUInt16BE(at + 2) : short;
      at += head + length;
    }
    return undefined;
  }

  #take(count: number): Buffer {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }
}

/** An upgrade that a broker accepts, but for what `headers` say; `undefined` leaves one out. */
export function upgradeRequest(
  headers: Readonly<Record<string, string | undefined>> = {},
  start = "GET / HTTP/1.1",
): string {
  const all = {
    Host: "localhost",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "peyk.v1",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `${[start, ...lines].join("\r\n")}\r\n\r\n`;
}

/** One WebSocket frame of a client; masked with zeros, so that the payload stands as it is. */
export function webSocketFrame(
  opcode: number,
  payload: Uint8Array,
  options: { readonly fin?: boolean; readonly masked?: boolean; readonly rsv?: number } = {},
): Buffer {
  const { fin = true, masked = true, rsv = 0 } = options;
  const length = payload.byteLength;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extended + (masked ? 4 : 0));
  head[0] = (fin ? 0x80 : 0) | rsv | opcode;
  head[1] = (masked ? 0x80 : 0) | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}
