import { once } from "node:events";
import type { Socket } from "node:net";
import { JSON_SUBPROTOCOL, serverPacketWalker, SUBPROTOCOL } from "@peyk/client/protocol";
import { clientPacketToJson, serverPacketFromJson } from "@peyk/client/protocol/json";
import { WebSocket, type RawData } from "ws";
import { readFrames, type Frame } from "./frames.js";

/**
 * A connection that sends anything, in either subprotocol. What comes back must be readable; it keeps nothing of it, so
 * that a run of a hundred thousand of them shows what the broker keeps.
 */
export class HostilePeer {
  readonly isJson: boolean;
  /** What the broker said it is, if it did. */
  session: { readonly sessionId: Uint8Array; readonly secret: Uint8Array } | undefined;
  closeCode: number | undefined;
  readonly #socket: WebSocket;
  readonly #ended: Promise<unknown>;

  private constructor(url: string, isJson: boolean) {
    this.isJson = isJson;
    const subprotocol = isJson ? JSON_SUBPROTOCOL : SUBPROTOCOL;
    this.#socket = new WebSocket(url, [subprotocol], { perMessageDeflate: false });
    this.#socket.on("error", () => {});
    this.#socket.on("message", (data) => this.#receive(data));
    this.#ended = new Promise((resolve) => {
      this.#socket.on("close", (code) => resolve((this.closeCode = code)));
    });
  }

  static async open(url: string, isJson: boolean): Promise<HostilePeer> {
    const peer = new HostilePeer(url, isJson);
    await once(peer.#socket, "open");
    return peer;
  }

  get stream(): Socket {
    return (this.#socket as unknown as { readonly _socket: Socket })._socket;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends a packet that is legal, in the subprotocol's own form. */
  send(packet: Uint8Array): void {
    if (this.isJson) for (const text of clientPacketToJson(packet)) this.sendText(text);
    else this.sendBytes(packet);
  }

  sendBytes(bytes: Uint8Array): void {
    if (this.isOpen) this.#socket.send(bytes, { binary: true });
  }

  sendText(text: string): void {
    if (this.isOpen) this.#socket.send(text);
  }

  /** Resolves when the broker has read all that was sent, or has ended the connection. */
  async settleDown(): Promise<void> {
    if (!this.isOpen) return void (await this.#ended);
    const pong = once(this.#socket, "pong").catch(() => {});
    this.#socket.ping();
    await Promise.race([pong, this.#ended]);
  }

  async close(): Promise<void> {
    this.#socket.close(1000);
    await this.#ended;
  }

  /** Ends as a crash would, if the broker has not ended it before. */
  async crash(): Promise<void> {
    if (this.isOpen) this.stream.resetAndDestroy();
    await this.#ended;
  }

  #receive(data: RawData): void {
    const bytes = data as Buffer;
    const packet = this.isJson ? serverPacketFromJson(bytes.toString()) : bytes;
    if (this.session) return skim(packet);
    const welcome = readFrames(packet).find(isWelcome);
    if (!welcome) return;
    const { sessionId, sessionSecret: secret } = welcome.body;
    this.session = { sessionId, secret };
  }
}

const isWelcome = (frame: Frame): frame is Extract<Frame, { kind: "welcome" }> =>
  frame.kind === "welcome";

/** Looks at every frame: one that cannot be read throws. */
function skim(packet: Uint8Array): void {
  const walker = serverPacketWalker();
  walker.reset(packet);
  while (walker.next()) {
    if (walker.kind === undefined) throw new Error(`the broker sent a frame ${walker.field}`);
  }
}
