import { once } from "node:events";
import { JSON_SUBPROTOCOL } from "@peyk/client/protocol";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

/** A frame as the broker wrote it. */
export type JsonFrame = Readonly<Record<string, unknown>>;

/** A client that needs no generated code: it writes and reads JSON. */
export class JsonClient {
  readonly socket: WebSocket;
  readonly #received: JsonFrame[] = [];

  private constructor(url: string) {
    this.socket = new WebSocket(url, JSON_SUBPROTOCOL);
    this.socket.on("message", (data: Buffer) => {
      this.#received.push(JSON.parse(data.toString()) as JsonFrame);
      this.socket.emit("frame");
    });
    onTestFinished(() => this.socket.terminate());
  }

  static async connect(url: string): Promise<JsonClient> {
    const client = new JsonClient(url);
    await once(client.socket, "open");
    client.send({ hello: { version: 1, minVersion: 1, clientName: "json" } });
    await client.next("welcome");
    return client;
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  async next(kind: string): Promise<JsonFrame> {
    for (;;) {
      const index = this.#received.findIndex((frame) => kind in frame);
      const [frame] = index < 0 ? [] : this.#received.splice(index, 1);
      if (frame) return frame;
      await once(this.socket, "frame");
    }
  }

  async closeCode(): Promise<unknown> {
    const [code] = (await once(this.socket, "close")) as [number];
    return code;
  }
}
